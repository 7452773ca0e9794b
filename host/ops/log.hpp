#pragma once

#include <concepts>
#include <cstdint>
#include <filesystem>
#include <functional>
#include <initializer_list>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <type_traits>
#include <variant>

#include "guard/clock.hpp"

namespace conserje {

/// `error`: a person must act; `warn`: the host coped; `info`: a state changed; `debug`: for
/// whoever looks for a bug.
enum class LogLevel : unsigned char { debug = 1, info = 2, warn = 3, error = 4 };  // cj.h, CJ_LOG_*

std::string_view to_string(LogLevel level);

struct LogSettings {
  LogLevel level = LogLevel::info;  // What is below it is not written.
  std::filesystem::path file{};     // Appended to; empty: standard error.

  bool operator==(const LogSettings&) const = default;
};

/// What a field may hold. Borrowed text: it lives until the call returns.
class LogValue {
 public:
  template <std::convertible_to<std::string_view> T>
  LogValue(const T& text) : value_(std::string_view(text)) {}
  LogValue(bool value) : value_(value) {}
  LogValue(std::floating_point auto value) : value_(static_cast<double>(value)) {}
  template <std::integral T>
    requires(!std::same_as<T, bool>)
  LogValue(T value)
      : value_(static_cast<std::conditional_t<std::is_signed_v<T>, std::int64_t, std::uint64_t>>(
            value)) {}

  using Value = std::variant<std::string_view, bool, double, std::int64_t, std::uint64_t>;
  const Value& value() const { return value_; }

 private:
  Value value_;
};

struct LogField {
  std::string_view key;
  LogValue value;
};

/// Structured log: one JSON object per line, with "time" (RFC 3339, UTC, ms), "level", "message",
/// then the bound fields, then those of the call.
///
///   log.warn("delivery failed", {{"channel", channel}, {"attempt", attempt}});
///
/// The message is constant text; what varies is a field. Guests appear as hash_guest(), texts and
/// secrets never. No value can break out of its line: control characters are escaped, bytes that
/// are not UTF-8 become U+FFFD, text longer than kLogTextLimit is cut. Each line is written and
/// flushed before the call returns; a line that cannot be written (full disk) is dropped, and
/// standard error says so once a second at most. A value: copies write to the same place. Threads:
/// any, at once.
class Log {
 public:
  /// The clock outlives the log and its copies. Throws std::runtime_error when the file cannot be
  /// opened.
  Log(const LogSettings& settings, const Clock& clock);
  /// Hands each line, without its newline, to `write`, one at a time.
  Log(std::function<void(std::string_view line)> write, LogLevel level, const Clock& clock);
  /// Writes nothing.
  static Log silent();

  /// The same log with more fields on each line: `log.with({{"plugin", name}})`.
  Log with(std::initializer_list<LogField> fields) const;

  void debug(std::string_view message, std::initializer_list<LogField> fields = {}) const {
    write(LogLevel::debug, message, {fields.begin(), fields.size()});
  }
  void info(std::string_view message, std::initializer_list<LogField> fields = {}) const {
    write(LogLevel::info, message, {fields.begin(), fields.size()});
  }
  void warn(std::string_view message, std::initializer_list<LogField> fields = {}) const {
    write(LogLevel::warn, message, {fields.begin(), fields.size()});
  }
  void error(std::string_view message, std::initializer_list<LogField> fields = {}) const {
    write(LogLevel::error, message, {fields.begin(), fields.size()});
  }
  void write(LogLevel level, std::string_view message, std::span<const LogField> fields) const;
  /// Who did what to this host: as info(), and written whatever the level.
  void audit(std::string_view message, std::initializer_list<LogField> fields = {}) const;

  bool enabled(LogLevel level) const;
  void set_level(LogLevel level);
  /// Opens the file anew, after logrotate has moved it. Without a file, or when that fails, nothing
  /// changes; the failure is logged.
  void reopen();

 private:
  struct Core;
  std::string line(LogLevel level, std::string_view message,
                   std::span<const LogField> fields) const;
  explicit Log(std::shared_ptr<Core> core) : core_(std::move(core)) {}

  std::shared_ptr<Core> core_;
  std::string bound_;  // JSON members, each with its comma in front.
};

/// Longest text of one message, key or value, in bytes.
inline constexpr std::size_t kLogTextLimit = 4096;

}  // namespace conserje
