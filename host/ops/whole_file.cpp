#include "ops/whole_file.hpp"

#include <fcntl.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>

namespace conserje {
namespace {

Status cannot_write(const std::filesystem::path& file) {
  return Error{ErrorClass::config, file.string() + " cannot be written: " + std::strerror(errno)};
}

bool write_all(int descriptor, std::string_view bytes) {
  while (!bytes.empty()) {
    const auto written = ::write(descriptor, bytes.data(), bytes.size());
    if (written < 0 && errno == EINTR) continue;
    if (written < 0) return false;
    bytes.remove_prefix(static_cast<std::size_t>(written));
  }
  return true;
}

}  // namespace

Status write_whole(const std::filesystem::path& file, std::string_view bytes, Readers readers) {
  auto fresh = file;
  fresh += ".new";
  unlink(fresh.c_str());  // What a host that died left behind: whoever may read that is unknown.
  const int descriptor = open(fresh.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW,
                              readers == Readers::all ? 0644 : 0600);
  if (descriptor < 0) return cannot_write(fresh);
  const bool written = write_all(descriptor, bytes) && fdatasync(descriptor) == 0;
  if (close(descriptor) != 0 || !written) return cannot_write(fresh);
  if (rename(fresh.c_str(), file.c_str()) != 0) return cannot_write(file);
  // The new name, too, is on the disk then.
  const int folder = open(file.parent_path().c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
  if (folder >= 0) {
    fsync(folder);
    close(folder);
  }
  return Done{};
}

}  // namespace conserje
