-- What somebody had and is closed, and what is open by the time that it was asked for: both were
-- sought among all cases that are closed, or sorted.
CREATE INDEX cases_assignee_closed ON cases (assignee, status, number DESC) WHERE assignee <> '' AND status NOT IN ('delivered','accepted','dispatched','working');
CREATE INDEX cases_open_requested ON cases (requested_at, number) WHERE status NOT IN ('done','rated','cancelled','refused','merged');
