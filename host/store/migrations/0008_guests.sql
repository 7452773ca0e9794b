-- Under which addresses a person appears on a channel, and when he last wrote from each.
CREATE TABLE guest_addresses (
  tenant TEXT {{bytewise}} NOT NULL,
  channel TEXT {{bytewise}} NOT NULL,
  address TEXT {{bytewise}} NOT NULL,             -- canonical, where it is a number
  guest TEXT {{bytewise}} NOT NULL,               -- the address that he was known by first
  last_inbound_ms BIGINT NOT NULL,                -- 0: never from this one
  PRIMARY KEY (tenant, channel, address)
);
CREATE INDEX guest_addresses_guest ON guest_addresses (tenant, channel, guest);
