#include "app/plugin_view.hpp"

namespace conserje {
namespace {

std::string_view to_string(Isolation isolation) {
  switch (isolation) {
    case Isolation::in_process: return "in_process";
    case Isolation::process: return "process";
    case Isolation::process_per_instance: return "process_per_instance";
  }
  return "";
}

}  // namespace

PluginView view_of(const Plugin& plugin, const Vouched& vouched) {
  const auto health = plugin.health();
  PluginView view{.name = plugin.name(),
                  .generation = static_cast<std::int64_t>(plugin.generation()),
                  .health = health.state,
                  .health_detail = health.detail,
                  .origin = describe(vouched),
                  .key = vouched.key};
  const auto running = plugin.running();
  if (running == nullptr) return view;  // Being replaced.
  view.use = running->use().use;
  view.id = running->manifest().id;
  view.version = running->manifest().version;
  view.required = running->required();
  view.isolation = to_string(running->use().isolation.value_or(Isolation::in_process));
  view.in_flight = running->in_flight();
  view.slots = running->slots();
  for (const auto& kind : running->manifest().kinds) view.kinds.push_back(kind.name);
  for (const auto& item : running->confinement().items)
    view.sandbox.push_back({item.name, item.in_force, item.detail});
  return view;
}

}  // namespace conserje
