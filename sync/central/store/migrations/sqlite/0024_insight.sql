-- Figures: package insight. All of it is made of other tables, and can be made again.
CREATE TABLE insight_cases (
  case_number INTEGER PRIMARY KEY,
  events      INTEGER NOT NULL, -- number of the newest event that it was made of
  month       INTEGER NOT NULL, -- 202611; 0: it counts in no figure
  day         INTEGER NOT NULL,
  category    TEXT    NOT NULL,
  urgency     INTEGER NOT NULL,
  grid        TEXT    NOT NULL,
  building    TEXT    NOT NULL,
  topic       TEXT    NOT NULL,
  place       INTEGER NOT NULL,
  response    INTEGER NOT NULL, -- microseconds; -1: none yet
  fix         INTEGER NOT NULL,
  stars       INTEGER NOT NULL,
  overdue     INTEGER NOT NULL,
  due_at      INTEGER NOT NULL, -- of an open limit that is not over yet
  completed   INTEGER NOT NULL,
  reopened    INTEGER NOT NULL,
  reasons     TEXT    NOT NULL  -- with blanks between them
) STRICT;
CREATE INDEX insight_cases_month ON insight_cases (month);
CREATE INDEX insight_cases_due   ON insight_cases (due_at) WHERE due_at > 0;
CREATE INDEX insight_cases_place ON insight_cases (month, place) WHERE place <> 0;

CREATE TABLE insight_months (
  month   INTEGER PRIMARY KEY,
  changes INTEGER NOT NULL,
  counted INTEGER NOT NULL -- as many of the changes as its cells have
) STRICT;

CREATE TABLE insight_cells (
  month    INTEGER NOT NULL,
  grid     TEXT    NOT NULL,
  category TEXT    NOT NULL,
  body     TEXT    NOT NULL, -- insight.Cell as JSON
  PRIMARY KEY (month, grid, category)
) STRICT;

CREATE TABLE insight_pages (
  name TEXT    PRIMARY KEY,
  at   INTEGER NOT NULL,
  body TEXT    NOT NULL -- JSON
) STRICT;
