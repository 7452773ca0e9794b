#include "admin/deposits.hpp"

#include <memory>
#include <optional>
#include <string_view>
#include <utility>
#include <variant>

#include "admin/body.hpp"
#include "admin/members.hpp"
#include "conserje/channel_types.hpp"

namespace conserje {
namespace {

void write_media(JsonWriter& json, const std::string& stored) {
  const auto media = decode<channel::Media>(std::string_view(stored));
  json.key("media");
  json.begin_object();
  json.member("kind", media ? media->kind : std::string());
  json.member("mime_type", media ? media->mime_type : std::string());
  json.member("file_name", media ? media->file_name : std::string());
  json.member("caption", media ? media->caption : std::string());
  json.end_object();
}

}  // namespace

static void write(JsonWriter& json, const DepositRow& row) {
  json.begin_object();
  json.member("id", row.id);
  json.member("reservation", row.reservation);
  json.member("conversation", row.conversation);
  json.member("channel", row.channel);
  write_media(json, row.media);
  json.member("state", to_string(row.state));
  json.member("reason", row.reason);
  json.member("decided_by", row.decided_by);
  write_time(json, "received_ms", row.received);
  write_time(json, "decided_ms", row.decided);
  json.end_object();
}

namespace {

constexpr std::string_view kPath = "/api/v1/admin/deposits";
constexpr DepositState kStates[] = {DepositState::waiting, DepositState::approved,
                                    DepositState::refused};

std::optional<DepositState> state_named(std::string_view word) {
  for (const auto state : kStates)
    if (to_string(state) == word) return state;
  return std::nullopt;
}

AdminOutcome list(Deposits& rows, const std::string& tenant, const AdminCall& call) {
  const auto after =
      call.page.after.empty() ? std::optional<std::int64_t>(0) : whole_number(call.page.after);
  if (!after) return bad_page();
  std::optional<DepositState> state;
  if (const auto word = call.query.find("state"); word != call.query.end()) {
    state = state_named(word->second);
    if (!state)
      return Problem{.status = 400, .detail = "\"state\" takes waiting, approved or refused"};
  }
  const auto found =
      rows.list(tenant, *after, state, static_cast<std::int64_t>(call.page.limit) + 1);
  if (!found) return store_problem(found.error());
  return AdminAnswer{.json = page_json(*found, call.page, [](const DepositRow& row) {
                       return std::to_string(row.id);
                     })};
}

/// The deposit that the path names, or why it cannot be had.
std::variant<DepositRow, Problem> named(Deposits& rows, const std::string& tenant,
                                        const AdminCall& call) {
  const Problem none{.status = 404, .detail = "there is no such deposit"};
  const auto id = whole_number(call.path.front());
  if (!id || *id < 1) return none;
  auto found = rows.find(tenant, *id);
  if (!found) return store_problem(found.error());
  if (!*found) return none;
  return **std::move(found);
}

AdminOutcome shown(Deposits& rows, const std::string& tenant, const AdminCall& call) {
  const auto deposit = named(rows, tenant, call);
  if (const auto* problem = std::get_if<Problem>(&deposit)) return *problem;
  return AdminAnswer{.json = encode(std::get<DepositRow>(deposit))};
}

AdminOutcome decide(Deposits& rows, const DepositsArea& area, const AdminCall& call,
                    const Deposits::Decision& decision) {
  const auto deposit = named(rows, area.tenant, call);
  if (const auto* problem = std::get_if<Problem>(&deposit)) return *problem;
  const auto decided = area.decide(std::get<DepositRow>(deposit), decision);
  if (!decided) return store_problem(decided.error());
  if (!*decided)
    return Problem{.status = 409, .detail = "this deposit was decided before; show it to see how"};
  return shown(rows, area.tenant, call);
}

AdminOutcome refuse(Deposits& rows, const DepositsArea& area, const AdminCall& call) {
  BodyReader body(call.body);
  const auto reason = body.text("reason", kLongestRefusal);
  if (auto problem = body.problem()) return *std::move(problem);
  return decide(rows, area, call,
                {.state = DepositState::refused, .reason = reason, .by = call.caller.id});
}

}  // namespace

std::vector<Endpoint> deposit_endpoints(Deposits& rows, DepositsArea given) {
  const auto area = std::make_shared<const DepositsArea>(std::move(given));
  const std::string path(kPath);
  return {
      {.method = "GET",
       .path = path,
       .scope = "deposits:read",
       .is_list = true,
       .query = {"state"},
       .handle = [area, &rows](const AdminCall& call) { return list(rows, area->tenant, call); }},
      {.method = "GET",
       .path = path + "/{id}",
       .scope = "deposits:read",
       .handle = [area, &rows](const AdminCall& call) { return shown(rows, area->tenant, call); }},
      {.method = "POST",
       .path = path + "/{id}/approve",
       .scope = "deposits:write",
       .handle =
           [area, &rows](const AdminCall& call) {
             return decide(rows, *area, call,
                           {.state = DepositState::approved, .by = call.caller.id});
           }},
      {.method = "POST",
       .path = path + "/{id}/refuse",
       .scope = "deposits:write",
       .takes_body = true,
       .handle = [area, &rows](const AdminCall& call) { return refuse(rows, *area, call); }}};
}

}  // namespace conserje
