#include "plugin/lock.hpp"

#include <fcntl.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <fstream>
#include <optional>
#include <system_error>
#include <utility>

#include "pipeline/source.hpp"

namespace conserje {
namespace {

constexpr std::string_view kHead =
    "# Plugins that may run here: id, version, hash (b2sum FILE), whose signature. Written by "
    "`conserje plugins lock`.\n";
constexpr std::string_view kNoKey = "-";

/// The four words of a line; none when they are not four.
std::optional<std::array<std::string_view, 4>> words_of(std::string_view line) {
  std::array<std::string_view, 4> words;
  for (auto& word : words) {
    const auto end = std::min(line.find(' '), line.size());
    word = line.substr(0, end);
    if (word.empty()) return std::nullopt;
    line.remove_prefix(std::min(end + 1, line.size()));
  }
  return line.empty() ? std::optional(words) : std::nullopt;
}

std::optional<LockedPlugin> parse_line(std::string_view line) {
  const auto words = words_of(line);
  if (!words) return std::nullopt;
  const auto& [id, version, hash, key] = *words;
  const auto digest = parse_digest(hash);
  if (!digest) return std::nullopt;
  return LockedPlugin{std::string(id), std::string(version), *digest,
                      std::string(key == kNoKey ? "" : key)};
}

std::string print_line(const LockedPlugin& plugin) {
  return plugin.id + ' ' + plugin.version + ' ' + to_string(plugin.digest) + ' ' +
         (plugin.key.empty() ? std::string(kNoKey) : plugin.key) + '\n';
}

auto place_of(auto& plugins, std::string_view id) {
  return std::ranges::lower_bound(plugins, id, {}, &LockedPlugin::id);
}

/// Waits until a file's bytes are on the disk.
bool sync(const std::filesystem::path& file) {
  const int fd = ::open(file.c_str(), O_RDONLY | O_CLOEXEC);
  if (fd < 0) return false;
  const bool is_synced = ::fsync(fd) == 0;
  ::close(fd);
  return is_synced;
}

Error cannot_write(const std::filesystem::path& file, const std::string& why) {
  return {ErrorClass::config, file.string() + " cannot be written: " + why};
}

}  // namespace

const LockedPlugin* Lock::find(std::string_view id) const {
  const auto at = place_of(plugins, id);
  return at != plugins.end() && at->id == id ? &*at : nullptr;
}

Result<Lock> parse_lock(std::string_view text) {
  Lock lock;
  const auto wrong = [](int line, const std::string& what) {
    return Error{ErrorClass::config, "line " + std::to_string(line) + " " + what};
  };
  for (int line = 1; !text.empty(); ++line) {
    const auto end = std::min(text.find('\n'), text.size());
    const auto content = text.substr(0, end);
    text.remove_prefix(std::min(end + 1, text.size()));
    if (content.empty() || content.starts_with('#')) continue;
    auto plugin = parse_line(content);
    if (!plugin) return wrong(line, "is not `ID VERSION HASH KEY`");
    if (lock.find(plugin->id) != nullptr) return wrong(line, "names " + plugin->id + " again");
    if (lock.plugins.size() == kLockLimit)
      return wrong(line, "is one plugin more than " + std::to_string(kLockLimit));
    const auto at = place_of(lock.plugins, plugin->id);
    lock.plugins.insert(at, *std::move(plugin));
  }
  return lock;
}

std::string print(const Lock& lock) {
  std::string text(kHead);
  for (const auto& plugin : lock.plugins) text += print_line(plugin);
  return text;
}

std::string update(Lock& lock, LockedPlugin plugin) {
  const auto at = place_of(lock.plugins, plugin.id);
  if (at == lock.plugins.end() || at->id != plugin.id) {
    auto change = "added " + plugin.id + " " + plugin.version;
    lock.plugins.insert(at, std::move(plugin));
    return change;
  }
  if (*at == plugin) return {};
  auto change = plugin.id + " " + at->version;
  if (at->version != plugin.version) {
    change += " -> " + plugin.version;
  } else {
    change += at->digest != plugin.digest ? " has another file" : " has another key";
  }
  *at = std::move(plugin);
  return change;
}

Result<Lock> read_lock(const std::filesystem::path& file) {
  const auto text = SystemSource().file(file);
  if (!text) return text.error();
  auto lock = parse_lock(*text);
  if (!lock) return Error{ErrorClass::config, file.string() + ": " + lock.error().message};
  return lock;
}

Status write_lock(const std::filesystem::path& file, const Lock& lock) {
  auto made = file;
  made += ".new";
  std::ofstream out(made, std::ios::binary | std::ios::trunc);
  out << print(lock);
  out.close();
  if (!out || !sync(made)) return cannot_write(made, std::generic_category().message(errno));
  std::error_code error;
  std::filesystem::rename(made, file, error);
  if (error) return cannot_write(file, error.message());
  return Done{};
}

}  // namespace conserje
