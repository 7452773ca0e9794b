-- Conversations as the staff sees them, and whether a person has them.
CREATE TABLE conversations (
  tenant TEXT {{bytewise}} NOT NULL,
  lane TEXT {{bytewise}} NOT NULL,                -- the guest, as in `sessions`
  conversation TEXT {{bytewise}} NOT NULL,        -- what it is called outside: the lane's hash
  channel TEXT {{bytewise}} NOT NULL,
  account TEXT NOT NULL,
  address TEXT NOT NULL,                          -- where an answer goes
  guest_name TEXT NOT NULL,                       -- as the channel told it
  language TEXT NOT NULL,
  thread_id TEXT NOT NULL,
  subject TEXT NOT NULL,
  last_ms BIGINT NOT NULL,                        -- when the guest, or the staff past us, last wrote
  handoff_ms BIGINT,                              -- since when a person has it; NULL: nobody
  handoff_reason TEXT NOT NULL DEFAULT '',
  handoff_urgent BIGINT NOT NULL DEFAULT 0,
  silent_until_ms BIGINT NOT NULL DEFAULT 0,      -- of that handoff; 0: the assistant goes on
  complained_ms BIGINT,                           -- when the guest last complained
  answered_ms BIGINT,                             -- since when the staff has answered it
  place BIGINT NOT NULL,                          -- in the list: what a person has comes first
  PRIMARY KEY (tenant, lane)
);
CREATE UNIQUE INDEX conversations_name ON conversations (tenant, conversation);
CREATE INDEX conversations_place ON conversations (tenant, place, conversation);

-- What was said in them; the words stand in `inbox` and `outbox`.
CREATE TABLE turns (
  id {{identity}},
  tenant TEXT {{bytewise}} NOT NULL,
  conversation TEXT {{bytewise}} NOT NULL,
  author TEXT NOT NULL,                           -- guest, staff
  channel TEXT {{bytewise}} NOT NULL,
  message_id TEXT {{bytewise}} NOT NULL,          -- inbox.message_id; empty: it did not come in
  reference TEXT {{bytewise}} NOT NULL,           -- outbox.reference: of our answer, or the staff's words
  at_ms BIGINT NOT NULL
);
CREATE INDEX turns_conversation ON turns (tenant, conversation, id);
