#include "intake.hpp"

#include <algorithm>
#include <chrono>
#include <iterator>
#include <utility>

namespace conserje::gmail {
namespace {

using namespace std::chrono_literals;

constexpr auto kStoreTimeout = 10s;

Thread thread_of(const Mail& mail, const Stored& stored) {
  auto references = mail.references;
  if (references.empty() && !mail.in_reply_to.empty()) references = {mail.in_reply_to};
  return {.thread_id = stored.thread_id,
          .message_id = mail.message_id,
          .references = std::move(references),
          .subject = mail.subject,
          .answer_to = mail.reply_to.address == mail.from.address ? "" : mail.reply_to.address,
          .at_ms = stored.at_ms};
}

/// A mailbox that knows no threads: the mail that began this one.
std::string conversation_of(const Mail& mail) {
  if (!mail.references.empty()) return mail.references.front();
  return mail.in_reply_to.empty() ? mail.message_id : mail.in_reply_to;
}

}  // namespace

Intake::Intake(Host host, const Config& config) : host_(host), config_(config), threads_(host) {}

channel::EmitRequest Intake::read(const std::vector<RawMail>& mails) {
  const Mailbox mailbox{.address = config_.mailbox, .authserv_id = config_.authserv_id};
  channel::EmitRequest all;
  for (const auto& raw : mails) {
    const auto mail = read_mail(raw.bytes);
    auto stored = raw.stored;
    if (stored.thread_id.empty()) stored.thread_id = conversation_of(mail);
    auto events = to_events(mail, stored, mailbox);
    if (!events.messages.front().automated)
      threads_.remember(events.messages.front().sender_id, thread_of(mail, stored));
    std::ranges::move(events.messages, std::back_inserter(all.messages));
    std::ranges::move(events.statuses, std::back_inserter(all.statuses));
  }
  return all;
}

Status Intake::store(const std::vector<RawMail>& mails) {
  if (mails.empty()) return Done{};
  const auto stored = host_.emit(read(mails), kStoreTimeout);
  if (!stored) return stored.error();
  return Done{};
}

}  // namespace conserje::gmail
