-- Opening accounts and posting one entry. Answers are rows, never exceptions: a refusal is an answer too, and is
-- remembered under its key as an entry of kind `refused` when the state of the books decided it. What is wrong in itself
-- (an unknown account, no amount, another currency) is refused every time alike and burns no key.

CREATE FUNCTION ledger_community_() RETURNS uuid
LANGUAGE plpgsql STABLE SET search_path = pg_catalog, public AS $$
BEGIN
  IF current_community() IS NULL THEN
    RAISE EXCEPTION 'the ledger works for one community, and none is entered' USING ERRCODE = 'insufficient_privilege';
  END IF;
  RETURN current_community();
END $$;

-- The account for this owner, purpose and currency; the same one however often and by however many it is asked for.
CREATE FUNCTION ledger_open_account(
  p_id uuid, p_at timestamptz, p_owner text, p_purpose text, p_currency text, p_floor_minor bigint,
  OUT account_id uuid, OUT refusal jsonb)
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, public AS $$
DECLARE
  v_community uuid := ledger_community_();
  v_floor bigint;
BEGIN
  IF p_currency !~ '^[A-Z]{3,8}$' THEN
    RAISE EXCEPTION '% is no code of a currency', p_currency USING ERRCODE = 'check_violation';
  END IF;
  SELECT id, floor_minor INTO account_id, v_floor FROM ledger_account
    WHERE community_id = v_community AND owner = p_owner AND purpose = p_purpose AND currency = p_currency;
  IF NOT FOUND THEN
    INSERT INTO ledger_account (id, community_id, owner, purpose, currency, floor_minor, opened_at, posted_at)
      VALUES (p_id, v_community, p_owner, p_purpose, p_currency, p_floor_minor, p_at, p_at)
      ON CONFLICT (community_id, owner, purpose, currency) DO NOTHING;
    SELECT id, floor_minor INTO account_id, v_floor FROM ledger_account
      WHERE community_id = v_community AND owner = p_owner AND purpose = p_purpose AND currency = p_currency;
  END IF;
  IF v_floor IS DISTINCT FROM p_floor_minor THEN
    refusal := jsonb_build_object('code', 'ledger.account_differs', 'account', account_id);
  END IF;
END $$;

-- What was asked for, in one shape, so that two requests can be compared field by field.
CREATE FUNCTION ledger_body_(
  p_kind text, p_description text, p_reference text, p_details jsonb,
  p_debit uuid[], p_credit uuid[], p_amount bigint[]) RETURNS jsonb
LANGUAGE sql STABLE SET search_path = pg_catalog, public AS $$
  SELECT jsonb_build_object(
    'kind', p_kind, 'description', p_description, 'reference', p_reference, 'details', p_details,
    'transfers', (SELECT jsonb_agg(jsonb_build_array(debit, credit, amount) ORDER BY place)
                  FROM unnest(p_debit, p_credit, p_amount) WITH ORDINALITY AS asked (debit, credit, amount, place)))
$$;

-- The first answer given under this key, or `key_reused` when something else is asked now.
CREATE FUNCTION ledger_replay_(
  p_community uuid, p_key text, p_body jsonb,
  OUT entry_number bigint, OUT entry_at timestamptz, OUT replayed boolean, OUT refusal jsonb)
LANGUAGE plpgsql SET search_path = pg_catalog, public AS $$
DECLARE
  v_entry ledger_entry;
  v_body jsonb;
BEGIN
  SELECT * INTO STRICT v_entry FROM ledger_entry WHERE community_id = p_community AND key = p_key;
  v_body := v_entry.details -> 'body';
  IF v_body IS NULL THEN
    SELECT ledger_body_(v_entry.kind, v_entry.description, v_entry.reference, v_entry.details,
                        array_agg(d.id ORDER BY t.number), array_agg(c.id ORDER BY t.number),
                        array_agg(t.amount_minor ORDER BY t.number))
      INTO v_body
      FROM ledger_transfer t
      JOIN ledger_account d ON d.number = t.debit_account
      JOIN ledger_account c ON c.number = t.credit_account
      WHERE t.number BETWEEN v_entry.number * 4096 AND v_entry.number * 4096 + 4095;
  END IF;
  replayed := true;
  IF v_body IS DISTINCT FROM p_body THEN
    refusal := jsonb_build_object('code', 'ledger.key_reused', 'key', p_key);
    replayed := false;
  ELSIF v_entry.kind = 'refused' THEN
    refusal := v_entry.details -> 'refusal';
  ELSE
    entry_number := v_entry.number;
    entry_at := v_entry.posted_at;
  END IF;
END $$;

-- Remember this refusal under its key; or give the first answer, when the key was used before.
CREATE FUNCTION ledger_refuse_(
  p_community uuid, p_key text, p_at timestamptz, p_description text, p_reference text, p_body jsonb, p_refusal jsonb,
  OUT entry_number bigint, OUT entry_at timestamptz, OUT replayed boolean, OUT refusal jsonb)
LANGUAGE plpgsql SET search_path = pg_catalog, public AS $$
DECLARE
  v_xid xid8 := pg_current_xact_id();
BEGIN
  INSERT INTO ledger_entry (number, community_id, posted_at, kind, key, description, reference, details)
    VALUES (nextval('ledger_entry_number'), p_community, p_at, 'refused', p_key, p_description, p_reference,
            jsonb_build_object('refusal', p_refusal, 'body', p_body))
    ON CONFLICT (community_id, key) DO NOTHING;
  IF FOUND THEN
    replayed := false;
    refusal := p_refusal;
  ELSE
    SELECT r.* INTO entry_number, entry_at, replayed, refusal FROM ledger_replay_(p_community, p_key, p_body) r;
  END IF;
END $$;

CREATE FUNCTION ledger_insufficient_(p_account uuid, p_available bigint, p_asked bigint, p_currency text) RETURNS jsonb
LANGUAGE sql IMMUTABLE SET search_path = pg_catalog, public AS $$
  SELECT jsonb_build_object('code', 'ledger.insufficient_funds', 'account', p_account,
    'available_minor', p_available, 'asked_minor', p_asked, 'currency', p_currency)
$$;

-- One entry of one transfer: what happens most. Locks only accounts with a floor, in the order of their ids.
CREATE FUNCTION ledger_post_one(
  p_key text, p_at timestamptz, p_description text, p_reference text,
  p_debit uuid, p_credit uuid, p_amount bigint, p_currency text, p_details jsonb,
  OUT entry_number bigint, OUT entry_at timestamptz, OUT replayed boolean, OUT refusal jsonb)
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, public AS $$
DECLARE
  v_community uuid := current_community();
  v_debit ledger_account;
  v_credit ledger_account;
  v_xid xid8;
  v_kind text := 'post';
  v_details jsonb := p_details;
BEGIN
  IF v_community IS NULL THEN
    PERFORM ledger_community_();
  END IF;
  replayed := false;
  IF p_debit < p_credit THEN
    SELECT * INTO v_debit FROM ledger_account
      WHERE id = p_debit AND community_id = v_community AND floor_minor IS NOT NULL FOR NO KEY UPDATE;
    SELECT * INTO v_credit FROM ledger_account
      WHERE id = p_credit AND community_id = v_community AND floor_minor IS NOT NULL FOR NO KEY UPDATE;
  ELSE
    SELECT * INTO v_credit FROM ledger_account
      WHERE id = p_credit AND community_id = v_community AND floor_minor IS NOT NULL FOR NO KEY UPDATE;
    SELECT * INTO v_debit FROM ledger_account
      WHERE id = p_debit AND community_id = v_community AND floor_minor IS NOT NULL FOR NO KEY UPDATE;
  END IF;
  IF v_debit.id IS NULL THEN
    SELECT * INTO v_debit FROM ledger_account WHERE id = p_debit AND community_id = v_community;
  END IF;
  IF v_credit.id IS NULL THEN
    SELECT * INTO v_credit FROM ledger_account WHERE id = p_credit AND community_id = v_community;
  END IF;
  refusal := CASE
    WHEN v_debit.id IS NULL THEN jsonb_build_object('code', 'ledger.account_unknown', 'account', p_debit)
    WHEN v_credit.id IS NULL THEN jsonb_build_object('code', 'ledger.account_unknown', 'account', p_credit)
    WHEN p_debit = p_credit THEN jsonb_build_object('code', 'ledger.one_account', 'account', p_debit)
    WHEN p_amount <= 0 THEN jsonb_build_object('code', 'ledger.amount_not_positive')
    WHEN v_debit.currency <> p_currency OR v_credit.currency <> p_currency
      THEN jsonb_build_object('code', 'ledger.currency_differs')
  END;
  IF refusal IS NOT NULL THEN
    RETURN;
  END IF;

  -- An account's time only goes forward, so that its sequence and its statement tell the same story.
  entry_at := greatest(p_at, v_debit.posted_at, v_credit.posted_at);
  v_debit.balance_minor := v_debit.balance_minor - p_amount;
  v_credit.balance_minor := v_credit.balance_minor + p_amount;
  IF v_debit.balance_minor - v_debit.held_minor < v_debit.floor_minor THEN
    refusal := ledger_insufficient_(p_debit,
      v_debit.balance_minor + p_amount - v_debit.held_minor - v_debit.floor_minor, p_amount, p_currency);
    v_kind := 'refused';
    v_details := jsonb_build_object('refusal', refusal, 'body', ledger_body_('post', p_description, p_reference,
      p_details, ARRAY[p_debit], ARRAY[p_credit], ARRAY[p_amount]));
  END IF;

  v_xid := pg_current_xact_id();  -- before the number: see rolling_up.sql
  entry_number := nextval('ledger_entry_number');
  INSERT INTO ledger_entry (number, community_id, posted_at, kind, key, description, reference, details)
    VALUES (entry_number, v_community, entry_at, v_kind, p_key, p_description, p_reference, v_details)
    ON CONFLICT (community_id, key) DO NOTHING;
  IF NOT FOUND THEN
    SELECT r.* INTO entry_number, entry_at, replayed, refusal FROM ledger_replay_(v_community, p_key,
      ledger_body_('post', p_description, p_reference, p_details, ARRAY[p_debit], ARRAY[p_credit], ARRAY[p_amount])) r;
    RETURN;
  END IF;
  IF refusal IS NOT NULL THEN
    entry_number := NULL;
    entry_at := NULL;
    RETURN;
  END IF;

  IF v_debit.floor_minor IS NOT NULL THEN
    v_debit.sequence := v_debit.sequence + 1;
    UPDATE ledger_account
      SET balance_minor = v_debit.balance_minor, sequence = v_debit.sequence, posted_at = entry_at WHERE id = p_debit;
  ELSE
    v_debit.sequence := entry_number * 4096;
    v_debit.balance_minor := NULL;
  END IF;
  IF v_credit.floor_minor IS NOT NULL THEN
    v_credit.sequence := v_credit.sequence + 1;
    UPDATE ledger_account
      SET balance_minor = v_credit.balance_minor, sequence = v_credit.sequence, posted_at = entry_at WHERE id = p_credit;
  ELSE
    v_credit.sequence := entry_number * 4096;
    v_credit.balance_minor := NULL;
  END IF;
  INSERT INTO ledger_transfer (number, community_id, posted_at, debit_account, credit_account, amount_minor,
      debit_sequence, credit_sequence, debit_balance_minor, credit_balance_minor)
    VALUES (entry_number * 4096, v_community, entry_at, v_debit.number, v_credit.number, p_amount,
      v_debit.sequence, v_credit.sequence, v_debit.balance_minor, v_credit.balance_minor);
END $$;

-- One entry of several transfers, all or nothing, floors checked after each.
CREATE FUNCTION ledger_post(
  p_key text, p_at timestamptz, p_description text, p_reference text,
  p_debit uuid[], p_credit uuid[], p_amount bigint[], p_currency text[], p_details jsonb,
  OUT entry_number bigint, OUT entry_at timestamptz, OUT replayed boolean, OUT refusal jsonb)
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, public AS $$
BEGIN
  SELECT w.entry_number, w.entry_at, w.replayed, w.refusal INTO entry_number, entry_at, replayed, refusal
    FROM ledger_write_(p_at, 'post', ARRAY[p_key], ARRAY[p_description], ARRAY[p_reference], ARRAY[p_details],
      ARRAY[false], array_fill(1, ARRAY[cardinality(p_amount)]), p_debit, p_credit, p_amount, p_currency) w;
END $$;

-- Many entries in one call, an answer for each. `p_linked[i]` ties entry i to entry i + 1: such a chain posts whole or
-- not at all. `p_entry` says to which entry (from 1, ascending) each transfer belongs.
CREATE FUNCTION ledger_post_batch(
  p_at timestamptz, p_key text[], p_description text[], p_reference text[], p_details jsonb[], p_linked boolean[],
  p_entry int[], p_debit uuid[], p_credit uuid[], p_amount bigint[], p_currency text[])
RETURNS TABLE (item int, entry_number bigint, entry_at timestamptz, replayed boolean, refusal jsonb)
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, public AS $$
BEGIN
  RETURN QUERY SELECT * FROM ledger_write_(
    p_at, 'post', p_key, p_description, p_reference, p_details, p_linked, p_entry, p_debit, p_credit, p_amount, p_currency);
END $$;

-- The opposite of an entry, as a new entry that refers to it; an entry is reversed at most once.
CREATE FUNCTION ledger_reverse(
  p_key text, p_at timestamptz, p_description text, p_reference text, p_entry bigint,
  OUT entry_number bigint, OUT entry_at timestamptz, OUT replayed boolean, OUT refusal jsonb)
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, public AS $$
DECLARE
  v_community uuid := ledger_community_();
  v_debit uuid[];
  v_credit uuid[];
  v_amount bigint[];
  v_currency text[];
  v_details jsonb := jsonb_build_object('reverses', p_entry);
BEGIN
  SELECT array_agg(c.id ORDER BY t.number DESC), array_agg(d.id ORDER BY t.number DESC),
         array_agg(t.amount_minor ORDER BY t.number DESC), array_agg(d.currency ORDER BY t.number DESC)
    INTO v_debit, v_credit, v_amount, v_currency
    FROM ledger_transfer t
    JOIN ledger_account d ON d.number = t.debit_account
    JOIN ledger_account c ON c.number = t.credit_account
    WHERE t.number BETWEEN p_entry * 4096 AND p_entry * 4096 + 4095 AND t.community_id = v_community;
  IF v_amount IS NULL THEN
    replayed := false;
    refusal := jsonb_build_object('code', 'ledger.entry_unknown');
    RETURN;
  END IF;
  BEGIN
    -- Whoever comes second must see the first reversal, not the balance that it left.
    PERFORM FROM ledger_account
      WHERE id = ANY (v_debit || v_credit) AND floor_minor IS NOT NULL ORDER BY id FOR NO KEY UPDATE;
    -- Asked again after success this finds its own entry and answers from it.
    IF EXISTS (SELECT FROM ledger_entry WHERE kind = 'reverse' AND (details ->> 'reverses')::bigint = p_entry
               AND key <> p_key) THEN
      RAISE unique_violation;
    END IF;
    SELECT w.entry_number, w.entry_at, w.replayed, w.refusal INTO entry_number, entry_at, replayed, refusal
      FROM ledger_write_(p_at, 'reverse', ARRAY[p_key], ARRAY[p_description], ARRAY[p_reference], ARRAY[v_details],
        ARRAY[false], array_fill(1, ARRAY[cardinality(v_amount)]), v_debit, v_credit, v_amount, v_currency) w;
  EXCEPTION WHEN unique_violation THEN
    SELECT r.* INTO entry_number, entry_at, replayed, refusal FROM ledger_refuse_(
      v_community, p_key, p_at, p_description, p_reference,
      ledger_body_('reverse', p_description, p_reference, v_details, v_debit, v_credit, v_amount),
      jsonb_build_object('code', 'ledger.already_reversed')) r;
  END;
END $$;

-- Money of one currency for money of another, over the community's clearing accounts, as one entry that keeps the rate
-- (in details). The caller has converted and rounded by the rule that public.py states.
CREATE FUNCTION ledger_exchange(
  p_key text, p_at timestamptz, p_description text, p_reference text,
  p_debit uuid[], p_credit uuid[], p_amount bigint[], p_currency text[], p_details jsonb,
  OUT entry_number bigint, OUT entry_at timestamptz, OUT replayed boolean, OUT refusal jsonb)
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, public AS $$
BEGIN
  SELECT w.entry_number, w.entry_at, w.replayed, w.refusal INTO entry_number, entry_at, replayed, refusal
    FROM ledger_write_(p_at, 'exchange', ARRAY[p_key], ARRAY[p_description], ARRAY[p_reference], ARRAY[p_details],
      ARRAY[false], array_fill(1, ARRAY[cardinality(p_amount)]), p_debit, p_credit, p_amount, p_currency) w;
END $$;
