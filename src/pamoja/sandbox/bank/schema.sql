-- What the bank remembers. Times are seconds since 1970 (UTC) by the sandbox clock; money is minor units.

CREATE TABLE IF NOT EXISTS bank_account (
  number TEXT PRIMARY KEY,
  name TEXT NOT NULL,
  currency TEXT NOT NULL,                          -- three capitals
  opening_minor INTEGER NOT NULL,
  balance_minor INTEGER NOT NULL
) WITHOUT ROWID;

CREATE TABLE IF NOT EXISTS bank_line (
  id INTEGER PRIMARY KEY AUTOINCREMENT,
  account TEXT NOT NULL REFERENCES bank_account (number),
  amount_minor INTEGER NOT NULL CHECK (amount_minor <> 0),   -- negative for what left
  reference TEXT NOT NULL,
  counterparty_name TEXT NOT NULL,
  counterparty_account TEXT NOT NULL,
  balance_minor INTEGER NOT NULL,
  at REAL NOT NULL
);
CREATE INDEX IF NOT EXISTS bank_line_by_account ON bank_line (account, id);
CREATE TRIGGER IF NOT EXISTS bank_line_is_never_changed BEFORE UPDATE ON bank_line
  BEGIN SELECT RAISE(ABORT, 'what was booked stays booked'); END;

CREATE TABLE IF NOT EXISTS bank_payment (
  id INTEGER PRIMARY KEY AUTOINCREMENT,
  key TEXT NOT NULL UNIQUE,
  fingerprint TEXT NOT NULL,                       -- of what was ordered: a key means one payment
  account TEXT NOT NULL REFERENCES bank_account (number),
  amount_minor INTEGER NOT NULL CHECK (amount_minor > 0),
  reference TEXT NOT NULL,
  creditor_name TEXT NOT NULL,
  creditor_account TEXT NOT NULL,
  creditor_sort_code TEXT NOT NULL,
  status TEXT NOT NULL,                            -- accepted, executed, rejected
  reason TEXT NOT NULL DEFAULT '',
  line INTEGER REFERENCES bank_line (id),
  created_at REAL NOT NULL,
  ended_at REAL
);
