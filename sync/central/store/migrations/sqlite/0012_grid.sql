-- Grids, rosters, and where cases are: package grid. Body is JSON.
CREATE TABLE grids (
  id   TEXT PRIMARY KEY,
  body TEXT NOT NULL
) STRICT;

CREATE TABLE rosters (
  account TEXT PRIMARY KEY,
  body    TEXT NOT NULL
) STRICT;

-- One row: counts up by one per change of grids or rosters.
CREATE TABLE grid_book (
  only_one INTEGER PRIMARY KEY CHECK (only_one = 1),
  version  INTEGER NOT NULL
) STRICT;
INSERT INTO grid_book (only_one, version) VALUES (1, 0);

CREATE TABLE case_grids (
  case_number INTEGER PRIMARY KEY REFERENCES cases (number),
  grid        TEXT    NOT NULL,
  building    TEXT    NOT NULL
) STRICT;
CREATE INDEX case_grids_grid ON case_grids (grid, case_number);
