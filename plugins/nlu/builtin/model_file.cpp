#include "model_file.hpp"

#include <fcntl.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstdio>
#include <system_error>
#include <utility>

namespace conserje::nlu {
namespace {

/// A file that is open, until this object goes.
class OpenFile {
 public:
  OpenFile(const std::string& path, int flags)
      : number_(::open(path.c_str(), flags | O_CLOEXEC, 0644)) {}
  OpenFile(const OpenFile&) = delete;
  OpenFile& operator=(const OpenFile&) = delete;
  ~OpenFile() {
    if (number_ >= 0) ::close(number_);
  }
  int number() const { return number_; }
  bool is_open() const { return number_ >= 0; }

 private:
  int number_;
};

Error cannot(const std::string& path, const std::string& why) {
  return {ErrorClass::config, "model " + path + ": " + why};
}

std::string last_error() { return std::generic_category().message(errno); }

bool write_all(int file, std::span<const std::byte> bytes) {
  while (!bytes.empty()) {
    const ssize_t written = ::write(file, bytes.data(), bytes.size());
    if (written < 0 && errno == EINTR) continue;
    if (written <= 0) return false;
    bytes = bytes.subspan(static_cast<std::size_t>(written));
  }
  return true;
}

}  // namespace

Result<ModelFile> ModelFile::open(const std::string& path) {
  const OpenFile file(path, O_RDONLY);
  struct stat about {};
  if (!file.is_open() || ::fstat(file.number(), &about) != 0) return cannot(path, last_error());
  const auto size = static_cast<std::size_t>(about.st_size);
  if (!S_ISREG(about.st_mode) || size == 0 || size > kMaxBytes)
    return cannot(path, "not a model: a file of 1 to " + std::to_string(kMaxBytes) + " bytes");
  void* begin = ::mmap(nullptr, size, PROT_READ, MAP_SHARED, file.number(), 0);
  if (begin == MAP_FAILED) return cannot(path, last_error());
  return ModelFile({static_cast<const std::byte*>(begin), size});
}

Status ModelFile::write(const std::string& path, std::span<const std::byte> bytes) {
  const std::string draft = path + "." + std::to_string(::getpid()) + ".new";
  {
    const OpenFile file(draft, O_WRONLY | O_CREAT | O_TRUNC);
    if (!file.is_open() || !write_all(file.number(), bytes) || ::fsync(file.number()) != 0) {
      const Error error = cannot(path, "cannot be written: " + last_error());
      ::unlink(draft.c_str());
      return error;
    }
  }
  if (std::rename(draft.c_str(), path.c_str()) != 0) {
    const Error error = cannot(path, "cannot be replaced: " + last_error());
    ::unlink(draft.c_str());
    return error;
  }
  return Done{};
}

ModelFile::ModelFile(ModelFile&& other) noexcept : bytes_(std::exchange(other.bytes_, {})) {}

ModelFile::~ModelFile() {
  if (!bytes_.empty()) ::munmap(const_cast<std::byte*>(bytes_.data()), bytes_.size());
}

}  // namespace conserje::nlu
