-- Figures: package insight. All of it is made of other tables, and can be made again.
CREATE TABLE insight_cases (
  case_number BIGINT  PRIMARY KEY,
  events      BIGINT  NOT NULL, -- number of the newest event that it was made of
  month       BIGINT  NOT NULL, -- 202611; 0: it counts in no figure
  day         BIGINT  NOT NULL,
  category    TEXT    NOT NULL,
  urgency     BIGINT  NOT NULL,
  grid        TEXT    NOT NULL,
  building    TEXT    NOT NULL,
  topic       TEXT    NOT NULL,
  place       BIGINT  NOT NULL,
  response    BIGINT  NOT NULL, -- microseconds; -1: none yet
  fix         BIGINT  NOT NULL,
  stars       BIGINT  NOT NULL,
  overdue     BIGINT  NOT NULL,
  due_at      BIGINT  NOT NULL, -- of an open limit that is not over yet
  completed   BIGINT  NOT NULL,
  reopened    BIGINT  NOT NULL,
  reasons     TEXT    NOT NULL  -- with blanks between them
);
CREATE INDEX insight_cases_month ON insight_cases (month);
CREATE INDEX insight_cases_due   ON insight_cases (due_at) WHERE due_at > 0;
CREATE INDEX insight_cases_place ON insight_cases (month, place) WHERE place <> 0;

CREATE TABLE insight_months (
  month   BIGINT  PRIMARY KEY,
  changes BIGINT  NOT NULL,
  counted BIGINT  NOT NULL -- as many of the changes as its cells have
);

CREATE TABLE insight_cells (
  month    BIGINT  NOT NULL,
  grid     TEXT COLLATE "C"   NOT NULL,
  category TEXT COLLATE "C" NOT NULL,
  body     TEXT    NOT NULL, -- insight.Cell as JSON
  PRIMARY KEY (month, grid, category)
);

CREATE TABLE insight_pages (
  name TEXT COLLATE "C" PRIMARY KEY,
  at   BIGINT  NOT NULL,
  body TEXT    NOT NULL -- JSON
);
