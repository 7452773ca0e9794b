#include "ring.hpp"

#include <algorithm>
#include <array>
#include <chrono>
#include <cstdio>

#include "answers.hpp"
#include "payload.hpp"

namespace conserje::vapi {
namespace {

constexpr std::size_t kLongestName = 40;

/// Its name at VAPI, by which we know it again.
std::string name_of(const channel::SendRequest& request) {
  return cut(request.reference, kLongestName);
}

std::string iso_8601(std::int64_t ms) {
  const std::chrono::sys_time<std::chrono::milliseconds> time{std::chrono::milliseconds(ms)};
  const auto day = std::chrono::floor<std::chrono::days>(time);
  const std::chrono::year_month_day date(day);
  const std::chrono::hh_mm_ss clock(time - day);
  std::array<char, 40> out{};
  const auto size = std::snprintf(
      out.data(), out.size(), "%04d-%02u-%02uT%02d:%02d:%02d.%03dZ", static_cast<int>(date.year()),
      static_cast<unsigned>(date.month()), static_cast<unsigned>(date.day()),
      static_cast<int>(clock.hours().count()), static_cast<int>(clock.minutes().count()),
      static_cast<int>(clock.seconds().count()), static_cast<int>(clock.subseconds().count()));
  return {out.data(), static_cast<std::size_t>(std::max(size, 0))};
}

/// A list that names its calls is read by the names; one that does not, by the guest: better no
/// second call than one too many.
bool is_ours(const Json& call, const channel::SendRequest& request) {
  if (text(call, "type") != "outboundPhoneCall") return false;
  const auto name = text(call, "name");
  if (!name.empty()) return name == name_of(request);
  return text(member(call, "customer"), "number") == request.recipient;
}

}  // namespace

bool is_number(std::string_view address) {
  return address.size() >= 8 && address.size() <= 16 && address[0] == '+' && address[1] != '0' &&
         address.find_first_not_of("0123456789", 1) == std::string_view::npos;
}

std::string to_call(const channel::SendRequest& request, std::string_view phone_number_id) {
  Json variables = Json::object();
  if (!request.language.empty()) variables["language"] = request.language;
  const auto& parameters = request.template_->parameters;
  for (std::size_t i = 0; i < parameters.size(); ++i)
    variables["parameter_" + std::to_string(i + 1)] = speakable(parameters[i]);
  const Json call = {{"assistantId", request.template_->name},
                     {"phoneNumberId", phone_number_id},
                     {"name", name_of(request)},
                     {"customer", {{"number", request.recipient}}},
                     {"assistantOverrides", {{"variableValues", std::move(variables)}}}};
  return call.dump();
}

Result<std::string> read_begun(std::string_view body) {
  const auto call = parse_document(body);
  auto id = call ? text(*call, "id") : std::string();
  if (id.empty())
    return Error{ErrorClass::deadline, "vapi: the answer does not say which call was begun"};
  return id;
}

std::string list_url(std::string_view api_url, std::int64_t since_ms) {
  return std::string(api_url) + "/call?limit=" + std::to_string(kMostListed) +
         "&createdAtGt=" + iso_8601(since_ms);
}

Result<Found> find_call(std::string_view body, const channel::SendRequest& request) {
  const auto list = parse_document(body);
  if (!list || !list->is_array())
    return Error{ErrorClass::retry, "vapi: the list of calls is no list"};
  Found found{.is_whole = list->size() < kMostListed};
  const auto call =
      std::ranges::find_if(*list, [&](const Json& one) { return is_ours(one, request); });
  if (call != list->end()) found.call_id = text(*call, "id");
  return found;
}

}  // namespace conserje::vapi
