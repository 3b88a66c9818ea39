-- devices that measure and call, and what was made of what they said: package sensor
CREATE TABLE devices (
  id          TEXT COLLATE "C" PRIMARY KEY,
  kind        TEXT COLLATE "C" NOT NULL,
  name        TEXT    NOT NULL,
  place       TEXT    NOT NULL,
  spaces      BIGINT NOT NULL DEFAULT 0,
  key_hash    BYTEA    NOT NULL, -- SHA-256
  added_at    BIGINT NOT NULL,
  revoked_at  BIGINT NOT NULL DEFAULT 0,
  muted_until BIGINT NOT NULL DEFAULT 0,
  muted_by    TEXT    NOT NULL DEFAULT '',
  heard_at    BIGINT NOT NULL DEFAULT 0,
  silent      BIGINT NOT NULL DEFAULT 0,
  fault       BIGINT NOT NULL DEFAULT 0, -- an alarm is not over
  kept        TEXT    NOT NULL DEFAULT '{}' -- sensor.Kept as JSON
);
CREATE INDEX devices_kind ON devices (kind, id);
CREATE INDEX devices_fault ON devices (id) WHERE fault = 1;
CREATE INDEX devices_quiet ON devices (kind, heard_at) WHERE heard_at > 0 AND silent = 0 AND revoked_at = 0;
CREATE INDEX devices_muted ON devices (muted_until) WHERE muted_until > 0;

CREATE TABLE device_points (
  device   TEXT COLLATE "C" NOT NULL REFERENCES devices (id),
  at       BIGINT NOT NULL,
  measured TEXT    NOT NULL, -- values by quantity, as JSON
  PRIMARY KEY (device, at)
);
CREATE INDEX device_points_at ON device_points (at);

-- Verdicts, and calls.
CREATE TABLE device_decisions (
  number      BIGINT GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  device      TEXT COLLATE "C" NOT NULL REFERENCES devices (id),
  at          BIGINT NOT NULL,
  rule        TEXT    NOT NULL DEFAULT '',
  why         TEXT    NOT NULL DEFAULT '',
  measured    DOUBLE PRECISION    NOT NULL DEFAULT 0,
  beyond      DOUBLE PRECISION    NOT NULL DEFAULT 0, -- the limit
  case_number BIGINT NOT NULL DEFAULT 0,
  call_id     TEXT    NOT NULL DEFAULT ''
);
CREATE INDEX device_decisions_device ON device_decisions (device, number);
