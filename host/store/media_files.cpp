#include "store/media_files.hpp"

#include <array>

#include "guard/ids.hpp"
#include "store/words.hpp"

namespace conserje {
namespace {

constexpr std::array kStates{MediaState::pending, MediaState::kept, MediaState::failed,
                             MediaState::forgotten};

constexpr auto kAdd = R"sql(
    INSERT INTO media_files (tenant, lane, channel, account, message_id, media, created_ms)
    VALUES ($1, $2, $3, $4, $5, $6, $7)
    ON CONFLICT (lane) DO NOTHING)sql";

constexpr auto kFindBySeq = "SELECT * FROM media_files WHERE seq = $1";
constexpr auto kFind = "SELECT * FROM media_files WHERE lane = $1";

constexpr auto kKeep = R"sql(
    UPDATE media_files SET state = 'kept', due_ms = NULL, mime_type = $1, size_bytes = $2,
                           kept_ms = $3, last_error = ''
    WHERE lane = $4 AND state <> 'forgotten')sql";

constexpr auto kFail = R"sql(
    UPDATE media_files SET state = 'failed', due_ms = NULL, last_error = $1
    WHERE seq = $2 AND lease_owner = $3 AND attempts = $4 AND due_ms IS NOT NULL)sql";

constexpr auto kKeptBefore = R"sql(
    SELECT lane FROM media_files WHERE state = 'kept' AND kept_ms < $1
    ORDER BY kept_ms, seq LIMIT $2)sql";

constexpr auto kForget = "UPDATE media_files SET state = 'forgotten' WHERE lane = $1";

MediaFile file_of(const Row& row) {
  return {.tenant = row.text("tenant"),
          .id = row.text("lane"),
          .channel = row.text("channel"),
          .account = row.text("account"),
          .message_id = row.text("message_id"),
          .media = row.text("media"),
          .created = row.time("created_ms")};
}

}  // namespace

std::string media_id(std::string_view tenant, std::string_view channel, std::string_view message_id,
                     std::size_t position) {
  return derived_id("m_", {tenant, channel, message_id, std::to_string(position)});
}

std::string_view to_string(MediaState state) {
  switch (state) {
    case MediaState::pending: return "pending";
    case MediaState::kept: return "kept";
    case MediaState::failed: return "failed";
    case MediaState::forgotten: return "forgotten";
  }
  return "";
}

bool MediaFiles::add(Transaction& tx, const MediaFile& file) {
  const bool added = tx.execute(kAdd, file.tenant, file.id, file.channel, file.account,
                                file.message_id, file.media, file.created) == 1;
  if (added) tx.after_commit(wake_);
  return added;
}

Result<std::optional<LeasedFile>> MediaFiles::lease(const std::string& owner, WallTime now,
                                                    Millis lease_for) {
  const auto look = [&](Transaction& tx) -> std::optional<LeasedFile> {
    auto lease = lanes_.lease(tx, owner, now, lease_for);
    if (!lease) return std::nullopt;
    const auto rows = tx.query(kFindBySeq, lease->seq);
    return LeasedFile{*std::move(lease), file_of(rows.front())};
  };
  return database_.transact(look, Survives::crash);  // After power loss there are no leases.
}

void MediaFiles::keep(Transaction& tx, const std::string& id, std::string_view mime_type,
                      std::int64_t size_bytes, WallTime now) {
  tx.execute(kKeep, mime_type, size_bytes, now, id);
}

bool MediaFiles::retry(Transaction& tx, const Lease& lease, WallTime due, const Error& error) {
  return lanes_.retry(tx, lease, due, error.message);
}

void MediaFiles::fail(Transaction& tx, const Lease& lease, const Error& error) {
  tx.execute(kFail, error.message, lease.seq, lease.owner, lease.attempt);
}

Result<std::optional<MediaFileRow>> MediaFiles::find(const std::string& id) {
  return database_.read([&](Transaction& tx) -> std::optional<MediaFileRow> {
    const auto rows = tx.query(kFind, id);
    if (rows.empty()) return std::nullopt;
    const auto row = rows.front();
    return MediaFileRow{.file = file_of(row),
                        .state = from_word(row.text("state"), kStates),
                        .attempts = row.integer("attempts"),
                        .mime_type = row.text("mime_type"),
                        .size_bytes = row.integer("size_bytes"),
                        .last_error = row.text("last_error")};
  });
}

Result<std::vector<std::string>> MediaFiles::kept_before(WallTime before, int most) {
  return database_.read([&](Transaction& tx) {
    std::vector<std::string> ids;
    for (const auto row : tx.query(kKeptBefore, before, most)) ids.push_back(row.text("lane"));
    return ids;
  });
}

void MediaFiles::forget(Transaction& tx, const std::vector<std::string>& ids) {
  for (const auto& id : ids) tx.execute(kForget, id);
}

Result<std::int64_t> MediaFiles::release_all(const std::string& owner_prefix, WallTime now) {
  return database_.transact(
      [&](Transaction& tx) { return lanes_.release_all(tx, owner_prefix, now); });
}

Result<std::optional<WallTime>> MediaFiles::next_due() {
  return database_.read([&](Transaction& tx) { return lanes_.next_due(tx); });
}

}  // namespace conserje
