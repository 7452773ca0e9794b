#pragma once

#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "plugin/registry.hpp"

namespace conserje {

/// Which plugins run next, put together one by one beside those that run: all of it or nothing.
/// Nobody's calls go to a new instance before commit(). Without commit() the end of this object
/// takes back what was done. Threads: one; one change of a registry at a time.
class PluginChange {
 public:
  /// The registry outlives the change.
  explicit PluginChange(Registry& registry) : registry_(registry) {}
  ~PluginChange();
  PluginChange(const PluginChange&) = delete;
  PluginChange& operator=(const PluginChange&) = delete;

  /// Whether calls wait from make() to commit(), because it runs alone or takes over the state of
  /// the one before. Such plugins come last.
  bool holds_up_calls(const InspectedPlugin& next) const;

  /// Makes and starts an instance of `next`, and looks at its health; for a plugin of a new name
  /// too. An exclusive one ends the one before first; one that takes over state stops its calls.
  /// `most`: for calls that the one before still runs, where it is waited for. A file whose bytes
  /// are those that are loaded is not loaded again. Errors: config, bug, ... a refusal, or what the
  /// plugin said; everything runs as before, and the change can be given up.
  Status make(InspectedPlugin next, Millis most);
  /// The plugin of that name is to go.
  void remove(const std::string& name);

  /// From now on calls go to the new instances, and the registry knows the new plugins. Once;
  /// nothing fails any more.
  void commit();
  /// After commit(): ends what was replaced or removed. Calls that still run have `most` in all.
  void end_former(Millis most);

 private:
  using Entry = Registry::Entry;
  /// A plugin that was made.
  struct Next {
    std::string name{};
    std::optional<MadeInstance> made{};
    std::shared_ptr<Plugin> taken_out{};  // The plugin whose calls wait; null: none do.
    bool has_ended = false;               // The instance before, because it may not run beside.
    std::optional<PluginState> state{};   // That the one before has handed over.
  };
  /// What runs no more after commit().
  struct Former {
    std::shared_ptr<Plugin> removed{};
    Lent<PluginInstance> borrowed{};
    MadeInstance made{};
  };

  Entry* entry_of(const std::string& name) const;
  Status make_in_turn(const InspectedPlugin& next, std::shared_ptr<const PluginCode> code,
                      Entry& before, Millis most);
  Status give_way(Next& step, Entry& before, bool wholly, Millis most);
  Result<MadeInstance> make_instance(const InspectedPlugin& next,
                                     std::shared_ptr<const PluginCode> code,
                                     const PluginState* state, bool must_be_up);
  Status take_back(Next& step);
  void put_in_place(Next& step);

  Registry& registry_;
  std::vector<Next> next_{};
  std::vector<std::string> removed_{};
  std::vector<Former> former_{};
  bool committed_ = false;
};

}  // namespace conserje
