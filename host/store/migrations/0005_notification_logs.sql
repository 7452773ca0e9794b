-- Every attempt to notify an endpoint.
CREATE TABLE notification_logs (
  id {{identity}},
  tenant TEXT {{bytewise}} NOT NULL,
  endpoint TEXT {{bytewise}} NOT NULL,
  event_id TEXT NOT NULL,
  event_type TEXT NOT NULL,
  result TEXT NOT NULL,                           -- sent, failed, filtered
  http_status INTEGER NOT NULL,                   -- 0: no answer, or not HTTP
  error TEXT NOT NULL,
  duration_ms BIGINT NOT NULL,
  attempt INTEGER NOT NULL,
  at_ms BIGINT NOT NULL
);
CREATE INDEX notification_logs_endpoint ON notification_logs (tenant, endpoint, id);
