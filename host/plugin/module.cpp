#include "plugin/module.hpp"

#include <dlfcn.h>
#include <fcntl.h>
#include <sys/mman.h>
#include <sys/sendfile.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <chrono>
#include <cstddef>
#include <cstring>
#define BOOST_DLL_USE_STD_FS
#include <boost/dll/shared_library.hpp>
#include <system_error>
#include <thread>
#include <utility>

#include "conserje/wire.hpp"
#include "plugin/descriptor.hpp"
#include "plugin/refusal.hpp"

#ifndef MFD_EXEC
#define MFD_EXEC 0x0010U  // Linux 6.3; glibc 2.36 does not have it yet.
#endif

namespace conserje {
namespace {

constexpr int kSealTries = 20;
constexpr std::chrono::milliseconds kSealWait{20};

std::string system_error_text() { return std::generic_category().message(errno); }

std::string path_of(int fd) { return "/proc/self/fd/" + std::to_string(fd); }

/// A memfd that may be executed, also where the system's default is that none may.
int make_memfd(const char* name) {
  const int fd = ::memfd_create(name, MFD_CLOEXEC | MFD_ALLOW_SEALING | MFD_EXEC);
  if (fd >= 0 || errno != EINVAL) return fd;
  return ::memfd_create(name, MFD_CLOEXEC | MFD_ALLOW_SEALING);  // Before Linux 6.3.
}

Error no_memfd(const char* step) {
  return refusal(std::string("the system does not allow a plugin's memory file (") + step + ": " +
                     system_error_text() + ")",
                 "memfd_create with sealing and execution", kOperator, "sysctl vm.memfd_noexec=0");
}

/// Copies `size` bytes; false with errno, 0: the file became shorter meanwhile.
bool copy_bytes(int from, int to, std::size_t size) {
  off_t at = 0;
  while (size > 0) {
    const auto sent = ::sendfile(to, from, &at, size);
    if (sent < 0 && errno == EINTR) continue;
    if (sent == 0) errno = 0;
    if (sent <= 0) return false;
    size -= static_cast<std::size_t>(sent);
  }
  return true;
}

Error unreadable(const std::filesystem::path& file, const std::string& why) {
  return refusal(why, "the plugin's file, readable for the host's user", kOperator,
                 "ls -l " + file.string());
}

/// A memfd with the first `size` bytes behind `from`, which nobody can change any more.
Result<int> sealed_copy(int from, std::size_t size, const std::filesystem::path& file) {
  // At most 249 bytes of name; the manifest's id cannot be known before the copy.
  Descriptor memory(make_memfd(file.filename().string().substr(0, 200).c_str()));
  if (!memory) return no_memfd("memfd_create");
  if (!copy_bytes(from, memory.get(), size))
    return unreadable(file, "it cannot be read: " +
                                (errno == 0 ? "it became shorter meanwhile" : system_error_text()));
  if (!seal(memory.get(), [] { std::this_thread::sleep_for(kSealWait); }))
    return no_memfd("F_ADD_SEALS");
  return memory.leave();
}

/// Why dlopen failed, as a refusal. Source of the texts: glibc 2.36, elf/dl-load.c, dl-lookup.c and
/// dl-version.c.
Error load_refusal(std::string text, const std::string& path, const std::string& file) {
  for (auto at = text.find(path); at != std::string::npos; at = text.find(path))
    text.replace(at, path.size(), file);
  const auto cannot_open = text.find(": cannot open shared object file");
  if (cannot_open != std::string::npos) {
    const auto library = text.substr(0, cannot_open);
    return refusal("it needs " + library + ", which is not on this system",
                   "every library that it is linked with", kOperator,
                   "apt-get install apt-file && apt-file update && apt-file search " + library +
                       "\napt-get install the package that it names");
  }
  return refusal("it cannot be loaded: " + text, "a plugin whose symbols are all there", kVendor,
                 "link it with -Wl,-z,defs, as conserje_add_plugin does, and with the libraries "
                 "that it names");
}

}  // namespace

bool seal(int memory, const std::function<void()>& wait) {
  constexpr int kAll = F_SEAL_WRITE | F_SEAL_SHRINK | F_SEAL_GROW | F_SEAL_SEAL;
  for (int tries = 1; ::fcntl(memory, F_ADD_SEALS, kAll) != 0; ++tries) {
    if (errno != EBUSY || tries == kSealTries) return false;
    wait();
  }
  return true;
}

bool only_root_can_change(const std::filesystem::path& file) {
  constexpr mode_t kOthersMayWrite = S_IWGRP | S_IWOTH;
  std::error_code error;
  for (auto path = std::filesystem::canonical(file, error); !error; path = path.parent_path()) {
    struct stat status {};
    if (::lstat(path.c_str(), &status) != 0 || status.st_uid != 0 ||
        (status.st_mode & kOthersMayWrite) != 0)
      return false;
    if (path == path.root_path()) return true;
  }
  return false;
}

Result<std::shared_ptr<const SealedImage>> SealedImage::open(const std::filesystem::path& file) {
  return make(file, Keep::the_file_if_safe);
}

Result<std::shared_ptr<const SealedImage>> SealedImage::copy(const std::filesystem::path& file) {
  return make(file, Keep::copy);
}

Result<std::shared_ptr<const SealedImage>> SealedImage::make(const std::filesystem::path& file,
                                                             Keep keep) {
  // O_NONBLOCK: whoever puts a FIFO there does not hold up the start.
  Descriptor source(::open(file.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK));
  if (!source) return unreadable(file, "it cannot be opened: " + system_error_text());
  struct stat status {};
  if (::fstat(source.get(), &status) != 0) return unreadable(file, system_error_text());
  if (!S_ISREG(status.st_mode)) return unreadable(file, "it is not a regular file");
  const auto size = static_cast<std::size_t>(status.st_size);
  if (size > kImageLimit)
    return unreadable(file, "it has " + std::to_string(size) + " bytes, more than " +
                                std::to_string(kImageLimit));
  // By the descriptor: `file` may be a link that somebody turns meanwhile.
  if (keep == Keep::the_file_if_safe && only_root_can_change(path_of(source.get())))
    return adopt(source.leave(), file);
  const auto memory = sealed_copy(source.get(), size, file);
  if (!memory) return memory.error();
  return adopt(*memory, file);
}

Result<std::shared_ptr<const SealedImage>> SealedImage::sealed(
    std::shared_ptr<const SealedImage> image) {
  const int seals = ::fcntl(image->fd_, F_GET_SEALS);
  if (seals >= 0 && (seals & F_SEAL_WRITE) != 0) return image;
  const auto memory = sealed_copy(image->fd_, image->bytes_.size(), image->file_);
  if (!memory) return memory.error();
  return adopt(*memory, image->file_);
}

Result<std::shared_ptr<const SealedImage>> SealedImage::adopt(int fd,
                                                              const std::filesystem::path& file) {
  Descriptor owned(fd);
  struct stat status {};
  if (::fstat(fd, &status) != 0) return no_memfd("fstat");
  const auto size = static_cast<std::size_t>(status.st_size);
  std::string_view bytes;
  if (size > 0) {
    void* mapped = ::mmap(nullptr, size, PROT_READ, MAP_PRIVATE, fd, 0);
    if (mapped == MAP_FAILED) return no_memfd("mmap");
    bytes = {static_cast<const char*>(mapped), size};
  }
  return std::shared_ptr<const SealedImage>(new SealedImage(owned.leave(), bytes, file));
}

void SealedImage::have_been_read() const {
  if (!bytes_.empty()) ::madvise(const_cast<char*>(bytes_.data()), bytes_.size(), MADV_DONTNEED);
}

SealedImage::~SealedImage() {
  if (!bytes_.empty()) ::munmap(const_cast<char*>(bytes_.data()), bytes_.size());
  if (!is_loaded_) ::close(fd_);
}

Result<Module> Module::load(std::shared_ptr<const SealedImage> image, std::uint32_t abi) {
  namespace load_mode = boost::dll::load_mode;
  const auto path = path_of(image->fd_);
  const auto file = image->file().filename().string();
  const auto mode =
      static_cast<load_mode::type>(load_mode::rtld_now | load_mode::rtld_local | RTLD_NODELETE);
  const cj_plugin* table = nullptr;
  try {
    boost::dll::shared_library library;
    std::error_code error;
    library.load(path, mode, error);
    image->is_loaded_ = !error;
    if (error) {
      const char* why = ::dlerror();
      return load_refusal(why == nullptr ? error.message() : why, path, file);
    }
    table = library.get<const cj_plugin*(std::uint32_t)>("cj_entry")(abi);
  } catch (...) {
    return refusal("it threw an exception while it was loaded",
                   "static objects and a cj_entry that throw nothing", kVendor,
                   "do the work in create(), and catch what it throws");
  }
  if (table == nullptr)
    return refusal(
        "its cj_entry does not know ABI " + std::to_string(abi) + ", although its manifest says so",
        "a cj_entry that answers for every ABI of the manifest", kVendor,
        "correct `abi` in manifest.json, or cj_entry");
  const auto least = offsetof(cj_plugin, create) + sizeof(cj_plugin::create);
  const auto whole = table->size >= least ? sized_copy(table) : cj_plugin{};
  if (whole.abi != abi || whole.create == nullptr)
    return refusal("its cj_entry returns a table of " + std::to_string(table->size) +
                       " bytes for ABI " + std::to_string(table->abi) +
                       (whole.create == nullptr ? " without create" : ""),
                   "a cj_plugin with its own size, ABI " + std::to_string(abi) + " and create",
                   kVendor, "fill in the table as cj.h says");
  return Module(whole);
}

}  // namespace conserje
