-- Reading. Every function here is STABLE: what one call returns is of one moment.

-- What an account without a floor stands at: the newest kept sum, and what came since.
CREATE FUNCTION ledger_sum_(p_account bigint) RETURNS bigint
LANGUAGE sql STABLE SET search_path = pg_catalog, public AS $$
  SELECT (s.balance_minor
    + (SELECT coalesce(sum(amount_minor), 0) FROM ledger_transfer
       WHERE credit_account = p_account AND credit_sequence > s.up_to)
    - (SELECT coalesce(sum(amount_minor), 0) FROM ledger_transfer
       WHERE debit_account = p_account AND debit_sequence > s.up_to))::bigint
  FROM (SELECT balance_minor, up_to FROM (
          SELECT balance_minor, up_to FROM ledger_snapshot WHERE account_number = p_account ORDER BY up_to DESC LIMIT 1) kept
        UNION ALL SELECT 0, 0 ORDER BY up_to DESC LIMIT 1) s
$$;

CREATE FUNCTION ledger_balances(p_accounts uuid[])
RETURNS TABLE (account_id uuid, currency text, posted_minor bigint, held_minor bigint, floor_minor bigint)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, public AS $$
  SELECT a.id, a.currency, CASE WHEN a.floor_minor IS NULL THEN ledger_sum_(a.number) ELSE a.balance_minor END,
         a.held_minor, a.floor_minor
  FROM ledger_account a
  WHERE a.id = ANY (p_accounts) AND a.community_id = current_community()
$$;

-- Where an account stood just before a moment. Every movement with a sequence up to `surely_before` was before it, and
-- none above `never_after`; for an account with a floor both are its sequence at that moment.
CREATE FUNCTION ledger_before_(
  p_account ledger_account, p_before timestamptz,
  OUT balance_minor bigint, OUT surely_before bigint, OUT never_after bigint)
LANGUAGE plpgsql STABLE SET search_path = pg_catalog, public AS $$
#variable_conflict use_column
DECLARE
  v_mark bigint;
  v_base ledger_snapshot;
BEGIN
  IF p_account.floor_minor IS NOT NULL THEN
    IF p_account.posted_at < p_before THEN
      balance_minor := p_account.balance_minor;
      surely_before := p_account.sequence;
      never_after := p_account.sequence;
      RETURN;
    END IF;
    -- The newest time mark before that moment, then at most 32 movements by sequence.
    SELECT coalesce(greatest(
      (SELECT debit_sequence FROM ledger_transfer
       WHERE debit_account = p_account.number AND posted_at < p_before
         AND debit_balance_minor IS NOT NULL AND debit_sequence % 32 = 0
       ORDER BY posted_at DESC, debit_sequence DESC LIMIT 1),
      (SELECT credit_sequence FROM ledger_transfer
       WHERE credit_account = p_account.number AND posted_at < p_before
         AND credit_balance_minor IS NOT NULL AND credit_sequence % 32 = 0
       ORDER BY posted_at DESC, credit_sequence DESC LIMIT 1)), 0) INTO v_mark;
    SELECT moved.balance_minor, moved.sequence INTO balance_minor, surely_before FROM (
      SELECT debit_sequence AS sequence, debit_balance_minor AS balance_minor FROM ledger_transfer
        WHERE debit_account = p_account.number AND debit_sequence BETWEEN v_mark AND v_mark + 31 AND posted_at < p_before
      UNION ALL
      SELECT credit_sequence, credit_balance_minor FROM ledger_transfer
        WHERE credit_account = p_account.number AND credit_sequence BETWEEN v_mark AND v_mark + 31
          AND posted_at < p_before) moved
      ORDER BY moved.sequence DESC LIMIT 1;
    balance_minor := coalesce(balance_minor, 0);
    surely_before := coalesce(surely_before, 0);
    never_after := surely_before;
    RETURN;
  END IF;

  -- Without a floor: the newest kept sum that lies wholly before, and what else came before, up to the last stretch that
  -- can hold any of it.
  SELECT * INTO v_base FROM ledger_snapshot
    WHERE account_number = p_account.number AND posted_until < p_before
    ORDER BY posted_until DESC, up_to DESC LIMIT 1;
  surely_before := coalesce(v_base.up_to, 0);
  SELECT CASE WHEN bool_and(later.posted_from >= p_before) FILTER (WHERE is_last)
           THEN coalesce(max(later.up_to) FILTER (WHERE later.posted_from < p_before), surely_before) END
    INTO never_after
    FROM (SELECT up_to, posted_from, up_to = max(up_to) OVER () AS is_last FROM ledger_snapshot
          WHERE account_number = p_account.number AND up_to > surely_before) later;
  never_after := coalesce(never_after, 9223372036854775807);
  SELECT coalesce(v_base.balance_minor, 0)
    + (SELECT coalesce(sum(amount_minor), 0) FROM ledger_transfer
       WHERE credit_account = p_account.number AND credit_sequence > surely_before
         AND credit_sequence <= never_after AND posted_at < p_before)
    - (SELECT coalesce(sum(amount_minor), 0) FROM ledger_transfer
       WHERE debit_account = p_account.number AND debit_sequence > surely_before
         AND debit_sequence <= never_after AND posted_at < p_before)
    INTO balance_minor;
END $$;

CREATE FUNCTION ledger_balance_before(p_account uuid, p_before timestamptz) RETURNS bigint
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, public AS $$
  SELECT (ledger_before_(a, p_before)).balance_minor FROM ledger_account a
  WHERE a.id = p_account AND a.community_id = current_community()
$$;

-- The movements with p_since <= posted_at < p_until, each with the balance after it, in order.
CREATE FUNCTION ledger_statement(p_account uuid, p_since timestamptz, p_until timestamptz)
RETURNS TABLE (at timestamptz, number bigint, kind text, description text, reference text, note text,
  amount_minor bigint, balance_minor bigint, sequence bigint, other_id uuid, other_owner text, other_purpose text)
LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = pg_catalog, public AS $$
#variable_conflict use_column
DECLARE
  v_account ledger_account;
  v_since record;
  v_until record;
BEGIN
  SELECT * INTO v_account FROM ledger_account WHERE id = p_account AND community_id = current_community();
  IF NOT FOUND THEN
    RETURN;
  END IF;
  v_since := ledger_before_(v_account, p_since);
  v_until := ledger_before_(v_account, p_until);
  RETURN QUERY
    WITH moved AS (
      SELECT number, posted_at, -amount_minor AS amount_minor, debit_sequence AS sequence,
             debit_balance_minor AS balance_minor, credit_account AS other
        FROM ledger_transfer
        WHERE debit_account = v_account.number
          AND debit_sequence > v_since.surely_before AND debit_sequence <= v_until.never_after
          AND posted_at >= p_since AND posted_at < p_until
      UNION ALL
      SELECT number, posted_at, amount_minor, credit_sequence, credit_balance_minor, debit_account
        FROM ledger_transfer
        WHERE credit_account = v_account.number
          AND credit_sequence > v_since.surely_before AND credit_sequence <= v_until.never_after
          AND posted_at >= p_since AND posted_at < p_until
    )
    SELECT m.posted_at, m.number, e.kind::text, e.description::text, e.reference::text,
           coalesce(e.details -> 'notes' ->> (m.number % 4096)::int, ''), m.amount_minor::bigint,
           CASE WHEN v_account.floor_minor IS NOT NULL THEN m.balance_minor
             ELSE (v_since.balance_minor + sum(m.amount_minor) OVER (ORDER BY m.posted_at, m.number))::bigint END,
           m.sequence::bigint, o.id, o.owner::text, o.purpose::text
      FROM moved m
      JOIN ledger_entry e ON e.number = m.number / 4096
      JOIN ledger_account o ON o.number = m.other
      ORDER BY CASE WHEN v_account.floor_minor IS NOT NULL THEN m.sequence END, m.posted_at, m.number;
END $$;

-- Every balance of the community, summed by whose it is and what for: per currency they add up to nothing.
CREATE FUNCTION ledger_trial_balance()
RETURNS TABLE (owner_kind text, purpose text, currency text, accounts bigint, balance_minor bigint, held_minor bigint)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, public AS $$
  SELECT split_part(a.owner, ':', 1), a.purpose, a.currency, count(*),
         sum(CASE WHEN a.floor_minor IS NULL THEN ledger_sum_(a.number) ELSE a.balance_minor END)::bigint,
         sum(a.held_minor)::bigint
  FROM ledger_account a
  WHERE a.community_id = current_community()
  GROUP BY 1, 2, 3
  ORDER BY 3, 1, 2
$$;
