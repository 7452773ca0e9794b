#pragma once

#include <array>
#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "conserje/nlu_types.hpp"

/// `conserje nlu eval`: what a test set asks of an nlu plugin, and how well it was answered. Pure.
namespace conserje {

/// From here on the host acts without asking back; below kNluDoubt it did not understand.
inline constexpr double kNluActs = 0.60;
inline constexpr double kNluDoubt = 0.35;

/// What a row of a test set holds beside its text.
enum class NluRowKind : std::uint8_t {
  intent,   // {"text", "intent"}
  accept,   // {"text", "accept": [intents that count as right], "slots": {name: {"value"}}}
  dates,    // {"input", "ref", "expected": [{"type", "values": [..., the future reading]}]}
  moment,   // {"input", "ref", "kind": value or interval, "start", "end", "grain"}
  numbers,  // {"input", "expected": [{"value": "20"}]}
  yes_no,   // {"input", "expected": [{"value": true}]}
  spans,    // {"text", "entities": [{"start", "end", "entity"}]}
};

/// One row that is to be judged.
struct NluRow {
  NluRowKind kind = NluRowKind::intent;
  nlu::ParseRequest request{};
  Json row{};
  bool held_out = false;  // One of the fifth that nobody looks at while working on the engine.
  bool counts = true;     // A doubtful row of the source is asked, and not counted.
};

/// A row of JSON. `language` and `now`: for rows that have none. Errors: permanent, it has none of
/// the shapes above.
Result<NluRow> read_nlu_row(std::string_view line, const std::string& language,
                            const std::string& now);

/// So many of so many.
struct NluShare {
  std::int64_t right = 0, all = 0;

  void add(bool is_right) {
    ++all;
    right += is_right ? 1 : 0;
  }
  double percent() const {
    return all == 0 ? 0 : 100.0 * static_cast<double>(right) / static_cast<double>(all);
  }
  bool operator==(const NluShare&) const = default;
};

/// What the answers to a test set add up to.
class NluScore {
 public:
  void add(const NluRow& row, const nlu::ParseReply& reply);

  /// Of the messages with one of our intents, those that were given theirs.
  NluShare accuracy() const;
  /// Of the messages that are not for us, those that were called out_of_scope.
  NluShare foreign_found() const;
  /// Of the messages with one of our intents, those that were called out_of_scope.
  NluShare refused() const;
  /// The mean of the intents' F1 scores, 0 to 1; of rows with one intent.
  double macro_f1() const;
  /// Expected calibration error over ten bins, 0 to 1.
  double calibration_error() const;
  /// Of the messages with one of our intents, those whose confidence is at least kNluActs, and of
  /// these the ones that were right.
  NluShare covered() const { return covered_; }
  NluShare covered_right() const { return covered_right_; }
  /// Values, spans and empty rows, by what was looked for: "date", "time", "kept empty", ...
  const std::map<std::string, NluShare>& found() const { return found_; }

  /// The score for people: a few lines, each begins with `title`.
  std::string describe(std::string_view title) const;

 private:
  static constexpr std::size_t kBins = 10;
  struct Bin {
    double confidence = 0;
    std::int64_t right = 0, all = 0;
  };
  void add_intent(const std::vector<std::string>& accepted, const nlu::ParseReply& reply);

  std::map<std::pair<std::string, std::string>, std::int64_t> answers_{};  // {wanted, given}
  std::array<Bin, kBins> bins_{};
  NluShare covered_{}, covered_right_{};
  std::map<std::string, NluShare> found_{};
};

}  // namespace conserje
