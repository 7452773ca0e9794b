#include "conversation/reviews.hpp"

#include <chrono>
#include <utility>

#include "conserje/channel_types.hpp"
#include "conserje/date_time.hpp"
#include "conserje/pms_types.hpp"
#include "conversation/writing.hpp"
#include "guard/ids.hpp"
#include "pms/gateway.hpp"

namespace conserje {
namespace {

using Moment = std::chrono::local_time<Millis>;  // Of the house's clock.

Moment moment_of(const LocalTime& local) {
  return std::chrono::local_days(local.date) + local.time_of_day;
}

/// What was agreed; a stay of nights where that cannot be told.
pms::Stay stay_of(const ReservationRow& reservation) {
  auto made = decode<pms::Reservation>(std::string_view(reservation.data));
  return made ? std::move(made->stay) : pms::Stay{};
}

/// When its guest leaves: a table when its time is over, a room at the check-out.
std::optional<Moment> end_of(const ReservationRow& reservation, const Hotel& hotel) {
  const auto stay = stay_of(reservation);
  if (is_table(stay))
    if (const auto from = parse_date_time(stay.date_time))
      return *from + std::chrono::minutes(stay.duration_minutes);
  const auto last_day = parse_date(reservation.last_day);
  if (!last_day) return std::nullopt;
  return moment_of({*last_day, hotel.check_out});
}

std::string day_before(const LocalTime& now, Millis span) {
  const auto day = std::chrono::floor<std::chrono::days>(moment_of(now) - span);
  return format_date(Date(day));
}

/// channel, account and address of a lane.
channel::SendRequest request_by_lane(const std::string& lane) {
  const auto account = lane.find('|');
  const auto address = lane.find('|', account + 1);
  return {.account = lane.substr(account + 1, address - account - 1),
          .recipient = lane.substr(address + 1)};
}

/// What `reservations.review` says of it.
std::string_view word_of(ReviewVerdict verdict) {
  switch (verdict) {
    case ReviewVerdict::ask: return "asked";
    case ReviewVerdict::complained: return "complained";
    case ReviewVerdict::missed: return "missed";
    case ReviewVerdict::later: break;
  }
  return "";
}

bool complained(const ReservationRow& reservation, const ConversationRow& conversation) {
  return conversation.complained && *conversation.complained >= reservation.created;
}

}  // namespace

ReviewVerdict review_verdict(const Reviews& reviews, const Hotel& hotel,
                             const ReservationRow& reservation,
                             const std::optional<ConversationRow>& conversation,
                             const LocalTime& now) {
  if (conversation && complained(reservation, *conversation)) return ReviewVerdict::complained;
  const auto end = end_of(reservation, hotel);
  if (!end) return ReviewVerdict::missed;
  const auto due = *end + reviews.after;
  if (moment_of(now) >= due + reviews.within) return ReviewVerdict::missed;
  if (moment_of(now) < due || (conversation && conversation->handoff)) return ReviewVerdict::later;
  return ReviewVerdict::ask;
}

std::vector<Line> review_request(const Reviews& reviews, const Hotel& hotel,
                                 const ReservationRow& reservation) {
  const auto* key = is_table(stay_of(reservation)) ? "table.review.ask" : "review.ask";
  std::vector<Line> lines = {Line{key, {{"hotel", hotel.name}}}};
  for (const auto& [name, link] : reviews.links)
    lines.push_back(Line{"review.link", {{"name", name}, {"link", link}}});
  return lines;
}

Result<std::size_t> ReviewRequests::ask() {
  const auto& pipeline = parts_.pipeline;
  if (!pipeline.reviews) return std::size_t{0};
  const auto now = local_time(parts_.clock.now(), pipeline.time_zone);
  const auto& reviews = *pipeline.reviews;
  constexpr std::chrono::days kDay{1};
  const auto found =
      Reservations(parts_.database)
          .to_review(pipeline.tenant, day_before(now, reviews.after + reviews.within + kDay),
                     day_before(now, reviews.after), kReviewsAtOnce);
  if (!found) return found.error();
  std::size_t asked = 0;
  for (const auto& reservation : *found) {
    const auto seen_to = see_to(reservation, now);
    if (!seen_to) return seen_to.error();
    if (*seen_to) ++asked;
  }
  return asked;
}

/// True: he is asked.
Result<bool> ReviewRequests::see_to(const ReservationRow& reservation, const LocalTime& now) {
  const auto conversation =
      Conversations(parts_.database).of_guest(reservation.tenant, reservation.lane);
  if (!conversation) return conversation.error();
  const auto verdict = review_verdict(*parts_.pipeline.reviews, parts_.pipeline.hotel, reservation,
                                      *conversation, now);
  if (verdict == ReviewVerdict::later) return false;
  const bool asks = verdict == ReviewVerdict::ask;
  const auto item = asks ? request_to(reservation, *conversation) : OutboxItem{};
  return parts_.database.transact([&](Transaction& tx) {
    const bool is_first =
        Reservations::set_review(tx, reservation.tenant, reservation.reference, word_of(verdict));
    return asks && is_first && parts_.outbox.add(tx, item);
  });
}

/// Through the channel on which he reserved, or the one that writes for it.
OutboxItem ReviewRequests::request_to(const ReservationRow& reservation,
                                      const std::optional<ConversationRow>& conversation) const {
  const auto& pipeline = parts_.pipeline;
  const auto now = parts_.clock.now();
  auto request = request_by_lane(reservation.lane);
  if (conversation) {
    request.recipient = conversation->address;
    request.thread_id = conversation->thread_id;
    request.subject = conversation->subject;
    request.language = conversation->language;
  }
  if (request.language.empty()) request.language = pipeline.languages.front();
  const auto lines = review_request(*pipeline.reviews, pipeline.hotel, reservation);
  request.text = parts_.texts.render(request.language, lines);
  request.reference =
      derived_id("v_", {reservation.tenant, reservation.lane, reservation.last_day});

  std::string channel = reservation.lane.substr(0, reservation.lane.find('|'));
  if (const auto* flow = flow_of(pipeline, channel))
    if (const auto* writing = writing_channel(pipeline, *flow, channel, request.recipient)) {
      channel = *writing;
      request.account.clear();
      request.thread_id.clear();
      request.subject.clear();
    }
  return {.tenant = reservation.tenant,
          .kind = OutboxKind::reply,
          .target = channel,
          .lane = channel + "|" + request.account + "|" + request.recipient,
          .payload = encode(request),
          .reference = request.reference,
          .correlation_id = request.reference,
          .created = now,
          .expires = now + pipeline.reviews->within};
}

}  // namespace conserje
