-- Whoever files requests without a terminal.
CREATE TABLE channels (
  number     INTEGER PRIMARY KEY AUTOINCREMENT,
  name       TEXT    NOT NULL UNIQUE,
  key_hash   BLOB    NOT NULL UNIQUE, -- SHA-256
  added_at   INTEGER NOT NULL,
  revoked_at INTEGER NOT NULL DEFAULT 0
) STRICT;

ALTER TABLE cases ADD COLUMN channel INTEGER NOT NULL DEFAULT 0; -- 0: a terminal filed it

-- What channels sent, to know it when it comes again.
CREATE TABLE submissions (
  channel     INTEGER NOT NULL REFERENCES channels (number),
  digest      BLOB    NOT NULL,
  content     BLOB    NOT NULL,
  case_number INTEGER NOT NULL, -- 0: it was a rating
  ticket      TEXT    NOT NULL,
  event       INTEGER NOT NULL,
  at          INTEGER NOT NULL,
  PRIMARY KEY (channel, digest)
) STRICT;
CREATE INDEX submissions_at ON submissions (at);

-- Lists of updates are asked for by time.
CREATE INDEX case_events_at ON case_events (at);
