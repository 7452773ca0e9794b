#include "payload.hpp"

#include <algorithm>
#include <array>
#include <charconv>
#include <chrono>
#include <iterator>

namespace conserje::twilio {
namespace {

/// A text, or an integer as its digits.
std::string text_of(const Json& json, const char* name) {
  const auto found = json.find(name);
  if (found == json.end()) return {};
  if (found->is_string()) return found->get<std::string>();
  return found->is_number_integer() ? found->dump() : std::string();
}

std::optional<int> number_in(std::string_view text) {
  int value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error != std::errc() || end != text.data() + text.size()) return std::nullopt;
  return value;
}

/// "+0130" in minutes.
std::optional<int> zone_in(std::string_view text) {
  if (text.size() != 5 || (text[0] != '+' && text[0] != '-')) return std::nullopt;
  const auto hours = number_in(text.substr(1, 2));
  const auto minutes = number_in(text.substr(3, 2));
  if (!hours || !minutes) return std::nullopt;
  return (text[0] == '-' ? -1 : 1) * (*hours * 60 + *minutes);
}

std::vector<std::string_view> words_of(std::string_view text) {
  std::vector<std::string_view> words;
  while (!text.empty()) {
    const auto word = text.substr(0, text.find(' '));
    text.remove_prefix(std::min(text.size(), word.size() + 1));
    if (!word.empty()) words.push_back(word);
  }
  return words;
}

constexpr std::array<std::string_view, 12> kMonths = {"Jan", "Feb", "Mar", "Apr", "May", "Jun",
                                                      "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"};

}  // namespace

std::int64_t parse_rfc2822(std::string_view text) {
  const auto words = words_of(text);
  if (words.size() != 6 || words[4].size() != 8) return 0;
  const auto* const month = std::ranges::find(kMonths, words[2]);
  const auto day = number_in(words[1]);
  const auto year = number_in(words[3]);
  const auto hours = number_in(words[4].substr(0, 2));
  const auto minutes = number_in(words[4].substr(3, 2));
  const auto seconds = number_in(words[4].substr(6, 2));
  const auto zone = zone_in(words[5]);
  if (month == kMonths.end() || !day || !year || !hours || !minutes || !seconds || !zone) return 0;
  if (*day < 1 || *year < 1970 || *year > 9999) return 0;
  const std::chrono::year_month_day date(
      std::chrono::year(*year),
      std::chrono::month(static_cast<unsigned>(std::distance(kMonths.begin(), month) + 1)),
      std::chrono::day(static_cast<unsigned>(*day)));
  if (!date.ok()) return 0;
  const auto at = std::chrono::sys_days(date) + std::chrono::hours(*hours) +
                  std::chrono::minutes(*minutes - *zone) + std::chrono::seconds(*seconds);
  return std::chrono::milliseconds(at.time_since_epoch()).count();
}

void read(const Json& json, Message& message) {
  expect_object(json, "message");
  message.sid = text_of(json, "sid");
  message.direction = text_of(json, "direction");
  message.from = text_of(json, "from");
  message.to = text_of(json, "to");
  message.body = text_of(json, "body");
  message.status = text_of(json, "status");
  message.error_code = text_of(json, "error_code");
  message.error_message = text_of(json, "error_message");
  message.created_ms = parse_rfc2822(text_of(json, "date_created"));
  message.sent_ms = parse_rfc2822(text_of(json, "date_sent"));
  message.num_media = number_in(text_of(json, "num_media")).value_or(0);
}

void read(const Json& json, MessagePage& page) {
  expect_object(json, "page");
  read_member(json, "messages", page.messages);
  page.next_page_uri = text_of(json, "next_page_uri");
}

void read(const Json& json, MediaEntry& entry) {
  expect_object(json, "media");
  entry.sid = text_of(json, "sid");
  entry.content_type = text_of(json, "content_type");
}

void read(const Json& json, MediaList& list) {
  expect_object(json, "media list");
  read_member(json, "media_list", list.media_list);
}

std::string read_error_code(std::string_view body) {
  const auto json = parse_json(body);
  return json && json->is_object() ? text_of(*json, "code") : std::string();
}

void read(const Json& json, Account& account) {
  expect_object(json, "account");
  account.status = text_of(json, "status");
}

void read(const Json& json, Sender& sender) {
  expect_object(json, "sender");
  sender.sender_id = text_of(json, "sender_id");
  sender.status = text_of(json, "status");
}

void read(const Json& json, SenderList& list) {
  expect_object(json, "senders");
  read_member(json, "senders", list.senders);
}

}  // namespace conserje::twilio
