-- Who can help beside staff, and the places that cases hold there: package resource.
CREATE TABLE resources (
  id   TEXT COLLATE "C" PRIMARY KEY,
  kind TEXT COLLATE "C" NOT NULL,
  name TEXT COLLATE "C" NOT NULL,
  body TEXT NOT NULL -- resource.Resource as JSON
);

-- A booking holds a place while its case is open and back_at is 0.
CREATE TABLE bookings (
  number      BIGINT GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  resource    TEXT COLLATE "C" NOT NULL REFERENCES resources (id),
  case_number BIGINT NOT NULL REFERENCES cases (number),
  at          BIGINT NOT NULL,
  by          TEXT    NOT NULL,
  back_at     BIGINT NOT NULL DEFAULT 0,
  back_by     TEXT    NOT NULL DEFAULT ''
);
CREATE INDEX bookings_case ON bookings (case_number, number);
CREATE INDEX bookings_held ON bookings (resource, case_number) WHERE back_at = 0;
