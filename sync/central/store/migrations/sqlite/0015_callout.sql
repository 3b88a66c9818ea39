-- how far calls for help are, whoever was rung for them, and what became of them: package callout
CREATE TABLE callouts (
  call_id     TEXT PRIMARY KEY REFERENCES calls (id),
  step        INTEGER NOT NULL,
  everyone    INTEGER NOT NULL,
  next_at     INTEGER NOT NULL, -- when others are rung; 0 is never
  answered_at INTEGER NOT NULL,
  record      INTEGER NOT NULL DEFAULT 0 -- number of the newest; 0 is none
) STRICT;
CREATE INDEX callouts_next ON callouts (next_at) WHERE next_at > 0;
CREATE INDEX callouts_unrecorded ON callouts (answered_at) WHERE answered_at > 0 AND record = 0;

CREATE TABLE callout_rings (
  call_id TEXT NOT NULL REFERENCES calls (id),
  step    INTEGER NOT NULL,
  account TEXT NOT NULL, -- '' is everyone
  at      INTEGER NOT NULL,
  PRIMARY KEY (call_id, step, account)
) STRICT;

CREATE TABLE callout_records (
  number      INTEGER PRIMARY KEY AUTOINCREMENT,
  call_id     TEXT NOT NULL REFERENCES calls (id),
  came        TEXT NOT NULL, -- account, or '' for nobody
  about       TEXT    NOT NULL,
  case_number INTEGER NOT NULL, -- 0 is none
  account     TEXT NOT NULL, -- whose record it is
  at          INTEGER NOT NULL
) STRICT;
CREATE INDEX callout_records_call ON callout_records (call_id, number);
CREATE TRIGGER callout_rings_kept BEFORE UPDATE ON callout_rings BEGIN SELECT RAISE(ABORT, 'callout_rings is append-only'); END;
CREATE TRIGGER callout_rings_stay BEFORE DELETE ON callout_rings BEGIN SELECT RAISE(ABORT, 'callout_rings is append-only'); END;
CREATE TRIGGER callout_records_kept BEFORE UPDATE ON callout_records BEGIN SELECT RAISE(ABORT, 'callout_records is append-only'); END;
CREATE TRIGGER callout_records_stay BEFORE DELETE ON callout_records BEGIN SELECT RAISE(ABORT, 'callout_records is append-only'); END;

-- By whom a call was answered; answered_by is her name.
ALTER TABLE calls ADD COLUMN answered_account TEXT NOT NULL DEFAULT '';
CREATE INDEX calls_received ON calls (received_at, id);
