-- The last word of each terminal on its devices.
CREATE TABLE health (
  kiosk   INTEGER PRIMARY KEY REFERENCES terminals (number),
  at      INTEGER NOT NULL,
  devices BLOB    NOT NULL -- []docket.Device as JSON
) STRICT;
