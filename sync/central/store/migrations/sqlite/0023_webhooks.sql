-- Who is told of cases.
CREATE TABLE webhook_subscriptions (
  number        INTEGER PRIMARY KEY AUTOINCREMENT,
  channel       INTEGER NOT NULL REFERENCES channels (number),
  address       TEXT    NOT NULL,
  secret        TEXT    NOT NULL, -- as it is: both ends sign with it
  made_at       INTEGER NOT NULL,
  failures      INTEGER NOT NULL DEFAULT 0, -- in a row
  failing_since INTEGER NOT NULL DEFAULT 0,
  paused_until  INTEGER NOT NULL DEFAULT 0,
  disabled_at   INTEGER NOT NULL DEFAULT 0,
  reason        TEXT    NOT NULL DEFAULT ''
) STRICT;

-- What is still to be told: a row for each event and subscription.
CREATE TABLE webhook_outbox (
  number       INTEGER PRIMARY KEY AUTOINCREMENT,
  subscription INTEGER NOT NULL REFERENCES webhook_subscriptions (number),
  case_number  INTEGER NOT NULL,
  event        INTEGER NOT NULL,
  attempts     INTEGER NOT NULL DEFAULT 0,
  due_at       INTEGER NOT NULL
) STRICT;
CREATE INDEX webhook_outbox_due ON webhook_outbox (due_at);
CREATE INDEX webhook_outbox_of ON webhook_outbox (subscription);
