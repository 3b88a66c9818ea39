-- Bodies on their way in pieces. What a case was filed of keeps its row, without
-- pieces, so that a terminal that did not hear of it sends nothing again.
CREATE TABLE uploads (
  kiosk      INTEGER NOT NULL,
  hash       BLOB    NOT NULL, -- SHA-256 of the whole, as the terminal says
  size       INTEGER NOT NULL, -- of the whole
  came       INTEGER NOT NULL DEFAULT 0, -- bytes, from the first on
  touched_at INTEGER NOT NULL,
  filed      INTEGER NOT NULL DEFAULT 0,
  PRIMARY KEY (kiosk, hash)
) STRICT, WITHOUT ROWID;
CREATE INDEX uploads_open ON uploads (kiosk, touched_at) WHERE filed = 0;

CREATE TABLE upload_pieces (
  kiosk INTEGER NOT NULL,
  hash  BLOB    NOT NULL,
  start INTEGER NOT NULL,
  data  BLOB    NOT NULL,
  UNIQUE (kiosk, hash, start),
  FOREIGN KEY (kiosk, hash) REFERENCES uploads (kiosk, hash) ON DELETE CASCADE
) STRICT;
