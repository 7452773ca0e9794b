-- What one guest at a time may reserve, and who was let and who was not.
CREATE TABLE locks (
  tenant TEXT {{bytewise}} NOT NULL,
  resource TEXT {{bytewise}} NOT NULL,            -- such as frontdesk|double
  holder TEXT {{bytewise}} NOT NULL,              -- a guest's hash
  expires_ms BIGINT NOT NULL,
  PRIMARY KEY (tenant, resource)
);
CREATE TABLE lock_audit (
  id {{identity}},
  tenant TEXT {{bytewise}} NOT NULL,
  resource TEXT {{bytewise}} NOT NULL,
  holder TEXT {{bytewise}} NOT NULL,              -- who asked
  action TEXT NOT NULL,                           -- acquired, refused, released
  at_ms BIGINT NOT NULL
);
CREATE INDEX lock_audit_resource ON lock_audit (tenant, resource, id);
