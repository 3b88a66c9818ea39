-- What the rights of residents need: package privacy.

-- When the words of a case were taken out; 0: they are there. An event of such a case
-- may lose its words, and nothing else of it ever changes.
ALTER TABLE cases ADD COLUMN erased_at BIGINT NOT NULL DEFAULT 0;
CREATE INDEX cases_retention ON cases (service, updated_at) WHERE erased_at = 0 AND status IN ('done', 'rated', 'cancelled', 'refused', 'merged');
DROP TRIGGER case_events_keep ON case_events;
CREATE TRIGGER case_events_keep BEFORE DELETE OR TRUNCATE ON case_events FOR EACH STATEMENT EXECUTE FUNCTION append_only('events');
CREATE FUNCTION events_lose_words() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
  IF to_jsonb(NEW) - 'note' - 'detail' = to_jsonb(OLD) - 'note' - 'detail'
    AND EXISTS (SELECT 1 FROM cases c WHERE c.number = OLD.case_number AND c.erased_at > 0) THEN RETURN NEW; END IF;
  RAISE EXCEPTION 'events are append-only'; END $$;
CREATE TRIGGER case_events_words BEFORE UPDATE ON case_events FOR EACH ROW EXECUTE FUNCTION events_lose_words();

ALTER TABLE ratings ADD COLUMN erased_at BIGINT NOT NULL DEFAULT 0;
CREATE INDEX ratings_retention ON ratings (received_at) WHERE case_number = 0 AND erased_at = 0;
CREATE INDEX attachments_received ON attachments (received_at);

-- Whose request a change is about, to find its words.
ALTER TABLE changes ADD COLUMN request TEXT COLLATE "C" NOT NULL DEFAULT '';
UPDATE changes SET request = coalesce(convert_from(body, 'UTF8')::jsonb #>> '{status,request_id}', '');
CREATE INDEX changes_request ON changes (request) WHERE request <> '';

-- Words may go from these, too.
CREATE FUNCTION loses_words() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
  IF to_jsonb(NEW) - TG_ARGV[1] = to_jsonb(OLD) - TG_ARGV[1] AND to_jsonb(NEW) ->> TG_ARGV[1] = '' THEN RETURN NEW; END IF;
  RAISE EXCEPTION '% are append-only', TG_ARGV[0]; END $$;
DROP TRIGGER callout_records_keep ON callout_records;
CREATE TRIGGER callout_records_keep BEFORE DELETE OR TRUNCATE ON callout_records FOR EACH STATEMENT EXECUTE FUNCTION append_only('records');
CREATE TRIGGER callout_records_words BEFORE UPDATE ON callout_records FOR EACH ROW EXECUTE FUNCTION loses_words('records', 'about');
CREATE INDEX callout_records_words ON callout_records (at) WHERE about <> '';
CREATE INDEX callout_records_case ON callout_records (case_number) WHERE case_number > 0;
DROP TRIGGER points_entries_keep ON points_entries;
CREATE TRIGGER points_entries_keep BEFORE DELETE OR TRUNCATE ON points_entries FOR EACH STATEMENT EXECUTE FUNCTION append_only('points');
CREATE TRIGGER points_entries_words BEFORE UPDATE ON points_entries FOR EACH ROW EXECUTE FUNCTION loses_words('points', 'reason');
CREATE INDEX volunteer_tasks_case ON volunteer_tasks (case_number) WHERE case_number > 0;
CREATE INDEX activity_seats_token ON activity_seats (token) WHERE token <> '';

-- Who read what of whom.
CREATE TABLE access_log (
  number      BIGINT GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  at          BIGINT NOT NULL,
  account     TEXT COLLATE "C"    NOT NULL,
  part        TEXT COLLATE "C"    NOT NULL,
  case_number BIGINT NOT NULL, -- 0: of no case
  subject     TEXT COLLATE "C"    NOT NULL, -- what else it is of, e.g. the number of a holder
  why         TEXT    NOT NULL  -- one of the reasons to choose from, or ''
);
CREATE INDEX access_log_account ON access_log (account, number);
CREATE INDEX access_log_case    ON access_log (case_number, number) WHERE case_number > 0;
CREATE INDEX access_log_subject ON access_log (part, subject, number) WHERE subject <> '';
CREATE TRIGGER access_log_keep BEFORE UPDATE OR DELETE OR TRUNCATE ON access_log FOR EACH STATEMENT EXECUTE FUNCTION append_only('the log''s entries');

-- What a resident asked for, with its deadline.
CREATE TABLE privacy_matters (
  number      BIGINT GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  kind        TEXT    NOT NULL,
  card        TEXT COLLATE "C"    NOT NULL, -- token; '' once it is closed
  case_number BIGINT NOT NULL, -- 0: all of the card
  opened_at   BIGINT NOT NULL,
  opened_by   TEXT    NOT NULL,
  due_at      BIGINT NOT NULL,
  closed_at   BIGINT NOT NULL DEFAULT 0,
  closed_by   TEXT    NOT NULL DEFAULT '',
  outcome     TEXT    NOT NULL DEFAULT '',
  erased      BIGINT NOT NULL DEFAULT 0, -- cases
  kept        BIGINT NOT NULL DEFAULT 0  -- cases that are open or held
);
CREATE INDEX privacy_matters_open ON privacy_matters (due_at) WHERE closed_at = 0;

-- Cases whose words must stay.
CREATE TABLE privacy_holds (
  case_number BIGINT PRIMARY KEY REFERENCES cases (number),
  reason      TEXT    NOT NULL,
  at          BIGINT NOT NULL,
  by          TEXT    NOT NULL
);

-- How much went, by day.
CREATE TABLE privacy_counts (
  day   TEXT COLLATE "C"    NOT NULL,
  what  TEXT COLLATE "C"    NOT NULL,
  count BIGINT NOT NULL,
  PRIMARY KEY (day, what)
);
