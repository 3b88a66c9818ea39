-- What terminals say of themselves beside their devices.
ALTER TABLE health ADD COLUMN queue BLOB;    -- docket.Queue as JSON; NULL: it did not say
ALTER TABLE health ADD COLUMN versions BLOB; -- map of names to versions as JSON; NULL: it did not say

-- What is known of each terminal's audit log: docket.Audit.
CREATE TABLE audits (
  kiosk          INTEGER PRIMARY KEY REFERENCES terminals (number),
  known_sequence INTEGER NOT NULL,
  known_hash     TEXT    NOT NULL,
  heard_sequence INTEGER NOT NULL,
  heard_hash     TEXT    NOT NULL,
  alarm          TEXT    NOT NULL, -- '' is none
  alarm_at       INTEGER NOT NULL
) STRICT;
