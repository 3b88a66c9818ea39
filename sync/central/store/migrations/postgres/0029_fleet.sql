-- terminals as computers: package fleet

-- What a terminal said of its computer.
ALTER TABLE health ADD COLUMN system BYTEA; -- wire.System as JSON

-- The certificate that a line of renewals began with: another one each time a machine enrols.
ALTER TABLE certificates ADD COLUMN enrolment BIGINT NOT NULL DEFAULT 0;
UPDATE certificates SET enrolment = coalesce((SELECT e.serial FROM certificates e JOIN codes k ON k.serial = e.serial AND k.kiosk = e.kiosk
  WHERE e.kiosk = certificates.kiosk AND e.number <= certificates.number ORDER BY e.number DESC LIMIT 1), serial);

CREATE TABLE update_bundles (
  version    TEXT COLLATE "C" PRIMARY KEY,
  compatible TEXT    NOT NULL,
  hash       BYTEA    NOT NULL UNIQUE, -- SHA-256; names the file in the data folder
  size       BIGINT NOT NULL,
  added_at   BIGINT NOT NULL
);

-- Only where several processes share the database; backups leave it out.
CREATE TABLE update_pieces (
  hash   BYTEA    NOT NULL,
  number BIGINT NOT NULL,
  data   BYTEA    NOT NULL,
  PRIMARY KEY (hash, number)
);

CREATE TABLE rollouts (
  version TEXT COLLATE "C" PRIMARY KEY REFERENCES update_bundles (version),
  body    TEXT NOT NULL -- rollout.Rollout as JSON
);

CREATE TABLE rollout_members (
  version TEXT COLLATE "C" NOT NULL REFERENCES rollouts (version),
  kiosk   BIGINT NOT NULL,
  body    TEXT    NOT NULL, -- rollout.Member as JSON
  PRIMARY KEY (version, kiosk)
);
CREATE INDEX rollout_members_kiosk ON rollout_members (kiosk);

CREATE TABLE fleet_orders (
  id      BIGINT PRIMARY KEY, -- made of the time, so that one that a backup lost is not given again
  kiosk   BIGINT NOT NULL REFERENCES terminals (number),
  kind    TEXT    NOT NULL,
  by      TEXT    NOT NULL, -- account
  at      BIGINT NOT NULL,
  told_at BIGINT NOT NULL DEFAULT 0,
  done_at BIGINT NOT NULL DEFAULT 0,
  fault   TEXT    NOT NULL DEFAULT ''
);
CREATE INDEX fleet_orders_kiosk ON fleet_orders (kiosk, id);

CREATE TABLE fleet_logs (
  order_id BIGINT PRIMARY KEY REFERENCES fleet_orders (id),
  kiosk    BIGINT NOT NULL,
  at       BIGINT NOT NULL,
  body     BYTEA    NOT NULL -- gzip
);
CREATE INDEX fleet_logs_at ON fleet_logs (at);

-- Who did or was shown what.
CREATE TABLE fleet_notes (
  number BIGINT GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  at     BIGINT NOT NULL,
  by     TEXT    NOT NULL, -- account, or '' for the operator at the machine
  kiosk  BIGINT NOT NULL, -- 0: of all
  action TEXT    NOT NULL,
  detail TEXT    NOT NULL -- a version
);
CREATE INDEX fleet_notes_kiosk ON fleet_notes (kiosk, number);
CREATE TRIGGER fleet_notes_keep BEFORE UPDATE OR DELETE OR TRUNCATE ON fleet_notes
  FOR EACH STATEMENT EXECUTE FUNCTION append_only('the log''s entries');
