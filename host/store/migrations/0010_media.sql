-- Files that came with guests' messages: to be fetched, kept, and forgotten after their time.
CREATE TABLE media_files (
  seq {{identity}},
  tenant TEXT {{bytewise}} NOT NULL,
  lane TEXT {{bytewise}} NOT NULL UNIQUE,         -- its id, which is also its name in the folder
  channel TEXT {{bytewise}} NOT NULL,
  account TEXT NOT NULL,
  message_id TEXT {{bytewise}} NOT NULL,
  media TEXT NOT NULL,                            -- Media of channel.v1.json
  created_ms BIGINT NOT NULL,
  state TEXT NOT NULL DEFAULT 'pending',          -- pending, kept, failed, forgotten
  attempts INTEGER NOT NULL DEFAULT 0,
  due_ms BIGINT DEFAULT 0,                        -- see LaneQueue; NULL: nothing to do
  lease_owner TEXT NOT NULL DEFAULT '',
  last_error TEXT NOT NULL DEFAULT '',
  mime_type TEXT NOT NULL DEFAULT '',
  size_bytes BIGINT NOT NULL DEFAULT 0,
  kept_ms BIGINT
);
CREATE INDEX media_files_due ON media_files (due_ms, seq) WHERE due_ms IS NOT NULL;
CREATE INDEX media_files_lane ON media_files (tenant, lane, seq) WHERE due_ms > 0;
CREATE INDEX media_files_kept ON media_files (kept_ms) WHERE state = 'kept';
CREATE INDEX media_files_message ON media_files (tenant, channel, message_id);

-- Until when a channel's messages were held against its provider's own list.
CREATE TABLE reconciliations (
  tenant TEXT {{bytewise}} NOT NULL,
  channel TEXT {{bytewise}} NOT NULL,
  until_ms BIGINT NOT NULL,
  PRIMARY KEY (tenant, channel)
);
