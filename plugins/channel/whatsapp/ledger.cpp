#include "ledger.hpp"

#include <algorithm>
#include <charconv>

namespace conserje::whatsapp {
namespace {

constexpr std::string_view kPartMark = "/part:";

}  // namespace

std::string callback_data(const Part& part, std::size_t parts) {
  if (part.reference.empty() || part.number + 1 >= parts) return part.reference;
  return part.reference + std::string(kPartMark) + std::to_string(part.number);
}

CallbackData read_callback_data(std::string_view text) {
  const auto mark = text.rfind(kPartMark);
  if (mark == std::string_view::npos) return {.reference = std::string(text)};
  const auto digits = text.substr(mark + kPartMark.size());
  std::size_t number = 0;
  const auto [end, error] = std::from_chars(digits.data(), digits.data() + digits.size(), number);
  if (error != std::errc() || end != digits.data() + digits.size())
    return {.reference = std::string(text)};
  return {.reference = std::string(text.substr(0, mark)), .number = number};
}

void Ledger::accepted(const Part& part, const std::string& message_id, std::int64_t now_ms) {
  const std::lock_guard lock(mutex_);
  if (!first_unheard_ms_)
    first_unheard_ms_ = now_ms;
  else if (!second_unheard_ms_)
    second_unheard_ms_ = now_ms;
  if (part.reference.empty()) return;
  auto& sending = of(part.reference);
  if (sending.failed_ids.contains(message_id)) return;  // Its status was faster than the answer.
  sending.has_failed = false;
  sending.ids.insert_or_assign(part.number, message_id);
}

void Ledger::restore(const Part& part, const std::string& message_id) {
  const std::lock_guard lock(mutex_);
  auto& sending = of(part.reference);
  if (!message_id.empty() && !sending.has_failed) sending.ids.try_emplace(part.number, message_id);
}

void Ledger::heard(const channel::DeliveryStatus& status, const CallbackData& data) {
  if (data.reference.empty()) return;
  const std::lock_guard lock(mutex_);
  auto& sending = of(data.reference);
  if (status.status == "failed") {
    const auto is_it = [&](const auto& part) { return part.second == status.message_id; };
    if (sending.failed_ids.size() < kMostFailed) sending.failed_ids.insert(status.message_id);
    if (!sending.ids.empty() && std::ranges::none_of(sending.ids, is_it)) return;  // Of before.
    sending.ids.clear();
    sending.has_failed = true;
  } else if (!sending.has_failed && !sending.failed_ids.contains(status.message_id)) {
    sending.ids.try_emplace(data.number.value_or(kLast), status.message_id);
  }
}

Ledger::Sending& Ledger::of(const std::string& reference) {
  if (sendings_.find(reference) == nullptr) sendings_.put(reference, {});
  return *sendings_.find(reference);
}

void Ledger::heard() {
  const std::lock_guard lock(mutex_);
  first_unheard_ms_.reset();
  second_unheard_ms_.reset();
}

std::optional<std::string> Ledger::id_of(const Part& part, std::size_t parts) const {
  const std::lock_guard lock(mutex_);
  const auto* sending = sendings_.find(part.reference);
  if (part.reference.empty() || sending == nullptr) return std::nullopt;
  auto found = sending->ids.find(part.number);
  if (found == sending->ids.end() && part.number + 1 == parts) found = sending->ids.find(kLast);
  if (found == sending->ids.end()) return std::nullopt;
  return found->second;
}

bool Ledger::is_unheard(std::int64_t now_ms, std::int64_t patience_ms) const {
  const std::lock_guard lock(mutex_);
  return second_unheard_ms_ && now_ms - *second_unheard_ms_ > patience_ms;
}

}  // namespace conserje::whatsapp
