-- Lists of cases that are as fast with a million cases as with ten thousand: what is open
-- has an index of its own, in the order of the list, and so has what is closed.
-- The words are those of docket.Statuses; a test compares them.
ALTER TABLE cases ADD COLUMN grid TEXT COLLATE "C" NOT NULL DEFAULT ''; -- that of case_grids
UPDATE cases SET grid = g.grid FROM case_grids g WHERE g.case_number = cases.number;

DROP INDEX cases_status;
DROP INDEX cases_assignee;
CREATE INDEX cases_status ON cases (status, urgency, number DESC) WHERE status NOT IN ('done','rated','cancelled','refused','merged');
CREATE INDEX cases_open ON cases (urgency, number DESC) WHERE status NOT IN ('done','rated','cancelled','refused','merged');
CREATE INDEX cases_closed ON cases (status, number DESC) WHERE status NOT IN ('delivered','accepted','dispatched','working');
CREATE INDEX cases_assignee ON cases (assignee, urgency, number DESC) WHERE assignee <> '';
CREATE INDEX cases_grid_open ON cases (grid, urgency, number DESC) WHERE grid <> '' AND status NOT IN ('done','rated','cancelled','refused','merged');
CREATE INDEX cases_grid_closed ON cases (grid, status, number DESC) WHERE grid <> '' AND status NOT IN ('delivered','accepted','dispatched','working');
CREATE INDEX cases_service_closed ON cases (service, status, number DESC) WHERE status NOT IN ('delivered','accepted','dispatched','working');
