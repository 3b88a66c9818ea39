-- Who is told of cases.
CREATE TABLE webhook_subscriptions (
  number        BIGINT GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  channel       BIGINT  NOT NULL REFERENCES channels (number),
  address       TEXT    NOT NULL,
  secret        TEXT    NOT NULL, -- as it is: both ends sign with it
  made_at       BIGINT  NOT NULL,
  failures      BIGINT  NOT NULL DEFAULT 0, -- in a row
  failing_since BIGINT  NOT NULL DEFAULT 0,
  paused_until  BIGINT  NOT NULL DEFAULT 0,
  disabled_at   BIGINT  NOT NULL DEFAULT 0,
  reason        TEXT    NOT NULL DEFAULT ''
);

-- What is still to be told: a row for each event and subscription.
CREATE TABLE webhook_outbox (
  number       BIGINT GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  subscription BIGINT  NOT NULL REFERENCES webhook_subscriptions (number),
  case_number  BIGINT  NOT NULL,
  event        BIGINT  NOT NULL,
  attempts     BIGINT  NOT NULL DEFAULT 0,
  due_at       BIGINT  NOT NULL
);
CREATE INDEX webhook_outbox_due ON webhook_outbox (due_at);
CREATE INDEX webhook_outbox_of ON webhook_outbox (subscription);
