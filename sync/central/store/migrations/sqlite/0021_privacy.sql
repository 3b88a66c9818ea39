-- What the rights of residents need: package privacy.

-- When the words of a case were taken out; 0: they are there. An event of such a case
-- may lose its words, and nothing else of it ever changes.
ALTER TABLE cases ADD COLUMN erased_at INTEGER NOT NULL DEFAULT 0;
CREATE INDEX cases_retention ON cases (service, updated_at) WHERE erased_at = 0 AND status IN ('done', 'rated', 'cancelled', 'refused', 'merged');
DROP TRIGGER case_events_keep_update;
CREATE TRIGGER case_events_keep_update BEFORE UPDATE ON case_events
WHEN NOT (NEW.case_number = OLD.case_number AND NEW.number = OLD.number AND NEW.status = OLD.status AND NEW.at = OLD.at
  AND NEW.by = OLD.by AND NEW.stars = OLD.stars AND NEW.action = OLD.action
  AND EXISTS (SELECT 1 FROM cases c WHERE c.number = OLD.case_number AND c.erased_at > 0))
BEGIN SELECT RAISE(ABORT, 'events are append-only'); END;

ALTER TABLE ratings ADD COLUMN erased_at INTEGER NOT NULL DEFAULT 0;
CREATE INDEX ratings_retention ON ratings (received_at) WHERE case_number = 0 AND erased_at = 0;
CREATE INDEX attachments_received ON attachments (received_at);

-- Whose request a change is about, to find its words.
ALTER TABLE changes ADD COLUMN request TEXT NOT NULL DEFAULT '';
UPDATE changes SET request = coalesce(json_extract(CAST(body AS TEXT), '$.status.request_id'), '');
CREATE INDEX changes_request ON changes (request) WHERE request <> '';

-- Words may go from these, too.
DROP TRIGGER callout_records_kept;
CREATE TRIGGER callout_records_kept BEFORE UPDATE ON callout_records
WHEN NOT (NEW.about = '' AND NEW.number = OLD.number AND NEW.call_id = OLD.call_id AND NEW.came = OLD.came
  AND NEW.case_number = OLD.case_number AND NEW.account = OLD.account AND NEW.at = OLD.at)
BEGIN SELECT RAISE(ABORT, 'callout_records is append-only'); END;
CREATE INDEX callout_records_words ON callout_records (at) WHERE about <> '';
CREATE INDEX callout_records_case ON callout_records (case_number) WHERE case_number > 0;
DROP TRIGGER points_entries_keep_update;
CREATE TRIGGER points_entries_keep_update BEFORE UPDATE ON points_entries
WHEN NOT (NEW.reason = '' AND NEW.number = OLD.number AND NEW.key = OLD.key AND NEW.kind = OLD.kind AND NEW.at = OLD.at AND NEW.by = OLD.by
  AND NEW.rule = OLD.rule AND NEW.case_number = OLD.case_number AND NEW.reverses = OLD.reverses)
BEGIN SELECT RAISE(ABORT, 'points are append-only'); END;
CREATE INDEX volunteer_tasks_case ON volunteer_tasks (case_number) WHERE case_number > 0;
CREATE INDEX activity_seats_token ON activity_seats (token) WHERE token <> '';

-- Who read what of whom.
CREATE TABLE access_log (
  number      INTEGER PRIMARY KEY AUTOINCREMENT,
  at          INTEGER NOT NULL,
  account     TEXT    NOT NULL,
  part        TEXT    NOT NULL,
  case_number INTEGER NOT NULL, -- 0: of no case
  subject     TEXT    NOT NULL, -- what else it is of, e.g. the number of a holder
  why         TEXT    NOT NULL  -- one of the reasons to choose from, or ''
) STRICT;
CREATE INDEX access_log_account ON access_log (account, number);
CREATE INDEX access_log_case    ON access_log (case_number, number) WHERE case_number > 0;
CREATE INDEX access_log_subject ON access_log (part, subject, number) WHERE subject <> '';
CREATE TRIGGER access_log_kept BEFORE UPDATE ON access_log BEGIN SELECT RAISE(ABORT, 'access_log is append-only'); END;
CREATE TRIGGER access_log_stay BEFORE DELETE ON access_log BEGIN SELECT RAISE(ABORT, 'access_log is append-only'); END;

-- What a resident asked for, with its deadline.
CREATE TABLE privacy_matters (
  number      INTEGER PRIMARY KEY AUTOINCREMENT,
  kind        TEXT    NOT NULL,
  card        TEXT    NOT NULL, -- token; '' once it is closed
  case_number INTEGER NOT NULL, -- 0: all of the card
  opened_at   INTEGER NOT NULL,
  opened_by   TEXT    NOT NULL,
  due_at      INTEGER NOT NULL,
  closed_at   INTEGER NOT NULL DEFAULT 0,
  closed_by   TEXT    NOT NULL DEFAULT '',
  outcome     TEXT    NOT NULL DEFAULT '',
  erased      INTEGER NOT NULL DEFAULT 0, -- cases
  kept        INTEGER NOT NULL DEFAULT 0  -- cases that are open or held
) STRICT;
CREATE INDEX privacy_matters_open ON privacy_matters (due_at) WHERE closed_at = 0;

-- Cases whose words must stay.
CREATE TABLE privacy_holds (
  case_number INTEGER PRIMARY KEY REFERENCES cases (number),
  reason      TEXT    NOT NULL,
  at          INTEGER NOT NULL,
  by          TEXT    NOT NULL
) STRICT;

-- How much went, by day.
CREATE TABLE privacy_counts (
  day   TEXT    NOT NULL,
  what  TEXT    NOT NULL,
  count INTEGER NOT NULL,
  PRIMARY KEY (day, what)
) STRICT;
