#include "ops/log.hpp"

#include <spdlog/fmt/fmt.h>
#include <spdlog/logger.h>
#include <spdlog/sinks/base_sink.h>
#include <spdlog/sinks/basic_file_sink.h>
#include <spdlog/sinks/dist_sink.h>
#include <spdlog/sinks/stdout_sinks.h>

#include <mutex>
#include <nlohmann/json.hpp>
#include <stdexcept>
#include <utility>

namespace conserje {
namespace {

spdlog::level::level_enum to_spdlog(LogLevel level) {
  switch (level) {
    case LogLevel::debug: return spdlog::level::debug;
    case LogLevel::info: return spdlog::level::info;
    case LogLevel::warn: return spdlog::level::warn;
    case LogLevel::error: return spdlog::level::err;
  }
  return spdlog::level::err;
}

/// Hands lines to a function; base_sink's mutex makes that one at a time.
class FunctionSink final : public spdlog::sinks::base_sink<std::mutex> {
 public:
  explicit FunctionSink(std::function<void(std::string_view)> write) : write_(std::move(write)) {}

 private:
  void sink_it_(const spdlog::details::log_msg& line) override {
    write_({line.payload.data(), line.payload.size()});
  }
  void flush_() override {}

  std::function<void(std::string_view)> write_;
};

spdlog::sink_ptr open_sink(const std::filesystem::path& file) {
  if (file.empty()) return std::make_shared<spdlog::sinks::stderr_sink_st>();
  return std::make_shared<spdlog::sinks::basic_file_sink_st>(file.string());
}

/// As a JSON string in pure ASCII, so that no value disturbs a line, a terminal or the direction of
/// its text.
std::string quoted(std::string_view text) {
  std::string shown(text.substr(0, kLogTextLimit));
  if (shown.size() < text.size()) shown += "...";
  return nlohmann::json(std::move(shown))
      .dump(-1, ' ', true, nlohmann::json::error_handler_t::replace);
}

/// RFC 3339 in UTC: "2026-01-31T09:05:00.042Z".
std::string rfc3339(WallTime time) {
  const auto day = std::chrono::floor<std::chrono::days>(time);
  const std::chrono::year_month_day date(day);
  const std::chrono::hh_mm_ss clock(time - day);
  return fmt::format("{:04}-{:02}-{:02}T{:02}:{:02}:{:02}.{:03}Z", static_cast<int>(date.year()),
                     static_cast<unsigned>(date.month()), static_cast<unsigned>(date.day()),
                     clock.hours().count(), clock.minutes().count(), clock.seconds().count(),
                     clock.subseconds().count());
}

/// Appends `,"key":value`. A key that `members` already has gets a "_" in front: a plugin's field
/// cannot pass for one of ours. (Quotes inside values are escaped, so the search finds keys only.)
void append(std::string& members, const LogField& field) {
  std::string key = quoted(field.key);
  while (members.find(key + ':') != std::string::npos) key.insert(1, 1, '_');
  members += ',' + key + ':';
  if (const auto* text = std::get_if<std::string_view>(&field.value.value())) {
    members += quoted(*text);
  } else {
    std::visit([&](const auto& value) { members += nlohmann::json(value).dump(); },
               field.value.value());
  }
}

}  // namespace

std::string_view to_string(LogLevel level) {
  switch (level) {
    case LogLevel::debug: return "debug";
    case LogLevel::info: return "info";
    case LogLevel::warn: return "warn";
    case LogLevel::error: return "error";
  }
  return "error";
}

struct Log::Core {
  Core(spdlog::sink_ptr sink, LogLevel level, const Clock& the_clock,
       std::filesystem::path the_file = {})
      : outputs(std::make_shared<spdlog::sinks::dist_sink_mt>()),
        logger("conserje", outputs),
        clock(the_clock),
        file(std::move(the_file)) {
    outputs->set_sinks({std::move(sink)});
    logger.set_pattern("%v");  // The lines are whole.
    logger.set_level(to_spdlog(level));
    logger.flush_on(spdlog::level::trace);
  }

  std::shared_ptr<spdlog::sinks::dist_sink_mt> outputs;  // Holds one sink, which reopen() replaces.
  spdlog::logger logger;
  const Clock& clock;
  const std::filesystem::path file;
};

Log::Log(const LogSettings& settings, const Clock& clock) {
  try {
    core_ = std::make_shared<Core>(open_sink(settings.file), settings.level, clock, settings.file);
  } catch (const spdlog::spdlog_ex& problem) {
    throw std::runtime_error(fmt::format("log: {}", problem.what()));
  }
}

Log::Log(std::function<void(std::string_view)> write, LogLevel level, const Clock& clock)
    : core_(
          std::make_shared<Core>(std::make_shared<FunctionSink>(std::move(write)), level, clock)) {}

Log Log::silent() { return Log(nullptr); }

Log Log::with(std::initializer_list<LogField> fields) const {
  Log child = *this;
  if (core_)
    for (const auto& field : fields) append(child.bound_, field);
  return child;
}

void Log::write(LogLevel level, std::string_view message, std::span<const LogField> fields) const {
  if (enabled(level)) core_->logger.log(to_spdlog(level), line(level, message, fields));
}

void Log::audit(std::string_view message, std::initializer_list<LogField> fields) const {
  // Above every level that can be set; the line says info.
  if (core_ != nullptr)
    core_->logger.log(spdlog::level::critical,
                      line(LogLevel::info, message, {fields.begin(), fields.size()}));
}

std::string Log::line(LogLevel level, std::string_view message,
                      std::span<const LogField> fields) const {
  std::string line =
      fmt::format(R"({{"time":"{}","level":"{}","message":{}{})", rfc3339(core_->clock.now()),
                  to_string(level), quoted(message), bound_);
  for (const auto& field : fields) append(line, field);
  line += '}';
  return line;
}

bool Log::enabled(LogLevel level) const {
  return core_ != nullptr && core_->logger.should_log(to_spdlog(level));
}

void Log::set_level(LogLevel level) {
  if (core_) core_->logger.set_level(to_spdlog(level));
}

void Log::reopen() {
  if (!core_ || core_->file.empty()) return;
  try {
    core_->outputs->set_sinks({open_sink(core_->file)});
  } catch (const spdlog::spdlog_ex& problem) {
    error("log file cannot be reopened", {{"reason", problem.what()}});
  }
}

}  // namespace conserje
