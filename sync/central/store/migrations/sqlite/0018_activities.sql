CREATE TABLE activities (
  id            TEXT    PRIMARY KEY, -- as in the community document
  name          TEXT    NOT NULL,
  place         TEXT    NOT NULL,
  detail        TEXT    NOT NULL,
  starts_at     INTEGER NOT NULL,
  ends_at       INTEGER NOT NULL,
  places        INTEGER NOT NULL,
  closed        INTEGER NOT NULL DEFAULT 0,
  called_off_at INTEGER NOT NULL DEFAULT 0,
  finished_at   INTEGER NOT NULL DEFAULT 0,
  made_at       INTEGER NOT NULL,
  made_by       TEXT    NOT NULL
) STRICT;

-- Parties, in the order of arrival.
CREATE TABLE activity_seats (
  number      INTEGER PRIMARY KEY AUTOINCREMENT,
  activity    TEXT    NOT NULL REFERENCES activities (id),
  case_number INTEGER NOT NULL DEFAULT 0, -- 0: staff wrote her down
  token       TEXT    NOT NULL,
  name        TEXT    NOT NULL,
  phone       TEXT    NOT NULL,
  people      INTEGER NOT NULL,
  state       TEXT    NOT NULL,
  at          INTEGER NOT NULL,
  by          TEXT    NOT NULL
) STRICT;
CREATE INDEX activity_seats_activity ON activity_seats (activity, number);
CREATE INDEX activity_seats_case ON activity_seats (case_number, number) WHERE case_number > 0;

CREATE TABLE volunteers (
  number        INTEGER PRIMARY KEY AUTOINCREMENT,
  token         TEXT    NOT NULL DEFAULT '',
  name          TEXT    NOT NULL,
  phone         TEXT    NOT NULL,
  fields        TEXT    NOT NULL, -- ids with blanks between them
  times         TEXT    NOT NULL,
  case_number   INTEGER NOT NULL DEFAULT 0,
  resting       INTEGER NOT NULL DEFAULT 0,
  registered_at INTEGER NOT NULL
) STRICT;
CREATE UNIQUE INDEX volunteers_token ON volunteers (token) WHERE token <> '';

CREATE TABLE volunteer_tasks (
  number      INTEGER PRIMARY KEY AUTOINCREMENT,
  title       TEXT    NOT NULL,
  place       TEXT    NOT NULL,
  field       TEXT    NOT NULL,
  starts_at   INTEGER NOT NULL,
  ends_at     INTEGER NOT NULL,
  wanted      INTEGER NOT NULL,
  case_number INTEGER NOT NULL DEFAULT 0,
  made_at     INTEGER NOT NULL,
  made_by     TEXT    NOT NULL
) STRICT;

CREATE TABLE volunteer_assignments (
  task      INTEGER NOT NULL REFERENCES volunteer_tasks (number),
  volunteer INTEGER NOT NULL REFERENCES volunteers (number),
  duty      TEXT    NOT NULL,
  minutes   INTEGER NOT NULL,
  entry     INTEGER NOT NULL, -- of the ledger of points; 0: none
  round     INTEGER NOT NULL,
  at        INTEGER NOT NULL,
  by        TEXT    NOT NULL,
  PRIMARY KEY (task, volunteer)
) STRICT;
CREATE INDEX volunteer_assignments_volunteer ON volunteer_assignments (volunteer, task);
