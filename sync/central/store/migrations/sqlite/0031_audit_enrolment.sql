-- The enrolment whose audit log is known: another machine has a log of its own.
ALTER TABLE audits ADD COLUMN enrolment INTEGER NOT NULL DEFAULT 0;
UPDATE audits SET enrolment = coalesce((SELECT c.enrolment FROM certificates c WHERE c.kiosk = audits.kiosk AND c.used = 1 ORDER BY c.number DESC LIMIT 1), 0);
