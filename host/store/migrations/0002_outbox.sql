-- What waits to leave, and what became of it.
CREATE TABLE outbox (
  seq {{identity}},
  tenant TEXT {{bytewise}} NOT NULL,
  kind TEXT NOT NULL,                             -- reply, event, notice
  target TEXT {{bytewise}} NOT NULL,              -- the plugin's name in the pipeline, or the endpoint's
  lane TEXT {{bytewise}} NOT NULL,
  payload TEXT NOT NULL,                          -- the request to the plugin, JSON
  reference TEXT {{bytewise}} NOT NULL UNIQUE,    -- ours, given to the provider
  correlation_id TEXT NOT NULL,
  cause TEXT NOT NULL,                            -- inbox.message_id, or empty
  created_ms BIGINT NOT NULL,
  expires_ms BIGINT,
  state TEXT NOT NULL DEFAULT 'pending',          -- pending, sending, sent, failed, dead
  attempts INTEGER NOT NULL DEFAULT 0,
  due_ms BIGINT DEFAULT 0,                        -- see LaneQueue; NULL: nothing to do
  lease_owner TEXT NOT NULL DEFAULT '',
  last_error TEXT NOT NULL DEFAULT '',
  provider_id TEXT {{bytewise}} NOT NULL DEFAULT '',
  provider_status TEXT NOT NULL DEFAULT '',       -- sent, failed, delivered, read, played
  provider_rank INTEGER NOT NULL DEFAULT 0,       -- status_rank(provider_status)
  provider_status_ms BIGINT                       -- by the provider's clock
);
CREATE INDEX outbox_due ON outbox (due_ms, seq) WHERE due_ms IS NOT NULL;
CREATE INDEX outbox_lane ON outbox (tenant, lane, seq) WHERE due_ms > 0;
CREATE INDEX outbox_provider_id ON outbox (tenant, target, provider_id) WHERE provider_id <> '';

-- Statuses of messages that we do not know, or not yet by this id.
CREATE TABLE delivery_statuses (
  tenant TEXT {{bytewise}} NOT NULL,
  channel TEXT {{bytewise}} NOT NULL,
  provider_id TEXT {{bytewise}} NOT NULL,
  reference TEXT {{bytewise}} NOT NULL,
  status TEXT {{bytewise}} NOT NULL,
  at_ms BIGINT NOT NULL,
  received_ms BIGINT NOT NULL,
  error_class TEXT NOT NULL,
  error_code TEXT NOT NULL,
  error_text TEXT NOT NULL,
  PRIMARY KEY (tenant, channel, provider_id, reference, status)
);
CREATE INDEX delivery_statuses_received ON delivery_statuses (received_ms);
