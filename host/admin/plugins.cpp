#include "admin/plugins.hpp"

#include <algorithm>
#include <memory>
#include <string_view>
#include <utility>

#include "admin/members.hpp"

namespace conserje {

static void write(JsonWriter& json, const SandboxItem& item) {
  json.begin_object();
  json.member("name", item.name);
  json.member("enforced", item.enforced);
  json.member("detail", item.detail);
  json.end_object();
}

static void write(JsonWriter& json, const ReloadOutcome& outcome) {
  json.begin_object();
  json.member("plugin", outcome.plugin);
  json.member("reloaded", outcome.reloaded);
  json.member("generation", outcome.generation);
  json.member("detail", outcome.detail);
  json.member("at_ms", outcome.at.time_since_epoch().count());
  json.member("took_ms", outcome.took.count());
  json.end_object();
}

static void write(JsonWriter& json, const PluginView& plugin) {
  json.begin_object();
  json.member("name", plugin.name);
  json.member("use", plugin.use);
  json.member("id", plugin.id);
  json.member("version", plugin.version);
  json.member("kinds", plugin.kinds);
  json.member("required", plugin.required);
  json.member("isolation", plugin.isolation);
  json.member("generation", plugin.generation);
  json.key("health");
  json.begin_object();
  json.member("state", to_string(plugin.health));
  json.member("detail", plugin.health_detail);
  json.end_object();
  json.member("origin", plugin.origin);
  json.member("key", plugin.key);
  json.member("sandbox", plugin.sandbox);
  json.member("in_flight", plugin.in_flight);
  json.member("slots", plugin.slots);
  write_or_null(json, "last_reload", plugin.last_reload);
  json.end_object();
}

namespace {

constexpr std::string_view kPath = "/api/v1/admin/plugins";

Problem no_plugin(const std::string& name) {
  return {.status = 404, .detail = "no plugin of this host is named \"" + name + "\""};
}

/// Nothing was tried.
Problem not_reloaded(const Error& error) {
  Problem problem{.detail = error.message};
  switch (error.error_class) {
    case ErrorClass::config:
    case ErrorClass::permanent:
    case ErrorClass::auth: problem.status = 422; break;
    case ErrorClass::retry:
      problem.status = 409;
      problem.headers.emplace_back("Retry-After", "1");
      break;
    case ErrorClass::cancelled: problem.status = 503; break;
    case ErrorClass::deadline: problem.status = 504; break;
    case ErrorClass::bug: problem.status = 500; break;
  }
  return problem;
}

AdminOutcome told(const std::vector<ReloadOutcome>& outcomes) {
  std::string results;
  JsonWriter(results).value(outcomes);
  if (std::ranges::all_of(outcomes, &ReloadOutcome::reloaded))
    return AdminAnswer{.json = R"({"results":)" + results + "}"};
  return Problem{.status = 409,
                 .detail = "not every plugin was reloaded; what ran before goes on: see results",
                 .results = results};
}

AdminOutcome not_offered() {
  return Problem{.status = 501, .detail = "reload is not offered by this host"};
}

AdminOutcome list(const PluginsArea& area, const AdminCall& call) {
  auto plugins = area.list();
  std::ranges::sort(plugins, {}, &PluginView::name);
  std::erase_if(plugins, [&](const PluginView& plugin) { return plugin.name <= call.page.after; });
  return AdminAnswer{
      .json = page_json(plugins, call.page, [](const PluginView& plugin) { return plugin.name; })};
}

AdminOutcome show(const PluginsArea& area, const std::string& name) {
  const auto plugin = area.find(name);
  if (!plugin) return no_plugin(name);
  return AdminAnswer{.json = encode(*plugin)};
}

AdminOutcome reload(const PluginsArea& area, const std::string& name) {
  if (!area.find(name)) return no_plugin(name);
  if (!area.reload) return not_offered();
  auto outcome = area.reload(name);
  if (!outcome) return not_reloaded(outcome.error());
  return told({*std::move(outcome)});
}

AdminOutcome reload_all(const PluginsArea& area) {
  if (!area.reload_all) return not_offered();
  const auto outcomes = area.reload_all();
  if (!outcomes) return not_reloaded(outcomes.error());
  return told(*outcomes);
}

}  // namespace

std::vector<Endpoint> plugin_endpoints(PluginsArea given) {
  const auto area = std::make_shared<const PluginsArea>(std::move(given));
  const std::string path(kPath);
  return {{.method = "GET",
           .path = path,
           .scope = "plugins:read",
           .is_list = true,
           .handle = [area](const AdminCall& call) { return list(*area, call); }},
          {.method = "GET",
           .path = path + "/{name}",
           .scope = "plugins:read",
           .handle = [area](const AdminCall& call) { return show(*area, call.path.front()); }},
          {.method = "POST",
           .path = path + "/{name}/reload",
           .scope = "plugins:write",
           .handle = [area](const AdminCall& call) { return reload(*area, call.path.front()); }},
          {.method = "POST",
           .path = "/api/v1/admin/reload",
           .scope = "plugins:write",
           .handle = [area](const AdminCall&) { return reload_all(*area); }}};
}

}  // namespace conserje
