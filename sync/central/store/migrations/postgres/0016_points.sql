-- The ledger of points, in double entry: the lines of an entry come to zero. What a
-- holder has is the sum of her lines and stands nowhere else.
CREATE TABLE points_holders (
  number    BIGINT GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  token     TEXT COLLATE "C" NOT NULL DEFAULT '', -- of the ID card; '': forgotten
  name      TEXT COLLATE "C" NOT NULL DEFAULT '',
  opened_at BIGINT NOT NULL
);
CREATE UNIQUE INDEX points_holders_token ON points_holders (token) WHERE token <> '';

CREATE TABLE points_entries (
  number      BIGINT GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  key         TEXT COLLATE "C" NOT NULL UNIQUE,
  kind        TEXT    NOT NULL,
  at          BIGINT NOT NULL,
  by          TEXT    NOT NULL,
  rule        TEXT    NOT NULL,
  reason      TEXT    NOT NULL,
  case_number BIGINT NOT NULL DEFAULT 0,
  reverses    BIGINT NOT NULL DEFAULT 0
);
CREATE UNIQUE INDEX points_entries_reverses ON points_entries (reverses) WHERE reverses > 0;
CREATE INDEX points_entries_case ON points_entries (case_number, number) WHERE case_number > 0;

CREATE TABLE points_lines (
  entry   BIGINT NOT NULL REFERENCES points_entries (number),
  account TEXT COLLATE "C" NOT NULL,
  holder  BIGINT NOT NULL, -- 0: an account of the house
  amount  BIGINT NOT NULL,
  PRIMARY KEY (entry, account)
);
CREATE INDEX points_lines_holder ON points_lines (holder, entry, amount) WHERE holder > 0;


CREATE TRIGGER points_entries_keep BEFORE UPDATE OR DELETE OR TRUNCATE ON points_entries
  FOR EACH STATEMENT EXECUTE FUNCTION append_only('points');
CREATE TRIGGER points_lines_keep BEFORE UPDATE OR DELETE OR TRUNCATE ON points_lines
  FOR EACH STATEMENT EXECUTE FUNCTION append_only('points');

CREATE TABLE points_rules (
  version BIGINT PRIMARY KEY,
  at      BIGINT NOT NULL,
  by      TEXT    NOT NULL,
  body    BYTEA    NOT NULL -- points.Rules as JSON
);

-- What central answers by itself is asked for by service, oldest first.
CREATE INDEX cases_delivered ON cases (service, number) WHERE status = 'delivered';
