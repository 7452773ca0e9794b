-- What was given up, whole, for a person.
CREATE TABLE dead_letters (
  id {{identity}},
  tenant TEXT {{bytewise}} NOT NULL,
  kind TEXT NOT NULL,                             -- message, reply, event, reservation
  source TEXT NOT NULL,                           -- inbox.message_id, outbox.reference, reservations.reference
  reason TEXT NOT NULL,
  error_class TEXT NOT NULL,
  payload TEXT NOT NULL,
  attempts BIGINT NOT NULL,
  created_ms BIGINT NOT NULL,
  closed_ms BIGINT
);
CREATE INDEX dead_letters_open ON dead_letters (tenant, id) WHERE closed_ms IS NULL;
