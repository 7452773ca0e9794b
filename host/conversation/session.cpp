#include "conversation/session.hpp"

#include <cstdio>
#include <stdexcept>

namespace conserje {
namespace {

void write(JsonWriter& out, const std::optional<Date>& date, const char* name) {
  if (date) out.member(name, format_date(*date));
}

void read_date(const Json& json, const char* name, std::optional<Date>& date) {
  std::string text;
  read_optional_member(json, name, text);
  if (text.empty()) return;
  date = parse_date(text);
  if (!date)
    throw std::runtime_error(std::string(name) + ": a date like 2026-12-31 is needed, found " +
                             text);
}

void read_number(const Json& json, const char* name, std::optional<int>& value) {
  if (!json.contains(name)) return;
  std::int64_t number = 0;
  read_member(json, name, number);
  value = static_cast<int>(number);
}

void write(JsonWriter& out, const std::optional<std::chrono::minutes>& time, const char* name) {
  if (time) out.member(name, std::int64_t{time->count()});
}

/// Minutes since midnight.
void read_time(const Json& json, const char* name, std::optional<std::chrono::minutes>& time) {
  std::optional<int> minutes;
  read_number(json, name, minutes);
  if (minutes) time = std::chrono::minutes(*minutes);
}

}  // namespace

std::string clock_text(std::chrono::minutes since_midnight) {
  char text[16];
  std::snprintf(text, sizeof text, "%d:%02d", static_cast<int>(since_midnight.count() / 60),
                static_cast<int>(since_midnight.count() % 60));
  return text;
}

static void write(JsonWriter& out, const Slots& slots) {
  out.begin_object();
  out.optional_member("unit", slots.unit);
  write(out, slots.check_in, "check_in");
  write(out, slots.check_out, "check_out");
  if (slots.nights) out.member("nights", *slots.nights);
  if (slots.adults) out.member("adults", *slots.adults);
  out.optional_member("children", slots.children);
  out.optional_member("room_type", slots.room_type);
  out.optional_member("guest_name", slots.guest_name);
  out.optional_member("code", slots.code);
  write(out, slots.time, "time_minutes");
  write(out, slots.other_time, "other_time_minutes");
  out.optional_member("area", slots.area);
  out.optional_member("notes", slots.notes);
  out.end_object();
}

static void read(const Json& json, Slots& slots) {
  expect_object(json, "slots");
  read_optional_member(json, "unit", slots.unit);
  read_date(json, "check_in", slots.check_in);
  read_date(json, "check_out", slots.check_out);
  read_number(json, "nights", slots.nights);
  read_number(json, "adults", slots.adults);
  std::int64_t children = 0;
  read_optional_member(json, "children", children);
  slots.children = static_cast<int>(children);
  read_optional_member(json, "room_type", slots.room_type);
  read_optional_member(json, "guest_name", slots.guest_name);
  read_optional_member(json, "code", slots.code);
  read_time(json, "time_minutes", slots.time);
  read_time(json, "other_time_minutes", slots.other_time);
  read_optional_member(json, "area", slots.area);
  read_optional_member(json, "notes", slots.notes);
}

static void write(JsonWriter& out, const Parked& parked) {
  out.begin_object();
  out.member("flow", parked.flow);
  out.optional_member("pending", parked.pending);
  out.key("slots");
  write(out, parked.slots);
  out.end_object();
}

static void read(const Json& json, Parked& parked) {
  expect_object(json, "parked");
  read_member(json, "flow", parked.flow);
  read_optional_member(json, "pending", parked.pending);
  if (json.contains("slots")) read(json["slots"], parked.slots);
}

static void write(JsonWriter& out, const Waiting& waiting) {
  out.begin_object();
  out.member("intent", waiting.intent);
  out.key("slots");
  write(out, waiting.slots);
  out.end_object();
}

static void read(const Json& json, Waiting& waiting) {
  expect_object(json, "waiting");
  read_member(json, "intent", waiting.intent);
  if (json.contains("slots")) read(json["slots"], waiting.slots);
}

static bool changes_reservation(const Proposal& proposal) {
  return proposal.kind == "modify" || proposal.kind == "late_checkout";
}

void write(JsonWriter& out, const Proposal& proposal) {
  out.begin_object();
  out.member("kind", proposal.kind);
  if (proposal.kind == "create") out.member("create", proposal.create);
  if (proposal.kind == "cancel") out.member("cancel", proposal.cancel);
  if (changes_reservation(proposal)) {
    out.member("before", proposal.before);
    out.member("modify", proposal.modify);
  }
  write(out, proposal.until, "until_minutes");
  out.optional_member("answered", proposal.answered);
  out.end_object();
}

void read(const Json& json, Proposal& proposal) {
  expect_object(json, "proposal");
  read_member(json, "kind", proposal.kind);
  read_optional_member(json, "create", proposal.create);
  read_optional_member(json, "cancel", proposal.cancel);
  read_optional_member(json, "before", proposal.before);
  read_optional_member(json, "modify", proposal.modify);
  read_time(json, "until_minutes", proposal.until);
  read_optional_member(json, "answered", proposal.answered);
}

void write(JsonWriter& out, const Session& session) {
  out.begin_object();
  out.optional_member("language", session.language);
  out.optional_member("flow", session.flow);
  out.optional_member("pending", session.pending);
  out.key("slots");
  write(out, session.slots);
  if (!session.proposal.kind.empty()) {
    out.key("proposal");
    write(out, session.proposal);
  }
  if (!session.parked.flow.empty()) {
    out.key("parked");
    write(out, session.parked);
  }
  out.optional_member("waiting", session.waiting);
  out.optional_member("intents", session.intents);
  out.optional_member("fallbacks", session.fallbacks);
  out.optional_member("silent_until_ms", session.silent_until_ms);
  out.optional_member("minute_ms", session.minute_ms);
  out.optional_member("minute_messages", session.minute_messages);
  out.end_object();
}

void read(const Json& json, Session& session) {
  expect_object(json, "session");
  read_optional_member(json, "language", session.language);
  read_optional_member(json, "flow", session.flow);
  read_optional_member(json, "pending", session.pending);
  if (json.contains("slots")) read(json["slots"], session.slots);
  if (json.contains("proposal")) read(json["proposal"], session.proposal);
  if (json.contains("parked")) read(json["parked"], session.parked);
  read_optional_member(json, "waiting", session.waiting);
  read_optional_member(json, "intents", session.intents);
  read_optional_member(json, "fallbacks", session.fallbacks);
  read_optional_member(json, "silent_until_ms", session.silent_until_ms);
  read_optional_member(json, "minute_ms", session.minute_ms);
  read_optional_member(json, "minute_messages", session.minute_messages);
}

}  // namespace conserje
