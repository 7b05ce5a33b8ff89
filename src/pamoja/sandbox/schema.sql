-- What the outside world remembers. Times are seconds since 1970 (UTC) by the sandbox clock; money is whole shillings.

CREATE TABLE IF NOT EXISTS setting (
  name TEXT PRIMARY KEY,
  value TEXT NOT NULL                              -- JSON
) WITHOUT ROWID;

CREATE TABLE IF NOT EXISTS agenda (
  id INTEGER PRIMARY KEY AUTOINCREMENT,
  due_at REAL NOT NULL,
  kind TEXT NOT NULL,
  payload TEXT NOT NULL                            -- JSON
);
CREATE INDEX IF NOT EXISTS agenda_in_order ON agenda (due_at, id);

-- A callback stands here until it was attempted for the last time.
CREATE TABLE IF NOT EXISTS callback (
  id INTEGER PRIMARY KEY AUTOINCREMENT,
  url TEXT NOT NULL,
  body TEXT NOT NULL,
  headers TEXT NOT NULL DEFAULT '{}',              -- JSON: those beside or instead of the usual ones
  about TEXT NOT NULL,                             -- what it reports, in words
  scope TEXT NOT NULL,                             -- stk, b2c, c2b, command, message
  source TEXT NOT NULL DEFAULT '',                 -- the address it is sent from, when not the usual one
  attempts INTEGER NOT NULL DEFAULT 0,
  state TEXT NOT NULL CHECK (state IN ('waiting', 'held', 'sending')),
  created_at REAL NOT NULL
);
CREATE INDEX IF NOT EXISTS callback_by_state ON callback (state);

CREATE TABLE IF NOT EXISTS access_token (
  token TEXT PRIMARY KEY,
  expires_at REAL NOT NULL
) WITHOUT ROWID;

CREATE TABLE IF NOT EXISTS organisation (
  shortcode TEXT PRIMARY KEY,
  name TEXT NOT NULL,
  opening_kes INTEGER NOT NULL,
  balance_kes INTEGER NOT NULL CHECK (balance_kes >= 0),
  confirmation_url TEXT NOT NULL DEFAULT '',
  validation_url TEXT NOT NULL DEFAULT '',
  response_type TEXT NOT NULL DEFAULT 'Completed'
) WITHOUT ROWID;

CREATE TABLE IF NOT EXISTS subscriber (
  msisdn TEXT PRIMARY KEY,
  name TEXT NOT NULL,
  pin TEXT NOT NULL,
  opening_kes INTEGER NOT NULL,
  balance_kes INTEGER NOT NULL CHECK (balance_kes >= 0),
  reachable INTEGER NOT NULL DEFAULT 1,
  prompts_seen INTEGER NOT NULL DEFAULT 0,
  created_at REAL NOT NULL
) WITHOUT ROWID;

CREATE TABLE IF NOT EXISTS prompt (
  id INTEGER PRIMARY KEY AUTOINCREMENT,
  checkout_request_id TEXT NOT NULL UNIQUE,
  merchant_request_id TEXT NOT NULL,
  shortcode TEXT NOT NULL,
  msisdn TEXT NOT NULL,
  amount_kes INTEGER NOT NULL,
  reference TEXT NOT NULL,
  description TEXT NOT NULL,
  callback_url TEXT NOT NULL,
  shown INTEGER NOT NULL DEFAULT 1,                -- 0 when the phone cannot be reached
  faults TEXT NOT NULL DEFAULT '{}',               -- JSON: the faults that strike this payment
  result_code TEXT,                                -- what a query says once visible_at has passed
  result_desc TEXT,
  receipt TEXT,
  created_at REAL NOT NULL,
  expires_at REAL NOT NULL,
  answered_at REAL,
  visible_at REAL
);
CREATE INDEX IF NOT EXISTS prompt_by_phone ON prompt (msisdn, id);
CREATE INDEX IF NOT EXISTS prompt_open ON prompt (msisdn) WHERE answered_at IS NULL;

CREATE TABLE IF NOT EXISTS command (
  conversation_id TEXT PRIMARY KEY,
  originator_conversation_id TEXT NOT NULL,
  kind TEXT NOT NULL,                              -- b2c, status, balance, reversal
  body TEXT NOT NULL,                              -- JSON, without the credential
  credential_is_good INTEGER NOT NULL,
  faults TEXT NOT NULL DEFAULT '{}',
  result_code TEXT,
  result_desc TEXT,
  receipt TEXT,
  created_at REAL NOT NULL,
  final_at REAL
) WITHOUT ROWID;
CREATE UNIQUE INDEX IF NOT EXISTS command_pays_once ON command (originator_conversation_id) WHERE kind = 'b2c';

CREATE TABLE IF NOT EXISTS movement (
  id INTEGER PRIMARY KEY AUTOINCREMENT,
  receipt TEXT NOT NULL UNIQUE,
  kind TEXT NOT NULL CHECK (kind IN ('stk', 'b2c', 'c2b', 'reversal')),
  direction TEXT NOT NULL CHECK (direction IN ('in', 'out')),
  shortcode TEXT NOT NULL,
  msisdn TEXT NOT NULL,
  amount_kes INTEGER NOT NULL CHECK (amount_kes > 0),
  reference TEXT NOT NULL,
  operation TEXT NOT NULL UNIQUE,                  -- CheckoutRequestID or ConversationID: one operation moves money once
  originator TEXT NOT NULL DEFAULT '',
  reverses TEXT UNIQUE REFERENCES movement (receipt),
  shortcode_balance_kes INTEGER NOT NULL,
  subscriber_balance_kes INTEGER NOT NULL,
  at REAL NOT NULL
);
CREATE INDEX IF NOT EXISTS movement_by_phone ON movement (msisdn, at);
CREATE TRIGGER IF NOT EXISTS movement_is_never_changed BEFORE UPDATE ON movement
  BEGIN SELECT RAISE(ABORT, 'what moved has moved'); END;
CREATE TRIGGER IF NOT EXISTS movement_is_never_deleted BEFORE DELETE ON movement
  BEGIN SELECT RAISE(ABORT, 'what moved has moved'); END;

CREATE TABLE IF NOT EXISTS text_message (
  id INTEGER PRIMARY KEY AUTOINCREMENT,
  msisdn TEXT NOT NULL,
  sender TEXT NOT NULL,
  body TEXT NOT NULL,
  at REAL NOT NULL
);
CREATE INDEX IF NOT EXISTS text_message_by_phone ON text_message (msisdn, id);

CREATE TABLE IF NOT EXISTS mail (
  id INTEGER PRIMARY KEY AUTOINCREMENT,
  sender TEXT NOT NULL,
  recipients TEXT NOT NULL,                        -- JSON
  subject TEXT NOT NULL,
  text TEXT NOT NULL,
  html TEXT NOT NULL,
  source BLOB NOT NULL,
  is_read INTEGER NOT NULL DEFAULT 0,
  at REAL NOT NULL
);
CREATE TABLE IF NOT EXISTS mail_recipient (
  address TEXT NOT NULL,                           -- lower case
  mail_id INTEGER NOT NULL REFERENCES mail (id) ON DELETE CASCADE,
  PRIMARY KEY (address, mail_id)
) WITHOUT ROWID;
CREATE INDEX IF NOT EXISTS mail_recipient_by_mail ON mail_recipient (mail_id);

CREATE TABLE IF NOT EXISTS request (
  id INTEGER PRIMARY KEY AUTOINCREMENT,
  direction TEXT NOT NULL CHECK (direction IN ('in', 'out')),
  scope TEXT NOT NULL,
  method TEXT NOT NULL,
  url TEXT NOT NULL,
  peer TEXT NOT NULL,
  headers TEXT NOT NULL,                           -- JSON, secrets and phone numbers masked, as everywhere below
  body TEXT NOT NULL,
  status INTEGER,                                  -- null: no answer came
  answer_headers TEXT NOT NULL,
  answer TEXT NOT NULL,
  duration_ms REAL NOT NULL,
  note TEXT NOT NULL,
  at REAL NOT NULL
);
