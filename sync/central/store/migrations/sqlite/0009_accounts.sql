-- people who work at central: package staff
CREATE TABLE accounts (
  id           TEXT    PRIMARY KEY,
  login        TEXT    NOT NULL UNIQUE,
  name         TEXT    NOT NULL,
  phone        TEXT    NOT NULL,
  roles        TEXT    NOT NULL, -- words with spaces between them
  password     TEXT    NOT NULL, -- argon2id with its parameters; '' is none
  password_at  INTEGER NOT NULL,
  secret       TEXT    NOT NULL, -- of the second factor; '' is none
  last_step    INTEGER NOT NULL,
  recovery     BLOB    NOT NULL, -- SHA-256 of each code that is left
  disabled     INTEGER NOT NULL,
  added_at     INTEGER NOT NULL,
  signed_in_at INTEGER NOT NULL
) STRICT;

CREATE TABLE invitations (
  code    BLOB    PRIMARY KEY, -- SHA-256
  account TEXT    NOT NULL REFERENCES accounts (id),
  until   INTEGER NOT NULL
) STRICT, WITHOUT ROWID;
CREATE INDEX invitations_account ON invitations (account);

CREATE TABLE staff_sessions (
  token    BLOB    PRIMARY KEY, -- SHA-256 of the cookie
  account  TEXT    NOT NULL REFERENCES accounts (id),
  began_at INTEGER NOT NULL,
  seen_at  INTEGER NOT NULL,
  device   TEXT    NOT NULL
) STRICT, WITHOUT ROWID;
CREATE INDEX staff_sessions_account ON staff_sessions (account, began_at);

CREATE TABLE account_log (
  number  INTEGER PRIMARY KEY AUTOINCREMENT,
  at      INTEGER NOT NULL,
  by      TEXT    NOT NULL, -- account, or '' for the operator at the machine
  account TEXT    NOT NULL REFERENCES accounts (id),
  action  TEXT    NOT NULL,
  detail  TEXT    NOT NULL
) STRICT;
CREATE INDEX account_log_account ON account_log (account, number);
CREATE TRIGGER account_log_keep_update BEFORE UPDATE ON account_log
BEGIN SELECT RAISE(ABORT, 'the log is append-only'); END;
CREATE TRIGGER account_log_keep_delete BEFORE DELETE ON account_log
BEGIN SELECT RAISE(ABORT, 'the log is append-only'); END;
