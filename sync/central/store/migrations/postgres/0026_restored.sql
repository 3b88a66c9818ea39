-- Certificates that the root issued and a docket that was put back from a backup does
-- not know.
CREATE TABLE stray_certificates (
  serial     BIGINT  PRIMARY KEY,
  kiosk      BIGINT  NOT NULL,
  body       BYTEA   NOT NULL, -- X.509, DER
  issued_at  BIGINT  NOT NULL,
  expires_at BIGINT  NOT NULL,
  seen_at    BIGINT  NOT NULL
);
