-- What is remembered of a guest between two messages.
CREATE TABLE sessions (
  tenant TEXT {{bytewise}} NOT NULL,
  lane TEXT {{bytewise}} NOT NULL,
  data TEXT NOT NULL,                             -- JSON
  updated_ms BIGINT NOT NULL,
  expires_ms BIGINT NOT NULL,
  revision BIGINT NOT NULL,
  PRIMARY KEY (tenant, lane)
);
CREATE INDEX sessions_expires ON sessions (expires_ms);

-- The journal of writes to a PMS.
CREATE TABLE acts (
  tenant TEXT {{bytewise}} NOT NULL,
  idempotency_key TEXT {{bytewise}} NOT NULL,
  decision TEXT NOT NULL,                         -- JSON
  outcome TEXT,                                   -- JSON; NULL: not known
  created_ms BIGINT NOT NULL,
  PRIMARY KEY (tenant, idempotency_key)
);

-- Our truth about reservations.
CREATE TABLE reservations (
  reference TEXT {{bytewise}} NOT NULL PRIMARY KEY,
  tenant TEXT {{bytewise}} NOT NULL,
  lane TEXT {{bytewise}} NOT NULL,
  guest_name TEXT NOT NULL,
  pms TEXT {{bytewise}} NOT NULL,
  pms_id TEXT {{bytewise}} NOT NULL,              -- empty: not named yet
  state TEXT NOT NULL,                            -- requested, confirmed, cancelled, failed
  data TEXT NOT NULL,                             -- JSON
  confirmed_ms BIGINT,
  created_ms BIGINT NOT NULL,
  updated_ms BIGINT NOT NULL
);
CREATE INDEX reservations_guest ON reservations (tenant, lane, created_ms);
CREATE INDEX reservations_pms_id ON reservations (tenant, pms, pms_id) WHERE pms_id <> '';
