#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <vector>

#include "conversation/texts.hpp"
#include "guard/clock.hpp"
#include "guard/local_time.hpp"
#include "pipeline/pipeline.hpp"
#include "store/conversations.hpp"
#include "store/outbox.hpp"
#include "store/reservations.hpp"

namespace conserje {

/// ask: now. later: not yet. complained: never, he did since he reserved. missed: it is too late.
enum class ReviewVerdict : unsigned char { ask, later, complained, missed };

/// Whether a guest who stayed is asked for a review. A person who has his conversation comes first.
/// conversation: the guest's; nullopt: none is known. now: in the house's time zone. Pure.
ReviewVerdict review_verdict(const Reviews& reviews, const Hotel& hotel,
                             const ReservationRow& reservation,
                             const std::optional<ConversationRow>& conversation,
                             const LocalTime& now);

/// What he is asked. Pure.
std::vector<Line> review_request(const Reviews& reviews, const Hotel& hotel,
                                 const ReservationRow& reservation);

inline constexpr std::int64_t kReviewsAtOnce = 100;

/// Asks guests after their stay for a review; table `reservations`, column `review`. Who leaves
/// several rooms on one day is asked once. A crash at any point asks nobody twice, nor do two
/// hosts. Threads: any.
class ReviewRequests {
 public:
  /// All outlive it.
  struct Parts {
    Database& database;
    Outbox& outbox;
    const Pipeline& pipeline;
    const Texts& texts;
    const Clock& clock;
  };
  explicit ReviewRequests(Parts parts) : parts_(parts) {}

  /// Asks those whose time has come, of at most kReviewsAtOnce reservations; how many. Errors:
  /// those of Database.
  Result<std::size_t> ask();

 private:
  Result<bool> see_to(const ReservationRow& reservation, const LocalTime& now);
  OutboxItem request_to(const ReservationRow& reservation,
                        const std::optional<ConversationRow>& conversation) const;

  const Parts parts_;
};

}  // namespace conserje
