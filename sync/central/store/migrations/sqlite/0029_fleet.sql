-- terminals as computers: package fleet

-- What a terminal said of its computer.
ALTER TABLE health ADD COLUMN system BLOB; -- wire.System as JSON

-- The certificate that a line of renewals began with: another one each time a machine enrols.
ALTER TABLE certificates ADD COLUMN enrolment INTEGER NOT NULL DEFAULT 0;
UPDATE certificates SET enrolment = coalesce((SELECT e.serial FROM certificates e JOIN codes k ON k.serial = e.serial AND k.kiosk = e.kiosk
  WHERE e.kiosk = certificates.kiosk AND e.number <= certificates.number ORDER BY e.number DESC LIMIT 1), serial);

CREATE TABLE update_bundles (
  version    TEXT    PRIMARY KEY,
  compatible TEXT    NOT NULL,
  hash       BLOB    NOT NULL UNIQUE, -- SHA-256; names the file in the data folder
  size       INTEGER NOT NULL,
  added_at   INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

-- Only where several processes share the database; backups leave it out.
CREATE TABLE update_pieces (
  hash   BLOB    NOT NULL,
  number INTEGER NOT NULL,
  data   BLOB    NOT NULL,
  PRIMARY KEY (hash, number)
) STRICT, WITHOUT ROWID;

CREATE TABLE rollouts (
  version TEXT PRIMARY KEY REFERENCES update_bundles (version),
  body    TEXT NOT NULL -- rollout.Rollout as JSON
) STRICT, WITHOUT ROWID;

CREATE TABLE rollout_members (
  version TEXT    NOT NULL REFERENCES rollouts (version),
  kiosk   INTEGER NOT NULL,
  body    TEXT    NOT NULL, -- rollout.Member as JSON
  PRIMARY KEY (version, kiosk)
) STRICT, WITHOUT ROWID;
CREATE INDEX rollout_members_kiosk ON rollout_members (kiosk);

CREATE TABLE fleet_orders (
  id      INTEGER PRIMARY KEY, -- made of the time, so that one that a backup lost is not given again
  kiosk   INTEGER NOT NULL REFERENCES terminals (number),
  kind    TEXT    NOT NULL,
  by      TEXT    NOT NULL, -- account
  at      INTEGER NOT NULL,
  told_at INTEGER NOT NULL DEFAULT 0,
  done_at INTEGER NOT NULL DEFAULT 0,
  fault   TEXT    NOT NULL DEFAULT ''
) STRICT;
CREATE INDEX fleet_orders_kiosk ON fleet_orders (kiosk, id);

CREATE TABLE fleet_logs (
  order_id INTEGER PRIMARY KEY REFERENCES fleet_orders (id),
  kiosk    INTEGER NOT NULL,
  at       INTEGER NOT NULL,
  body     BLOB    NOT NULL -- gzip
) STRICT;
CREATE INDEX fleet_logs_at ON fleet_logs (at);

-- Who did or was shown what.
CREATE TABLE fleet_notes (
  number INTEGER PRIMARY KEY AUTOINCREMENT,
  at     INTEGER NOT NULL,
  by     TEXT    NOT NULL, -- account, or '' for the operator at the machine
  kiosk  INTEGER NOT NULL, -- 0: of all
  action TEXT    NOT NULL,
  detail TEXT    NOT NULL -- a version
) STRICT;
CREATE INDEX fleet_notes_kiosk ON fleet_notes (kiosk, number);
CREATE TRIGGER fleet_notes_keep_update BEFORE UPDATE ON fleet_notes
BEGIN SELECT RAISE(ABORT, 'the log is append-only'); END;
CREATE TRIGGER fleet_notes_keep_delete BEFORE DELETE ON fleet_notes
BEGIN SELECT RAISE(ABORT, 'the log is append-only'); END;
