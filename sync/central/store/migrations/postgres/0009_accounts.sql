-- people who work at central: package staff
CREATE TABLE accounts (
  id           TEXT COLLATE "C" PRIMARY KEY,
  login        TEXT COLLATE "C" NOT NULL UNIQUE,
  name         TEXT   NOT NULL,
  phone        TEXT   NOT NULL,
  roles        TEXT   NOT NULL, -- words with spaces between them
  password     TEXT   NOT NULL, -- argon2id with its parameters; '' is none
  password_at  BIGINT NOT NULL,
  secret       TEXT   NOT NULL, -- of the second factor; '' is none
  last_step    BIGINT NOT NULL,
  recovery     BYTEA  NOT NULL, -- SHA-256 of each code that is left
  disabled     BIGINT NOT NULL,
  added_at     BIGINT NOT NULL,
  signed_in_at BIGINT NOT NULL
);

CREATE TABLE invitations (
  code    BYTEA  PRIMARY KEY, -- SHA-256
  account TEXT COLLATE "C" NOT NULL REFERENCES accounts (id),
  until   BIGINT NOT NULL
);
CREATE INDEX invitations_account ON invitations (account);

CREATE TABLE staff_sessions (
  token    BYTEA  PRIMARY KEY, -- SHA-256 of the cookie
  account  TEXT COLLATE "C" NOT NULL REFERENCES accounts (id),
  began_at BIGINT NOT NULL,
  seen_at  BIGINT NOT NULL,
  device   TEXT   NOT NULL
);
CREATE INDEX staff_sessions_account ON staff_sessions (account, began_at);

CREATE TABLE account_log (
  number  BIGINT GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  at      BIGINT NOT NULL,
  by      TEXT   NOT NULL, -- account, or '' for the operator at the machine
  account TEXT COLLATE "C" NOT NULL REFERENCES accounts (id),
  action  TEXT   NOT NULL,
  detail  TEXT   NOT NULL
);
CREATE INDEX account_log_account ON account_log (account, number);
CREATE TRIGGER account_log_keep BEFORE UPDATE OR DELETE OR TRUNCATE ON account_log
  FOR EACH STATEMENT EXECUTE FUNCTION append_only('the log''s entries');
