#pragma once

#include "config.hpp"

namespace conserje::vapi {

/// A hotel's settings, as the fixtures take them.
inline Config hotel_settings() {
  Config config{.auth = "secret",
                .secret = "vapi-secret-for-tests",
                .tools = {{.name = "check_room",
                           .intent = "check_availability",
                           .arguments = {{"date", "arrival"}, {"guests", "adults"}}},
                          {.name = "ask_hotel", .text_argument = "question"}},
                .language = "es"};
  config.assistant = {{"assistantId", "7a7b7c7d-0001-4002-8003-9a9b9c9d9e9f"}};
  config.transfer = {{"destination", {{"type", "number"}, {"number", "+34910552099"}}}};
  return config;
}

}  // namespace conserje::vapi
