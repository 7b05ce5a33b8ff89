-- What is true of the books of a community at every instant. Each invariant has a name, a sentence and a query that
-- returns one row of text for everything that contradicts it: no rows, and it holds. The verifier runs them all on one
-- snapshot of a live database, as the application's role, and trusts nothing that is kept: it counts again.
--
-- `side` is a transfer seen from one of its accounts, `line` the same with what came before it, `moved` their sums,
-- `kept` the rolled-up sums beside what they should be.
WITH side AS (
  SELECT debit_account AS account, debit_sequence AS sequence, number, posted_at, -amount_minor AS amount_minor,
         debit_balance_minor AS balance_minor FROM ledger_transfer
  UNION ALL
  SELECT credit_account, credit_sequence, number, posted_at, amount_minor, credit_balance_minor FROM ledger_transfer
), line AS (
  SELECT *, lag(sequence, 1, 0::bigint) OVER w AS sequence_before, lag(balance_minor, 1, 0::bigint) OVER w AS balance_before,
         lag(posted_at, 1, posted_at) OVER w AS posted_before
  FROM side WINDOW w AS (PARTITION BY account ORDER BY sequence)
), moved AS (
  SELECT account, sum(amount_minor), count(*), max(posted_at) AS last_at FROM side GROUP BY account
), kept AS (
  SELECT s.*, sum(x.sum) OVER w AS sum, x.first_at, max(x.last_at) OVER w AS last_at
  FROM (SELECT *, coalesce(lag(up_to) OVER (PARTITION BY account_number ORDER BY up_to), 0) AS after FROM ledger_snapshot) s
  LEFT JOIN LATERAL (
    SELECT sum(amount_minor), min(posted_at) AS first_at, max(posted_at) AS last_at FROM (
      SELECT amount_minor, posted_at FROM ledger_transfer
        WHERE credit_account = s.account_number AND credit_sequence > s.after AND credit_sequence <= s.up_to
      UNION ALL
      SELECT -amount_minor, posted_at FROM ledger_transfer
        WHERE debit_account = s.account_number AND debit_sequence > s.after AND debit_sequence <= s.up_to) y) x ON true
  WINDOW w AS (PARTITION BY s.account_number ORDER BY s.up_to)
)

-- balance_is_sum_of_transfers: An account with a floor stands at its credits less its debits.
SELECT format('account %s stands at %s, its transfers sum to %s', a.id, a.balance_minor, coalesce(m.sum, 0))
FROM ledger_account a LEFT JOIN moved m ON m.account = a.number
WHERE a.floor_minor IS NOT NULL AND a.balance_minor <> coalesce(m.sum, 0);

-- sequence_counts_transfers: The sequence of an account with a floor is the number of its movements.
SELECT format('account %s counts %s, has %s movements', a.id, a.sequence, coalesce(m.count, 0))
FROM ledger_account a LEFT JOIN moved m ON m.account = a.number
WHERE a.floor_minor IS NOT NULL AND a.sequence <> coalesce(m.count, 0);

-- sequence_has_no_gap: The movements of an account with a floor count 1, 2, 3, … without gap or double.
SELECT format('account %s: movement %s comes after %s', a.id, l.sequence, l.sequence_before)
FROM line l JOIN ledger_account a ON a.number = l.account
WHERE l.balance_minor IS NOT NULL AND l.sequence <> l.sequence_before + 1;

-- balance_follows_from_the_one_before: Each movement leaves the balance before it plus its amount.
SELECT format('account %s, movement %s leaves %s after %s and %s', a.id, l.sequence, l.balance_minor, l.balance_before, l.amount_minor)
FROM line l JOIN ledger_account a ON a.number = l.account
WHERE l.balance_minor IS NOT NULL AND l.balance_minor <> l.balance_before + l.amount_minor;

-- last_movement_left_the_balance: An account stands where its last movement left it.
SELECT format('account %s stands at %s, its last movement left %s', a.id, a.balance_minor, l.balance_minor)
FROM ledger_account a JOIN line l ON l.account = a.number AND l.sequence = a.sequence
WHERE a.floor_minor IS NOT NULL AND l.balance_minor <> a.balance_minor;

-- time_goes_forward: Along its sequence, an account's movements are never earlier than the one before.
SELECT format('account %s, movement %s at %s comes after %s', a.id, l.sequence, l.posted_at, l.posted_before)
FROM line l JOIN ledger_account a ON a.number = l.account
WHERE l.balance_minor IS NOT NULL AND l.posted_at < l.posted_before;

-- account_knows_its_last_moment: No movement is later than what its account says was the last.
SELECT format('account %s says %s, moved at %s', a.id, a.posted_at, m.last_at)
FROM ledger_account a JOIN moved m ON m.account = a.number
WHERE a.floor_minor IS NOT NULL AND a.posted_at < m.last_at;

-- above_its_floor: No account is below its floor, open holds counted.
SELECT format('account %s: %s less %s held is below %s', id, balance_minor, held_minor, floor_minor)
FROM ledger_account WHERE balance_minor - held_minor < floor_minor;

-- never_was_below_its_floor: No movement ever left an account below its floor.
SELECT format('account %s, movement %s left %s, floor %s', a.id, l.sequence, l.balance_minor, a.floor_minor)
FROM line l JOIN ledger_account a ON a.number = l.account WHERE l.balance_minor < a.floor_minor;

-- without_floor_keeps_nothing: An account without a floor keeps no balance, sequence or hold in its row.
SELECT format('account %s keeps %s, %s, %s', id, balance_minor, held_minor, sequence)
FROM ledger_account WHERE floor_minor IS NULL AND (balance_minor <> 0 OR held_minor <> 0 OR sequence <> 0);

-- books_sum_to_zero: Per currency, everything that is owned and owed sums to nothing.
SELECT format('%s: all balances sum to %s', a.currency, sum(m.sum))
FROM moved m JOIN ledger_account a ON a.number = m.account
GROUP BY a.currency HAVING sum(m.sum) <> 0;

-- kept_balances_sum_to_zero: The same of the balances as they are read: rows for accounts with a floor, sums for others.
SELECT format('%s: balances as read sum to %s', currency, sum(balance_minor))
FROM ledger_trial_balance() GROUP BY currency HAVING sum(balance_minor) <> 0;

-- snapshot_is_sum_of_transfers: A kept sum is that of all transfers up to its number.
SELECT format('account %s up to %s: kept %s, sums to %s', a.id, s.up_to, s.balance_minor, s.sum)
FROM kept s JOIN ledger_account a ON a.number = s.account_number
WHERE s.balance_minor IS DISTINCT FROM s.sum;

-- snapshot_knows_its_times: A kept sum's first and last moments are those of its transfers.
SELECT format('account %s up to %s: kept %s to %s, are %s to %s', a.id, s.up_to, s.posted_from, s.posted_until, s.first_at, s.last_at)
FROM kept s JOIN ledger_account a ON a.number = s.account_number
WHERE s.posted_from IS DISTINCT FROM s.first_at OR s.posted_until IS DISTINCT FROM s.last_at;

-- snapshot_only_without_floor: Only accounts without a floor have kept sums.
SELECT format('account %s has a floor and a kept sum', a.id)
FROM ledger_snapshot s JOIN ledger_account a ON a.number = s.account_number WHERE a.floor_minor IS NOT NULL;

-- held_is_sum_of_open_holds: What an account has set aside is what its open holds have left.
SELECT format('account %s holds %s, its open holds have %s left', a.id, a.held_minor, coalesce(h.left_minor, 0))
FROM ledger_account a LEFT JOIN (
  SELECT account_number, sum(amount_minor - captured_minor) AS left_minor FROM ledger_hold WHERE state = 'open' GROUP BY 1
) h ON h.account_number = a.number
WHERE a.held_minor <> coalesce(h.left_minor, 0);

-- captured_is_sum_of_captures: What was captured of a hold is what its capture entries moved.
SELECT format('hold %s: captured %s, captures moved %s', h.id, h.captured_minor, coalesce(c.moved, 0))
FROM ledger_hold h LEFT JOIN (
  SELECT (e.details ->> 'hold')::uuid AS hold, sum(t.amount_minor) AS moved
  FROM ledger_entry e JOIN ledger_transfer t ON t.number = e.number * 4096
  WHERE e.kind = 'capture' GROUP BY 1
) c ON c.hold = h.id
WHERE h.captured_minor <> coalesce(c.moved, 0);

-- capture_leaves_the_held_account: A capture debits the account of its hold.
SELECT format('entry %s captures hold %s from another account', e.number, e.details ->> 'hold')
FROM ledger_entry e
LEFT JOIN ledger_transfer t ON t.number = e.number * 4096
LEFT JOIN ledger_hold h ON h.id = (e.details ->> 'hold')::uuid
WHERE e.kind = 'capture' AND t.debit_account IS DISTINCT FROM h.account_number;

-- hold_is_as_its_entry_made_it: A hold has the amount of the entry that made it.
SELECT format('hold %s of %s differs from entry %s', h.id, h.amount_minor, h.entry_number)
FROM ledger_hold h LEFT JOIN ledger_entry e ON e.number = h.entry_number AND e.kind = 'hold'
WHERE e.number IS NULL OR (e.details ->> 'hold')::uuid <> h.id OR (e.details ->> 'amount')::bigint <> h.amount_minor;

-- hold_entry_made_a_hold: Every entry that holds has its hold.
SELECT format('entry %s made no hold', e.number)
FROM ledger_entry e LEFT JOIN ledger_hold h ON h.entry_number = e.number WHERE e.kind = 'hold' AND h.id IS NULL;

-- hold_ended_once: A hold that was released or expired has one such entry for what was left, any other has none.
SELECT format('hold %s is %s with %s endings', h.id, h.state, coalesce(x.endings, 0))
FROM ledger_hold h LEFT JOIN (
  SELECT (details ->> 'hold')::uuid AS hold, kind, count(*) AS endings, sum((details ->> 'amount')::bigint) AS given_back
  FROM ledger_entry WHERE kind IN ('release', 'expire') GROUP BY 1, 2
) x ON x.hold = h.id
WHERE CASE WHEN h.state IN ('released', 'expired')
  THEN coalesce(x.endings, 0) <> 1 OR x.kind <> rtrim(h.state, 'd') OR x.given_back <> h.amount_minor - h.captured_minor
  ELSE coalesce(x.endings, 0) <> 0 END;

-- hold_only_with_floor: Money is held only on accounts with a floor.
SELECT format('hold %s is on account %s, which has no floor', h.id, a.id)
FROM ledger_hold h JOIN ledger_account a ON a.number = h.account_number WHERE a.floor_minor IS NULL;

-- transfer_belongs_to_its_entry: Every transfer has its entry, of the same community and moment.
SELECT format('transfer %s has no entry of its community and moment', t.number)
FROM ledger_transfer t LEFT JOIN ledger_entry e
  ON e.number = t.number / 4096 AND e.community_id = t.community_id AND e.posted_at = t.posted_at
WHERE e.number IS NULL;

-- entry_moved_what_its_kind_moves: Entries that post have transfers, all others have none.
SELECT format('entry %s is a %s with %s transfers', e.number, e.kind, count(t.number))
FROM ledger_entry e LEFT JOIN ledger_transfer t ON t.number / 4096 = e.number
GROUP BY e.number, e.kind
HAVING (e.kind IN ('post', 'exchange', 'reverse', 'capture')) <> (count(t.number) > 0);

-- transfers_stand_in_order: The transfers of an entry stand at places 0, 1, 2, … without a gap.
SELECT format('entry %s: %s transfers, last place %s', number / 4096, count(*), max(number % 4096))
FROM ledger_transfer GROUP BY number / 4096 HAVING count(*) <> max(number % 4096) + 1;

-- transfer_joins_two_accounts_of_one_currency: A transfer moves a positive amount between two accounts of one currency.
SELECT format('transfer %s', t.number)
FROM ledger_transfer t
LEFT JOIN ledger_account d ON d.number = t.debit_account
LEFT JOIN ledger_account c ON c.number = t.credit_account
WHERE d.number IS NULL OR c.number IS NULL OR d.number = c.number OR d.currency <> c.currency OR t.amount_minor <= 0;

-- side_is_kept_as_its_account_asks: A side has a balance and a sequence when its account has a floor, else its number.
SELECT format('transfer %s', t.number)
FROM ledger_transfer t
JOIN ledger_account d ON d.number = t.debit_account
JOIN ledger_account c ON c.number = t.credit_account
WHERE (d.floor_minor IS NULL) <> (t.debit_balance_minor IS NULL)
   OR (c.floor_minor IS NULL) <> (t.credit_balance_minor IS NULL)
   OR (d.floor_minor IS NULL AND t.debit_sequence <> t.number)
   OR (c.floor_minor IS NULL AND t.credit_sequence <> t.number);

-- key_answers_once: No key has two entries, and only an expiry has none.
SELECT format('key %L has %s entries', key, count(*))
FROM ledger_entry WHERE key IS NOT NULL OR kind <> 'expire' GROUP BY key HAVING count(*) > 1 OR key IS NULL;

-- refusal_keeps_request_and_reason: A remembered refusal keeps what was asked and why it was refused.
SELECT format('entry %s', number)
FROM ledger_entry WHERE kind = 'refused' AND (details -> 'body' IS NULL OR details #>> '{refusal,code}' IS NULL);

-- reversal_is_the_opposite: A reversal moves back exactly what its entry moved, and no entry has two.
SELECT format('entry %s reverses %s', v.number, v.reversed)
FROM (SELECT number, (details ->> 'reverses')::bigint AS reversed,
             count(*) OVER (PARTITION BY details ->> 'reverses') AS times
      FROM ledger_entry WHERE kind = 'reverse') v
WHERE v.times > 1 OR EXISTS (
  SELECT debit_account, credit_account, sum(amount_minor) FROM ledger_transfer
    WHERE number BETWEEN v.reversed * 4096 AND v.reversed * 4096 + 4095 GROUP BY 1, 2
  EXCEPT
  SELECT credit_account, debit_account, sum(amount_minor) FROM ledger_transfer
    WHERE number BETWEEN v.number * 4096 AND v.number * 4096 + 4095 GROUP BY 1, 2)
  OR (SELECT sum(amount_minor) FROM ledger_transfer WHERE number BETWEEN v.reversed * 4096 AND v.reversed * 4096 + 4095)
   IS DISTINCT FROM
     (SELECT sum(amount_minor) FROM ledger_transfer WHERE number BETWEEN v.number * 4096 AND v.number * 4096 + 4095);

-- exchange_keeps_its_rate: An exchange has a rate and crosses the community's clearing accounts.
SELECT format('entry %s', e.number)
FROM ledger_entry e
WHERE e.kind = 'exchange' AND (e.details ->> 'rate' IS NULL OR (
  SELECT count(*) FROM ledger_transfer t
  JOIN ledger_account d ON d.number = t.debit_account
  JOIN ledger_account c ON c.number = t.credit_account
  WHERE t.number BETWEEN e.number * 4096 AND e.number * 4096 + 4095
    AND ((d.owner, d.purpose) = ('community', 'exchange') OR (c.owner, c.purpose) = ('community', 'exchange'))) <> 2);
