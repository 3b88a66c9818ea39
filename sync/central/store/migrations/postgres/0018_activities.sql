CREATE TABLE activities (
  id            TEXT COLLATE "C" PRIMARY KEY, -- as in the community document
  name          TEXT    NOT NULL,
  place         TEXT    NOT NULL,
  detail        TEXT    NOT NULL,
  starts_at     BIGINT NOT NULL,
  ends_at       BIGINT NOT NULL,
  places        BIGINT NOT NULL,
  closed        BIGINT NOT NULL DEFAULT 0,
  called_off_at BIGINT NOT NULL DEFAULT 0,
  finished_at   BIGINT NOT NULL DEFAULT 0,
  made_at       BIGINT NOT NULL,
  made_by       TEXT    NOT NULL
);

-- Parties, in the order of arrival.
CREATE TABLE activity_seats (
  number      BIGINT GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  activity    TEXT COLLATE "C" NOT NULL REFERENCES activities (id),
  case_number BIGINT NOT NULL DEFAULT 0, -- 0: staff wrote her down
  token       TEXT COLLATE "C" NOT NULL,
  name        TEXT    NOT NULL,
  phone       TEXT    NOT NULL,
  people      BIGINT NOT NULL,
  state       TEXT    NOT NULL,
  at          BIGINT NOT NULL,
  by          TEXT    NOT NULL
);
CREATE INDEX activity_seats_activity ON activity_seats (activity, number);
CREATE INDEX activity_seats_case ON activity_seats (case_number, number) WHERE case_number > 0;

CREATE TABLE volunteers (
  number        BIGINT GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  token         TEXT COLLATE "C" NOT NULL DEFAULT '',
  name          TEXT    NOT NULL,
  phone         TEXT    NOT NULL,
  fields        TEXT    NOT NULL, -- ids with blanks between them
  times         TEXT    NOT NULL,
  case_number   BIGINT NOT NULL DEFAULT 0,
  resting       BIGINT NOT NULL DEFAULT 0,
  registered_at BIGINT NOT NULL
);
CREATE UNIQUE INDEX volunteers_token ON volunteers (token) WHERE token <> '';

CREATE TABLE volunteer_tasks (
  number      BIGINT GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  title       TEXT    NOT NULL,
  place       TEXT    NOT NULL,
  field       TEXT    NOT NULL,
  starts_at   BIGINT NOT NULL,
  ends_at     BIGINT NOT NULL,
  wanted      BIGINT NOT NULL,
  case_number BIGINT NOT NULL DEFAULT 0,
  made_at     BIGINT NOT NULL,
  made_by     TEXT    NOT NULL
);

CREATE TABLE volunteer_assignments (
  task      BIGINT NOT NULL REFERENCES volunteer_tasks (number),
  volunteer BIGINT NOT NULL REFERENCES volunteers (number),
  duty      TEXT    NOT NULL,
  minutes   BIGINT NOT NULL,
  entry     BIGINT NOT NULL, -- of the ledger of points; 0: none
  round     BIGINT NOT NULL,
  at        BIGINT NOT NULL,
  by        TEXT    NOT NULL,
  PRIMARY KEY (task, volunteer)
);
CREATE INDEX volunteer_assignments_volunteer ON volunteer_assignments (volunteer, task);
