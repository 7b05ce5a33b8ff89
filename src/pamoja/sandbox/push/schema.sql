-- What the push service remembers. Times are seconds since 1970 (UTC) by the sandbox clock.

CREATE TABLE IF NOT EXISTS push_browser (
  token TEXT PRIMARY KEY,                          -- the secret part of its endpoint
  name TEXT NOT NULL,
  private_key TEXT NOT NULL,                       -- base64url, 32 bytes: the browser's own half of p256dh
  p256dh TEXT NOT NULL,
  auth TEXT NOT NULL,
  server_key TEXT NOT NULL,                        -- whom alone it lets wake it; empty for anybody who identifies
  gone_status INTEGER NOT NULL DEFAULT 0,          -- 404 or 410 once it wants no more
  at REAL NOT NULL
) WITHOUT ROWID;

CREATE TABLE IF NOT EXISTS push_notice (
  id INTEGER PRIMARY KEY AUTOINCREMENT,
  token TEXT NOT NULL REFERENCES push_browser (token),
  topic TEXT NOT NULL,
  urgency TEXT NOT NULL,
  body TEXT NOT NULL,                              -- as the browser read it
  sender TEXT NOT NULL,                            -- the contact in the sender's token
  at REAL NOT NULL
);
CREATE INDEX IF NOT EXISTS push_notice_by_browser ON push_notice (token, id);
