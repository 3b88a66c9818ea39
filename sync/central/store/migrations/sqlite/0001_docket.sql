-- Times are microseconds since 1970, UTC. Nothing is deleted except sessions.
CREATE TABLE terminals (
  number       INTEGER PRIMARY KEY,
  name         TEXT    NOT NULL,
  token        BLOB    NOT NULL UNIQUE, -- SHA-256 of the bearer token
  added_at     INTEGER NOT NULL,
  last_contact INTEGER NOT NULL DEFAULT 0,
  clock_offset INTEGER NOT NULL DEFAULT 0, -- microseconds, central minus terminal
  cursor       INTEGER NOT NULL DEFAULT 0  -- of its newest change
) STRICT;

CREATE TABLE items (
  kiosk        INTEGER NOT NULL,
  id           TEXT    NOT NULL,
  hash         BLOB    NOT NULL,
  kind         TEXT    NOT NULL,
  sequence     INTEGER NOT NULL,
  made_at      INTEGER NOT NULL,
  received_at  INTEGER NOT NULL,
  clock_offset INTEGER NOT NULL,
  outcome      TEXT    NOT NULL,
  reason       TEXT    NOT NULL,
  PRIMARY KEY (kiosk, id, hash)
) STRICT;
-- One item at most is ever filed under an id, whoever sends it.
CREATE UNIQUE INDEX items_filed ON items (id) WHERE outcome = 'created';

CREATE TABLE cases (
  number          INTEGER PRIMARY KEY AUTOINCREMENT,
  id              TEXT    NOT NULL UNIQUE,
  kiosk           INTEGER NOT NULL,
  ticket          TEXT    NOT NULL UNIQUE,
  service         TEXT    NOT NULL,
  catalog_version INTEGER NOT NULL,
  urgency         INTEGER NOT NULL,
  requested_at    INTEGER NOT NULL,
  received_at     INTEGER NOT NULL,
  body            BLOB    NOT NULL,
  -- projections of case_events
  status          TEXT    NOT NULL DEFAULT '',
  events          INTEGER NOT NULL DEFAULT 0,
  updated_at      INTEGER NOT NULL DEFAULT 0
) STRICT;
CREATE INDEX cases_status    ON cases (status, urgency, number DESC);
CREATE INDEX cases_requested ON cases (requested_at, number);

CREATE TABLE case_events (
  case_number INTEGER NOT NULL REFERENCES cases (number),
  number      INTEGER NOT NULL,
  status      TEXT    NOT NULL,
  at          INTEGER NOT NULL,
  by          TEXT    NOT NULL,
  note        TEXT    NOT NULL,
  PRIMARY KEY (case_number, number)
) STRICT;
CREATE TRIGGER case_events_keep_update BEFORE UPDATE ON case_events
BEGIN SELECT RAISE(ABORT, 'events are append-only'); END;
CREATE TRIGGER case_events_keep_delete BEFORE DELETE ON case_events
BEGIN SELECT RAISE(ABORT, 'events are append-only'); END;

CREATE TABLE calls (
  id          TEXT    PRIMARY KEY,
  kiosk       INTEGER NOT NULL,
  screen      TEXT    NOT NULL,
  raised_at   INTEGER NOT NULL,
  received_at INTEGER NOT NULL,
  answer      TEXT    NOT NULL DEFAULT '',
  words       TEXT    NOT NULL DEFAULT '',
  answered_by TEXT    NOT NULL DEFAULT '',
  answered_at INTEGER NOT NULL DEFAULT 0 -- 0: open
) STRICT;
CREATE INDEX calls_open ON calls (received_at) WHERE answered_at = 0;
CREATE INDEX calls_answered ON calls (answered_at);

CREATE TABLE quarantine (
  number     INTEGER PRIMARY KEY AUTOINCREMENT,
  kiosk      INTEGER NOT NULL,
  id         TEXT    NOT NULL,
  hash       BLOB    NOT NULL,
  sealed     BLOB    NOT NULL,
  handled_at INTEGER NOT NULL DEFAULT 0,
  handled_by TEXT    NOT NULL DEFAULT '',
  UNIQUE (kiosk, id, hash),
  FOREIGN KEY (kiosk, id, hash) REFERENCES items (kiosk, id, hash)
) STRICT;
CREATE INDEX quarantine_open ON quarantine (number) WHERE handled_at = 0;

CREATE TABLE changes (
  kiosk  INTEGER NOT NULL REFERENCES terminals (number),
  cursor INTEGER NOT NULL,
  body   BLOB    NOT NULL, -- wire.Change as JSON
  PRIMARY KEY (kiosk, cursor)
) STRICT, WITHOUT ROWID;

CREATE TABLE sessions (
  token   BLOB    PRIMARY KEY, -- SHA-256 of the cookie
  name    TEXT    NOT NULL,
  expires INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

CREATE TABLE settings (
  name  TEXT PRIMARY KEY,
  value TEXT NOT NULL
) STRICT, WITHOUT ROWID;
