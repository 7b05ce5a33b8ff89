-- The ledger's tables. Hot rows are lean on purpose: whole numbers inside, UUIDs at the boundary, and no foreign keys
-- on what is posted, because their checks would lock an account without a floor and so serialise it. The functions are
-- the only writers and look every account up; `invariants.sql` proves that nothing dangles.

-- What one column alone must satisfy is the rule of its type. A CHECK would say the same, but PostgreSQL reads every CHECK
-- of a table from its text again for each statement, also for columns that the statement leaves alone: with those of one
-- column as CHECKs, a third of the time of an entry went there.
CREATE DOMAIN ledger_owner AS text CONSTRAINT ledger_owner_is_named CHECK (length(VALUE) BETWEEN 1 AND 100);
CREATE DOMAIN ledger_purpose AS text CONSTRAINT ledger_purpose_is_named CHECK (length(VALUE) BETWEEN 1 AND 100);
CREATE DOMAIN ledger_currency AS text CONSTRAINT ledger_currency_is_a_code CHECK (length(VALUE) BETWEEN 3 AND 8);
CREATE DOMAIN ledger_floor AS bigint CONSTRAINT ledger_floor_is_zero_or_a_limit CHECK (VALUE <= 0);
CREATE DOMAIN ledger_held AS bigint CONSTRAINT ledger_held_is_not_negative CHECK (VALUE >= 0);
CREATE DOMAIN ledger_kind AS text CONSTRAINT ledger_kind_is_known CHECK
  (VALUE IN ('post', 'exchange', 'reverse', 'hold', 'capture', 'release', 'expire', 'refused'));
CREATE DOMAIN ledger_key AS text CONSTRAINT ledger_key_fits CHECK (length(VALUE) BETWEEN 1 AND 200);
CREATE DOMAIN ledger_description AS text CONSTRAINT ledger_description_fits CHECK (length(VALUE) <= 500);
CREATE DOMAIN ledger_reference AS text CONSTRAINT ledger_reference_fits CHECK (length(VALUE) <= 200);
-- The limit is there so that thousands of the largest can be summed in 64 bits.
CREATE DOMAIN ledger_amount AS bigint CONSTRAINT ledger_amount_is_sound CHECK (VALUE BETWEEN 1 AND 1000000000000000);
CREATE DOMAIN ledger_sequence AS bigint CONSTRAINT ledger_sequence_is_positive CHECK (VALUE > 0);

CREATE TABLE ledger_account (
  id            uuid        NOT NULL CONSTRAINT ledger_account_pkey PRIMARY KEY,
  number        bigint      NOT NULL GENERATED ALWAYS AS IDENTITY CONSTRAINT ledger_account_number_unique UNIQUE,
  community_id  uuid        NOT NULL CONSTRAINT ledger_account_of_a_community REFERENCES community (id),
  floor_minor   ledger_floor,
  -- Of an account with a floor: kept here, changed under its row lock. Of one without: always zero, see ledger_snapshot.
  balance_minor bigint      NOT NULL DEFAULT 0,
  held_minor    ledger_held NOT NULL DEFAULT 0,
  sequence      bigint      NOT NULL DEFAULT 0,
  posted_at     timestamptz NOT NULL,
  opened_at     timestamptz NOT NULL,
  currency      ledger_currency NOT NULL,
  owner         ledger_owner    NOT NULL,
  purpose       ledger_purpose  NOT NULL,
  CONSTRAINT ledger_account_one_per_purpose UNIQUE (community_id, owner, purpose, currency),
  CONSTRAINT ledger_account_above_its_floor CHECK (floor_minor IS NULL OR balance_minor - held_minor >= floor_minor),
  CONSTRAINT ledger_account_without_floor_is_summed
    CHECK (floor_minor IS NOT NULL OR (balance_minor = 0 AND held_minor = 0 AND sequence = 0))
  -- Room on the page for new versions of the row: an update that changes no index stays on its page (HOT).
) WITH (fillfactor = 60);

-- Numbers are drawn under the locks of the entry's accounts with a floor, and always after the transaction has its id.
CREATE SEQUENCE ledger_entry_number CACHE 1;

-- Numbers come nearly in order, so their pages may be filled up but for the few that come late.
CREATE TABLE ledger_entry (
  number       bigint      NOT NULL CONSTRAINT ledger_entry_pkey PRIMARY KEY WITH (fillfactor = 97),
  community_id uuid        NOT NULL,
  posted_at    timestamptz NOT NULL,
  kind         ledger_kind NOT NULL,
  key          ledger_key,
  description  ledger_description NOT NULL,
  reference    ledger_reference   NOT NULL,
  -- What only some entries have: notes, rate, the hold or entry meant, what was refused and why.
  details      jsonb,
  CONSTRAINT ledger_entry_key_used_once UNIQUE (community_id, key),
  CONSTRAINT ledger_entry_has_a_key CHECK (key IS NOT NULL OR kind = 'expire'),
  CONSTRAINT ledger_entry_refusal_has_a_reason CHECK (kind <> 'refused' OR details ? 'refusal')
);

CREATE UNIQUE INDEX ledger_entry_reversed_once ON ledger_entry (((details ->> 'reverses')::bigint)) WHERE kind = 'reverse';

-- `number` is the entry's number * 4096 + the transfer's place in it (from 0).
-- `*_sequence` counts a floored account's movements 1, 2, 3, …; on the side of an account without a floor it is `number`.
-- `*_balance_minor` is the floored account's balance after this transfer, empty for one without a floor.
CREATE TABLE ledger_transfer (
  number               bigint      NOT NULL CONSTRAINT ledger_transfer_pkey PRIMARY KEY WITH (fillfactor = 97),
  community_id         uuid        NOT NULL,
  posted_at            timestamptz NOT NULL,
  debit_account        bigint      NOT NULL,
  credit_account       bigint      NOT NULL,
  amount_minor         ledger_amount   NOT NULL,
  debit_sequence       ledger_sequence NOT NULL,
  credit_sequence      ledger_sequence NOT NULL,
  debit_balance_minor  bigint,
  credit_balance_minor bigint,
  CONSTRAINT ledger_transfer_debit_sequence_unique UNIQUE (debit_account, debit_sequence),
  CONSTRAINT ledger_transfer_credit_sequence_unique UNIQUE (credit_account, credit_sequence),
  CONSTRAINT ledger_transfer_has_two_accounts CHECK (debit_account <> credit_account)
);

-- Time marks: every 32nd movement of a floored account. A past balance is one probe here and at most 32 rows by sequence.
CREATE INDEX ledger_transfer_debit_marks ON ledger_transfer (debit_account, posted_at, debit_sequence)
  WHERE debit_balance_minor IS NOT NULL AND debit_sequence % 32 = 0;
CREATE INDEX ledger_transfer_credit_marks ON ledger_transfer (credit_account, posted_at, credit_sequence)
  WHERE credit_balance_minor IS NOT NULL AND credit_sequence % 32 = 0;

CREATE TABLE ledger_hold (
  id             uuid        NOT NULL CONSTRAINT ledger_hold_pkey PRIMARY KEY,
  community_id   uuid        NOT NULL,
  entry_number   bigint      NOT NULL CONSTRAINT ledger_hold_entry_unique UNIQUE
                             CONSTRAINT ledger_hold_made_by_an_entry REFERENCES ledger_entry (number),
  account_number bigint      NOT NULL CONSTRAINT ledger_hold_on_an_account REFERENCES ledger_account (number),
  amount_minor   ledger_amount NOT NULL,
  captured_minor bigint      NOT NULL DEFAULT 0,
  state          text        NOT NULL DEFAULT 'open',
  held_at        timestamptz NOT NULL,
  expires_at     timestamptz,
  ended_at       timestamptz,
  CONSTRAINT ledger_hold_captured_within CHECK (captured_minor BETWEEN 0 AND amount_minor),
  CONSTRAINT ledger_hold_state_is_known CHECK (state IN ('open', 'captured', 'released', 'expired')),
  CONSTRAINT ledger_hold_captured_means_all CHECK ((state = 'captured') = (captured_minor = amount_minor)),
  CONSTRAINT ledger_hold_ends_once CHECK ((state = 'open') = (ended_at IS NULL))
) WITH (fillfactor = 80);

CREATE INDEX ledger_hold_open_by_account ON ledger_hold (account_number) WHERE state = 'open';
CREATE INDEX ledger_hold_open_by_expiry ON ledger_hold (community_id, expires_at) WHERE state = 'open';

-- Sums of an account without a floor, rolled up: `balance_minor` is of all transfers numbered up to `up_to`.
-- `posted_from` is the earliest moment in this stretch, `posted_until` the latest so far.
CREATE TABLE ledger_snapshot (
  account_number bigint      NOT NULL CONSTRAINT ledger_snapshot_of_an_account REFERENCES ledger_account (number),
  up_to          bigint      NOT NULL,
  community_id   uuid        NOT NULL,
  balance_minor  bigint      NOT NULL,
  posted_from    timestamptz NOT NULL,
  posted_until   timestamptz NOT NULL,
  CONSTRAINT ledger_snapshot_pkey PRIMARY KEY (account_number, up_to)
);

CREATE INDEX ledger_snapshot_by_time ON ledger_snapshot (account_number, posted_until);

-- One row for the whole database: the numbers up to `up_to` had been drawn when transaction `xid` began.
CREATE TABLE ledger_fence (
  one    boolean NOT NULL DEFAULT true CONSTRAINT ledger_fence_pkey PRIMARY KEY CONSTRAINT ledger_fence_is_one CHECK (one),
  up_to  bigint  NOT NULL,
  xid    xid8    NOT NULL
);
