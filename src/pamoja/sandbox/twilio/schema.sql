-- What Twilio's side of the world remembers. Times are seconds since 1970 by the sandbox clock.

CREATE TABLE IF NOT EXISTS twilio_sender (
  address TEXT PRIMARY KEY,                        -- whatsapp:+14155238886, or +15005550006 for SMS
  name TEXT NOT NULL,
  inbound_url TEXT NOT NULL DEFAULT '',            -- where what people write is posted
  status_url TEXT NOT NULL DEFAULT '',             -- where statuses are posted when a message names no address
  made_at REAL NOT NULL,
  provider TEXT NOT NULL DEFAULT 'twilio'          -- who carries it: twilio or meta
) WITHOUT ROWID;

CREATE TABLE IF NOT EXISTS twilio_message (
  id INTEGER PRIMARY KEY AUTOINCREMENT,
  sid TEXT NOT NULL UNIQUE,
  direction TEXT NOT NULL CHECK (direction IN ('inbound', 'outbound-api')),
  sender TEXT NOT NULL,                            -- the platform's address
  person TEXT NOT NULL,                            -- the person's phone, digits only, however they are addressed
  address TEXT NOT NULL,                           -- how the person is addressed: whatsapp:+254…, whatsapp:KE.…, +254…
  service_sid TEXT,
  body TEXT NOT NULL,
  shown TEXT NOT NULL,                             -- JSON: what a phone shows beside the text (buttons, list, media, place)
  content_sid TEXT,
  status TEXT NOT NULL,
  error_code INTEGER,
  callback_url TEXT NOT NULL DEFAULT '',
  faults TEXT NOT NULL DEFAULT '{}',               -- JSON: the faults that strike this message
  extra TEXT NOT NULL DEFAULT '{}',                -- JSON: further fields of an inbound webhook
  created_at REAL NOT NULL,
  updated_at REAL NOT NULL,
  sent_at REAL,
  taken_at REAL,                                   -- inbound: when the platform took it
  seen_at REAL                                     -- when the other side was seen to have read it
);
CREATE INDEX IF NOT EXISTS twilio_message_by_person ON twilio_message (person, id);
-- As `To=` asks: who is unsure whether a message was taken looks it up, and after a crash many do.
CREATE INDEX IF NOT EXISTS twilio_message_by_receiver
  ON twilio_message ((CASE direction WHEN 'inbound' THEN sender ELSE address END), id);
-- How many a sender has said within a second, or to one person within a minute.
CREATE INDEX IF NOT EXISTS twilio_message_pace ON twilio_message (sender, created_at);
CREATE INDEX IF NOT EXISTS twilio_message_unread ON twilio_message (person) WHERE status = 'delivered';

CREATE TABLE IF NOT EXISTS twilio_media (
  sid TEXT PRIMARY KEY,
  message_sid TEXT NOT NULL,
  content_type TEXT NOT NULL,
  name TEXT NOT NULL DEFAULT '',
  body BLOB NOT NULL
) WITHOUT ROWID;
CREATE INDEX IF NOT EXISTS twilio_media_by_message ON twilio_media (message_sid);

CREATE TABLE IF NOT EXISTS twilio_content (
  sid TEXT PRIMARY KEY,
  friendly_name TEXT NOT NULL,
  language TEXT NOT NULL,
  variables TEXT NOT NULL,                         -- JSON: the sample of each
  types TEXT NOT NULL,                             -- JSON
  approval TEXT NOT NULL DEFAULT '{}',             -- JSON: name, category, status, rejection_reason
  created_at REAL NOT NULL
) WITHOUT ROWID;

-- What lies between one of the platform's addresses and one person.
CREATE TABLE IF NOT EXISTS twilio_chat (
  sender TEXT NOT NULL,
  person TEXT NOT NULL,
  wrote_at REAL,                                   -- the last inbound message; free form is allowed for a day after it
  typing_until REAL NOT NULL DEFAULT 0,
  is_stopped INTEGER NOT NULL DEFAULT 0,           -- SMS only: STOP was written, so sending is refused with 21610
  PRIMARY KEY (sender, person)
) WITHOUT ROWID;

CREATE TABLE IF NOT EXISTS twilio_phone (
  person TEXT PRIMARY KEY,
  has_whatsapp INTEGER NOT NULL DEFAULT 1,
  hides_number INTEGER NOT NULL DEFAULT 0,         -- then the platform sees a business-scoped id instead
  user_id TEXT NOT NULL UNIQUE
) WITHOUT ROWID;
