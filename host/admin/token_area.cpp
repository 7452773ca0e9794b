#include "admin/token_area.hpp"

#include <algorithm>
#include <iterator>
#include <string_view>

#include "admin/body.hpp"
#include "admin/members.hpp"

namespace conserje {
namespace {

constexpr std::string_view kPath = "/api/v1/admin/tokens";

void write_members(JsonWriter& json, const ApiTokenRow& row) {
  json.member("id", row.id);
  json.member("name", row.name);
  json.member("scopes", row.scopes);
  write_time(json, "created_ms", row.created);
  write_time(json, "expires_ms", row.expires);
  write_time(json, "last_used_ms", row.last_used);
  write_time(json, "revoked_ms", row.revoked);
}

}  // namespace

/// Without its hash.
static void write(JsonWriter& json, const ApiTokenRow& row) {
  json.begin_object();
  write_members(json, row);
  json.end_object();
}

static void write(JsonWriter& json, const Tokens::Issued& issued) {
  json.begin_object();
  json.member("token", issued.token);
  write_members(json, issued.row);
  json.end_object();
}

namespace {

AdminOutcome list(const Tokens& tokens, const Page& page) {
  const auto rows = tokens.list(page.after, static_cast<std::int64_t>(page.limit) + 1);
  if (!rows) return store_problem(rows.error());
  return AdminAnswer{.json = page_json(*rows, page, [](const ApiTokenRow& row) { return row.id; })};
}

void check_scopes(BodyReader& body, const std::vector<std::string>& scopes) {
  for (std::size_t i = 0; i < scopes.size(); ++i) {
    const auto place = "/scopes/" + std::to_string(i);
    if (std::ranges::find(kScopes, scopes[i]) == std::end(kScopes))
      body.complain(place, "this is no scope of this host");
    else if (std::ranges::count(scopes, scopes[i]) > 1)
      body.complain(place, "this scope is there twice");
  }
}

AdminOutcome issue(Tokens& tokens, const AdminCall& call) {
  BodyReader body(call.body);
  Tokens::Wish wish{.name = body.text("name", kLongestTokenName),
                    .scopes = body.words("scopes", std::size(kScopes))};
  if (const auto life = body.number("expires_s", 1, kLongestTokenLife.count()))
    wish.expires_in = std::chrono::seconds(*life);
  check_scopes(body, wish.scopes);
  if (auto problem = body.problem()) return *std::move(problem);

  for (const auto& scope : wish.scopes)
    if (!call.caller.may(scope))
      return Problem{
          .status = 403,
          .detail = "this token has not the scope \"" + scope + "\" itself and cannot give it"};
  const auto issued = tokens.issue(wish);
  if (!issued) return store_problem(issued.error());
  return AdminAnswer{.status = 201,
                     .json = encode(*issued),
                     .headers = {{"Location", std::string(kPath) + "/" + issued->row.id}}};
}

AdminOutcome revoke(Tokens& tokens, const std::string& id) {
  const auto revoked = tokens.revoke(id);
  if (!revoked) return store_problem(revoked.error());
  if (!*revoked)
    return Problem{.status = 404, .detail = "there is no such token, or it was revoked before"};
  return AdminAnswer{.status = 204};
}

}  // namespace

std::vector<Endpoint> token_endpoints(Tokens& tokens) {
  const std::string path(kPath);
  return {
      {.method = "GET",
       .path = path,
       .scope = "tokens:read",
       .is_list = true,
       .handle = [&tokens](const AdminCall& call) { return list(tokens, call.page); }},
      {.method = "POST",
       .path = path,
       .scope = "tokens:write",
       .takes_body = true,
       .handle = [&tokens](const AdminCall& call) { return issue(tokens, call); }},
      {.method = "DELETE",
       .path = path + "/{id}",
       .scope = "tokens:write",
       .handle = [&tokens](const AdminCall& call) { return revoke(tokens, call.path.front()); }}};
}

}  // namespace conserje
