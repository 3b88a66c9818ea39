-- signed documents for terminals
CREATE TABLE documents (
  kind      TEXT    NOT NULL,
  version   INTEGER NOT NULL,
  kiosk     INTEGER NOT NULL, -- 0: for all
  origin    INTEGER NOT NULL,
  ended     INTEGER NOT NULL,
  issued_at INTEGER NOT NULL, -- seconds: what was signed has no finer time
  size      INTEGER NOT NULL,
  hash      BLOB    NOT NULL, -- SHA-256 of the body
  signature BLOB    NOT NULL,
  PRIMARY KEY (kind, version)
) STRICT;

-- A body, in pieces, so that none is ever read whole to give a part of it; the
-- same body is there once, however often it was signed.
CREATE TABLE document_bodies (
  hash   BLOB    NOT NULL,
  number INTEGER NOT NULL, -- from 0
  data   BLOB    NOT NULL,
  UNIQUE (hash, number)
) STRICT;

-- The newest version of a kind that terminals say they have.
CREATE TABLE document_versions (
  kind    TEXT    PRIMARY KEY,
  version INTEGER NOT NULL,
  kiosk   INTEGER NOT NULL -- that said so first
) STRICT;
