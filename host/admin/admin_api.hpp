#pragma once

#include <cstddef>
#include <memory>
#include <vector>

#include "admin/endpoint.hpp"
#include "admin/tokens.hpp"
#include "http/failure_limit.hpp"
#include "http/server.hpp"
#include "ops/log.hpp"
#include "ops/metrics.hpp"

namespace conserje {

/// What the API works with; all but the values outlive the server that has its routes.
struct AdminParts {
  Tokens& tokens;
  FailureLimit& failures;  // Of credentials that do not verify.
  Metrics& metrics;
  Log& log;
  RunOnPool hash;  // One thread: for tokens of which each costs 19 MiB and 50 ms.
  RunOnPool work;  // Everything else: whoever floods the other one holds up nobody here.
  std::size_t body_limit = 64 * 1024;
};

/// The routes of the admin API: /api/v1/openapi.yaml for anybody, and what is below /api/v1/ for
/// whom the endpoints let in. Each request passes, in this order: a token that is valid (401, 429),
/// an endpoint (404, 405), its scope (403), an answer that the client takes (406), a query that is
/// known (400), a body as it must be (415, 400); then the endpoint, on a pool thread. All answers
/// are for this caller alone and not to be stored; what is no answer is a problem document. Each
/// write leaves a line in the log, whatever became of it.
std::vector<Route> admin_routes(const AdminParts& parts, std::vector<Endpoint> endpoints);

}  // namespace conserje
