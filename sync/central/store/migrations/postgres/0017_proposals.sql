CREATE TABLE proposals (
  number     BIGINT GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  title      TEXT    NOT NULL,
  detail     TEXT    NOT NULL,
  made_at    BIGINT NOT NULL,
  made_by    TEXT    NOT NULL,
  state      TEXT COLLATE "C" NOT NULL, -- projections of the events
  round      BIGINT NOT NULL,
  events     BIGINT NOT NULL,
  updated_at BIGINT NOT NULL
);
CREATE INDEX proposals_state ON proposals (state, number DESC);

CREATE TABLE proposal_events (
  proposal BIGINT NOT NULL REFERENCES proposals (number),
  number   BIGINT NOT NULL,
  action   TEXT COLLATE "C" NOT NULL,
  state    TEXT COLLATE "C" NOT NULL,
  at       BIGINT NOT NULL,
  by       TEXT    NOT NULL,
  note     TEXT    NOT NULL,
  PRIMARY KEY (proposal, number)
);

-- Appeals that a proposal came from.
CREATE TABLE proposal_cases (
  case_number BIGINT PRIMARY KEY,
  proposal    BIGINT NOT NULL REFERENCES proposals (number)
);
CREATE INDEX cases_hope ON cases (number) WHERE concern = 'hope';
CREATE INDEX proposal_cases_proposal ON proposal_cases (proposal, case_number);

CREATE TABLE proposal_polls (
  number     BIGINT GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  proposal   BIGINT NOT NULL REFERENCES proposals (number),
  round      BIGINT NOT NULL,
  question   TEXT    NOT NULL,
  options    TEXT    NOT NULL, -- JSON
  from_at    BIGINT NOT NULL,
  until_at   BIGINT NOT NULL,
  count_at   BIGINT NOT NULL,
  electorate TEXT    NOT NULL,
  voters     BIGINT NOT NULL,
  quorum     BIGINT NOT NULL,
  majority   BIGINT NOT NULL,
  ballots    BIGINT NOT NULL,
  head       BYTEA    NOT NULL, -- of the chain over all ballots
  signature  BYTEA    NOT NULL,
  counted_at BIGINT NOT NULL DEFAULT 0,
  voided     BIGINT NOT NULL DEFAULT 0,
  result     TEXT    NOT NULL DEFAULT '', -- JSON
  UNIQUE (proposal, round)
);
CREATE INDEX proposal_polls_open ON proposal_polls (proposal, round) WHERE counted_at = 0;

-- What nobody must be able to put side by side: no numbers that count up, no times.
CREATE TABLE proposal_roll ( -- who may
  proposal BIGINT NOT NULL,
  round    BIGINT NOT NULL,
  voter    TEXT COLLATE "C" NOT NULL, -- a keyed hash of a card's token
  PRIMARY KEY (proposal, round, voter)
);
CREATE TABLE proposal_voted ( -- who did
  proposal BIGINT NOT NULL,
  round    BIGINT NOT NULL,
  voter    TEXT COLLATE "C" NOT NULL,
  PRIMARY KEY (proposal, round, voter)
);
CREATE TABLE proposal_ballots (
  proposal BIGINT NOT NULL,
  round    BIGINT NOT NULL,
  receipt  TEXT COLLATE "C" NOT NULL,
  choice   TEXT COLLATE "C" NOT NULL,
  PRIMARY KEY (proposal, round, receipt)
);

-- What a voter opens with the digits of her slip.
CREATE TABLE proposal_receipts (
  case_number BIGINT PRIMARY KEY,
  proposal    BIGINT NOT NULL,
  round       BIGINT NOT NULL,
  box         BYTEA    NOT NULL
);
