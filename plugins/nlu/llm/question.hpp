#pragma once

#include <array>
#include <cstdint>
#include <string>
#include <string_view>

/// What a model is asked. Pure. Source: https://platform.openai.com/docs/api-reference/chat/create
namespace conserje::llm {

/// The ways to an answer of a known form, the surest first.
enum class Way : std::uint8_t { json_schema, tool, json_object, plain };
constexpr Way kLastWay = Way::plain;  // The instructions alone ask for JSON.

constexpr std::string_view kTool = "report_nlu";

/// The names that an answer may have; product.md section 3 and config/nlu.
constexpr std::array<std::string_view, 18> kIntents = {"check_availability",
                                                       "make_reservation",
                                                       "modify_reservation",
                                                       "cancel_reservation",
                                                       "reservation_status",
                                                       "confirm",
                                                       "deny",
                                                       "price_quote",
                                                       "hotel_info",
                                                       "service_request",
                                                       "late_checkout",
                                                       "complaint",
                                                       "human",
                                                       "help",
                                                       "greeting",
                                                       "thanks",
                                                       "goodbye",
                                                       "out_of_scope"};
constexpr std::array<std::string_view, 24> kTopics = {
    "accessibility", "breakfast",  "cancellation_policy",
    "check_in",      "check_out",  "children",
    "contact",       "events",     "gym",
    "laundry",       "location",   "luggage",
    "parking",       "payment",    "pets",
    "pool",          "restaurant", "room_features",
    "smoking",       "spa",        "tourism",
    "towels",        "transfer",   "wifi"};
constexpr std::array<std::string_view, 12> kEntityTypes = {
    "date",      "time",        "duration", "nights", "party_size", "rooms",
    "room_type", "person_name", "phone",    "email",  "code",       "money"};

struct Question {
  std::string model{};
  std::string text{};    // The guest's message.
  std::string marker{};  // Stands around it; letters and digits that no guest can guess.
  Way way = Way::json_schema;
  bool with_temperature = true;  // Some models refuse it.
  std::string tokens_field{};
  std::int64_t max_tokens = 0;
};

/// The body of the request. The guest's words are in a message of their own, between markers.
std::string to_body(const Question& question);

}  // namespace conserje::llm
