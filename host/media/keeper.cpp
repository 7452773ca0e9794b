#include "media/keeper.hpp"

#include <chrono>
#include <utility>

#include "guard/backoff.hpp"
#include "ops/metric_names.hpp"

namespace conserje {
namespace {

using namespace std::chrono_literals;

/// A lease outlives the longest call of a plugin, and the write behind it.
constexpr Millis kLease = 11min;
/// Providers keep files for minutes to weeks; a wrong token is mended within a day.
const RetrySchedule kSchedule{5s, 30s, 2min, 10min, 1h, 6h, 24h};

bool may_succeed_later(ErrorClass error_class) {
  switch (error_class) {
    case ErrorClass::retry:
    case ErrorClass::deadline:
    case ErrorClass::cancelled:
    case ErrorClass::auth:
    case ErrorClass::config: return true;
    case ErrorClass::permanent:
    case ErrorClass::bug: return false;
  }
  return false;
}

}  // namespace

std::vector<MediaFile> files_of(const std::string& tenant, const std::string& channel,
                                const channel::UnifiedMessage& message, WallTime now) {
  std::vector<MediaFile> files;
  const auto add = [&](const channel::Media& media) {
    if (media.reference.empty() && media.url.empty()) return;
    files.push_back({.tenant = tenant,
                     .id = media_id(tenant, channel, message.id, files.size()),
                     .channel = channel,
                     .account = message.account,
                     .message_id = message.id,
                     .media = encode(media),
                     .created = now});
  };
  if (message.media) add(*message.media);
  for (const auto& media : message.more_media) add(media);
  return files;
}

Result<bool> MediaKeeper::step() {
  const auto leased = parts_.files.lease(parts_.owner, parts_.clock.now(), kLease);
  if (!leased) return leased.error();
  if (!*leased) return false;
  const auto& file = (*leased)->file;
  const auto fetched = fetch(file);
  const auto kept = fetched ? keep(file, *fetched) : Status(fetched.error());
  parts_.metrics.counter(metric::kMediaFetched, {file.channel, kept ? "kept" : "failed"}).add();
  if (kept) return true;
  if (const auto noted = give_up_or_retry(**leased, kept.error()); !noted) return noted.error();
  return true;
}

Result<Fetched> MediaKeeper::get(const MediaFile& file) {
  const auto row = parts_.files.find(file.id);
  if (!row) return row.error();
  if (*row && (*row)->state == MediaState::kept)
    if (auto bytes = parts_.folder.read(file.id))
      return Fetched{.mime_type = (*row)->mime_type, .bytes = *std::move(bytes)};
  auto fetched = fetch(file);
  if (!fetched) return fetched;
  if (const auto kept = keep(file, *fetched); !kept) return kept.error();
  return fetched;
}

Result<Fetched> MediaKeeper::fetch(const MediaFile& file) {
  auto media = decode<channel::Media>(std::string_view(file.media));
  if (!media) return media.error();
  const auto most = static_cast<std::int64_t>(parts_.limits.max_bytes);
  const Error too_large{ErrorClass::permanent, "the file is larger than limits.media.max_bytes (" +
                                                   std::to_string(most) + ")"};
  if (media->size > most) return too_large;
  auto fetched = parts_.fetch(file.channel, {.media = *std::move(media),
                                             .account = file.account,
                                             .message_id = file.message_id,
                                             .max_bytes = most});
  if (fetched && fetched->bytes.size() > parts_.limits.max_bytes) return too_large;
  return fetched;
}

Status MediaKeeper::keep(const MediaFile& file, const Fetched& fetched) {
  if (const auto written = parts_.folder.write(file.id, fetched.bytes); !written) return written;
  return parts_.database.transact([&](Transaction& tx) {
    parts_.files.add(tx, file);
    parts_.files.keep(tx, file.id, fetched.mime_type,
                      static_cast<std::int64_t>(fetched.bytes.size()), parts_.clock.now());
  });
}

Status MediaKeeper::give_up_or_retry(const LeasedFile& leased, const Error& error) {
  const auto wait =
      next_wait(kSchedule, leased.lease.attempt, parts_.random.unit(), error.retry_after);
  const bool again = wait && may_succeed_later(error.error_class);
  parts_.log.warn(
      again ? "a guest's file will be fetched later" : "a guest's file cannot be fetched",
      {{"channel", leased.file.channel},
       {"file", leased.file.id},
       {"attempt", leased.lease.attempt},
       {"error", error.message}});
  return parts_.database.transact([&](Transaction& tx) {
    if (again)
      parts_.files.retry(tx, leased.lease, parts_.clock.now() + *wait, error);
    else
      parts_.files.fail(tx, leased.lease, error);
  });
}

Result<std::size_t> MediaKeeper::forget_old() {
  const auto before =
      parts_.clock.now() - std::chrono::hours(24) * static_cast<int>(parts_.limits.keep_days);
  const auto old = parts_.files.kept_before(before, kForgottenAtOnce);
  if (!old) return old.error();
  for (const auto& id : *old) parts_.folder.remove(id);  // First: a row without a file is harmless.
  if (old->empty()) return 0U;
  const auto forgotten =
      parts_.database.transact([&](Transaction& tx) { parts_.files.forget(tx, *old); });
  if (!forgotten) return forgotten.error();
  return old->size();
}

}  // namespace conserje
