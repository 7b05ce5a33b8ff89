-- Holds: money set aside on an account with a floor, then captured (in parts, up to its amount), released or expired.
-- Whoever changes a hold has its account's lock, so a hold is decided once, whatever races.

CREATE FUNCTION ledger_hold(
  p_key text, p_at timestamptz, p_id uuid, p_account uuid, p_amount bigint, p_currency text,
  p_expires_at timestamptz, p_description text, p_reference text,
  OUT hold_id uuid, OUT entry_at timestamptz, OUT replayed boolean, OUT refusal jsonb)
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, public AS $$
DECLARE
  v_community uuid := ledger_community_();
  v_account ledger_account;
  v_body jsonb := jsonb_build_object('kind', 'hold', 'account', p_account, 'amount', p_amount, 'currency', p_currency,
    'expires_at', p_expires_at AT TIME ZONE 'UTC', 'description', p_description, 'reference', p_reference);
  v_number bigint;
  v_available bigint;
BEGIN
  replayed := false;
  SELECT * INTO v_account FROM ledger_account
    WHERE id = p_account AND community_id = v_community AND floor_minor IS NOT NULL FOR NO KEY UPDATE;
  refusal := CASE
    WHEN v_account.id IS NULL AND EXISTS (SELECT FROM ledger_account WHERE id = p_account AND community_id = v_community)
      THEN jsonb_build_object('code', 'ledger.account_without_floor', 'account', p_account)
    WHEN v_account.id IS NULL THEN jsonb_build_object('code', 'ledger.account_unknown', 'account', p_account)
    WHEN p_amount <= 0 THEN jsonb_build_object('code', 'ledger.amount_not_positive')
    WHEN p_amount > 1000000000000000 THEN jsonb_build_object('code', 'ledger.amount_too_large')
    WHEN v_account.currency <> p_currency THEN jsonb_build_object('code', 'ledger.currency_differs')
  END;
  IF refusal IS NOT NULL THEN
    RETURN;
  END IF;
  entry_at := greatest(p_at, v_account.posted_at);
  v_available := v_account.balance_minor - v_account.held_minor - v_account.floor_minor;
  IF v_available < p_amount THEN
    SELECT r.entry_number, r.entry_at, r.replayed, r.refusal INTO v_number, entry_at, replayed, refusal
      FROM ledger_refuse_(v_community, p_key, entry_at, p_description, p_reference, v_body,
        ledger_insufficient_(p_account, v_available, p_amount, p_currency)) r;
  ELSE
    v_number := nextval('ledger_entry_number');
    INSERT INTO ledger_entry (number, community_id, posted_at, kind, key, description, reference, details)
      VALUES (v_number, v_community, entry_at, 'hold', p_key, p_description, p_reference,
              jsonb_build_object('hold', p_id, 'amount', p_amount, 'body', v_body))
      ON CONFLICT (community_id, key) DO NOTHING;
    IF FOUND THEN
      hold_id := p_id;
      INSERT INTO ledger_hold (id, community_id, entry_number, account_number, amount_minor, held_at, expires_at)
        VALUES (p_id, v_community, v_number, v_account.number, p_amount, entry_at, p_expires_at);
      UPDATE ledger_account SET held_minor = held_minor + p_amount WHERE id = p_account;
      RETURN;
    END IF;
    SELECT r.entry_number, r.entry_at, r.replayed, r.refusal INTO v_number, entry_at, replayed, refusal
      FROM ledger_replay_(v_community, p_key, v_body) r;
  END IF;
  IF replayed AND refusal IS NULL THEN
    SELECT id INTO hold_id FROM ledger_hold WHERE entry_number = v_number;
  END IF;
END $$;

-- Post up to what is left of a hold (all of it when p_amount is empty) to another account. The floor cannot refuse this:
-- the money was set aside. What is left stays held.
CREATE FUNCTION ledger_capture(
  p_key text, p_at timestamptz, p_hold uuid, p_credit uuid, p_amount bigint, p_currency text,
  p_description text, p_reference text,
  OUT entry_number bigint, OUT entry_at timestamptz, OUT replayed boolean, OUT refusal jsonb)
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, public AS $$
DECLARE
  v_community uuid := ledger_community_();
  v_hold ledger_hold;
  v_debit ledger_account;
  v_credit ledger_account;
  v_account ledger_account;
  v_body jsonb := jsonb_build_object('kind', 'capture', 'hold', p_hold, 'credit', p_credit, 'amount', p_amount,
    'currency', p_currency, 'description', p_description, 'reference', p_reference);
  v_amount bigint;
  v_left bigint;
BEGIN
  replayed := false;
  SELECT a.* INTO v_debit FROM ledger_hold h JOIN ledger_account a ON a.number = h.account_number
    WHERE h.id = p_hold AND h.community_id = v_community;
  SELECT * INTO v_credit FROM ledger_account WHERE id = p_credit AND community_id = v_community;
  refusal := CASE
    WHEN v_debit.id IS NULL THEN jsonb_build_object('code', 'ledger.hold_unknown')
    WHEN v_credit.id IS NULL THEN jsonb_build_object('code', 'ledger.account_unknown', 'account', p_credit)
    WHEN v_debit.id = p_credit THEN jsonb_build_object('code', 'ledger.one_account', 'account', p_credit)
    WHEN p_amount <= 0 THEN jsonb_build_object('code', 'ledger.amount_not_positive')
    WHEN v_debit.currency <> coalesce(p_currency, v_debit.currency) OR v_credit.currency <> v_debit.currency
      THEN jsonb_build_object('code', 'ledger.currency_differs')
  END;
  IF refusal IS NOT NULL THEN
    RETURN;
  END IF;
  FOR v_account IN SELECT * FROM ledger_account WHERE id IN (v_debit.id, p_credit) AND floor_minor IS NOT NULL
                   ORDER BY id FOR NO KEY UPDATE LOOP
    IF v_account.id = p_credit THEN
      v_credit := v_account;
    ELSE
      v_debit := v_account;
    END IF;
  END LOOP;
  SELECT * INTO STRICT v_hold FROM ledger_hold WHERE id = p_hold;
  v_left := v_hold.amount_minor - v_hold.captured_minor;
  v_amount := coalesce(p_amount, v_left);
  entry_at := greatest(p_at, v_debit.posted_at, v_credit.posted_at);
  refusal := CASE
    WHEN v_hold.state <> 'open' THEN jsonb_build_object('code', 'ledger.hold_ended', 'state', v_hold.state)
    WHEN v_hold.expires_at <= p_at THEN jsonb_build_object('code', 'ledger.hold_ended', 'state', 'expired')
    WHEN v_amount > v_left
      THEN jsonb_build_object('code', 'ledger.hold_exceeded', 'left_minor', v_left, 'currency', v_debit.currency)
  END;
  IF refusal IS NOT NULL THEN
    SELECT r.* INTO entry_number, entry_at, replayed, refusal
      FROM ledger_refuse_(v_community, p_key, entry_at, p_description, p_reference, v_body, refusal) r;
    RETURN;
  END IF;

  entry_number := nextval('ledger_entry_number');
  INSERT INTO ledger_entry (number, community_id, posted_at, kind, key, description, reference, details)
    VALUES (entry_number, v_community, entry_at, 'capture', p_key, p_description, p_reference,
            jsonb_build_object('hold', p_hold, 'body', v_body))
    ON CONFLICT (community_id, key) DO NOTHING;
  IF NOT FOUND THEN
    SELECT r.* INTO entry_number, entry_at, replayed, refusal FROM ledger_replay_(v_community, p_key, v_body) r;
    RETURN;
  END IF;
  UPDATE ledger_hold SET captured_minor = captured_minor + v_amount,
      state = CASE WHEN v_amount = v_left THEN 'captured' ELSE 'open' END,
      ended_at = CASE WHEN v_amount = v_left THEN entry_at END
    WHERE id = p_hold;
  UPDATE ledger_account SET balance_minor = balance_minor - v_amount, held_minor = held_minor - v_amount,
      sequence = sequence + 1, posted_at = entry_at
    WHERE id = v_debit.id;
  IF v_credit.floor_minor IS NOT NULL THEN
    UPDATE ledger_account SET balance_minor = balance_minor + v_amount, sequence = sequence + 1, posted_at = entry_at
      WHERE id = p_credit;
  END IF;
  INSERT INTO ledger_transfer (number, community_id, posted_at, debit_account, credit_account, amount_minor,
      debit_sequence, credit_sequence, debit_balance_minor, credit_balance_minor)
    VALUES (entry_number * 4096, v_community, entry_at, v_debit.number, v_credit.number, v_amount,
      v_debit.sequence + 1,
      CASE WHEN v_credit.floor_minor IS NULL THEN entry_number * 4096 ELSE v_credit.sequence + 1 END,
      v_debit.balance_minor - v_amount,
      CASE WHEN v_credit.floor_minor IS NOT NULL THEN v_credit.balance_minor + v_amount END);
END $$;

-- Give back what is left of a hold.
CREATE FUNCTION ledger_release(
  p_key text, p_at timestamptz, p_hold uuid, p_description text, p_reference text,
  OUT entry_number bigint, OUT entry_at timestamptz, OUT replayed boolean, OUT refusal jsonb)
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, public AS $$
DECLARE
  v_community uuid := ledger_community_();
  v_hold ledger_hold;
  v_account ledger_account;
  v_body jsonb := jsonb_build_object('kind', 'release', 'hold', p_hold, 'description', p_description,
    'reference', p_reference);
BEGIN
  replayed := false;
  SELECT a.* INTO v_account FROM ledger_account a
    WHERE a.number = (SELECT account_number FROM ledger_hold WHERE id = p_hold AND community_id = v_community)
    FOR NO KEY UPDATE;
  IF NOT FOUND THEN
    refusal := jsonb_build_object('code', 'ledger.hold_unknown');
    RETURN;
  END IF;
  SELECT * INTO STRICT v_hold FROM ledger_hold WHERE id = p_hold;
  entry_at := greatest(p_at, v_account.posted_at);
  IF v_hold.state <> 'open' THEN
    SELECT r.* INTO entry_number, entry_at, replayed, refusal
      FROM ledger_refuse_(v_community, p_key, entry_at, p_description, p_reference, v_body,
        jsonb_build_object('code', 'ledger.hold_ended', 'state', v_hold.state)) r;
    RETURN;
  END IF;
  entry_number := nextval('ledger_entry_number');
  INSERT INTO ledger_entry (number, community_id, posted_at, kind, key, description, reference, details)
    VALUES (entry_number, v_community, entry_at, 'release', p_key, p_description, p_reference,
            jsonb_build_object('hold', p_hold, 'amount', v_hold.amount_minor - v_hold.captured_minor, 'body', v_body))
    ON CONFLICT (community_id, key) DO NOTHING;
  IF NOT FOUND THEN
    SELECT r.* INTO entry_number, entry_at, replayed, refusal FROM ledger_replay_(v_community, p_key, v_body) r;
    RETURN;
  END IF;
  UPDATE ledger_hold SET state = 'released', ended_at = entry_at WHERE id = p_hold;
  UPDATE ledger_account SET held_minor = held_minor - (v_hold.amount_minor - v_hold.captured_minor)
    WHERE id = v_account.id;
END $$;

-- Release the holds of the community whose time is over, at most p_limit; accounts that are busy wait for the next time.
CREATE FUNCTION ledger_expire_holds(p_at timestamptz, p_limit int) RETURNS int
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, public AS $$
DECLARE
  v_community uuid := ledger_community_();
  v_due uuid[];
  v_accounts bigint[];
  v_expired int;
BEGIN
  SELECT array_agg(id), array_agg(account_number) INTO v_due, v_accounts
    FROM (SELECT id, account_number FROM ledger_hold
          WHERE community_id = v_community AND state = 'open' AND expires_at <= p_at
          ORDER BY expires_at LIMIT p_limit) due;
  IF v_due IS NULL THEN
    RETURN 0;
  END IF;
  SELECT array_agg(number) INTO v_accounts
    FROM (SELECT number FROM ledger_account WHERE number = ANY (v_accounts) ORDER BY id
          FOR NO KEY UPDATE SKIP LOCKED) free;
  WITH ended AS (
    UPDATE ledger_hold SET state = 'expired', ended_at = p_at
      WHERE id = ANY (v_due) AND account_number = ANY (v_accounts) AND state = 'open'
      RETURNING id, account_number, amount_minor - captured_minor AS left_minor
  ), freed AS (
    UPDATE ledger_account a SET held_minor = held_minor - e.left_minor
      FROM (SELECT account_number, sum(left_minor)::bigint AS left_minor FROM ended GROUP BY account_number) e
      WHERE a.number = e.account_number
  ), told AS (
    INSERT INTO ledger_entry (number, community_id, posted_at, kind, description, reference, details)
      SELECT nextval('ledger_entry_number'), v_community, p_at, 'expire', '', '',
             jsonb_build_object('hold', id, 'amount', left_minor)
      FROM ended
  )
  SELECT count(*) INTO v_expired FROM ended;
  RETURN v_expired;
END $$;
