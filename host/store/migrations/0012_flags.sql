-- Switches of features; those that are not here are as they were compiled.
CREATE TABLE flags (
  tenant TEXT {{bytewise}} NOT NULL,              -- empty: all of them
  name TEXT {{bytewise}} NOT NULL,
  percentage BIGINT NOT NULL,                     -- of guests for whom it is on: 0 to 100
  updated_ms BIGINT NOT NULL,
  PRIMARY KEY (tenant, name)
);
