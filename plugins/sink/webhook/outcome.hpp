#pragma once

#include <cstdint>

#include "conserje/host.hpp"
#include "conserje/sink_types.hpp"

/// What an attempt was worth. Pure. A tenant may read the texts: they say the kind of trouble and
/// never an address or what the receiver said.
namespace conserje::webhook {

/// 2xx is success, and nothing else. 410: gone, for good. 401 and 403: auth. Everything else may
/// heal, since receivers get mended, also the redirects that are not followed: retry, after
/// Retry-After where a throttled or unavailable receiver (429, 502, 503, 504) gives one.
/// Source: Standard Webhooks 1.0, "Operational considerations".
sink::DeliveryResult outcome_of(const HttpResponse& response, std::int64_t now_ms);

/// No answer: what the operator must mend is config, the rest retry. A lost answer too, because the
/// receiver knows a repetition by its webhook-id.
sink::DeliveryResult outcome_of(const Error& error);

}  // namespace conserje::webhook
