-- The inside of every posting of more than one transfer: look up, decide step by step in memory, write set by set.

-- For each transfer the places of its two accounts among `p_accounts`, and what is wrong with it in itself (0: nothing).
-- Joined by hash: the planner cannot see how long the arrays are and would compare every pair.
CREATE FUNCTION ledger_places_(
  p_debit uuid[], p_credit uuid[], p_amount bigint[], p_currency text[], p_accounts uuid[], p_currencies text[],
  OUT debits int[], OUT credits int[], OUT wrong int[])
LANGUAGE sql STABLE SET search_path = pg_catalog, public SET enable_nestloop = off AS $$
  WITH account AS (
    SELECT id, currency, place::int FROM unnest(p_accounts, p_currencies) WITH ORDINALITY AS a (id, currency, place))
  SELECT array_agg(coalesce(d.place, 0) ORDER BY asked.place), array_agg(coalesce(c.place, 0) ORDER BY asked.place),
         array_agg(CASE WHEN d.id IS NULL THEN 1 WHEN c.id IS NULL THEN 2 WHEN d.id = c.id THEN 3
                        WHEN amount IS NULL OR amount <= 0 THEN 4
                        WHEN d.currency IS DISTINCT FROM asked.currency OR c.currency IS DISTINCT FROM asked.currency THEN 5
                        ELSE 0 END ORDER BY asked.place)
  FROM unnest(p_debit, p_credit, p_amount, p_currency) WITH ORDINALITY AS asked (debit, credit, amount, currency, place)
  LEFT JOIN account d ON d.id = asked.debit
  LEFT JOIN account c ON c.id = asked.credit
$$;

-- For each key 1 when it is among the known ones, and the place of the previous item with the same key (0: none).
CREATE FUNCTION ledger_known_(p_key text[], p_known text[], OUT known int[], OUT repeats int[])
LANGUAGE sql STABLE SET search_path = pg_catalog, public SET enable_nestloop = off AS $$
  SELECT array_agg((k.key IS NOT NULL)::int ORDER BY place), array_agg(previous ORDER BY place)
  FROM (SELECT key, place, coalesce(lag(place) OVER (PARTITION BY key ORDER BY place), 0)::int AS previous
        FROM unnest(p_key) WITH ORDINALITY AS asked (key, place)) asked
  LEFT JOIN (SELECT DISTINCT key FROM unnest(p_known) AS known (key)) k USING (key)
$$;

CREATE FUNCTION ledger_wrong_(p_wrong int, p_debit uuid, p_credit uuid) RETURNS jsonb
LANGUAGE sql IMMUTABLE SET search_path = pg_catalog, public AS $$
  SELECT CASE p_wrong
    WHEN 1 THEN jsonb_build_object('code', 'ledger.account_unknown', 'account', p_debit)
    WHEN 2 THEN jsonb_build_object('code', 'ledger.account_unknown', 'account', p_credit)
    WHEN 3 THEN jsonb_build_object('code', 'ledger.one_account', 'account', p_debit)
    WHEN 4 THEN jsonb_build_object('code', 'ledger.amount_not_positive')
    ELSE jsonb_build_object('code', 'ledger.currency_differs') END
$$;

CREATE FUNCTION ledger_write_(
  p_at timestamptz, p_kind text, p_key text[], p_description text[], p_reference text[], p_details jsonb[],
  p_linked boolean[], p_entry int[], p_debit uuid[], p_credit uuid[], p_amount bigint[], p_currency text[])
RETURNS TABLE (item int, entry_number bigint, entry_at timestamptz, replayed boolean, refusal jsonb)
LANGUAGE plpgsql SET search_path = pg_catalog, public AS $$
DECLARE
  c_none     constant bigint := -4611686018427387904;  -- a floor that is never reached
  v_community uuid := ledger_community_();
  v_items    int := cardinality(p_key);
  v_moves    int := cardinality(p_amount);
  v_at       timestamptz;
  v_xid      xid8;
  -- accounts, by place
  a_id uuid[];  a_number bigint[];  a_floor bigint[];  a_balance bigint[];  a_held bigint[];  a_sequence bigint[];
  a_floored int[];  a_currency text[];  a_moved int[];
  -- transfers, by place
  m_debit int[];  m_credit int[];  m_wrong int[];  m_posts int[];  m_place int[];
  m_debit_sequence bigint[];  m_credit_sequence bigint[];  m_debit_balance bigint[];  m_credit_balance bigint[];
  -- items, by place: state is 0 refused for good, 1 posted, 2 refused and remembered, 3 answered before
  i_state int[];  i_refusal jsonb[];  i_number bigint[];  i_known int[];  i_repeats int[];
  v_known text[];
  v_repeated boolean;  v_any_met boolean;  v_any_wrong boolean;
  v_first int;  v_last int;  v_from int;  v_move int;  v_scan int;  v_item int;  v_failed int;  v_met int;  v_back int;
  v_d int;  v_c int;  v_amount bigint;  v_state int;  v_why jsonb;  v_violated text;
  v_answer record;
BEGIN
  IF v_items IS NULL OR v_items = 0 OR v_moves = 0
     OR cardinality(p_description) <> v_items OR cardinality(p_reference) <> v_items
     OR cardinality(p_details) <> v_items OR cardinality(p_linked) <> v_items
     OR cardinality(p_entry) <> v_moves OR cardinality(p_debit) <> v_moves OR cardinality(p_credit) <> v_moves
     OR cardinality(p_currency) <> v_moves
     OR (SELECT count(DISTINCT e) <> v_items OR min(e) <> 1 OR max(e) <> v_items OR bool_or(e < previous)
         FROM (SELECT e, lag(e) OVER (ORDER BY place) AS previous FROM unnest(p_entry) WITH ORDINALITY AS u (e, place)) x)
     OR (SELECT max(n) > 4096 FROM (SELECT count(*) AS n FROM unnest(p_entry) AS u (e) GROUP BY e) x) THEN
    RAISE EXCEPTION 'a batch needs as many texts as entries, and 1 to 4096 transfers for each, in order'
      USING ERRCODE = 'invalid_parameter_value';
  END IF;
  SELECT array_agg((place - 1 - first)::int ORDER BY place) INTO m_place FROM (
    SELECT place, min(place - 1) OVER (PARTITION BY e) AS first FROM unnest(p_entry) WITH ORDINALITY AS u (e, place)) x;

  LOOP
    BEGIN
      -- Lock the accounts with a floor, in the order of their ids; read the others.
      SELECT coalesce(array_agg(id), '{}'), coalesce(array_agg(number), '{}'), coalesce(array_agg(floor_minor), '{}'),
             coalesce(array_agg(balance_minor), '{}'), coalesce(array_agg(held_minor), '{}'),
             coalesce(array_agg(sequence), '{}'), coalesce(array_agg(1), '{}'), coalesce(array_agg(currency), '{}'),
             greatest(p_at, max(posted_at))
        INTO a_id, a_number, a_floor, a_balance, a_held, a_sequence, a_floored, a_currency, v_at
        FROM (SELECT * FROM ledger_account
              WHERE community_id = v_community AND floor_minor IS NOT NULL AND id = ANY (
                SELECT unnest(p_debit) UNION SELECT unnest(p_credit))
              ORDER BY id FOR NO KEY UPDATE) locked;
      SELECT a_id || coalesce(array_agg(id), '{}'), a_number || coalesce(array_agg(number), '{}'),
             a_floor || coalesce(array_agg(c_none), '{}'), a_balance || coalesce(array_agg(0::bigint), '{}'),
             a_held || coalesce(array_agg(0::bigint), '{}'), a_sequence || coalesce(array_agg(0::bigint), '{}'),
             a_floored || coalesce(array_agg(0), '{}'), a_currency || coalesce(array_agg(currency), '{}')
        INTO a_id, a_number, a_floor, a_balance, a_held, a_sequence, a_floored, a_currency
        FROM ledger_account
        WHERE community_id = v_community AND floor_minor IS NULL AND id = ANY (
          SELECT unnest(p_debit) UNION SELECT unnest(p_credit));
      a_moved := array_fill(0, ARRAY[cardinality(a_id)]);
      SELECT p.debits, p.credits, p.wrong INTO m_debit, m_credit, m_wrong
        FROM ledger_places_(p_debit, p_credit, p_amount, p_currency, a_id, a_currency) p;

      -- Which keys were used before, here or earlier in this batch? Mostly none.
      SELECT array_agg(key) INTO v_known FROM ledger_entry WHERE community_id = v_community AND key = ANY (p_key);
      v_repeated := (SELECT count(DISTINCT key) < v_items FROM unnest(p_key) AS u (key));
      IF v_known IS NOT NULL OR v_repeated THEN
        SELECT k.known, k.repeats INTO i_known, i_repeats FROM ledger_known_(p_key, v_known) k;
      END IF;
      v_any_met := v_known IS NOT NULL OR v_repeated;
      v_any_wrong := EXISTS (SELECT FROM unnest(m_wrong) AS w (wrong) WHERE wrong <> 0);

      -- Decide, chain by chain, in order.
      i_state := array_fill(0, ARRAY[v_items]);
      i_refusal := array_fill(NULL::jsonb, ARRAY[v_items]);
      m_posts := array_fill(0, ARRAY[v_moves]);
      m_debit_sequence := array_fill(0::bigint, ARRAY[v_moves]);
      m_credit_sequence := m_debit_sequence;  m_debit_balance := m_debit_sequence;  m_credit_balance := m_debit_sequence;
      v_move := 1;
      v_first := 1;
      WHILE v_first <= v_items LOOP
        v_last := v_first;
        WHILE v_last < v_items AND p_linked[v_last] LOOP
          v_last := v_last + 1;
        END LOOP;
        v_from := v_move;
        v_failed := 0;
        v_met := 0;
        v_scan := v_from;
        -- What is wrong in itself is refused first, whatever the books say, and burns no key.
        WHILE v_any_wrong AND v_scan <= v_moves AND p_entry[v_scan] <= v_last LOOP
          IF m_wrong[v_scan] <> 0 THEN
            v_failed := p_entry[v_scan];
            v_state := 0;
            v_why := ledger_wrong_(m_wrong[v_scan], p_debit[v_scan], p_credit[v_scan]);
            EXIT;
          END IF;
          v_scan := v_scan + 1;
        END LOOP;
        FOR v_item IN v_first .. CASE WHEN v_failed = 0 AND v_any_met THEN v_last ELSE 0 END LOOP
          v_back := i_repeats[v_item];
          WHILE v_back > 0 AND v_back < v_first AND i_state[v_back] = 0 LOOP
            v_back := i_repeats[v_back];
          END LOOP;
          IF i_known[v_item] = 1 OR v_back > 0 THEN
            v_met := v_met + 1;
            i_state[v_item] := 3;
          END IF;
        END LOOP;
        IF v_met > 0 THEN
          IF v_met < v_last - v_first + 1 THEN
            -- A chain that is partly old is another request than the one answered before.
            FOR v_item IN v_first .. v_last LOOP
              i_refusal[v_item] := CASE WHEN i_state[v_item] = 3
                THEN jsonb_build_object('code', 'ledger.key_reused', 'key', p_key[v_item])
                ELSE jsonb_build_object('code', 'ledger.linked_refused') END;
              i_state[v_item] := 0;
            END LOOP;
          END IF;
          WHILE v_move <= v_moves AND p_entry[v_move] <= v_last LOOP
            v_move := v_move + 1;
          END LOOP;
          v_first := v_last + 1;
          CONTINUE;
        END IF;

        v_scan := v_from;
        WHILE v_failed = 0 AND v_scan <= v_moves AND p_entry[v_scan] <= v_last LOOP
          v_d := m_debit[v_scan];
          v_c := m_credit[v_scan];
          v_amount := p_amount[v_scan];
          IF a_balance[v_d] - v_amount - a_held[v_d] < a_floor[v_d] THEN
            v_failed := p_entry[v_scan];
            v_state := 2;
            v_why := ledger_insufficient_(a_id[v_d], a_balance[v_d] - a_held[v_d] - a_floor[v_d], v_amount, a_currency[v_d]);
            EXIT;
          END IF;
          a_balance[v_d] := a_balance[v_d] - v_amount;
          a_balance[v_c] := a_balance[v_c] + v_amount;
          a_sequence[v_d] := a_sequence[v_d] + 1;
          a_sequence[v_c] := a_sequence[v_c] + 1;
          m_debit_balance[v_scan] := a_balance[v_d];
          m_credit_balance[v_scan] := a_balance[v_c];
          m_debit_sequence[v_scan] := a_sequence[v_d];
          m_credit_sequence[v_scan] := a_sequence[v_c];
          m_posts[v_scan] := 1;
          v_scan := v_scan + 1;
        END LOOP;
        IF v_failed = 0 THEN
          FOR v_item IN v_first .. v_last LOOP
            i_state[v_item] := 1;
          END LOOP;
          v_move := v_scan;
        ELSE
          FOR v_back IN REVERSE v_scan - 1 .. v_from LOOP
            v_d := m_debit[v_back];
            v_c := m_credit[v_back];
            a_balance[v_d] := a_balance[v_d] + p_amount[v_back];
            a_balance[v_c] := a_balance[v_c] - p_amount[v_back];
            a_sequence[v_d] := a_sequence[v_d] - 1;
            a_sequence[v_c] := a_sequence[v_c] - 1;
            m_posts[v_back] := 0;
          END LOOP;
          FOR v_item IN v_first .. v_last LOOP
            i_state[v_item] := v_state;
            i_refusal[v_item] := CASE WHEN v_item = v_failed THEN v_why
              ELSE jsonb_build_object('code', 'ledger.linked_refused') END;
          END LOOP;
          WHILE v_move <= v_moves AND p_entry[v_move] <= v_last LOOP
            v_move := v_move + 1;
          END LOOP;
        END IF;
        v_first := v_last + 1;
      END LOOP;

      -- Write. A key that somebody else has taken meanwhile sends us back to the start with nothing done.
      v_xid := pg_current_xact_id();  -- before the numbers: see rolling_up.sql
      SELECT array_agg(CASE WHEN s.state IN (1, 2) THEN nextval('ledger_entry_number') ELSE 0 END ORDER BY s.place)
        INTO i_number FROM unnest(i_state) WITH ORDINALITY AS s (state, place);
      INSERT INTO ledger_entry (number, community_id, posted_at, kind, key, description, reference, details)
        SELECT n.number, v_community, v_at, CASE n.state WHEN 1 THEN p_kind ELSE 'refused' END,
               n.key, n.description, n.reference,
               CASE n.state WHEN 1 THEN n.details ELSE jsonb_build_object('refusal', n.refusal, 'body', (
                 SELECT ledger_body_(p_kind, n.description, n.reference, n.details, array_agg(m.debit ORDER BY m.place),
                                     array_agg(m.credit ORDER BY m.place), array_agg(m.amount ORDER BY m.place))
                 FROM unnest(p_entry, p_debit, p_credit, p_amount) WITH ORDINALITY AS m (entry, debit, credit, amount, place)
                 WHERE m.entry = n.place)) END
        FROM unnest(i_number, i_state, p_key, p_description, p_reference, p_details, i_refusal)
          WITH ORDINALITY AS n (number, state, key, description, reference, details, refusal, place)
        WHERE n.state IN (1, 2);
      INSERT INTO ledger_transfer (number, community_id, posted_at, debit_account, credit_account, amount_minor,
          debit_sequence, credit_sequence, debit_balance_minor, credit_balance_minor)
        SELECT n.number, v_community, v_at, a_number[m.debit], a_number[m.credit], m.amount,
               CASE a_floored[m.debit] WHEN 1 THEN m.debit_sequence ELSE n.number END,
               CASE a_floored[m.credit] WHEN 1 THEN m.credit_sequence ELSE n.number END,
               CASE a_floored[m.debit] WHEN 1 THEN m.debit_balance END,
               CASE a_floored[m.credit] WHEN 1 THEN m.credit_balance END
        FROM unnest(p_entry, m_place, m_posts, m_debit, m_credit, p_amount,
                    m_debit_sequence, m_credit_sequence, m_debit_balance, m_credit_balance)
          AS m (entry, place, posts, debit, credit, amount, debit_sequence, credit_sequence, debit_balance, credit_balance)
        CROSS JOIN LATERAL (SELECT i_number[m.entry] * 4096 + m.place AS number) n
        WHERE m.posts = 1;
      UPDATE ledger_account a SET balance_minor = n.balance, sequence = n.sequence, posted_at = v_at
        FROM unnest(a_id, a_balance, a_sequence, a_floored) AS n (id, balance, sequence, floored)
        WHERE a.id = n.id AND n.floored = 1 AND a.sequence <> n.sequence;
      EXIT;
    EXCEPTION WHEN unique_violation THEN
      GET STACKED DIAGNOSTICS v_violated = CONSTRAINT_NAME;
      IF v_violated <> 'ledger_entry_key_used_once' THEN
        RAISE;
      END IF;
    END;
  END LOOP;

  FOR v_item IN 1 .. v_items LOOP
    item := v_item;
    entry_number := NULL;
    entry_at := NULL;
    replayed := false;
    refusal := NULL;
    CASE i_state[v_item]
      WHEN 1 THEN
        entry_number := i_number[v_item];
        entry_at := v_at;
      WHEN 3 THEN
        SELECT r.* INTO v_answer FROM ledger_replay_(v_community, p_key[v_item], (
          SELECT ledger_body_(p_kind, p_description[v_item], p_reference[v_item], p_details[v_item],
                              array_agg(m.debit ORDER BY m.place), array_agg(m.credit ORDER BY m.place),
                              array_agg(m.amount ORDER BY m.place))
          FROM unnest(p_entry, p_debit, p_credit, p_amount) WITH ORDINALITY AS m (entry, debit, credit, amount, place)
          WHERE m.entry = v_item)) r;
        entry_number := v_answer.entry_number;
        entry_at := v_answer.entry_at;
        replayed := v_answer.replayed;
        refusal := v_answer.refusal;
      ELSE
        refusal := i_refusal[v_item];
    END CASE;
    RETURN NEXT;
  END LOOP;
END $$;
