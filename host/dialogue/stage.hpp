#pragma once

#include <filesystem>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "app/start.hpp"
#include "conserje/json.hpp"
#include "conserje/result.hpp"
#include "dialogue/script.hpp"

namespace conserje {

/// A call to the PMS or an event, as it came.
struct Came {
  std::string name{};
  Json content{};
};

/// What came of one message.
struct Happened {
  std::optional<std::string> reply{};  // nullopt: none.
  std::string language{};              // Of the reply.
  std::string intent{};                // Of the handler that answered; empty: none did.
  std::string asks{};
  std::vector<std::string> buttons{};  // Their ids.
  std::vector<Came> calls{};
  std::vector<Came> events{};
  std::string given_up{};  // Why the message could not be handled; empty: it was.
};

/// One house on a clock that stands still, for one dialogue: its own plugins for understanding and
/// the PMS, and the host's own worker on a store in a folder of its own, which goes with it. No
/// channel, no sink and no network. Threads: one at a time.
class Stage {
 public:
  /// house: checked and without errors; outlives the Stage. Errors: of the store and the plugins;
  /// config, a reservation of the script could not be made.
  static Result<std::unique_ptr<Stage>> open(const Checked& house, const Script& script);
  virtual ~Stage() = default;

  /// Errors: those of the store.
  virtual Result<Happened> play(const DialogueTurn& turn) = 0;
};

}  // namespace conserje
