-- Mediation: what the parties of a quarrel said and agreed.
CREATE TABLE mediation_matters (
  case_number BIGINT  PRIMARY KEY,
  kind        TEXT COLLATE "C"    NOT NULL, -- of the quarrel: an option of the catalogue
  mediator    TEXT COLLATE "C"    NOT NULL,
  opened_at   BIGINT  NOT NULL,
  outcome     TEXT    NOT NULL DEFAULT '', -- '': it runs
  ended_at    BIGINT  NOT NULL DEFAULT 0
);
CREATE INDEX mediation_matters_current ON mediation_matters (case_number) WHERE outcome = '';
CREATE INDEX mediation_matters_ended   ON mediation_matters (ended_at) WHERE ended_at > 0;
CREATE INDEX cases_mediation           ON cases (number) WHERE service = 'mediation';

CREATE TABLE mediation_parties (
  number      BIGINT GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  case_number BIGINT  NOT NULL REFERENCES mediation_matters (case_number),
  side        TEXT    NOT NULL,
  name        TEXT    NOT NULL,
  phone       TEXT    NOT NULL,
  address     TEXT    NOT NULL
);
CREATE INDEX mediation_parties_case ON mediation_parties (case_number, number);

CREATE TABLE mediation_sessions (
  number      BIGINT GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  case_number BIGINT  NOT NULL REFERENCES mediation_matters (case_number),
  at          BIGINT  NOT NULL,
  place       TEXT    NOT NULL,
  state       TEXT    NOT NULL,
  present     TEXT    NOT NULL,
  minutes     TEXT    NOT NULL,
  by          TEXT COLLATE "C"    NOT NULL,
  written_at  BIGINT  NOT NULL
);
CREATE INDEX mediation_sessions_case ON mediation_sessions (case_number, at, number);

-- Outcomes, as they were written.
CREATE TABLE mediation_endings (
  number      BIGINT GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  case_number BIGINT  NOT NULL REFERENCES mediation_matters (case_number),
  outcome     TEXT    NOT NULL,
  words       TEXT    NOT NULL,
  at          BIGINT  NOT NULL,
  by          TEXT COLLATE "C"    NOT NULL
);
CREATE INDEX mediation_endings_case ON mediation_endings (case_number, number);

CREATE TABLE mediation_promises (
  number      BIGINT GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  case_number BIGINT  NOT NULL REFERENCES mediation_matters (case_number),
  words       TEXT    NOT NULL,
  due_at      BIGINT  NOT NULL, -- beginning of a day
  keeping     TEXT    NOT NULL,
  settled_at  BIGINT  NOT NULL DEFAULT 0,
  settled_by  TEXT    NOT NULL DEFAULT '',
  told        BIGINT  NOT NULL DEFAULT 0,
  seen        BIGINT  NOT NULL DEFAULT 0
);
CREATE INDEX mediation_promises_case    ON mediation_promises (case_number, due_at, number);
CREATE INDEX mediation_promises_open    ON mediation_promises (due_at, number) WHERE keeping = 'open';
CREATE INDEX mediation_promises_settled ON mediation_promises (settled_at) WHERE settled_at > 0;
