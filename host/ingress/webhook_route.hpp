#pragma once

#include <functional>
#include <memory>
#include <string>

#include "http/failure_limit.hpp"
#include "http/server.hpp"
#include "ingress/intake.hpp"
#include "ingress/questions.hpp"
#include "plugin/plugin.hpp"

namespace conserje {

/// What webhooks work with; all of it outlives the routes.
struct WebhookParts {
  Intake& intake;
  Questions& questions;
  Metrics& metrics;
  Log& log;
  const Clock& clock;
  FailureLimit& failures;  // Of signatures that do not verify.
  std::string tenant;
  std::string public_url;  // Of the host; empty: not known.
  RunOnPool run_on_pool;
};

/// The route /webhooks/<plugin name>: hands each delivery to its channel plugin, stores what it
/// carried, then answers; with a question (channel.v1.json) once its messages are handled. 401: the
/// signature does not verify, nothing is kept; 429: nor did those before it of the same source. Who
/// verifies is never refused for volume. 400: not this vendor's. 503: the store is busy or away;
/// the sender repeats it.
Route webhook_route(std::shared_ptr<Plugin> channel, const WebhookParts& parts);

}  // namespace conserje
