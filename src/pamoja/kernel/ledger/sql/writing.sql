-- The inside of every posting of more than one transfer: look up, decide step by step in memory, write set by set.

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
    WHEN 5 THEN jsonb_build_object('code', 'ledger.amount_too_large')
    ELSE jsonb_build_object('code', 'ledger.currency_differs') END
$$;

-- `p_account` are the accounts in the order of their ids, each once; `p_debit` and `p_credit` are places among them.
-- Arrays of one length are walked side by side by `SELECT unnest(a), unnest(b)`: quicker than `FROM unnest(a, b)`.
CREATE FUNCTION ledger_write_(
  p_at timestamptz, p_kind text, p_account uuid[], p_key text[], p_description text[], p_reference text[],
  p_details jsonb[], p_linked boolean[], p_entry int[], p_debit int[], p_credit int[], p_amount bigint[],
  p_currency text[])
RETURNS TABLE (item int, entry_number bigint, entry_at timestamptz, replayed boolean, refusal jsonb)
LANGUAGE plpgsql SET search_path = pg_catalog, public AS $$
DECLARE
  v_community uuid := ledger_community_();
  v_accounts int := cardinality(p_account);
  v_items    int := cardinality(p_key);
  v_moves    int := cardinality(p_amount);
  v_at       timestamptz;
  v_xid      xid8;
  -- accounts, by place; floor, balance, held and sequence are empty without a floor, number is empty when there is none
  a_number bigint[];  a_floor bigint[];  a_balance bigint[];  a_held bigint[];  a_sequence bigint[];  a_currency text[];
  -- transfers, by place
  m_wrong int[];  m_posts boolean[];  m_place int[];
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
     OR (SELECT coalesce(bool_or(id <= previous), false) FROM (
           SELECT id, lag(id) OVER (ORDER BY place) AS previous
           FROM (SELECT unnest(p_account) AS id, generate_series(1, v_accounts) AS place) a) a) THEN
    RAISE EXCEPTION 'a batch needs as many texts as entries, its accounts in order and each once'
      USING ERRCODE = 'invalid_parameter_value';
  END IF;

  LOOP
    BEGIN
      -- Lock the accounts with a floor, in the order of their ids. When there are others, they are read besides: what is
      -- locked does not change any more.
      SELECT array_agg(number), array_agg(floor_minor::bigint), array_agg(balance_minor), array_agg(held_minor::bigint),
             array_agg(sequence), array_agg(currency::text), greatest(p_at, max(posted_at))
        INTO a_number, a_floor, a_balance, a_held, a_sequence, a_currency, v_at
        FROM (SELECT * FROM ledger_account
              WHERE community_id = v_community AND floor_minor IS NOT NULL AND id = ANY (p_account)
              ORDER BY id FOR NO KEY UPDATE) locked;
      IF cardinality(a_number) IS DISTINCT FROM v_accounts THEN
        SELECT array_agg(number ORDER BY asked.id), array_agg(floor_minor::bigint ORDER BY asked.id),
               array_agg(CASE WHEN floor_minor IS NOT NULL THEN balance_minor END ORDER BY asked.id),
               array_agg(CASE WHEN floor_minor IS NOT NULL THEN held_minor::bigint END ORDER BY asked.id),
               array_agg(CASE WHEN floor_minor IS NOT NULL THEN sequence END ORDER BY asked.id),
               array_agg(currency::text ORDER BY asked.id)
          INTO a_number, a_floor, a_balance, a_held, a_sequence, a_currency
          FROM (SELECT unnest(p_account) AS id) asked
          LEFT JOIN ledger_account a ON a.id = asked.id AND a.community_id = v_community;
      END IF;

      -- Where each transfer stands in its entry, and what is wrong with it in itself.
      m_place := array_fill(0, ARRAY[v_moves]);
      m_wrong := m_place;
      v_any_wrong := false;
      v_item := 0;
      v_scan := 4096;
      FOR v_move IN 1 .. v_moves LOOP
        v_d := p_debit[v_move];
        v_c := p_credit[v_move];
        IF p_entry[v_move] = v_item THEN
          v_scan := v_scan + 1;
        ELSE
          v_item := v_item + 1;
          v_scan := 0;
        END IF;
        IF p_entry[v_move] IS DISTINCT FROM v_item OR v_scan >= 4096
           OR (v_d BETWEEN 1 AND v_accounts AND v_c BETWEEN 1 AND v_accounts) IS NOT TRUE THEN
          RAISE EXCEPTION 'each entry of a batch needs 1 to 4096 transfers, in order, between accounts of the batch'
            USING ERRCODE = 'invalid_parameter_value';
        END IF;
        m_place[v_move] := v_scan;
        IF (v_d <> v_c AND p_amount[v_move] BETWEEN 1 AND 1000000000000000
            AND a_currency[v_d] = p_currency[v_move] AND a_currency[v_c] = p_currency[v_move]) IS NOT TRUE THEN
          v_any_wrong := true;
          m_wrong[v_move] := CASE
            WHEN a_number[v_d] IS NULL THEN 1
            WHEN a_number[v_c] IS NULL THEN 2
            WHEN v_d = v_c THEN 3
            WHEN p_amount[v_move] > 1000000000000000 THEN 5
            WHEN p_amount[v_move] > 0 THEN 6
            ELSE 4 END;
        END IF;
      END LOOP;
      IF v_item <> v_items THEN
        RAISE EXCEPTION 'each entry of a batch needs 1 to 4096 transfers' USING ERRCODE = 'invalid_parameter_value';
      END IF;

      -- Which keys were used before, here or earlier in this batch? Mostly none.
      SELECT array_agg(key::text) INTO v_known FROM ledger_entry WHERE community_id = v_community AND key = ANY (p_key);
      v_repeated := (SELECT count(DISTINCT key) < v_items FROM unnest(p_key) AS u (key));
      IF v_known IS NOT NULL OR v_repeated THEN
        SELECT k.known, k.repeats INTO i_known, i_repeats FROM ledger_known_(p_key, v_known) k;
      END IF;
      v_any_met := v_known IS NOT NULL OR v_repeated;

      -- Decide, chain by chain, in order.
      i_state := array_fill(0, ARRAY[v_items]);
      i_refusal := array_fill(NULL::jsonb, ARRAY[v_items]);
      m_posts := array_fill(false, ARRAY[v_moves]);
      m_debit_sequence := array_fill(NULL::bigint, ARRAY[v_moves]);
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
            v_why := ledger_wrong_(m_wrong[v_scan], p_account[p_debit[v_scan]], p_account[p_credit[v_scan]]);
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
          v_d := p_debit[v_scan];
          v_c := p_credit[v_scan];
          v_amount := p_amount[v_scan];
          IF a_balance[v_d] - v_amount - a_held[v_d] < a_floor[v_d] THEN
            v_failed := p_entry[v_scan];
            v_state := 2;
            v_why := ledger_insufficient_(p_account[v_d], a_balance[v_d] - a_held[v_d] - a_floor[v_d], v_amount, a_currency[v_d]);
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
          m_posts[v_scan] := true;
          v_scan := v_scan + 1;
        END LOOP;
        IF v_failed = 0 THEN
          FOR v_item IN v_first .. v_last LOOP
            i_state[v_item] := 1;
          END LOOP;
          v_move := v_scan;
        ELSE
          FOR v_back IN REVERSE v_scan - 1 .. v_from LOOP
            v_d := p_debit[v_back];
            v_c := p_credit[v_back];
            a_balance[v_d] := a_balance[v_d] + p_amount[v_back];
            a_balance[v_c] := a_balance[v_c] - p_amount[v_back];
            a_sequence[v_d] := a_sequence[v_d] - 1;
            a_sequence[v_c] := a_sequence[v_c] - 1;
            m_posts[v_back] := false;
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
                 SELECT ledger_body_(p_kind, n.description, n.reference, n.details,
                                     array_agg(p_account[m.debit] ORDER BY m.place),
                                     array_agg(p_account[m.credit] ORDER BY m.place), array_agg(m.amount ORDER BY m.place))
                 FROM unnest(p_entry, p_debit, p_credit, p_amount) WITH ORDINALITY AS m (entry, debit, credit, amount, place)
                 WHERE m.entry = n.place)) END
        FROM (SELECT unnest(i_number) AS number, unnest(i_state) AS state, unnest(p_key) AS key,
                     unnest(p_description) AS description, unnest(p_reference) AS reference, unnest(p_details) AS details,
                     unnest(i_refusal) AS refusal, generate_series(1, v_items) AS place) n
        WHERE n.state IN (1, 2);
      INSERT INTO ledger_transfer (number, community_id, posted_at, debit_account, credit_account, amount_minor,
          debit_sequence, credit_sequence, debit_balance_minor, credit_balance_minor)
        SELECT i_number[m.entry] * 4096 + m.place, v_community, v_at, a_number[m.debit], a_number[m.credit], m.amount,
               coalesce(m.debit_sequence, i_number[m.entry] * 4096 + m.place),
               coalesce(m.credit_sequence, i_number[m.entry] * 4096 + m.place), m.debit_balance, m.credit_balance
        FROM (SELECT unnest(p_entry) AS entry, unnest(m_place) AS place, unnest(m_posts) AS posts,
                     unnest(p_debit) AS debit, unnest(p_credit) AS credit, unnest(p_amount) AS amount,
                     unnest(m_debit_sequence) AS debit_sequence, unnest(m_credit_sequence) AS credit_sequence,
                     unnest(m_debit_balance) AS debit_balance, unnest(m_credit_balance) AS credit_balance) m
        WHERE m.posts;
      UPDATE ledger_account a SET balance_minor = n.balance, sequence = n.sequence, posted_at = v_at
        FROM (SELECT unnest(p_account) AS id, unnest(a_balance) AS balance, unnest(a_sequence) AS sequence) n
        WHERE a.id = n.id AND a.sequence <> n.sequence;  -- one without a floor has no n.sequence
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
                              array_agg(p_account[m.debit] ORDER BY m.place),
                              array_agg(p_account[m.credit] ORDER BY m.place), array_agg(m.amount ORDER BY m.place))
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
