-- The ledger of points, in double entry: the lines of an entry come to zero. What a
-- holder has is the sum of her lines and stands nowhere else.
CREATE TABLE points_holders (
  number    INTEGER PRIMARY KEY AUTOINCREMENT,
  token     TEXT    NOT NULL DEFAULT '', -- of the ID card; '': forgotten
  name      TEXT    NOT NULL DEFAULT '',
  opened_at INTEGER NOT NULL
) STRICT;
CREATE UNIQUE INDEX points_holders_token ON points_holders (token) WHERE token <> '';

CREATE TABLE points_entries (
  number      INTEGER PRIMARY KEY AUTOINCREMENT,
  key         TEXT    NOT NULL UNIQUE,
  kind        TEXT    NOT NULL,
  at          INTEGER NOT NULL,
  by          TEXT    NOT NULL,
  rule        TEXT    NOT NULL,
  reason      TEXT    NOT NULL,
  case_number INTEGER NOT NULL DEFAULT 0,
  reverses    INTEGER NOT NULL DEFAULT 0
) STRICT;
CREATE UNIQUE INDEX points_entries_reverses ON points_entries (reverses) WHERE reverses > 0;
CREATE INDEX points_entries_case ON points_entries (case_number, number) WHERE case_number > 0;

CREATE TABLE points_lines (
  entry   INTEGER NOT NULL REFERENCES points_entries (number),
  account TEXT    NOT NULL,
  holder  INTEGER NOT NULL, -- 0: an account of the house
  amount  INTEGER NOT NULL,
  PRIMARY KEY (entry, account)
) STRICT;
CREATE INDEX points_lines_holder ON points_lines (holder, entry, amount) WHERE holder > 0;

CREATE TRIGGER points_entries_keep_update BEFORE UPDATE ON points_entries
BEGIN SELECT RAISE(ABORT, 'points are append-only'); END;
CREATE TRIGGER points_entries_keep_delete BEFORE DELETE ON points_entries
BEGIN SELECT RAISE(ABORT, 'points are append-only'); END;
CREATE TRIGGER points_lines_keep_update BEFORE UPDATE ON points_lines
BEGIN SELECT RAISE(ABORT, 'points are append-only'); END;
CREATE TRIGGER points_lines_keep_delete BEFORE DELETE ON points_lines
BEGIN SELECT RAISE(ABORT, 'points are append-only'); END;

CREATE TABLE points_rules (
  version INTEGER PRIMARY KEY,
  at      INTEGER NOT NULL,
  by      TEXT    NOT NULL,
  body    BLOB    NOT NULL -- points.Rules as JSON
) STRICT;

-- What central answers by itself is asked for by service, oldest first.
CREATE INDEX cases_delivered ON cases (service, number) WHERE status = 'delivered';
