-- What was done, and what only some actions have: docket.Detail as JSON, or ''.
ALTER TABLE case_events ADD COLUMN action TEXT NOT NULL DEFAULT '';
ALTER TABLE case_events ADD COLUMN detail TEXT NOT NULL DEFAULT '';

-- Events of before have it by their place: nothing but an unhappy rating led back.
DROP TRIGGER case_events_keep_update;
UPDATE case_events SET action = CASE
  WHEN number = 1 THEN 'filed'
  WHEN stars > 0 THEN 'rated'
  WHEN status = 'accepted' AND number > 2 THEN 'reopened'
  WHEN status = 'working' THEN 'started'
  WHEN status = 'done' THEN 'completed'
  ELSE status END;
CREATE TRIGGER case_events_keep_update BEFORE UPDATE ON case_events
BEGIN SELECT RAISE(ABORT, 'events are append-only'); END;

-- Further projections of the events,
ALTER TABLE cases ADD COLUMN assignee     TEXT    NOT NULL DEFAULT ''; -- 'worker:ACCOUNT' or 'department:NAME'
ALTER TABLE cases ADD COLUMN due_at       INTEGER NOT NULL DEFAULT 0;
ALTER TABLE cases ADD COLUMN merged_into  INTEGER NOT NULL DEFAULT 0;
ALTER TABLE cases ADD COLUMN verification TEXT    NOT NULL DEFAULT '';
-- and of the classification.
ALTER TABLE cases ADD COLUMN category  TEXT    NOT NULL DEFAULT ''; -- '': not classified yet
ALTER TABLE cases ADD COLUMN concern   TEXT    NOT NULL DEFAULT '';
ALTER TABLE cases ADD COLUMN corrected INTEGER NOT NULL DEFAULT 0;  -- by staff
ALTER TABLE cases ADD COLUMN place     INTEGER NOT NULL DEFAULT 0;  -- what broke where, as a hash
ALTER TABLE cases ADD COLUMN repeats   INTEGER NOT NULL DEFAULT 0;
CREATE INDEX cases_assignee     ON cases (assignee, status, urgency, number DESC) WHERE assignee <> '';
CREATE INDEX cases_due          ON cases (due_at) WHERE due_at > 0;
CREATE INDEX cases_merged       ON cases (merged_into, number) WHERE merged_into > 0;
CREATE INDEX cases_place        ON cases (place, requested_at) WHERE place <> 0;
CREATE INDEX cases_category     ON cases (category, urgency, number DESC) WHERE category <> '';
CREATE INDEX cases_unclassified ON cases (number) WHERE category = '';
CREATE UNIQUE INDEX cases_verification ON cases (verification) WHERE verification <> '';

CREATE TABLE classifications (
  case_number INTEGER PRIMARY KEY REFERENCES cases (number),
  body        TEXT    NOT NULL -- docket.Classification as JSON
) STRICT;

-- How each rule of the classification did.
CREATE TABLE rule_counts (
  rule      TEXT    PRIMARY KEY,
  fired     INTEGER NOT NULL,
  corrected INTEGER NOT NULL
) STRICT;
