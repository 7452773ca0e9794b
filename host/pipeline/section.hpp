#pragma once

#include <charconv>
#include <concepts>
#include <filesystem>
#include <functional>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <system_error>
#include <vector>

#include "pipeline/load.hpp"
#include "pipeline/secrets.hpp"
#include "pipeline/yaml.hpp"

namespace conserje {

/// What all sections of one load share: where they read from, and where findings go.
struct Reading {
  const ConfigSource& source;
  Loaded& out;

  void complain(const Position& at, std::string path, std::string found, std::string fix = {},
                std::string needed = {}) const;
  /// The text of a scalar with its references resolved; none after a complaint.
  std::optional<Resolved> resolve_text(const YamlValue& value, const std::string& path) const;
};

/// The whole of `text` as a number; none when it is anything else or too large.
template <std::integral T>
std::optional<T> whole_number(std::string_view text) {
  T number{};
  const auto* end = text.data() + text.size();
  const auto [stop, failure] = std::from_chars(text.data(), end, number);
  if (failure != std::errc{} || stop != end) return {};
  return number;
}

/// One mapping of the file while it is read. Each key that exists is asked for once; finish()
/// complains about what is left. A key that is missing leaves its target as it is: defaults stand
/// in pipeline.hpp. `needed` says the right shape of a value, for people.
class Section {
 public:
  /// `path` is the place in the file ("plugins.desk"), `pattern` the same for every such place
  /// ("plugins.*"). The mapping outlives the section.
  Section(const Reading& reading, const YamlValue& map, std::string path, std::string pattern);

  /// Reads a text with `parse`, which gives a value or none.
  template <class T, class Parse>
  void read(std::string_view key, T& target, const std::string& needed, Parse parse) {
    const auto* value = take(key, YamlValue::Kind::scalar, needed);
    if (value == nullptr) return;
    const auto resolved = reading_.resolve_text(*value, path_of(key));
    if (!resolved) return;
    if (auto parsed = parse(resolved->text)) {
      target = std::move(*parsed);
    } else {
      complain_wrong(key, *value);
    }
  }

  template <std::integral T>
  void number(std::string_view key, T& target, T low, T high) {
    read(key, target, "a whole number from " + std::to_string(low) + " to " + std::to_string(high),
         [=](const std::string& text) {
           const auto number = whole_number<T>(text);
           return number && low <= *number && *number <= high ? number : std::nullopt;
         });
  }

  /// A name or word that other places of the file or other rooms know: without references, not
  /// empty.
  void name(std::string_view key, std::string& target, const std::string& needed);
  void text(std::string_view key, std::string& target, const std::string& needed = "text");
  void path(std::string_view key, std::filesystem::path& target, const std::string& needed);
  void flag(std::string_view key, bool& target);
  /// The end of the key is its unit: "_ms" or "_s".
  void duration(std::string_view key, Millis& target, Millis low, Millis high);
  void schedule(std::string_view key, RetrySchedule& target);  // "_s"
  /// A list of different names, at least one.
  void words(std::string_view key, std::vector<std::string>& target, const std::string& needed);

  /// A mapping of fixed keys. `read` also runs when it is missing, so that its required keys are
  /// missed.
  void section(std::string_view key, const std::function<void(Section&)>& read);
  /// A mapping whose keys the file chooses; `read` runs for each.
  void each_entry(std::string_view key, const std::string& needed,
                  const std::function<void(const YamlEntry&, const std::string& path)>& read);
  /// A list of mappings, at least one; `read` runs for each.
  void each_item(std::string_view key, const std::string& needed,
                 const std::function<void(Section&)>& read);

  /// The value of `key` when it is there and of this kind; complains when it is of another.
  const YamlValue* take(std::string_view key, YamlValue::Kind kind, const std::string& needed);
  /// Whether the key is there, of whatever kind, without taking it.
  const YamlValue* peek(std::string_view key) const { return map_.find(key); }
  /// Complains when a key that has been asked for was not there.
  void require(std::string_view key);
  void finish();

  std::string path_of(std::string_view key) const;
  void complain_wrong(std::string_view key, const YamlValue& value);

 private:
  std::string title() const;

  const Reading& reading_;
  const YamlValue& map_;
  const std::string path_;
  const std::string pattern_;
  std::map<std::string, std::string, std::less<>> known_;  // Key to "key: needed".
};

}  // namespace conserje
