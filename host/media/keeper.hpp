#pragma once

#include <functional>
#include <string>
#include <vector>

#include "conserje/channel_types.hpp"
#include "guard/clock.hpp"
#include "guard/random.hpp"
#include "media/folder.hpp"
#include "ops/log.hpp"
#include "ops/metrics.hpp"
#include "pipeline/pipeline.hpp"
#include "store/media_files.hpp"

namespace conserje {

/// The files of one message, as rows of `media_files`. Only what its channel can fetch: with a
/// reference or an address. Pure.
std::vector<MediaFile> files_of(const std::string& tenant, const std::string& channel,
                                const channel::UnifiedMessage& message, WallTime now);

/// A file as a channel plugin fetched it.
struct Fetched {
  std::string mime_type{};  // As the provider declares it; nobody has looked.
  std::string bytes{};
};

/// Fetches what guests send as files from their channels' providers, who keep it for minutes or
/// days, into the folder beside the store, and removes it after its time. A crash at any point
/// fetches again. Threads: several may call step() at once.
class MediaKeeper {
 public:
  /// What a MediaKeeper works with; all of it outlives it.
  struct Parts {
    Database& database;
    MediaFiles& files;
    MediaFolder folder;
    MediaLimits limits;
    /// Asks the channel plugin. Errors: the plugin's; permanent, where it can fetch nothing.
    std::function<Result<Fetched>(const std::string& channel, const channel::FetchMediaRequest&)>
        fetch;
    const Clock& clock;
    Random& random;
    Metrics& metrics;
    Log& log;
    std::string owner;  // Of the leases; unique to this host.
  };

  explicit MediaKeeper(Parts parts) : parts_(std::move(parts)) {}

  /// Fetches one file; false: none is due. Errors: those of the store; the file stays due.
  Result<bool> step();

  /// A file now, fetched where it is not kept yet. For what a message says aloud. Errors: those of
  /// fetching, of the folder and of the store.
  Result<Fetched> get(const MediaFile& file);

  /// Removes files that were kept for their time, at most kForgottenAtOnce; how many. Errors: those
  /// of the store.
  Result<std::size_t> forget_old();

  static constexpr int kForgottenAtOnce = 500;

 private:
  Result<Fetched> fetch(const MediaFile& file);
  Status keep(const MediaFile& file, const Fetched& fetched);
  Status give_up_or_retry(const LeasedFile& leased, const Error& error);

  Parts parts_;
};

}  // namespace conserje
