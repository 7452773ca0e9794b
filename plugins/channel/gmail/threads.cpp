#include "threads.hpp"

#include <algorithm>

#include "base64.hpp"

namespace conserje::gmail {
namespace {

constexpr std::string_view kPrefix = "guest/";
constexpr std::int64_t kDayMs = 86'400'000;

Result<std::string> key_of(const Host& host, const std::string& guest) {
  const auto digest = host.digest(Digest::sha256, guest);
  if (!digest) return digest.error();
  return std::string(kPrefix) + to_base64url(*digest);
}

Json to_json(const Thread& thread) {
  return {{"thread_id", thread.thread_id},   {"message_id", thread.message_id},
          {"references", thread.references}, {"subject", thread.subject},
          {"answer_to", thread.answer_to},   {"at_ms", thread.at_ms}};
}

void read(const Json& json, Thread& thread) {
  expect_object(json, "thread");
  read_member(json, "thread_id", thread.thread_id);
  read_member(json, "message_id", thread.message_id);
  read_member(json, "references", thread.references);
  read_member(json, "subject", thread.subject);
  read_member(json, "answer_to", thread.answer_to);
  read_member(json, "at_ms", thread.at_ms);
}

struct Stored {
  std::vector<Thread> threads{};  // Newest first.
};
void read(const Json& json, Stored& stored) {
  expect_object(json, "threads");
  const auto list = json.find("threads");
  if (list == json.end() || !list->is_array()) return;
  for (const auto& item : *list) read(item, stored.threads.emplace_back());
}

/// Nothing that can be read: nothing that is known.
std::vector<Thread> threads_at(const Host& host, const std::string& key) {
  const auto entry = host.kv_get(key);
  if (!entry || !*entry) return {};
  const auto stored = decode<Stored>(std::string_view((*entry)->value));
  return stored ? stored->threads : std::vector<Thread>();
}

void shorten(std::vector<std::string>& references) {
  if (references.size() <= Threads::kMaxReferences) return;
  const auto surplus = static_cast<std::ptrdiff_t>(references.size() - Threads::kMaxReferences);
  references.erase(references.begin() + 1, references.begin() + 1 + surplus);
}

}  // namespace

void Threads::remember(const std::string& guest, Thread thread) {
  shorten(thread.references);
  const auto key = key_of(host_, guest);
  Status stored = key ? Status(Done{}) : Status(key.error());
  if (key) {
    auto threads = threads_at(host_, *key);
    std::erase_if(threads, [&](const Thread& old) { return old.thread_id == thread.thread_id; });
    threads.insert(threads.begin(), std::move(thread));
    if (threads.size() > kKept) threads.resize(kKept);
    Json json = {{"threads", Json::array()}};
    for (const auto& one : threads) json["threads"].push_back(to_json(one));
    const auto put = host_.kv_put(*key, json.dump(-1, ' ', false, Json::error_handler_t::replace));
    if (!put) stored = put.error();
  }
  if (!stored) host_.warn("a thread is not remembered", {{"error", stored.error().message}});
}

std::optional<Thread> Threads::find(const std::string& guest, const std::string& thread_id) const {
  const auto key = key_of(host_, guest);
  if (!key) return std::nullopt;
  const auto threads = threads_at(host_, *key);
  if (threads.empty()) return std::nullopt;
  const auto found =
      std::ranges::find_if(threads, [&](const Thread& t) { return t.thread_id == thread_id; });
  return found == threads.end() ? threads.front() : *found;
}

void Threads::prune() {
  const auto keys = host_.kv_list(kPrefix);
  if (!keys) return;
  const auto oldest = host_.now_ms() - kKeptDays * kDayMs;
  for (const auto& key : *keys) {
    const auto threads = threads_at(host_, key);
    if (!threads.empty() && threads.front().at_ms >= oldest) continue;
    if (const auto removed = host_.kv_remove(key); !removed) return;
  }
}

}  // namespace conserje::gmail
