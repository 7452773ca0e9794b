#include "dialogue/compare.hpp"

#include <algorithm>
#include <array>
#include <iterator>
#include <string_view>

namespace conserje {
namespace {

/// What changes something in the PMS.
constexpr std::array<std::string_view, 3> kWrites = {"create", "modify", "cancel"};

bool is_write(const Came& call) { return std::ranges::find(kWrites, call.name) != kWrites.end(); }

std::vector<std::string> names_of(const std::vector<Came>& came) {
  std::vector<std::string> names;
  for (const auto& one : came) names.push_back(one.name);
  return names;
}
std::vector<std::string> names_of(const std::vector<Expected>& expected) {
  std::vector<std::string> names;
  for (const auto& one : expected) names.push_back(one.name);
  return names;
}

std::string list_of(const std::vector<std::string>& names) {
  return names.empty() ? "none" : joined(names);
}

/// The value at "stay.adults": a text as it is, all else as JSON writes it; "(nothing)" without.
std::string value_at(const Json& content, std::string_view path) {
  const Json* value = &content;
  while (!path.empty()) {
    const auto dot = path.find('.');
    const std::string key(path.substr(0, dot));
    if (!value->is_object() || !value->contains(key)) return "(nothing)";
    value = &(*value)[key];
    path = dot == std::string_view::npos ? std::string_view() : path.substr(dot + 1);
  }
  return value->is_string() ? value->get<std::string>() : value->dump();
}

class Comparison {
 public:
  Comparison(const DialogueTurn& turn, const Happened& happened)
      : turn_(turn), happened_(happened) {}

  std::vector<Finding> run(const std::string& language) {
    if (!happened_.given_up.empty())
      add("turns", "the message was not handled: " + happened_.given_up);
    if (!turn_.intent.empty()) equal("intent", happened_.intent, turn_.intent);
    compare_reply(language);
    if (turn_.asks) equal("asks", happened_.asks, *turn_.asks);
    if (turn_.buttons) equal("buttons", list_of(happened_.buttons), list_of(*turn_.buttons));
    compare_calls();
    compare_list("events", "event", happened_.events, turn_.events);
    return std::move(findings_);
  }

 private:
  void add_at(const Position& at, std::string_view key, std::string found,
              std::string needed = {}) {
    findings_.push_back({.at = at,
                         .path = std::string(key),
                         .found = std::move(found),
                         .needed = std::move(needed)});
  }
  void add(std::string_view key, std::string found, std::string needed = {}) {
    const auto place = turn_.places.find(key);
    add_at(place == turn_.places.end() ? turn_.at : place->second, key, std::move(found),
           std::move(needed));
  }
  void equal(std::string_view key, const std::string& found, const std::string& needed) {
    if (found != needed) add(key, std::string(key) + " is " + in_quotes(found), in_quotes(needed));
  }

  void compare_reply(const std::string& language) {
    if (turn_.silent) {
      if (happened_.reply) add("silent", "there is a reply: " + in_quotes(*happened_.reply));
      return;
    }
    if (!happened_.reply) return add("guest", "there is no reply", "a reply, or silent: true");
    const auto& reply = *happened_.reply;
    if (!turn_.reply.empty()) equal("reply", reply, turn_.reply);
    for (const auto& part : turn_.says)
      if (reply.find(part) == std::string::npos)
        add("says", "the reply is " + in_quotes(reply), "in it: " + in_quotes(part));
    for (const auto& part : turn_.never_says)
      if (reply.find(part) != std::string::npos)
        add("never_says", "the reply is " + in_quotes(reply), "not in it: " + in_quotes(part));
    if (!language.empty() && happened_.language != language)
      add("guest", "the reply is in " + in_quotes(happened_.language) + ": " + in_quotes(reply),
          in_quotes(language));
  }

  void compare_calls() {
    if (turn_.calls) return compare_list("calls", "call", happened_.calls, *turn_.calls);
    std::vector<Came> writes;
    std::ranges::copy_if(happened_.calls, std::back_inserter(writes), is_write);
    compare_list("calls", "call", writes, {});
  }

  void compare_list(std::string_view key, std::string_view what, const std::vector<Came>& came,
                    const std::vector<Expected>& expected) {
    if (names_of(came) != names_of(expected))
      return add(key, std::string(key) + ": " + list_of(names_of(came)),
                 list_of(names_of(expected)));
    for (std::size_t i = 0; i < came.size(); ++i)
      for (const auto& [path, value] : expected[i].fields)
        if (const auto found = value_at(came[i].content, path); found != value)
          add_at(expected[i].at, key,
                 std::string(what) + " " + came[i].name + ": " + path + " is " + in_quotes(found),
                 in_quotes(value));
  }

  const DialogueTurn& turn_;
  const Happened& happened_;
  std::vector<Finding> findings_{};
};

}  // namespace

std::vector<Finding> compare(const DialogueTurn& turn, const Happened& happened,
                             const std::string& language) {
  return Comparison(turn, happened).run(language);
}

}  // namespace conserje
