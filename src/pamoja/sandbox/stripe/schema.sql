-- What Stripe remembers. Times are seconds since 1970 (UTC) by the sandbox clock; money is minor units.

-- Everything that Stripe keeps: one row an object, its JSON as the API answers it. Keys that begin with _ are never shown.
CREATE TABLE IF NOT EXISTS stripe_object (
  seq INTEGER PRIMARY KEY AUTOINCREMENT,
  id TEXT NOT NULL UNIQUE,
  kind TEXT NOT NULL,                              -- the JSON's "object"
  account TEXT NOT NULL,                           -- the connected account it belongs to; '' is the platform
  created INTEGER NOT NULL,
  is_deleted INTEGER NOT NULL DEFAULT 0,
  body TEXT NOT NULL
);
CREATE INDEX IF NOT EXISTS stripe_object_by_kind ON stripe_object (kind, account, seq);
CREATE INDEX IF NOT EXISTS stripe_object_by_customer ON stripe_object (kind, json_extract(body, '$.customer'));
CREATE INDEX IF NOT EXISTS stripe_object_by_payment_intent ON stripe_object (kind, json_extract(body, '$.payment_intent'));
CREATE INDEX IF NOT EXISTS stripe_object_by_charge ON stripe_object (kind, json_extract(body, '$.charge'));
CREATE INDEX IF NOT EXISTS stripe_object_by_source ON stripe_object (kind, json_extract(body, '$.source'));

CREATE TABLE IF NOT EXISTS stripe_counter (
  name TEXT PRIMARY KEY,
  value INTEGER NOT NULL
) WITHOUT ROWID;

-- The answer to a POST is kept under its key in the transaction in which it took effect.
CREATE TABLE IF NOT EXISTS stripe_idempotency (
  account TEXT NOT NULL,
  key TEXT NOT NULL,
  fingerprint TEXT NOT NULL,                       -- of verb, path and parameters
  request_id TEXT NOT NULL,
  status INTEGER NOT NULL,
  answer TEXT NOT NULL,
  at REAL NOT NULL,
  PRIMARY KEY (account, key)
) WITHOUT ROWID;

-- Minor units. The balance is the sum of these lines; what is available later is pending until then.
CREATE TABLE IF NOT EXISTS stripe_balance_line (
  id TEXT PRIMARY KEY,
  account TEXT NOT NULL,
  currency TEXT NOT NULL,
  net INTEGER NOT NULL,
  available_on INTEGER NOT NULL
) WITHOUT ROWID;
CREATE INDEX IF NOT EXISTS stripe_balance_line_by_account ON stripe_balance_line (account, currency);
CREATE TRIGGER IF NOT EXISTS stripe_balance_line_is_never_changed BEFORE UPDATE ON stripe_balance_line
  BEGIN SELECT RAISE(ABORT, 'what was booked stays booked'); END;

-- One event for one endpoint, carried by a callback.
CREATE TABLE IF NOT EXISTS stripe_delivery (
  callback_id INTEGER PRIMARY KEY,
  event TEXT NOT NULL,
  endpoint TEXT NOT NULL,
  forgery TEXT NOT NULL DEFAULT '',                -- how its signature lies: '', secret, stamp, body
  attempts INTEGER NOT NULL DEFAULT 0,
  status INTEGER                                   -- of the last answer; null: none came
);
CREATE INDEX IF NOT EXISTS stripe_delivery_by_event ON stripe_delivery (event);

-- What will happen to objects that live by a test clock, by that clock.
CREATE TABLE IF NOT EXISTS stripe_due (
  id INTEGER PRIMARY KEY AUTOINCREMENT,
  test_clock TEXT NOT NULL,
  due_at REAL NOT NULL,
  kind TEXT NOT NULL,
  payload TEXT NOT NULL
);
CREATE INDEX IF NOT EXISTS stripe_due_in_order ON stripe_due (test_clock, due_at, id);
CREATE INDEX IF NOT EXISTS stripe_object_by_status ON stripe_object (kind, json_extract(body, '$.status'));
