#include "memory.hpp"

#include <charconv>
#include <utility>

#include "conserje/text.hpp"

namespace conserje::waha {
namespace {

constexpr std::size_t kMostUnheard = 100;

std::string key_of(std::string_view reference, std::size_t part) {
  return std::string(reference) + "/" + std::to_string(part);
}

/// 2 for "2", "2." and "2)"; 0 for anything else.
std::size_t line_number(std::string_view text) {
  if (text.ends_with('.') || text.ends_with(')')) text.remove_suffix(1);
  std::size_t number = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  return error == std::errc() && end == text.data() + text.size() ? number : 0;
}

}  // namespace

void AddressBook::learn(const std::string& number, const std::string& hidden) {
  const std::lock_guard lock(mutex_);
  numbers_.put(hidden, number);
}

std::string AddressBook::number_of(std::string_view hidden) const {
  const std::lock_guard lock(mutex_);
  const auto* number = numbers_.find(hidden);
  return number == nullptr ? std::string() : *number;
}

void AddressBook::reached(const std::string& address, const std::string& chat) {
  const std::lock_guard lock(mutex_);
  chats_.put(address, chat);
}

std::string AddressBook::chat_of(std::string_view address) const {
  const std::lock_guard lock(mutex_);
  const auto* chat = chats_.find(address);
  return chat == nullptr ? std::string() : *chat;
}

void Offers::put_lines(const std::string& address, std::vector<Option> options) {
  const std::lock_guard lock(mutex_);
  if (options.empty())
    lines_.erase(address);
  else
    lines_.put(address, std::move(options));
}

bool Offers::has_lines(std::string_view address) const {
  const std::lock_guard lock(mutex_);
  return lines_.find(address) != nullptr;
}

void Offers::put_poll(const std::string& poll_id, std::vector<Option> options) {
  const std::lock_guard lock(mutex_);
  polls_.put(poll_id, std::move(options));
}

std::optional<channel::Choice> Offers::line(std::string_view address,
                                            std::string_view words) const {
  const std::lock_guard lock(mutex_);
  const auto* options = lines_.find(address);
  if (options == nullptr) return std::nullopt;
  const auto said = text::trimmed(words);
  const auto number = line_number(said);
  if (number >= 1 && number <= options->size()) return (*options)[number - 1].choice;
  for (const auto& [label, choice] : *options)
    if (said == choice.title) return choice;
  return std::nullopt;
}

std::optional<channel::Choice> Offers::vote(std::string_view poll_id,
                                            std::string_view label) const {
  const std::lock_guard lock(mutex_);
  const auto* options = polls_.find(poll_id);
  if (options == nullptr) return std::nullopt;
  for (const auto& option : *options)
    if (option.label == label) return option.choice;
  return std::nullopt;
}

void Ledger::sent(const std::string& id, Sending sending) {
  const std::lock_guard lock(mutex_);
  if (const auto* known = sendings_.find(id); known != nullptr && known->is_acked)
    sending.is_acked = true;
  if (sending.is_sure) ids_.put(key_of(sending.reference, sending.part), id);
  sendings_.put(id, std::move(sending));
}

std::optional<std::string> Ledger::id_of(std::string_view reference, std::size_t part) const {
  const std::lock_guard lock(mutex_);
  const auto* id = ids_.find(key_of(reference, part));
  return id == nullptr ? std::nullopt : std::optional(*id);
}

std::string Ledger::reference_of(std::string_view id, std::string_view status) const {
  const std::lock_guard lock(mutex_);
  const auto* sending = sendings_.find(id);
  if (sending == nullptr) return {};
  const bool is_of_whole = sending->part + 1 >= sending->parts || status == "failed";
  return is_of_whole ? sending->reference : std::string();
}

std::size_t Ledger::parts_of(std::string_view reference) const {
  const std::lock_guard lock(mutex_);
  const auto* id = ids_.find(key_of(reference, 0));
  const auto* sending = id == nullptr ? nullptr : sendings_.find(*id);
  return sending == nullptr ? 0 : sending->parts;
}

void Ledger::heard(std::string_view id) {
  const std::lock_guard lock(mutex_);
  if (sendings_.find(id) == nullptr)  // Faster than the answer to the send.
    sendings_.put(std::string(id), {.is_sure = false});
  settle(id);
  unheard_.clear();
  silent_ = 0;
  has_heard_ = true;
}

void Ledger::found(std::string_view id) {
  const std::lock_guard lock(mutex_);
  settle(id);
  unheard_.clear();
  ++silent_;
}

void Ledger::missed(std::string_view id) {
  const std::lock_guard lock(mutex_);
  const auto* sending = sendings_.find(id);
  if (sending == nullptr) return;
  if (unheard_.size() < kMostUnheard) unheard_.insert(sending->chat);
  ids_.erase(key_of(sending->reference, sending->part));  // It may be sent again.
  settle(id);
}

void Ledger::settle(std::string_view id) {
  if (auto* sending = sendings_.find(id)) sending->is_acked = true;
}

std::vector<std::pair<std::string, Sending>> Ledger::overdue(std::int64_t before_ms,
                                                             std::size_t most) const {
  const std::lock_guard lock(mutex_);
  std::vector<std::pair<std::string, Sending>> late;
  for (const auto& item : sendings_.items()) {
    const auto& sending = item.second;
    if (late.size() == most) break;
    if (sending.is_sure && !sending.is_acked && sending.at_ms < before_ms) late.push_back(item);
  }
  return late;
}

Pulse Ledger::pulse() const {
  const std::lock_guard lock(mutex_);
  return {.unheard = unheard_.size(), .silent = silent_, .has_heard = has_heard_};
}

void Ledger::forget_pulse() {
  const std::lock_guard lock(mutex_);
  unheard_.clear();
  silent_ = 0;
}

}  // namespace conserje::waha
