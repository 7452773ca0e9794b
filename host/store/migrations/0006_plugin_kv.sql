-- The plugins' small values.
CREATE TABLE plugin_kv (
  plugin TEXT {{bytewise}} NOT NULL,
  key TEXT {{bytewise}} NOT NULL,
  value {{blob}} NOT NULL,
  revision BIGINT NOT NULL,
  PRIMARY KEY (plugin, key)
);
