-- Messages of guests. Lean on purpose: every webhook waits for one insert here.
CREATE TABLE inbox (
  seq {{identity}},
  tenant TEXT {{bytewise}} NOT NULL,
  channel TEXT {{bytewise}} NOT NULL,
  message_id TEXT {{bytewise}} NOT NULL,          -- the provider's
  lane TEXT {{bytewise}} NOT NULL,                -- channel|account|sender: the order of one guest
  payload TEXT NOT NULL,                          -- UnifiedMessage, JSON
  correlation_id TEXT NOT NULL,
  received_ms BIGINT NOT NULL,
  state TEXT NOT NULL DEFAULT 'pending',          -- pending, done, dead
  attempts INTEGER NOT NULL DEFAULT 0,            -- leases so far
  due_ms BIGINT DEFAULT 0,                        -- see LaneQueue; NULL: done or dead
  lease_owner TEXT NOT NULL DEFAULT '',
  last_error TEXT NOT NULL DEFAULT '',
  UNIQUE (tenant, channel, message_id)
);
-- Both hold only what is not handled yet, which is little; the second not even what is new.
CREATE INDEX inbox_due ON inbox (due_ms, seq) WHERE due_ms IS NOT NULL;
CREATE INDEX inbox_lane ON inbox (tenant, lane, seq) WHERE due_ms > 0;
