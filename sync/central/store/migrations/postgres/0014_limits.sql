-- time limits of open cases and what staff were told of them: package deadline
CREATE TABLE case_limits (
  case_number  BIGINT  PRIMARY KEY REFERENCES cases (number),
  events       BIGINT  NOT NULL, -- number of the newest event that it was counted from
  rules        TEXT    NOT NULL, -- digest of the document
  round        BIGINT  NOT NULL,
  began_at     BIGINT  NOT NULL,
  response_due BIGINT  NOT NULL,
  response_met BIGINT  NOT NULL,
  fix_due      BIGINT  NOT NULL,
  due_at       BIGINT  NOT NULL, -- the earliest open limit
  next_at      BIGINT  NOT NULL, -- the next alarm; 0 is none
  chain        TEXT    NOT NULL, -- the job that rings it
  assignee     TEXT COLLATE "C" NOT NULL
);
CREATE INDEX case_limits_due ON case_limits (due_at);
CREATE INDEX case_limits_assignee ON case_limits (assignee, due_at);
CREATE INDEX case_limits_next ON case_limits (next_at) WHERE next_at > 0;

CREATE TABLE staff_notifications (
  number      BIGINT GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  account     TEXT COLLATE "C" NOT NULL REFERENCES accounts (id),
  case_number BIGINT  NOT NULL REFERENCES cases (number),
  round       BIGINT  NOT NULL,
  what        TEXT    NOT NULL,
  late        BIGINT  NOT NULL, -- 0 for a reminder
  stage       TEXT    NOT NULL,
  due_at      BIGINT  NOT NULL,
  at          BIGINT  NOT NULL,
  seen_at     BIGINT  NOT NULL DEFAULT 0,
  UNIQUE (case_number, account, round, what, late)
);
CREATE INDEX staff_notifications_unseen ON staff_notifications (account, number) WHERE seen_at = 0;
