-- how far calls for help are, whoever was rung for them, and what became of them: package callout
CREATE TABLE callouts (
  call_id     TEXT COLLATE "C" PRIMARY KEY REFERENCES calls (id),
  step        BIGINT NOT NULL,
  everyone    BIGINT NOT NULL,
  next_at     BIGINT NOT NULL, -- when others are rung; 0 is never
  answered_at BIGINT NOT NULL,
  record      BIGINT NOT NULL DEFAULT 0 -- number of the newest; 0 is none
);
CREATE INDEX callouts_next ON callouts (next_at) WHERE next_at > 0;
CREATE INDEX callouts_unrecorded ON callouts (answered_at) WHERE answered_at > 0 AND record = 0;

CREATE TABLE callout_rings (
  call_id TEXT COLLATE "C" NOT NULL REFERENCES calls (id),
  step    BIGINT NOT NULL,
  account TEXT COLLATE "C" NOT NULL, -- '' is everyone
  at      BIGINT NOT NULL,
  PRIMARY KEY (call_id, step, account)
);

CREATE TABLE callout_records (
  number      BIGINT GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  call_id     TEXT COLLATE "C" NOT NULL REFERENCES calls (id),
  came        TEXT COLLATE "C" NOT NULL, -- account, or '' for nobody
  about       TEXT    NOT NULL,
  case_number BIGINT NOT NULL, -- 0 is none
  account     TEXT COLLATE "C" NOT NULL, -- whose record it is
  at          BIGINT NOT NULL
);
CREATE INDEX callout_records_call ON callout_records (call_id, number);
CREATE TRIGGER callout_rings_keep BEFORE UPDATE OR DELETE OR TRUNCATE ON callout_rings FOR EACH STATEMENT EXECUTE FUNCTION append_only('rings');
CREATE TRIGGER callout_records_keep BEFORE UPDATE OR DELETE OR TRUNCATE ON callout_records FOR EACH STATEMENT EXECUTE FUNCTION append_only('records');

-- By whom a call was answered; answered_by is her name.
ALTER TABLE calls ADD COLUMN answered_account TEXT COLLATE "C" NOT NULL DEFAULT '';
CREATE INDEX calls_received ON calls (received_at, id);
