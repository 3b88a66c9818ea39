-- Certificates that the root issued and a docket that was put back from a backup does
-- not know.
CREATE TABLE stray_certificates (
  serial     INTEGER PRIMARY KEY,
  kiosk      INTEGER NOT NULL,
  body       BLOB    NOT NULL, -- X.509, DER
  issued_at  INTEGER NOT NULL,
  expires_at INTEGER NOT NULL,
  seen_at    INTEGER NOT NULL
) STRICT;
