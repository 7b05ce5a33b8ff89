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
                        array_agg(t.amount_minor::bigint ORDER BY t.number))
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

-- One entry of one transfer: what happens most, so it is written the shortest way. It looks without a lock whether
-- anything speaks against it, then changes the accounts with a floor, in the order of their ids: the update is the lock,
-- and its condition the check. Whatever is not plain is left to `ledger_write_`, which decides under locks.
CREATE FUNCTION ledger_post_one(
  p_key text, p_at timestamptz, p_description text, p_reference text,
  p_debit uuid, p_credit uuid, p_amount bigint, p_currency text, p_details jsonb,
  OUT entry_number bigint, OUT entry_at timestamptz, OUT replayed boolean, OUT refusal jsonb)
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, public AS $$
DECLARE
  v_community uuid := current_community();
  v_debit bigint;
  v_debit_floored boolean;
  v_debit_balance bigint;
  v_debit_sequence bigint;
  v_debit_at timestamptz;
  v_credit bigint;
  v_credit_floored boolean;
  v_credit_balance bigint;
  v_credit_sequence bigint;
  v_credit_at timestamptz;
  v_xid xid8;
BEGIN
  IF p_debit <> p_credit AND p_amount BETWEEN 1 AND 1000000000000000 THEN
    SELECT d.number, d.floor_minor IS NOT NULL, c.number, c.floor_minor IS NOT NULL,
           greatest(p_at, d.posted_at, c.posted_at)
      INTO v_debit, v_debit_floored, v_credit, v_credit_floored, entry_at
      FROM ledger_account d, ledger_account c
      WHERE d.id = p_debit AND d.community_id = v_community AND d.currency = p_currency
        AND c.id = p_credit AND c.community_id = v_community AND c.currency = p_currency
        AND (d.floor_minor IS NULL OR d.balance_minor - d.held_minor - p_amount >= d.floor_minor)
        AND NOT EXISTS (SELECT FROM ledger_entry WHERE community_id = v_community AND key = p_key);
  END IF;
  <<plain>>
  BEGIN
    EXIT plain WHEN v_debit IS NULL;
    IF v_credit_floored AND p_credit < p_debit THEN
      UPDATE ledger_account
        SET balance_minor = balance_minor + p_amount, sequence = sequence + 1, posted_at = greatest(posted_at, entry_at)
        WHERE id = p_credit
        RETURNING balance_minor, sequence, posted_at INTO v_credit_balance, v_credit_sequence, v_credit_at;
    END IF;
    IF v_debit_floored THEN
      UPDATE ledger_account
        SET balance_minor = balance_minor - p_amount, sequence = sequence + 1, posted_at = greatest(posted_at, entry_at)
        WHERE id = p_debit AND balance_minor - held_minor - p_amount >= floor_minor
        RETURNING balance_minor, sequence, posted_at INTO v_debit_balance, v_debit_sequence, v_debit_at;
      EXIT plain WHEN NOT FOUND;  -- somebody was quicker, and now there is not enough
    END IF;
    IF v_credit_floored AND p_credit > p_debit THEN
      UPDATE ledger_account
        SET balance_minor = balance_minor + p_amount, sequence = sequence + 1, posted_at = greatest(posted_at, entry_at)
        WHERE id = p_credit
        RETURNING balance_minor, sequence, posted_at INTO v_credit_balance, v_credit_sequence, v_credit_at;
    END IF;
    -- An account's time only goes forward, so that its sequence and its statement tell the same story.
    entry_at := greatest(entry_at, v_debit_at, v_credit_at);
    IF v_debit_at < entry_at OR v_credit_at < entry_at THEN
      UPDATE ledger_account SET posted_at = entry_at
        WHERE id IN (p_debit, p_credit) AND floor_minor IS NOT NULL AND posted_at < entry_at;
    END IF;

    v_xid := pg_current_xact_id();  -- before the number: see rolling_up.sql
    entry_number := nextval('ledger_entry_number');
    INSERT INTO ledger_entry (number, community_id, posted_at, kind, key, description, reference, details)
      VALUES (entry_number, v_community, entry_at, 'post', p_key, p_description, p_reference, p_details)
      ON CONFLICT (community_id, key) DO NOTHING;
    EXIT plain WHEN NOT FOUND;  -- somebody was quicker with this key
    INSERT INTO ledger_transfer (number, community_id, posted_at, debit_account, credit_account, amount_minor,
        debit_sequence, credit_sequence, debit_balance_minor, credit_balance_minor)
      VALUES (entry_number * 4096, v_community, entry_at, v_debit, v_credit, p_amount,
        coalesce(v_debit_sequence, entry_number * 4096), coalesce(v_credit_sequence, entry_number * 4096),
        v_debit_balance, v_credit_balance);
    replayed := false;
    RETURN;
  END;

  -- Take back what was done, still under its locks, and begin again the careful way.
  UPDATE ledger_account
    SET balance_minor = balance_minor + CASE id WHEN p_debit THEN p_amount ELSE -p_amount END, sequence = sequence - 1
    WHERE (id = p_debit AND v_debit_sequence IS NOT NULL) OR (id = p_credit AND v_credit_sequence IS NOT NULL);
  SELECT w.entry_number, w.entry_at, w.replayed, w.refusal INTO entry_number, entry_at, replayed, refusal
    FROM ledger_write_(p_at, 'post',
      CASE WHEN p_debit < p_credit THEN ARRAY[p_debit, p_credit]
           WHEN p_debit > p_credit THEN ARRAY[p_credit, p_debit] ELSE ARRAY[p_debit] END,
      ARRAY[p_key], ARRAY[p_description], ARRAY[p_reference], ARRAY[p_details], ARRAY[false], ARRAY[1],
      ARRAY[CASE WHEN p_debit > p_credit THEN 2 ELSE 1 END], ARRAY[CASE WHEN p_credit > p_debit THEN 2 ELSE 1 END],
      ARRAY[p_amount], ARRAY[p_currency]) w;
END $$;

-- One entry of several transfers, all or nothing, floors checked after each. `p_account` are the accounts in the order of
-- their ids, each once; `p_debit` and `p_credit` are places among them.
CREATE FUNCTION ledger_post(
  p_key text, p_at timestamptz, p_description text, p_reference text,
  p_account uuid[], p_debit int[], p_credit int[], p_amount bigint[], p_currency text[], p_details jsonb,
  OUT entry_number bigint, OUT entry_at timestamptz, OUT replayed boolean, OUT refusal jsonb)
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, public AS $$
BEGIN
  SELECT w.entry_number, w.entry_at, w.replayed, w.refusal INTO entry_number, entry_at, replayed, refusal
    FROM ledger_write_(p_at, 'post', p_account, ARRAY[p_key], ARRAY[p_description], ARRAY[p_reference], ARRAY[p_details],
      ARRAY[false], array_fill(1, ARRAY[cardinality(p_amount)]), p_debit, p_credit, p_amount, p_currency) w;
END $$;

-- Many entries in one call, an answer for each. `p_linked[i]` ties entry i to entry i + 1: such a chain posts whole or
-- not at all. `p_entry` says to which entry (from 1, ascending) each transfer belongs; accounts as for `ledger_post`.
CREATE FUNCTION ledger_post_batch(
  p_at timestamptz, p_account uuid[], p_key text[], p_description text[], p_reference text[], p_details jsonb[],
  p_linked boolean[], p_entry int[], p_debit int[], p_credit int[], p_amount bigint[], p_currency text[])
RETURNS TABLE (item int, entry_number bigint, entry_at timestamptz, replayed boolean, refusal jsonb)
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, public AS $$
BEGIN
  RETURN QUERY SELECT * FROM ledger_write_(p_at, 'post', p_account, p_key, p_description, p_reference, p_details, p_linked,
    p_entry, p_debit, p_credit, p_amount, p_currency);
END $$;

-- The opposite of an entry, as a new entry that refers to it; an entry is reversed at most once.
CREATE FUNCTION ledger_reverse(
  p_key text, p_at timestamptz, p_description text, p_reference text, p_entry bigint,
  OUT entry_number bigint, OUT entry_at timestamptz, OUT replayed boolean, OUT refusal jsonb)
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, public AS $$
DECLARE
  v_community uuid := ledger_community_();
  v_account uuid[];
  v_debit int[];
  v_credit int[];
  v_amount bigint[];
  v_currency text[];
  v_details jsonb := jsonb_build_object('reverses', p_entry);
BEGIN
  WITH moved AS (
    SELECT number, credit_account AS debit, debit_account AS credit, amount_minor AS amount FROM ledger_transfer
      WHERE number BETWEEN p_entry * 4096 AND p_entry * 4096 + 4095 AND community_id = v_community
  ), account AS (
    SELECT number, id, currency, row_number() OVER (ORDER BY id)::int AS place FROM ledger_account
      WHERE number IN (SELECT debit FROM moved UNION SELECT credit FROM moved)
  )
  SELECT (SELECT array_agg(id ORDER BY id) FROM account),
         array_agg(d.place ORDER BY m.number DESC), array_agg(c.place ORDER BY m.number DESC),
         array_agg(m.amount::bigint ORDER BY m.number DESC), array_agg(d.currency::text ORDER BY m.number DESC)
    INTO v_account, v_debit, v_credit, v_amount, v_currency
    FROM moved m JOIN account d ON d.number = m.debit JOIN account c ON c.number = m.credit;
  IF v_amount IS NULL THEN
    replayed := false;
    refusal := jsonb_build_object('code', 'ledger.entry_unknown');
    RETURN;
  END IF;
  BEGIN
    -- Whoever comes second must see the first reversal, not the balance that it left.
    PERFORM FROM ledger_account
      WHERE id = ANY (v_account) AND floor_minor IS NOT NULL ORDER BY id FOR NO KEY UPDATE;
    -- Asked again after success this finds its own entry and answers from it.
    IF EXISTS (SELECT FROM ledger_entry WHERE kind = 'reverse' AND (details ->> 'reverses')::bigint = p_entry
               AND key <> p_key) THEN
      RAISE unique_violation;
    END IF;
    SELECT w.entry_number, w.entry_at, w.replayed, w.refusal INTO entry_number, entry_at, replayed, refusal
      FROM ledger_write_(p_at, 'reverse', v_account, ARRAY[p_key], ARRAY[p_description], ARRAY[p_reference], ARRAY[v_details],
        ARRAY[false], array_fill(1, ARRAY[cardinality(v_amount)]), v_debit, v_credit, v_amount, v_currency) w;
  EXCEPTION WHEN unique_violation THEN
    SELECT r.* INTO entry_number, entry_at, replayed, refusal FROM ledger_refuse_(
      v_community, p_key, p_at, p_description, p_reference,
      ledger_body_('reverse', p_description, p_reference, v_details,
        (SELECT array_agg(v_account[place] ORDER BY n) FROM unnest(v_debit) WITH ORDINALITY AS u (place, n)),
        (SELECT array_agg(v_account[place] ORDER BY n) FROM unnest(v_credit) WITH ORDINALITY AS u (place, n)), v_amount),
      jsonb_build_object('code', 'ledger.already_reversed')) r;
  END;
END $$;

-- Money of one currency for money of another, over the community's clearing accounts, as one entry that keeps the rate
-- (in details). The caller has converted and rounded by the rule that public.py states.
CREATE FUNCTION ledger_exchange(
  p_key text, p_at timestamptz, p_description text, p_reference text,
  p_account uuid[], p_debit int[], p_credit int[], p_amount bigint[], p_currency text[], p_details jsonb,
  OUT entry_number bigint, OUT entry_at timestamptz, OUT replayed boolean, OUT refusal jsonb)
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, public AS $$
BEGIN
  SELECT w.entry_number, w.entry_at, w.replayed, w.refusal INTO entry_number, entry_at, replayed, refusal
    FROM ledger_write_(p_at, 'exchange', p_account, ARRAY[p_key], ARRAY[p_description], ARRAY[p_reference], ARRAY[p_details],
      ARRAY[false], array_fill(1, ARRAY[cardinality(p_amount)]), p_debit, p_credit, p_amount, p_currency) w;
END $$;
