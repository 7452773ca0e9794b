#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "store/lane_queue.hpp"

namespace conserje {

/// A file that came with a guest's message.
struct MediaFile {
  std::string tenant{};
  std::string id{};  // media_id(); unique, and safe as a file name.
  std::string channel{};
  std::string account{};
  std::string message_id{};
  std::string media{};  // Media of channel.v1.json, as the plugin gave it.
  WallTime created{};

  bool operator==(const MediaFile&) const = default;
};

/// The id of a message's file, the same whenever it is asked for. position: 0 for the first.
std::string media_id(std::string_view tenant, std::string_view channel, std::string_view message_id,
                     std::size_t position);

enum class MediaState : unsigned char { pending, kept, failed, forgotten };
std::string_view to_string(MediaState state);

struct MediaFileRow {
  MediaFile file{};
  MediaState state = MediaState::pending;
  std::int64_t attempts = 0;
  std::string mime_type{};  // As the provider declared it when it was fetched.
  std::int64_t size_bytes = 0;
  std::string last_error{};

  bool operator==(const MediaFileRow&) const = default;
};

struct LeasedFile {
  Lease lease{};
  MediaFile file{};
};

/// Which files are to be fetched, and what became of them: table `media_files`. Functions that take
/// a Transaction are part of the caller's; the others block, and give the errors of Database.
/// Threads: any.
class MediaFiles {
 public:
  /// database outlives it, and what `wake` touches outlives the database. wake: called after every
  /// commit that added a file.
  explicit MediaFiles(Database& database, Wake wake = {}) : database_(database) {
    if (wake) wake_ = std::make_shared<const Wake>(std::move(wake));
  }

  /// False: it was there before.
  bool add(Transaction& tx, const MediaFile& file);
  /// Leases the next one to be fetched; nullopt: none is due.
  Result<std::optional<LeasedFile>> lease(const std::string& owner, WallTime now, Millis lease_for);
  /// It lies in the folder, whoever fetched it.
  void keep(Transaction& tx, const std::string& id, std::string_view mime_type,
            std::int64_t size_bytes, WallTime now);
  bool retry(Transaction& tx, const Lease& lease, WallTime due, const Error& error);
  /// It cannot be had.
  void fail(Transaction& tx, const Lease& lease, const Error& error);

  Result<std::optional<MediaFileRow>> find(const std::string& id);
  /// Ids of at most `most` files that were kept before `before`, the oldest first.
  Result<std::vector<std::string>> kept_before(WallTime before, int most);
  /// They are not in the folder any more.
  void forget(Transaction& tx, const std::vector<std::string>& ids);

  Result<std::int64_t> release_all(const std::string& owner_prefix, WallTime now);
  Result<std::optional<WallTime>> next_due();

 private:
  Database& database_;
  std::shared_ptr<const Wake> wake_;
  LaneQueue lanes_{"media_files"};
};

}  // namespace conserje
