#include "admin/conversations.hpp"

#include <memory>
#include <optional>
#include <string_view>
#include <utility>

#include "admin/body.hpp"
#include "admin/members.hpp"
#include "conserje/channel_types.hpp"

namespace conserje {

static void write(JsonWriter& json, const Handoff& handoff) {
  json.begin_object();
  json.member("opened_ms", handoff.opened.time_since_epoch().count());
  json.member("reason", handoff.reason);
  json.member("urgent", handoff.urgent);
  write_time(json, "silent_until_ms", handoff.silent_until);
  write_time(json, "answered_ms", handoff.answered);
  json.end_object();
}

static void write(JsonWriter& json, const ConversationRow& row) {
  json.begin_object();
  json.member("id", row.conversation);
  json.member("channel", row.channel);
  json.member("address", row.address);
  json.member("guest_name", row.guest_name);
  json.member("language", row.language);
  json.member("last_ms", row.last.time_since_epoch().count());
  write_or_null(json, "handoff", row.handoff);
  json.end_object();
}

namespace {

constexpr std::string_view kPath = "/api/v1/admin/conversations";

/// The words of a message: what was pressed counts as said.
std::string words_of(const channel::UnifiedMessage& message) {
  if (message.text.empty() && message.choice) return message.choice->title;
  if (message.text.empty() && message.media) return message.media->caption;
  return message.text;
}

void write_message(JsonWriter& json, const TurnRow& turn) {
  json.key("message");
  const auto message = decode<channel::UnifiedMessage>(std::string_view(turn.message));
  if (turn.message.empty() || !message) return json.raw("null");
  json.begin_object();
  json.member("type", message->type);
  json.member("text", words_of(*message));
  json.member("media", message->media ? message->media->kind : std::string());
  json.end_object();
}

void write_said(JsonWriter& json, const TurnRow& turn) {
  json.key("said");
  const auto said = decode<channel::SendRequest>(std::string_view(turn.said));
  if (turn.said.empty() || !said) return json.raw("null");
  json.begin_object();
  json.member("text", said->text);
  json.member("state", turn.said_state);
  json.member("status", turn.said_status);
  json.end_object();
}

}  // namespace

static void write(JsonWriter& json, const TurnRow& turn) {
  json.begin_object();
  json.member("id", turn.id);
  json.member("author", to_string(turn.author));
  json.member("at_ms", turn.at.time_since_epoch().count());
  write_message(json, turn);
  write_said(json, turn);
  json.end_object();
}

namespace {

/// "<place>.<conversation>"
std::optional<Conversations::After> read_after(const std::string& text) {
  if (text.empty()) return Conversations::After{};
  const auto dot = text.find('.');
  if (dot == std::string::npos) return std::nullopt;
  const auto place = whole_number(std::string_view(text).substr(0, dot));
  if (!place) return std::nullopt;
  return Conversations::After{*place, text.substr(dot + 1)};
}

AdminOutcome list(Conversations& rows, const std::string& tenant, const AdminCall& call) {
  const auto after = read_after(call.page.after);
  if (!after) return bad_page();
  const auto state = call.query.find("state");
  const bool only_open = state != call.query.end();
  if (only_open && state->second != "open")
    return Problem{.status = 400, .detail = "\"state\" takes open alone"};
  const auto found =
      rows.list(tenant, *after, only_open, static_cast<std::int64_t>(call.page.limit) + 1);
  if (!found) return store_problem(found.error());
  return AdminAnswer{.json = page_json(*found, call.page, [](const ConversationRow& row) {
                       return std::to_string(row.place) + "." + row.conversation;
                     })};
}

/// The conversation that the path names, or why it cannot be had.
std::variant<ConversationRow, Problem> named(Conversations& rows, const std::string& tenant,
                                             const std::string& id) {
  auto found = rows.find(tenant, id);
  if (!found) return store_problem(found.error());
  if (!*found) return Problem{.status = 404, .detail = "there is no such conversation"};
  return **std::move(found);
}

AdminOutcome turns(Conversations& rows, const std::string& tenant, const AdminCall& call) {
  const auto conversation = named(rows, tenant, call.path.front());
  if (const auto* problem = std::get_if<Problem>(&conversation)) return *problem;
  const auto before =
      call.page.after.empty() ? std::optional<std::int64_t>(0) : whole_number(call.page.after);
  if (!before) return bad_page();
  const auto found = rows.turns(tenant, call.path.front(), *before,
                                static_cast<std::int64_t>(call.page.limit) + 1);
  if (!found) return store_problem(found.error());
  return AdminAnswer{
      .json = page_json(*found, call.page, [](const TurnRow& t) { return std::to_string(t.id); })};
}

AdminOutcome shown(Conversations& rows, const std::string& tenant, const std::string& id) {
  const auto conversation = named(rows, tenant, id);
  if (const auto* problem = std::get_if<Problem>(&conversation)) return *problem;
  return AdminAnswer{.json = encode(std::get<ConversationRow>(conversation))};
}

AdminOutcome reply(const ConversationsArea& area, const ConversationRow& to,
                   const AdminCall& call) {
  BodyReader body(call.body);
  const auto text = body.prose("text", kLongestStaffReply);
  const bool gives_back = body.truth("give_back", false);
  if (auto problem = body.problem()) return *std::move(problem);
  const auto sent = area.reply(to, text, call.key, gives_back);
  if (!sent) return store_problem(sent.error());
  std::string json;
  JsonWriter out(json);
  out.begin_object();
  out.member("reference", *sent);
  out.end_object();
  return AdminAnswer{.status = 202, .json = std::move(json)};
}

}  // namespace

std::vector<Endpoint> conversation_endpoints(Conversations& rows, ConversationsArea given) {
  const auto area = std::make_shared<const ConversationsArea>(std::move(given));
  const std::string path(kPath);
  const auto changed = [area, &rows](const std::function<Status(const ConversationRow&)>& change,
                                     const AdminCall& call) -> AdminOutcome {
    const auto conversation = named(rows, area->tenant, call.path.front());
    if (const auto* problem = std::get_if<Problem>(&conversation)) return *problem;
    const auto done = change(std::get<ConversationRow>(conversation));
    if (!done) return store_problem(done.error());
    return shown(rows, area->tenant, call.path.front());
  };
  return {
      {.method = "GET",
       .path = path,
       .scope = "conversations:read",
       .is_list = true,
       .query = {"state"},
       .handle = [area, &rows](const AdminCall& call) { return list(rows, area->tenant, call); }},
      {.method = "GET",
       .path = path + "/{id}",
       .scope = "conversations:read",
       .handle =
           [area, &rows](const AdminCall& call) {
             return shown(rows, area->tenant, call.path.front());
           }},
      {.method = "GET",
       .path = path + "/{id}/turns",
       .scope = "conversations:read",
       .is_list = true,
       .handle = [area, &rows](const AdminCall& call) { return turns(rows, area->tenant, call); }},
      {.method = "POST",
       .path = path + "/{id}/replies",
       .scope = "conversations:write",
       .takes_body = true,
       .needs_key = true,
       .handle =
           [area, &rows](const AdminCall& call) {
             const auto to = named(rows, area->tenant, call.path.front());
             if (const auto* problem = std::get_if<Problem>(&to)) return AdminOutcome(*problem);
             return reply(*area, std::get<ConversationRow>(to), call);
           }},
      {.method = "PUT",
       .path = path + "/{id}/handoff",
       .scope = "conversations:write",
       .handle = [area, changed](const AdminCall& call) { return changed(area->hand_off, call); }},
      {.method = "DELETE",
       .path = path + "/{id}/handoff",
       .scope = "conversations:write",
       .handle = [area, changed](const AdminCall& call) {
         return changed(area->give_back, call);
       }}};
}

}  // namespace conserje
