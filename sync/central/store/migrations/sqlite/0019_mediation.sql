-- Mediation: what the parties of a quarrel said and agreed.
CREATE TABLE mediation_matters (
  case_number INTEGER PRIMARY KEY,
  kind        TEXT    NOT NULL, -- of the quarrel: an option of the catalogue
  mediator    TEXT    NOT NULL,
  opened_at   INTEGER NOT NULL,
  outcome     TEXT    NOT NULL DEFAULT '', -- '': it runs
  ended_at    INTEGER NOT NULL DEFAULT 0
) STRICT;
CREATE INDEX mediation_matters_current ON mediation_matters (case_number) WHERE outcome = '';
CREATE INDEX mediation_matters_ended   ON mediation_matters (ended_at) WHERE ended_at > 0;
CREATE INDEX cases_mediation           ON cases (number) WHERE service = 'mediation';

CREATE TABLE mediation_parties (
  number      INTEGER PRIMARY KEY AUTOINCREMENT,
  case_number INTEGER NOT NULL REFERENCES mediation_matters (case_number),
  side        TEXT    NOT NULL,
  name        TEXT    NOT NULL,
  phone       TEXT    NOT NULL,
  address     TEXT    NOT NULL
) STRICT;
CREATE INDEX mediation_parties_case ON mediation_parties (case_number, number);

CREATE TABLE mediation_sessions (
  number      INTEGER PRIMARY KEY AUTOINCREMENT,
  case_number INTEGER NOT NULL REFERENCES mediation_matters (case_number),
  at          INTEGER NOT NULL,
  place       TEXT    NOT NULL,
  state       TEXT    NOT NULL,
  present     TEXT    NOT NULL,
  minutes     TEXT    NOT NULL,
  by          TEXT    NOT NULL,
  written_at  INTEGER NOT NULL
) STRICT;
CREATE INDEX mediation_sessions_case ON mediation_sessions (case_number, at, number);

-- Outcomes, as they were written.
CREATE TABLE mediation_endings (
  number      INTEGER PRIMARY KEY AUTOINCREMENT,
  case_number INTEGER NOT NULL REFERENCES mediation_matters (case_number),
  outcome     TEXT    NOT NULL,
  words       TEXT    NOT NULL,
  at          INTEGER NOT NULL,
  by          TEXT    NOT NULL
) STRICT;
CREATE INDEX mediation_endings_case ON mediation_endings (case_number, number);

CREATE TABLE mediation_promises (
  number      INTEGER PRIMARY KEY AUTOINCREMENT,
  case_number INTEGER NOT NULL REFERENCES mediation_matters (case_number),
  words       TEXT    NOT NULL,
  due_at      INTEGER NOT NULL, -- beginning of a day
  keeping     TEXT    NOT NULL,
  settled_at  INTEGER NOT NULL DEFAULT 0,
  settled_by  TEXT    NOT NULL DEFAULT '',
  told        INTEGER NOT NULL DEFAULT 0,
  seen        INTEGER NOT NULL DEFAULT 0
) STRICT;
CREATE INDEX mediation_promises_case    ON mediation_promises (case_number, due_at, number);
CREATE INDEX mediation_promises_open    ON mediation_promises (due_at, number) WHERE keeping = 'open';
CREATE INDEX mediation_promises_settled ON mediation_promises (settled_at) WHERE settled_at > 0;
