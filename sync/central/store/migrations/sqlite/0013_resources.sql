-- Who can help beside staff, and the places that cases hold there: package resource.
CREATE TABLE resources (
  id   TEXT PRIMARY KEY,
  kind TEXT NOT NULL,
  name TEXT NOT NULL,
  body TEXT NOT NULL -- resource.Resource as JSON
) STRICT;

-- A booking holds a place while its case is open and back_at is 0.
CREATE TABLE bookings (
  number      INTEGER PRIMARY KEY AUTOINCREMENT,
  resource    TEXT    NOT NULL REFERENCES resources (id),
  case_number INTEGER NOT NULL REFERENCES cases (number),
  at          INTEGER NOT NULL,
  by          TEXT    NOT NULL,
  back_at     INTEGER NOT NULL DEFAULT 0,
  back_by     TEXT    NOT NULL DEFAULT ''
) STRICT;
CREATE INDEX bookings_case ON bookings (case_number, number);
CREATE INDEX bookings_held ON bookings (resource, case_number) WHERE back_at = 0;
