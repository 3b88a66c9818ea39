-- Terminals no longer have a token. A unique column cannot be dropped, so the
-- table is made again; what refers to it finds its rows there before the end.
PRAGMA defer_foreign_keys = ON;
CREATE TABLE terminals_before AS SELECT * FROM terminals;
DROP TABLE terminals;
CREATE TABLE terminals (
  number       INTEGER PRIMARY KEY,
  name         TEXT    NOT NULL,
  added_at     INTEGER NOT NULL,
  last_contact INTEGER NOT NULL DEFAULT 0,
  clock_offset INTEGER NOT NULL DEFAULT 0, -- microseconds, central minus terminal
  cursor       INTEGER NOT NULL DEFAULT 0  -- of its newest change
) STRICT;
INSERT INTO terminals SELECT number, name, added_at, last_contact, clock_offset, cursor FROM terminals_before;
DROP TABLE terminals_before;

CREATE TABLE codes (
  id         TEXT    PRIMARY KEY,
  secret     BLOB    NOT NULL, -- derived from the code, which is nowhere
  kiosk      INTEGER NOT NULL REFERENCES terminals (number),
  made_at    INTEGER NOT NULL,
  expires_at INTEGER NOT NULL,
  key        BLOB,             -- SHA-256 of the public key that used it
  serial     INTEGER NOT NULL DEFAULT 0,
  void       INTEGER NOT NULL DEFAULT 0
) STRICT, WITHOUT ROWID;
CREATE INDEX codes_kiosk ON codes (kiosk);

CREATE TABLE certificates (
  number     INTEGER PRIMARY KEY AUTOINCREMENT, -- the order in which they were issued
  serial     INTEGER NOT NULL UNIQUE,
  kiosk      INTEGER NOT NULL REFERENCES terminals (number),
  body       BLOB    NOT NULL, -- X.509, DER
  issued_at  INTEGER NOT NULL,
  expires_at INTEGER NOT NULL,
  used       INTEGER NOT NULL DEFAULT 0,
  revoked    INTEGER NOT NULL DEFAULT 0
) STRICT;
CREATE INDEX certificates_kiosk ON certificates (kiosk, number);
