#pragma once

#include <atomic>
#include <cstddef>
#include <filesystem>
#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <utility>

#include "conserje/cj.h"
#include "conserje/result.hpp"
#include "plugin/plugin_code.hpp"

namespace conserje {

/// Whether nobody but root can change what stands at `file`: it and each folder above belong to
/// root, and neither group nor others may write.
bool only_root_can_change(const std::filesystem::path& file);

/// Forbids every change of a memfd, for ever. While the kernel itself holds one of its pages for a
/// moment the answer is EBUSY (fcntl(2), F_SEAL_WRITE): then it calls `wait` and tries again, a
/// bounded number of times. False with errno.
bool seal(int memory, const std::function<void()>& wait);

/// A plugin's bytes, sealed: what is checked is what will run, whatever happens to the file
/// meanwhile. They stand in /proc/self/maps under the file's name. Threads: any.
class SealedImage {
 public:
  /// The file itself where only root can change it, so that the hosts of a machine share its pages;
  /// its copy otherwise. Root replaces such a file as packages do, by a new one under its name.
  /// Errors: a refusal: it is not there, cannot be read, is not a regular file or is over
  /// kImageLimit; the system forbids the memfd.
  static Result<std::shared_ptr<const SealedImage>> open(const std::filesystem::path& file);
  /// The file's bytes in a sealed memfd. Errors: as open.
  static Result<std::shared_ptr<const SealedImage>> copy(const std::filesystem::path& file);
  ~SealedImage();
  SealedImage(const SealedImage&) = delete;
  SealedImage& operator=(const SealedImage&) = delete;

  /// The image behind a descriptor, which it takes over; `file` is only its name. Errors: a
  /// refusal: the system does not allow it.
  static Result<std::shared_ptr<const SealedImage>> adopt(int fd,
                                                          const std::filesystem::path& file);

  /// The same when it is a copy, else its copy: for a process that may open no file.
  static Result<std::shared_ptr<const SealedImage>> sealed(
      std::shared_ptr<const SealedImage> image);

  std::string_view bytes() const { return bytes_; }
  /// The system may take back what holds the bytes for now: judging a file has looked at all of it,
  /// and nobody will soon again.
  void have_been_read() const;
  /// Borrowed, for another process that shall load it.
  int descriptor() const { return fd_; }
  const std::filesystem::path& file() const { return file_; }

 private:
  friend class Module;
  enum class Keep : unsigned char { copy, the_file_if_safe };
  static Result<std::shared_ptr<const SealedImage>> make(const std::filesystem::path& file,
                                                         Keep keep);
  SealedImage(int fd, std::string_view bytes, std::filesystem::path file)
      : fd_(fd), bytes_(bytes), file_(std::move(file)) {}

  int fd_;
  /// dlopen knows what it has loaded by the path, /proc/self/fd/N: after a load no other image may
  /// get this number.
  mutable std::atomic<bool> is_loaded_{false};
  std::string_view bytes_;  // A read-only mapping.
  std::filesystem::path file_;
};

inline constexpr std::size_t kImageLimit = 256 * 1024 * 1024;  // Bytes.

/// A shared object in this process, loaded from its sealed image with RTLD_NOW, RTLD_LOCAL and
/// RTLD_NODELETE. It stays mapped for good: its threads, thread-locals and static objects make any
/// unloading unsafe. The one user of Boost.DLL.
class Module final : public PluginCode {
 public:
  /// Loads the image (its constructors run) and asks cj_entry for the plugin's table. Errors: a
  /// refusal: a library or symbol that it needs is missing, cj_entry does not know `abi`, threw, or
  /// returned a table that is no table. [main thread]
  static Result<Module> load(std::shared_ptr<const SealedImage> image, std::uint32_t abi);

  /// Complete: what the plugin's own table is too short for is null.
  const cj_plugin& table() const { return table_; }
  void create(const cj_host* host, const cj_call* call, cj_str config, const cj_instance** instance,
              cj_result* result) const override {
    table_.create(host, call, config, instance, result);
  }

 private:
  explicit Module(const cj_plugin& table) : table_(table) {}

  cj_plugin table_;
};

}  // namespace conserje
