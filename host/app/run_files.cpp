#include "app/run_files.hpp"

#include <fcntl.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>

namespace conserje {
namespace {

Status cannot_write(const std::filesystem::path& file) {
  return Error{ErrorClass::config, file.string() + " cannot be written: " + std::strerror(errno)};
}

bool write_all(int descriptor, std::string_view text) {
  while (!text.empty()) {
    const auto written = ::write(descriptor, text.data(), text.size());
    if (written < 0) return false;
    text.remove_prefix(static_cast<std::size_t>(written));
  }
  return true;
}

}  // namespace

std::filesystem::path listen_file(const std::filesystem::path& data_dir) {
  return data_dir / "listen";
}

std::filesystem::path admin_listen_file(const std::filesystem::path& data_dir) {
  return data_dir / "admin.listen";
}

std::filesystem::path admin_token_file(const std::filesystem::path& data_dir) {
  return data_dir / "admin.token";
}

std::string to_string(const Listen& listen) {
  const bool is_v6 = listen.address.find(':') != std::string::npos;
  return (is_v6 ? "[" + listen.address + "]" : listen.address) + ":" + std::to_string(listen.port);
}

Status write_whole(const std::filesystem::path& file, std::string_view text, Readers readers) {
  auto fresh = file;
  fresh += ".new";
  unlink(fresh.c_str());  // What a host that died left behind: whoever may read that is unknown.
  const int descriptor = open(fresh.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW,
                              readers == Readers::all ? 0644 : 0600);
  if (descriptor < 0) return cannot_write(fresh);
  const bool written = write_all(descriptor, text);
  if (close(descriptor) != 0 || !written) return cannot_write(fresh);
  if (rename(fresh.c_str(), file.c_str()) != 0) return cannot_write(file);
  return Done{};
}

}  // namespace conserje
