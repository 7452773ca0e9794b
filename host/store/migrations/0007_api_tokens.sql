-- Who may call the admin API beside people.
CREATE TABLE api_tokens (
  id TEXT {{bytewise}} NOT NULL PRIMARY KEY,      -- the part of the token that may be seen
  tenant TEXT {{bytewise}} NOT NULL,
  name TEXT NOT NULL,                             -- whom or what it was given to
  hash TEXT NOT NULL,                             -- argon2id of the token, with its parameters
  scopes TEXT NOT NULL,                           -- separated by one space
  created_ms BIGINT NOT NULL,
  expires_ms BIGINT,                              -- NULL: never
  last_used_ms BIGINT,
  revoked_ms BIGINT
);
CREATE INDEX api_tokens_tenant ON api_tokens (tenant, id);
