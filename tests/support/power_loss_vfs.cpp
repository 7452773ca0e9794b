#include "power_loss_vfs.hpp"

#include <algorithm>
#include <array>
#include <atomic>
#include <cstring>
#include <stdexcept>
#include <utility>

/// Source for what SQLite expects of these functions: https://www.sqlite.org/c3ref/vfs.html,
/// /c3ref/io_methods.html.
namespace conserje {
namespace {

constexpr std::uint64_t kSector = 512;

void write_at(std::string& content, std::uint64_t offset, std::string_view bytes) {
  if (content.size() < offset + bytes.size()) content.resize(offset + bytes.size());
  content.replace(offset, bytes.size(), bytes);
}

void make(std::string& content, const PowerLossVfs::Change& change) {
  if (change.is_truncation) {
    content.resize(change.offset);
  } else {
    write_at(content, change.offset, change.bytes);
  }
}

/// An open file, in the memory that SQLite gives us for it.
struct Handle {
  sqlite3_file base;  // First: SQLite knows the handle by it.
  PowerLossVfs* disk;
  std::shared_ptr<PowerLossVfs::File>* file;
  std::string* name;
  int lock;
  bool uses_index;
};

Handle& handle_of(sqlite3_file* file) { return *reinterpret_cast<Handle*>(file); }

int close_file(sqlite3_file* base) {
  auto& handle = handle_of(base);
  delete handle.file;
  delete handle.name;
  return SQLITE_OK;
}

int read_file(sqlite3_file* base, void* out, int size, sqlite3_int64 offset) {
  auto& handle = handle_of(base);
  const std::lock_guard lock(handle.disk->mutex());
  if (!handle.disk->has_power()) return SQLITE_IOERR_READ;
  const auto& seen = (*handle.file)->seen;
  const auto wanted = static_cast<std::size_t>(size);
  const auto from = std::min(static_cast<std::size_t>(offset), seen.size());
  const auto there = std::min(wanted, seen.size() - from);
  std::memcpy(out, seen.data() + from, there);
  if (there == wanted) return SQLITE_OK;
  std::memset(static_cast<char*>(out) + there, 0, wanted - there);
  return SQLITE_IOERR_SHORT_READ;
}

int change_file(sqlite3_file* base, PowerLossVfs::Change change, int failure) {
  auto& handle = handle_of(base);
  const std::lock_guard lock(handle.disk->mutex());
  if (!handle.disk->change()) return failure;
  auto& file = **handle.file;
  make(file.seen, change);
  file.changes.push_back(std::move(change));
  return SQLITE_OK;
}

int write_file(sqlite3_file* base, const void* bytes, int size, sqlite3_int64 offset) {
  return change_file(
      base,
      {.offset = static_cast<std::uint64_t>(offset),
       .bytes = std::string(static_cast<const char*>(bytes), static_cast<std::size_t>(size))},
      SQLITE_IOERR_WRITE);
}

int truncate_file(sqlite3_file* base, sqlite3_int64 size) {
  return change_file(base, {.offset = static_cast<std::uint64_t>(size), .is_truncation = true},
                     SQLITE_IOERR_TRUNCATE);
}

int sync_file(sqlite3_file* base, int) {
  auto& handle = handle_of(base);
  const std::lock_guard lock(handle.disk->mutex());
  if (!handle.disk->change()) return SQLITE_IOERR_FSYNC;
  auto& file = **handle.file;
  if (handle.disk->sync_fails()) {
    file.changes.clear();
    return SQLITE_IOERR_FSYNC;
  }
  for (const auto& change : file.changes) make(file.kept, change);
  file.changes.clear();
  file.is_kept = true;
  return SQLITE_OK;
}

int size_of_file(sqlite3_file* base, sqlite3_int64* size) {
  auto& handle = handle_of(base);
  const std::lock_guard lock(handle.disk->mutex());
  if (!handle.disk->has_power()) return SQLITE_IOERR_FSTAT;
  *size = static_cast<sqlite3_int64>((*handle.file)->seen.size());
  return SQLITE_OK;
}

int unlock_to(sqlite3_file* base, int wanted) {
  auto& handle = handle_of(base);
  const std::lock_guard lock(handle.disk->mutex());
  auto& file = **handle.file;
  if (wanted >= handle.lock) return SQLITE_OK;
  if (handle.lock >= SQLITE_LOCK_EXCLUSIVE) file.exclusive = false;
  if (handle.lock >= SQLITE_LOCK_RESERVED) file.reserved = false;
  if (wanted == SQLITE_LOCK_NONE) file.shared_locks -= 1;
  handle.lock = wanted;
  return SQLITE_OK;
}

int lock_file(sqlite3_file* base, int wanted) {
  auto& handle = handle_of(base);
  const std::lock_guard lock(handle.disk->mutex());
  auto& file = **handle.file;
  if (wanted <= handle.lock) return SQLITE_OK;
  if (wanted == SQLITE_LOCK_SHARED) {
    if (file.exclusive) return SQLITE_BUSY;
    file.shared_locks += 1;
  } else {
    if (handle.lock < SQLITE_LOCK_RESERVED && file.reserved) return SQLITE_BUSY;
    if (wanted == SQLITE_LOCK_EXCLUSIVE && file.shared_locks > 1) return SQLITE_BUSY;
    file.reserved = true;
    file.exclusive = wanted == SQLITE_LOCK_EXCLUSIVE;
  }
  handle.lock = wanted;
  return SQLITE_OK;
}

int is_reserved(sqlite3_file* base, int* reserved) {
  auto& handle = handle_of(base);
  const std::lock_guard lock(handle.disk->mutex());
  *reserved = (*handle.file)->reserved ? 1 : 0;
  return SQLITE_OK;
}

int control_file(sqlite3_file*, int, void*) { return SQLITE_NOTFOUND; }
int sector_size(sqlite3_file*) { return static_cast<int>(kSector); }
int characteristics(sqlite3_file*) { return SQLITE_IOCAP_POWERSAFE_OVERWRITE; }

int map_index(sqlite3_file* base, int region, int size, int extend, void volatile** out) {
  auto& handle = handle_of(base);
  const std::lock_guard lock(handle.disk->mutex());
  *out = nullptr;
  if (!handle.disk->has_power()) return SQLITE_IOERR_SHMMAP;
  auto& regions = handle.disk->indexes()[*handle.name].regions;
  const auto wanted = static_cast<std::size_t>(region);
  while (extend != 0 && regions.size() <= wanted)
    regions.push_back(std::make_unique<char[]>(static_cast<std::size_t>(size)));
  if (regions.size() > wanted) *out = regions[wanted].get();
  handle.uses_index = true;
  return SQLITE_OK;
}

int lock_index(sqlite3_file* base, int offset, int count, int flags) {
  auto& handle = handle_of(base);
  const std::lock_guard lock(handle.disk->mutex());
  auto& index = handle.disk->indexes()[*handle.name];
  for (int i = offset; i < offset + count; ++i) {
    if ((flags & SQLITE_SHM_LOCK) == 0) continue;
    if (index.exclusive[i] || ((flags & SQLITE_SHM_EXCLUSIVE) != 0 && index.shared[i] > 0))
      return SQLITE_BUSY;
  }
  const bool locks = (flags & SQLITE_SHM_LOCK) != 0;
  for (int i = offset; i < offset + count; ++i) {
    if ((flags & SQLITE_SHM_EXCLUSIVE) != 0) {
      index.exclusive[i] = locks;
    } else {
      index.shared[i] += locks ? 1 : -1;
    }
  }
  return SQLITE_OK;
}

void index_barrier(sqlite3_file*) { std::atomic_thread_fence(std::memory_order_seq_cst); }

int unmap_index(sqlite3_file* base, int deletes) {
  auto& handle = handle_of(base);
  const std::lock_guard lock(handle.disk->mutex());
  if (deletes != 0) handle.disk->indexes().erase(*handle.name);
  return SQLITE_OK;
}

constexpr sqlite3_io_methods kMethods{.iVersion = 2,
                                      .xClose = close_file,
                                      .xRead = read_file,
                                      .xWrite = write_file,
                                      .xTruncate = truncate_file,
                                      .xSync = sync_file,
                                      .xFileSize = size_of_file,
                                      .xLock = lock_file,
                                      .xUnlock = unlock_to,
                                      .xCheckReservedLock = is_reserved,
                                      .xFileControl = control_file,
                                      .xSectorSize = sector_size,
                                      .xDeviceCharacteristics = characteristics,
                                      .xShmMap = map_index,
                                      .xShmLock = lock_index,
                                      .xShmBarrier = index_barrier,
                                      .xShmUnmap = unmap_index,
                                      .xFetch = nullptr,
                                      .xUnfetch = nullptr};

PowerLossVfs& disk_of(sqlite3_vfs* vfs) { return *static_cast<PowerLossVfs*>(vfs->pAppData); }

int open_file(sqlite3_vfs* vfs, sqlite3_filename name, sqlite3_file* base, int flags,
              int* out_flags) {
  auto& disk = disk_of(vfs);
  auto& handle = handle_of(base);
  handle.base.pMethods = nullptr;  // SQLite closes nothing that has none.
  const std::lock_guard lock(disk.mutex());
  if (!disk.has_power()) return SQLITE_CANTOPEN;
  auto file = std::make_shared<PowerLossVfs::File>();  // A temporary one has no name.
  if (name != nullptr) {
    auto& named = disk.files()[name];
    if (named == nullptr || named->is_deleted) {
      if ((flags & SQLITE_OPEN_CREATE) == 0) return SQLITE_CANTOPEN;
      named = file;
    }
    file = named;
  }
  handle = {
      {&kMethods}, &disk, new std::shared_ptr(file), new std::string(name == nullptr ? "" : name),
      0,           false};
  if (out_flags != nullptr) *out_flags = flags;
  return SQLITE_OK;
}

int delete_file(sqlite3_vfs* vfs, const char* name, int syncs_folder) {
  auto& disk = disk_of(vfs);
  const std::lock_guard lock(disk.mutex());
  if (!disk.change()) return SQLITE_IOERR_DELETE;
  const auto found = disk.files().find(name);
  if (found == disk.files().end() || found->second->is_deleted) return SQLITE_IOERR_DELETE_NOENT;
  if (syncs_folder != 0) {
    disk.files().erase(found);
  } else {
    found->second->is_deleted = true;
  }
  return SQLITE_OK;
}

int access_file(sqlite3_vfs* vfs, const char* name, int, int* there) {
  auto& disk = disk_of(vfs);
  const std::lock_guard lock(disk.mutex());
  const auto found = disk.files().find(name);
  *there =
      found != disk.files().end() && found->second != nullptr && !found->second->is_deleted ? 1 : 0;
  return SQLITE_OK;
}

int full_name(sqlite3_vfs*, const char* name, int size, char* out) {
  sqlite3_snprintf(size, out, "%s", name);
  return SQLITE_OK;
}

}  // namespace

PowerLossVfs::PowerLossVfs(std::string name) : name_(std::move(name)) {
  vfs_ = *sqlite3_vfs_find(nullptr);  // Time, sleep and random bytes are the system's.
  vfs_.zName = name_.c_str();
  vfs_.pNext = nullptr;
  vfs_.pAppData = this;
  vfs_.szOsFile = sizeof(Handle);
  vfs_.xOpen = open_file;
  vfs_.xDelete = delete_file;
  vfs_.xAccess = access_file;
  vfs_.xFullPathname = full_name;
  if (sqlite3_vfs_register(&vfs_, 0) != SQLITE_OK)
    throw std::runtime_error("cannot register the VFS");
}

PowerLossVfs::~PowerLossVfs() { sqlite3_vfs_unregister(&vfs_); }

std::uint64_t PowerLossVfs::operations() const {
  const std::lock_guard lock(mutex_);
  return operations_;
}

void PowerLossVfs::cut_after(std::uint64_t operations) {
  const std::lock_guard lock(mutex_);
  cut_at_ = operations_ + operations;
}

bool PowerLossVfs::change() {
  has_power_ = has_power_ && operations_ < cut_at_;
  operations_ += has_power_ ? 1 : 0;
  return has_power_;
}

void PowerLossVfs::fail_sync_after(std::uint64_t syncs) {
  const std::lock_guard lock(mutex_);
  syncs_until_failure_ = syncs;
}

bool PowerLossVfs::sync_fails() {
  if (syncs_until_failure_ == UINT64_MAX) return false;
  return syncs_until_failure_-- == 0;
}

void PowerLossVfs::cut(std::uint64_t seed) {
  const std::lock_guard lock(mutex_);
  std::mt19937_64 random(seed);
  indexes_.clear();
  for (auto at = files_.begin(); at != files_.end();) {
    auto& file = *at->second;
    const bool is_lost = file.is_deleted || !file.is_kept ? random() % 2 == 0 : false;
    survive(file, random);
    at = is_lost ? files_.erase(at) : std::next(at);
  }
  cut_at_ = UINT64_MAX;
  syncs_until_failure_ = UINT64_MAX;
  has_power_ = true;
}

void PowerLossVfs::format() {
  const std::lock_guard lock(mutex_);
  files_.clear();
  indexes_.clear();
}

void PowerLossVfs::survive(File& file, std::mt19937_64& random) {
  // How much of what was in flight arrived: nothing, some, most, all.
  const std::uint64_t per_cent = std::array<std::uint64_t, 4>{0, 50, 90, 100}[random() % 4];
  const auto arrived = [&] { return random() % 100 < per_cent; };
  for (const auto& change : file.changes) {
    if (change.is_truncation) {
      if (arrived()) make(file.kept, change);
      continue;
    }
    for (std::uint64_t from = 0; from < change.bytes.size();) {
      const auto size =
          std::min(kSector - (change.offset + from) % kSector, change.bytes.size() - from);
      if (arrived())
        write_at(file.kept, change.offset + from,
                 std::string_view(change.bytes).substr(from, size));
      from += size;
    }
  }
  file = File{.seen = file.kept, .kept = file.kept, .is_kept = true};
}

}  // namespace conserje
