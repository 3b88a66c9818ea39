-- Grids, rosters, and where cases are: package grid. Body is JSON.
CREATE TABLE grids (
  id   TEXT COLLATE "C" PRIMARY KEY,
  body TEXT NOT NULL
);

CREATE TABLE rosters (
  account TEXT COLLATE "C" PRIMARY KEY,
  body    TEXT NOT NULL
);

-- One row: counts up by one per change of grids or rosters.
CREATE TABLE grid_book (
  only_one BIGINT PRIMARY KEY CHECK (only_one = 1),
  version  BIGINT NOT NULL
);
INSERT INTO grid_book (only_one, version) VALUES (1, 0);

CREATE TABLE case_grids (
  case_number BIGINT PRIMARY KEY REFERENCES cases (number),
  grid        TEXT COLLATE "C" NOT NULL,
  building    TEXT    NOT NULL
);
CREATE INDEX case_grids_grid ON case_grids (grid, case_number);
