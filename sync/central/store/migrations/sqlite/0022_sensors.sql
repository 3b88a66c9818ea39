-- devices that measure and call, and what was made of what they said: package sensor
CREATE TABLE devices (
  id          TEXT    PRIMARY KEY,
  kind        TEXT    NOT NULL,
  name        TEXT    NOT NULL,
  place       TEXT    NOT NULL,
  spaces      INTEGER NOT NULL DEFAULT 0,
  key_hash    BLOB    NOT NULL, -- SHA-256
  added_at    INTEGER NOT NULL,
  revoked_at  INTEGER NOT NULL DEFAULT 0,
  muted_until INTEGER NOT NULL DEFAULT 0,
  muted_by    TEXT    NOT NULL DEFAULT '',
  heard_at    INTEGER NOT NULL DEFAULT 0,
  silent      INTEGER NOT NULL DEFAULT 0,
  fault       INTEGER NOT NULL DEFAULT 0, -- an alarm is not over
  kept        TEXT    NOT NULL DEFAULT '{}' -- sensor.Kept as JSON
) STRICT;
CREATE INDEX devices_kind ON devices (kind, id);
CREATE INDEX devices_fault ON devices (id) WHERE fault = 1;
CREATE INDEX devices_quiet ON devices (kind, heard_at) WHERE heard_at > 0 AND silent = 0 AND revoked_at = 0;
CREATE INDEX devices_muted ON devices (muted_until) WHERE muted_until > 0;

CREATE TABLE device_points (
  device   TEXT    NOT NULL REFERENCES devices (id),
  at       INTEGER NOT NULL,
  measured TEXT    NOT NULL, -- values by quantity, as JSON
  PRIMARY KEY (device, at)
) STRICT, WITHOUT ROWID;
CREATE INDEX device_points_at ON device_points (at);

-- Verdicts, and calls.
CREATE TABLE device_decisions (
  number      INTEGER PRIMARY KEY AUTOINCREMENT,
  device      TEXT    NOT NULL REFERENCES devices (id),
  at          INTEGER NOT NULL,
  rule        TEXT    NOT NULL DEFAULT '',
  why         TEXT    NOT NULL DEFAULT '',
  measured    REAL    NOT NULL DEFAULT 0,
  beyond      REAL    NOT NULL DEFAULT 0, -- the limit
  case_number INTEGER NOT NULL DEFAULT 0,
  call_id     TEXT    NOT NULL DEFAULT ''
) STRICT;
CREATE INDEX device_decisions_device ON device_decisions (device, number);
