-- Whom the community looks after, and what its workers hear at people's doors.
CREATE TABLE care_entries (
  number     BIGINT GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  name       TEXT    NOT NULL,
  phone      TEXT    NOT NULL,
  address    TEXT    NOT NULL,
  grid       TEXT COLLATE "C"    NOT NULL, -- '': nobody knows it yet
  reason     TEXT    NOT NULL,
  note       TEXT    NOT NULL,
  every_days BIGINT  NOT NULL,
  due_at     BIGINT  NOT NULL, -- beginning of a day
  seen_at    BIGINT  NOT NULL,
  added_at   BIGINT  NOT NULL,
  added_by   TEXT    NOT NULL,
  ended_at   BIGINT  NOT NULL DEFAULT 0,
  ended_why  TEXT    NOT NULL DEFAULT '',
  revision   BIGINT  NOT NULL
);
CREATE INDEX care_entries_due   ON care_entries (due_at, number) WHERE ended_at = 0;
CREATE INDEX care_entries_grid  ON care_entries (grid, due_at, number) WHERE ended_at = 0;
CREATE INDEX care_entries_ended ON care_entries (due_at, number) WHERE ended_at > 0;

CREATE TABLE care_visits (
  number     BIGINT GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  once       TEXT COLLATE "C"    NOT NULL UNIQUE, -- of the form that was sent
  entry      BIGINT  NOT NULL DEFAULT 0, -- of care_entries; 0: not on the list
  name       TEXT    NOT NULL,
  address    TEXT    NOT NULL,
  household  TEXT COLLATE "C"    NOT NULL, -- the address in one form
  grid       TEXT COLLATE "C"    NOT NULL,
  at         BIGINT  NOT NULL,
  by         TEXT COLLATE "C"    NOT NULL,
  manner     TEXT    NOT NULL,
  heard      TEXT    NOT NULL,
  written_at BIGINT  NOT NULL
);
CREATE INDEX care_visits_at    ON care_visits (at, by, manner, household);
CREATE INDEX care_visits_by    ON care_visits (by, number);
CREATE INDEX care_visits_grid  ON care_visits (grid, number);
CREATE INDEX care_visits_entry ON care_visits (entry, number) WHERE entry > 0;

CREATE TABLE care_needs (
  number      BIGINT GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  visit       BIGINT  NOT NULL REFERENCES care_visits (number),
  id          TEXT COLLATE "C"    NOT NULL UNIQUE, -- of the request that it becomes
  service     TEXT    NOT NULL,
  words       TEXT    NOT NULL,
  case_number BIGINT  NOT NULL DEFAULT 0, -- 0: it is no case yet
  ticket      TEXT    NOT NULL DEFAULT '',
  filed_at    BIGINT  NOT NULL DEFAULT 0,
  filed_by    TEXT    NOT NULL DEFAULT ''
);
CREATE INDEX care_needs_visit ON care_needs (visit, number);
