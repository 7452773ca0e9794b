#pragma once

#include <cstddef>
#include <string>
#include <vector>

namespace bench {

/// The message id of webhook `number`.
std::string webhook_id(std::size_t number);

/// Whole HTTP requests, each with one text message of its own id, of 1 KB and really signed, as the
/// WhatsApp Cloud API posts them. Numbered from `first`.
std::vector<std::string> signed_webhooks(std::size_t first, std::size_t count);

}  // namespace bench
