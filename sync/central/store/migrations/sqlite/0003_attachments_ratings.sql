ALTER TABLE cases ADD COLUMN card_token TEXT NOT NULL DEFAULT '';
CREATE INDEX cases_card ON cases (card_token, requested_at) WHERE card_token <> '';

ALTER TABLE case_events ADD COLUMN stars INTEGER NOT NULL DEFAULT 0;

CREATE TABLE attachments (
  id          TEXT    PRIMARY KEY,
  kiosk       INTEGER NOT NULL,
  request     TEXT    NOT NULL, -- may come later, so it refers to nothing
  type        TEXT    NOT NULL,
  size        INTEGER NOT NULL,
  hash        BLOB    NOT NULL, -- SHA-256 of data
  received_at INTEGER NOT NULL,
  data        BLOB    NOT NULL
) STRICT;
CREATE INDEX attachments_request ON attachments (request, id);

CREATE TABLE ratings (
  number       INTEGER PRIMARY KEY AUTOINCREMENT,
  id           TEXT    NOT NULL UNIQUE,
  kiosk        INTEGER NOT NULL,
  ticket       TEXT    NOT NULL UNIQUE, -- its own
  rated        TEXT    NOT NULL,
  stars        INTEGER NOT NULL,
  requested_at INTEGER NOT NULL,
  received_at  INTEGER NOT NULL,
  body         BLOB    NOT NULL,
  case_number  INTEGER NOT NULL DEFAULT 0,
  reason       TEXT    NOT NULL DEFAULT '',
  handled_at   INTEGER NOT NULL DEFAULT 0,
  handled_by   TEXT    NOT NULL DEFAULT ''
) STRICT;
CREATE INDEX ratings_case ON ratings (case_number, number) WHERE case_number > 0;
CREATE INDEX ratings_rated ON ratings (rated, reason, number);
CREATE INDEX ratings_unfiled ON ratings (number) WHERE reason <> '' AND handled_at = 0;
