-- Whoever files requests without a terminal.
CREATE TABLE channels (
  number     BIGINT GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  name       TEXT COLLATE "C" NOT NULL UNIQUE,
  key_hash   BYTEA  NOT NULL UNIQUE, -- SHA-256
  added_at   BIGINT NOT NULL,
  revoked_at BIGINT NOT NULL DEFAULT 0
);

ALTER TABLE cases ADD COLUMN channel BIGINT NOT NULL DEFAULT 0; -- 0: a terminal filed it

-- What channels sent, to know it when it comes again.
CREATE TABLE submissions (
  channel     BIGINT NOT NULL REFERENCES channels (number),
  digest      BYTEA  NOT NULL,
  content     BYTEA  NOT NULL,
  case_number BIGINT NOT NULL, -- 0: it was a rating
  ticket      TEXT   NOT NULL,
  event       BIGINT NOT NULL,
  at          BIGINT NOT NULL,
  PRIMARY KEY (channel, digest)
);
CREATE INDEX submissions_at ON submissions (at);

-- Lists of updates are asked for by time.
CREATE INDEX case_events_at ON case_events (at);
