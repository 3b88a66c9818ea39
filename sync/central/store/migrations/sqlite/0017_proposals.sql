CREATE TABLE proposals (
  number     INTEGER PRIMARY KEY AUTOINCREMENT,
  title      TEXT    NOT NULL,
  detail     TEXT    NOT NULL,
  made_at    INTEGER NOT NULL,
  made_by    TEXT    NOT NULL,
  state      TEXT    NOT NULL, -- projections of the events
  round      INTEGER NOT NULL,
  events     INTEGER NOT NULL,
  updated_at INTEGER NOT NULL
) STRICT;
CREATE INDEX proposals_state ON proposals (state, number DESC);

CREATE TABLE proposal_events (
  proposal INTEGER NOT NULL REFERENCES proposals (number),
  number   INTEGER NOT NULL,
  action   TEXT    NOT NULL,
  state    TEXT    NOT NULL,
  at       INTEGER NOT NULL,
  by       TEXT    NOT NULL,
  note     TEXT    NOT NULL,
  PRIMARY KEY (proposal, number)
) STRICT;

-- Appeals that a proposal came from.
CREATE TABLE proposal_cases (
  case_number INTEGER PRIMARY KEY,
  proposal    INTEGER NOT NULL REFERENCES proposals (number)
) STRICT;
CREATE INDEX cases_hope ON cases (number) WHERE concern = 'hope';
CREATE INDEX proposal_cases_proposal ON proposal_cases (proposal, case_number);

CREATE TABLE proposal_polls (
  number     INTEGER PRIMARY KEY AUTOINCREMENT,
  proposal   INTEGER NOT NULL REFERENCES proposals (number),
  round      INTEGER NOT NULL,
  question   TEXT    NOT NULL,
  options    TEXT    NOT NULL, -- JSON
  from_at    INTEGER NOT NULL,
  until_at   INTEGER NOT NULL,
  count_at   INTEGER NOT NULL,
  electorate TEXT    NOT NULL,
  voters     INTEGER NOT NULL,
  quorum     INTEGER NOT NULL,
  majority   INTEGER NOT NULL,
  ballots    INTEGER NOT NULL,
  head       BLOB    NOT NULL, -- of the chain over all ballots
  signature  BLOB    NOT NULL,
  counted_at INTEGER NOT NULL DEFAULT 0,
  voided     INTEGER NOT NULL DEFAULT 0,
  result     TEXT    NOT NULL DEFAULT '', -- JSON
  UNIQUE (proposal, round)
) STRICT;
CREATE INDEX proposal_polls_open ON proposal_polls (proposal, round) WHERE counted_at = 0;

-- What nobody must be able to put side by side: no numbers that count up, no times.
CREATE TABLE proposal_roll ( -- who may
  proposal INTEGER NOT NULL,
  round    INTEGER NOT NULL,
  voter    TEXT    NOT NULL, -- a keyed hash of a card's token
  PRIMARY KEY (proposal, round, voter)
) STRICT, WITHOUT ROWID;
CREATE TABLE proposal_voted ( -- who did
  proposal INTEGER NOT NULL,
  round    INTEGER NOT NULL,
  voter    TEXT    NOT NULL,
  PRIMARY KEY (proposal, round, voter)
) STRICT, WITHOUT ROWID;
CREATE TABLE proposal_ballots (
  proposal INTEGER NOT NULL,
  round    INTEGER NOT NULL,
  receipt  TEXT    NOT NULL,
  choice   TEXT    NOT NULL,
  PRIMARY KEY (proposal, round, receipt)
) STRICT, WITHOUT ROWID;

-- What a voter opens with the digits of her slip.
CREATE TABLE proposal_receipts (
  case_number INTEGER PRIMARY KEY,
  proposal    INTEGER NOT NULL,
  round       INTEGER NOT NULL,
  box         BLOB    NOT NULL
) STRICT;
