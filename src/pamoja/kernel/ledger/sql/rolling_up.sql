-- Rolled-up sums of accounts without a floor. Nobody waits for this, and it waits for nobody.
--
-- Transfers become visible in another order than their numbers, so a sum "up to number n" may be kept only when no
-- transaction that drew a number up to n is still open. Every writer has its transaction id before it draws a number.
-- This function reads the newest number before its own transaction has an id, and keeps both (the fence). Whoever drew a
-- number up to the fence therefore has a lower id than the fence's. Once no transaction with a lower id is open, all those
-- numbers are decided, and the next call rolls them up.

CREATE FUNCTION ledger_roll_up(p_stretch int DEFAULT 1000) RETURNS int
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, public AS $$
DECLARE
  v_newest bigint;
  v_fence ledger_fence;
  v_kept int := 0;
BEGIN
  IF pg_current_xact_id_if_assigned() IS NOT NULL THEN
    RAISE EXCEPTION 'rolling up needs a transaction of its own that has written nothing'
      USING ERRCODE = 'active_sql_transaction';
  END IF;
  IF NOT pg_try_advisory_xact_lock(hashtext('ledger_roll_up')) THEN
    RETURN 0;
  END IF;
  SELECT CASE WHEN is_called THEN last_value ELSE 0 END INTO v_newest FROM ledger_entry_number;
  SELECT * INTO v_fence FROM ledger_fence;
  IF FOUND AND pg_snapshot_xmin(pg_current_snapshot()) < v_fence.xid THEN
    RETURN 0;
  END IF;
  IF FOUND THEN
    v_kept := ledger_keep_sums_(v_fence.up_to * 4096 + 4095, p_stretch);
  END IF;
  INSERT INTO ledger_fence (up_to, xid) VALUES (v_newest, pg_current_xact_id())
    ON CONFLICT (one) DO UPDATE SET up_to = excluded.up_to, xid = excluded.xid;
  RETURN v_kept;
END $$;

-- Keep a sum after every p_stretch transfers of each account without a floor, numbers up to p_up_to.
CREATE FUNCTION ledger_keep_sums_(p_up_to bigint, p_stretch int) RETURNS int
LANGUAGE plpgsql SET search_path = pg_catalog, public AS $$
DECLARE
  v_kept int;
BEGIN
  WITH account AS (
    SELECT a.number, a.community_id, coalesce(s.up_to, 0) AS after, coalesce(s.balance_minor, 0) AS balance_minor,
           coalesce(s.posted_until, '-infinity') AS posted_until
    FROM ledger_account a
    LEFT JOIN LATERAL (SELECT * FROM ledger_snapshot WHERE account_number = a.number ORDER BY up_to DESC LIMIT 1) s ON true
    WHERE a.floor_minor IS NULL
  ), moved AS (
    SELECT a.number AS account_number, t.* FROM account a CROSS JOIN LATERAL (
      SELECT number, posted_at, amount_minor FROM ledger_transfer
        WHERE credit_account = a.number AND credit_sequence > a.after AND credit_sequence <= p_up_to
      UNION ALL
      SELECT number, posted_at, -amount_minor FROM ledger_transfer
        WHERE debit_account = a.number AND debit_sequence > a.after AND debit_sequence <= p_up_to) t
  ), placed AS (
    SELECT *, (row_number() OVER (PARTITION BY account_number ORDER BY number) - 1) / p_stretch AS stretch FROM moved
  ), summed AS (
    SELECT account_number, stretch, max(number) AS up_to, sum(amount_minor) AS amount_minor,
           min(posted_at) AS posted_from, max(posted_at) AS posted_until
    FROM placed GROUP BY account_number, stretch HAVING count(*) = p_stretch
  )
  INSERT INTO ledger_snapshot (account_number, up_to, community_id, balance_minor, posted_from, posted_until)
    SELECT a.number, s.up_to, a.community_id,
           a.balance_minor + sum(s.amount_minor) OVER (PARTITION BY a.number ORDER BY s.stretch),
           s.posted_from,
           greatest(a.posted_until, max(s.posted_until) OVER (PARTITION BY a.number ORDER BY s.stretch))
    FROM summed s JOIN account a ON a.number = s.account_number;
  GET DIAGNOSTICS v_kept = ROW_COUNT;
  RETURN v_kept;
END $$;
