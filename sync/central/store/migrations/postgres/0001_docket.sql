-- What SQLite's migrations 0001 to 0008 lead to. Times are microseconds since 1970,
-- UTC. Nothing is deleted except sessions and uploads.
CREATE TABLE terminals (
  number       BIGINT PRIMARY KEY,
  name         TEXT   NOT NULL,
  added_at     BIGINT NOT NULL,
  last_contact BIGINT NOT NULL DEFAULT 0,
  clock_offset BIGINT NOT NULL DEFAULT 0, -- microseconds, central minus terminal
  cursor       BIGINT NOT NULL DEFAULT 0  -- of its newest change
);

-- Locked, never filled: see Store.persist.
CREATE TABLE turns (nothing BIGINT);

CREATE TABLE items (
  kiosk        BIGINT NOT NULL,
  id           TEXT COLLATE "C" NOT NULL,
  hash         BYTEA  NOT NULL,
  kind         TEXT   NOT NULL,
  sequence     BIGINT NOT NULL,
  made_at      BIGINT NOT NULL,
  received_at  BIGINT NOT NULL,
  clock_offset BIGINT NOT NULL,
  outcome      TEXT   NOT NULL,
  reason       TEXT   NOT NULL,
  PRIMARY KEY (kiosk, id, hash)
);
-- One item at most is ever filed under an id, whoever sends it.
CREATE UNIQUE INDEX items_filed ON items (id) WHERE outcome = 'created';

CREATE TABLE cases (
  number          BIGINT GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  id              TEXT COLLATE "C" NOT NULL UNIQUE,
  kiosk           BIGINT NOT NULL,
  ticket          TEXT COLLATE "C" NOT NULL UNIQUE,
  service         TEXT   NOT NULL,
  catalog_version BIGINT NOT NULL,
  urgency         BIGINT NOT NULL,
  requested_at    BIGINT NOT NULL,
  received_at     BIGINT NOT NULL,
  body            BYTEA  NOT NULL,
  -- projections of case_events
  status          TEXT   NOT NULL DEFAULT '',
  events          BIGINT NOT NULL DEFAULT 0,
  updated_at      BIGINT NOT NULL DEFAULT 0,
  card_token      TEXT   NOT NULL DEFAULT ''
);
CREATE INDEX cases_status    ON cases (status, urgency, number DESC);
CREATE INDEX cases_requested ON cases (requested_at, number);
CREATE INDEX cases_card      ON cases (card_token, requested_at) WHERE card_token <> '';

CREATE TABLE case_events (
  case_number BIGINT NOT NULL REFERENCES cases (number),
  number      BIGINT NOT NULL,
  status      TEXT   NOT NULL,
  at          BIGINT NOT NULL,
  by          TEXT   NOT NULL,
  note        TEXT   NOT NULL,
  stars       BIGINT NOT NULL DEFAULT 0,
  PRIMARY KEY (case_number, number)
);
-- Any table whose rows stay as they are uses this.
CREATE FUNCTION append_only() RETURNS trigger LANGUAGE plpgsql AS
$$ BEGIN RAISE EXCEPTION '% are append-only', coalesce(TG_ARGV[0], TG_TABLE_NAME); END $$;
CREATE TRIGGER case_events_keep BEFORE UPDATE OR DELETE OR TRUNCATE ON case_events
  FOR EACH STATEMENT EXECUTE FUNCTION append_only('events');

CREATE TABLE calls (
  id          TEXT COLLATE "C" PRIMARY KEY,
  kiosk       BIGINT NOT NULL,
  screen      TEXT   NOT NULL,
  raised_at   BIGINT NOT NULL,
  received_at BIGINT NOT NULL,
  answer      TEXT   NOT NULL DEFAULT '',
  words       TEXT   NOT NULL DEFAULT '',
  answered_by TEXT   NOT NULL DEFAULT '',
  answered_at BIGINT NOT NULL DEFAULT 0 -- 0: open
);
CREATE INDEX calls_open ON calls (received_at) WHERE answered_at = 0;
CREATE INDEX calls_answered ON calls (answered_at);

CREATE TABLE quarantine (
  number     BIGINT GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  kiosk      BIGINT NOT NULL,
  id         TEXT COLLATE "C" NOT NULL,
  hash       BYTEA  NOT NULL,
  sealed     BYTEA  NOT NULL,
  handled_at BIGINT NOT NULL DEFAULT 0,
  handled_by TEXT   NOT NULL DEFAULT '',
  UNIQUE (kiosk, id, hash),
  FOREIGN KEY (kiosk, id, hash) REFERENCES items (kiosk, id, hash)
);
CREATE INDEX quarantine_open ON quarantine (number) WHERE handled_at = 0;

CREATE TABLE changes (
  kiosk  BIGINT NOT NULL REFERENCES terminals (number),
  cursor BIGINT NOT NULL,
  body   BYTEA  NOT NULL, -- wire.Change as JSON
  PRIMARY KEY (kiosk, cursor)
);

CREATE TABLE sessions (
  token   BYTEA  PRIMARY KEY, -- SHA-256 of the cookie
  name    TEXT   NOT NULL,
  expires BIGINT NOT NULL
);

CREATE TABLE settings (
  name  TEXT COLLATE "C" PRIMARY KEY,
  value TEXT NOT NULL
);

-- The last word of each terminal on itself.
CREATE TABLE health (
  kiosk    BIGINT PRIMARY KEY REFERENCES terminals (number),
  at       BIGINT NOT NULL,
  devices  BYTEA  NOT NULL, -- []docket.Device as JSON
  queue    BYTEA,           -- docket.Queue as JSON; NULL: it did not say
  versions BYTEA            -- map of names to versions as JSON; NULL: it did not say
);

CREATE TABLE attachments (
  id          TEXT COLLATE "C" PRIMARY KEY,
  kiosk       BIGINT NOT NULL,
  request     TEXT COLLATE "C" NOT NULL, -- may come later, so it refers to nothing
  type        TEXT   NOT NULL,
  size        BIGINT NOT NULL,
  hash        BYTEA  NOT NULL, -- SHA-256 of data
  received_at BIGINT NOT NULL,
  data        BYTEA  NOT NULL
);
CREATE INDEX attachments_request ON attachments (request, id);

CREATE TABLE ratings (
  number       BIGINT GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  id           TEXT COLLATE "C" NOT NULL UNIQUE,
  kiosk        BIGINT NOT NULL,
  ticket       TEXT COLLATE "C" NOT NULL UNIQUE, -- its own
  rated        TEXT COLLATE "C" NOT NULL,
  stars        BIGINT NOT NULL,
  requested_at BIGINT NOT NULL,
  received_at  BIGINT NOT NULL,
  body         BYTEA  NOT NULL,
  case_number  BIGINT NOT NULL DEFAULT 0,
  reason       TEXT   NOT NULL DEFAULT '',
  handled_at   BIGINT NOT NULL DEFAULT 0,
  handled_by   TEXT   NOT NULL DEFAULT ''
);
CREATE INDEX ratings_case ON ratings (case_number, number) WHERE case_number > 0;
CREATE INDEX ratings_rated ON ratings (rated, reason, number);
CREATE INDEX ratings_unfiled ON ratings (number) WHERE reason <> '' AND handled_at = 0;

-- A ticket names one case or one rating, and two transactions do not see what the
-- other files. Both write it down here, where a unique key has the later one wait
-- and then file nothing.
CREATE TABLE tickets (ticket TEXT COLLATE "C" PRIMARY KEY);
CREATE FUNCTION take_ticket() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  INSERT INTO tickets (ticket) VALUES (NEW.ticket) ON CONFLICT DO NOTHING;
  IF NOT FOUND THEN RETURN NULL; END IF;
  RETURN NEW;
END $$;
CREATE TRIGGER cases_ticket BEFORE INSERT ON cases FOR EACH ROW EXECUTE FUNCTION take_ticket();
CREATE TRIGGER ratings_ticket BEFORE INSERT ON ratings FOR EACH ROW EXECUTE FUNCTION take_ticket();

CREATE TABLE codes (
  id         TEXT COLLATE "C" PRIMARY KEY,
  secret     BYTEA  NOT NULL, -- derived from the code, which is nowhere
  kiosk      BIGINT NOT NULL REFERENCES terminals (number),
  made_at    BIGINT NOT NULL,
  expires_at BIGINT NOT NULL,
  key        BYTEA,           -- SHA-256 of the public key that used it
  serial     BIGINT NOT NULL DEFAULT 0,
  void       BIGINT NOT NULL DEFAULT 0
);
CREATE INDEX codes_kiosk ON codes (kiosk);

CREATE TABLE certificates (
  number     BIGINT GENERATED ALWAYS AS IDENTITY PRIMARY KEY, -- the order in which they were issued
  serial     BIGINT NOT NULL UNIQUE,
  kiosk      BIGINT NOT NULL REFERENCES terminals (number),
  body       BYTEA  NOT NULL, -- X.509, DER
  issued_at  BIGINT NOT NULL,
  expires_at BIGINT NOT NULL,
  used       BIGINT NOT NULL DEFAULT 0,
  revoked    BIGINT NOT NULL DEFAULT 0
);
CREATE INDEX certificates_kiosk ON certificates (kiosk, number);

-- Bodies on their way in pieces. What a case was filed of keeps its row, without
-- pieces, so that a terminal that did not hear of it sends nothing again.
CREATE TABLE uploads (
  kiosk      BIGINT NOT NULL,
  hash       BYTEA  NOT NULL, -- SHA-256 of the whole, as the terminal says
  size       BIGINT NOT NULL, -- of the whole
  came       BIGINT NOT NULL DEFAULT 0, -- bytes, from the first on
  touched_at BIGINT NOT NULL,
  filed      BIGINT NOT NULL DEFAULT 0,
  PRIMARY KEY (kiosk, hash)
);
CREATE INDEX uploads_open ON uploads (kiosk, touched_at) WHERE filed = 0;

CREATE TABLE upload_pieces (
  kiosk BIGINT NOT NULL,
  hash  BYTEA  NOT NULL,
  start BIGINT NOT NULL,
  data  BYTEA  NOT NULL,
  UNIQUE (kiosk, hash, start),
  FOREIGN KEY (kiosk, hash) REFERENCES uploads (kiosk, hash) ON DELETE CASCADE
);

-- signed documents for terminals
CREATE TABLE documents (
  kind      TEXT COLLATE "C" NOT NULL,
  version   BIGINT NOT NULL,
  kiosk     BIGINT NOT NULL, -- 0: for all
  origin    BIGINT NOT NULL,
  ended     BIGINT NOT NULL,
  issued_at BIGINT NOT NULL, -- seconds: what was signed has no finer time
  size      BIGINT NOT NULL,
  hash      BYTEA  NOT NULL, -- SHA-256 of the body
  signature BYTEA  NOT NULL,
  PRIMARY KEY (kind, version)
);

-- A body, in pieces, so that none is ever read whole to give a part of it; the
-- same body is there once, however often it was signed.
CREATE TABLE document_bodies (
  hash   BYTEA  NOT NULL,
  number BIGINT NOT NULL, -- from 0
  data   BYTEA  NOT NULL,
  UNIQUE (hash, number)
);

-- The newest version of a kind that terminals say they have.
CREATE TABLE document_versions (
  kind    TEXT COLLATE "C" PRIMARY KEY,
  version BIGINT NOT NULL,
  kiosk   BIGINT NOT NULL -- that said so first
);

-- What is known of each terminal's audit log: docket.Audit.
CREATE TABLE audits (
  kiosk          BIGINT PRIMARY KEY REFERENCES terminals (number),
  known_sequence BIGINT NOT NULL,
  known_hash     TEXT   NOT NULL,
  heard_sequence BIGINT NOT NULL,
  heard_hash     TEXT   NOT NULL,
  alarm          TEXT   NOT NULL, -- '' is none
  alarm_at       BIGINT NOT NULL
);

-- The central processes that use this database, and the terminals whose stream each
-- holds. Nobody misses them after a crash of the server: each process writes its own
-- anew.
CREATE UNLOGGED TABLE processes (
  name    TEXT COLLATE "C" PRIMARY KEY,
  beat_at TIMESTAMPTZ NOT NULL -- by the server's clock
);
CREATE UNLOGGED TABLE presences (
  process TEXT COLLATE "C" NOT NULL REFERENCES processes (name) ON DELETE CASCADE,
  kiosk   BIGINT NOT NULL,
  PRIMARY KEY (process, kiosk)
);
