-- time limits of open cases and what staff were told of them: package deadline
CREATE TABLE case_limits (
  case_number  INTEGER PRIMARY KEY REFERENCES cases (number),
  events       INTEGER NOT NULL, -- number of the newest event that it was counted from
  rules        TEXT    NOT NULL, -- digest of the document
  round        INTEGER NOT NULL,
  began_at     INTEGER NOT NULL,
  response_due INTEGER NOT NULL,
  response_met INTEGER NOT NULL,
  fix_due      INTEGER NOT NULL,
  due_at       INTEGER NOT NULL, -- the earliest open limit
  next_at      INTEGER NOT NULL, -- the next alarm; 0 is none
  chain        TEXT    NOT NULL, -- the job that rings it
  assignee     TEXT    NOT NULL
) STRICT;
CREATE INDEX case_limits_due ON case_limits (due_at);
CREATE INDEX case_limits_assignee ON case_limits (assignee, due_at);
CREATE INDEX case_limits_next ON case_limits (next_at) WHERE next_at > 0;

CREATE TABLE staff_notifications (
  number      INTEGER PRIMARY KEY AUTOINCREMENT,
  account     TEXT    NOT NULL REFERENCES accounts (id),
  case_number INTEGER NOT NULL REFERENCES cases (number),
  round       INTEGER NOT NULL,
  what        TEXT    NOT NULL,
  late        INTEGER NOT NULL, -- 0 for a reminder
  stage       TEXT    NOT NULL,
  due_at      INTEGER NOT NULL,
  at          INTEGER NOT NULL,
  seen_at     INTEGER NOT NULL DEFAULT 0,
  UNIQUE (case_number, account, round, what, late)
) STRICT;
CREATE INDEX staff_notifications_unseen ON staff_notifications (account, number) WHERE seen_at = 0;
