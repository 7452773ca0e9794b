-- Guests' receipts of payments, before the staff has looked at them and after.
CREATE TABLE deposits (
  id {{identity}},
  tenant TEXT {{bytewise}} NOT NULL,
  lane TEXT {{bytewise}} NOT NULL,                -- the guest, as in `inbox`
  reservation TEXT {{bytewise}} NOT NULL,         -- its reference
  channel TEXT {{bytewise}} NOT NULL,
  message_id TEXT {{bytewise}} NOT NULL,          -- that brought it
  media TEXT NOT NULL,                            -- JSON
  state TEXT NOT NULL,                            -- waiting, approved, refused
  received_ms BIGINT NOT NULL,
  decided_ms BIGINT,
  UNIQUE (tenant, channel, message_id)
);
CREATE INDEX deposits_waiting ON deposits (tenant, id) WHERE decided_ms IS NULL;
