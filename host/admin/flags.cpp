#include "admin/flags.hpp"

#include <algorithm>
#include <memory>
#include <string_view>
#include <utility>

#include "admin/body.hpp"

namespace conserje {

static void write(JsonWriter& json, const FlagView& flag) {
  json.begin_object();
  json.member("name", flag.name);
  json.member("percentage", flag.percentage);
  json.member("origin", to_string(flag.origin));
  json.member("otherwise", flag.otherwise);
  json.end_object();
}

namespace {

constexpr std::string_view kPath = "/api/v1/admin/flags";
constexpr std::int64_t kAll = 100;  // Percent.

AdminOutcome list(const FlagsArea& area, const Page& page) {
  auto flags = area.all();
  if (!flags) return store_problem(flags.error());
  std::erase_if(*flags, [&](const FlagView& flag) { return flag.name <= page.after; });
  return AdminAnswer{.json =
                         page_json(*flags, page, [](const FlagView& flag) { return flag.name; })};
}

AdminOutcome show(const FlagsArea& area, const std::string& name) {
  const auto flags = area.all();
  if (!flags) return store_problem(flags.error());
  const auto found = std::ranges::find(*flags, name, &FlagView::name);
  if (found != flags->end()) return AdminAnswer{.json = encode(*found)};
  return Problem{.status = 404,
                 .detail = "no feature is named \"" + name +
                           "\"; the configuration can declare it under flags"};
}

AdminOutcome set(const FlagsArea& area, const std::string& name, const Json& wish) {
  BodyReader body(wish);
  const bool on = body.truth("on", false);
  const auto percentage = body.number("percentage", 0, kAll);
  const bool has_on = wish.is_object() && wish.contains("on");
  if (has_on == percentage.has_value()) body.complain("", "either on or percentage is needed");
  if (auto problem = body.problem()) return *std::move(problem);

  auto known = show(area, name);
  if (std::holds_alternative<Problem>(known)) return known;
  const auto stored = area.set(name, percentage.value_or(on ? kAll : 0));
  if (!stored) return store_problem(stored.error());
  return show(area, name);
}

AdminOutcome reset(const FlagsArea& area, const std::string& name) {
  auto known = show(area, name);
  if (std::holds_alternative<Problem>(known)) return known;
  const auto removed = area.reset(name);
  if (!removed) return store_problem(removed.error());
  auto left = show(area, name);
  if (std::holds_alternative<AdminAnswer>(left)) return left;
  return known;  // It was nowhere but in the store.
}

}  // namespace

std::vector<Endpoint> flag_endpoints(FlagsArea given) {
  const auto area = std::make_shared<const FlagsArea>(std::move(given));
  const std::string path(kPath);
  return {{.method = "GET",
           .path = path,
           .scope = "flags:read",
           .is_list = true,
           .handle = [area](const AdminCall& call) { return list(*area, call.page); }},
          {.method = "PUT",
           .path = path + "/{name}",
           .scope = "flags:write",
           .takes_body = true,
           .handle =
               [area](const AdminCall& call) { return set(*area, call.path.front(), call.body); }},
          {.method = "DELETE",
           .path = path + "/{name}",
           .scope = "flags:write",
           .handle = [area](const AdminCall& call) { return reset(*area, call.path.front()); }}};
}

}  // namespace conserje
