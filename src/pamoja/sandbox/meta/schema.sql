-- What Meta's side of the world remembers beside what every chat has (twilio/schema.sql).

CREATE TABLE IF NOT EXISTS meta_number (
  number_id TEXT PRIMARY KEY,                      -- Phone number ID
  business_id TEXT NOT NULL,                       -- WhatsApp Business account
  address TEXT NOT NULL UNIQUE,                    -- whatsapp:+…, a row of twilio_sender
  token TEXT NOT NULL,
  app_secret TEXT NOT NULL,
  webhook_url TEXT NOT NULL DEFAULT '',
  made_at REAL NOT NULL
) WITHOUT ROWID;

CREATE TABLE IF NOT EXISTS meta_template (
  id TEXT PRIMARY KEY,
  business_id TEXT NOT NULL,
  name TEXT NOT NULL,
  language TEXT NOT NULL,
  category TEXT NOT NULL,
  components TEXT NOT NULL,                        -- JSON
  status TEXT NOT NULL,
  rejected_reason TEXT NOT NULL DEFAULT 'NONE',
  created_at REAL NOT NULL,
  UNIQUE (business_id, name, language)
) WITHOUT ROWID;
