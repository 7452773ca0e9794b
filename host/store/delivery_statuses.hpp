#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "conserje/channel_types.hpp"
#include "store/database.hpp"

namespace conserje {

/// What a provider says became of a message that we sent; table `delivery_statuses` until its
/// outbox row is known.
struct DeliveryStatusRow {
  std::string tenant{};
  std::string channel{};      // The plugin that it came through: the outbox row's target.
  std::string provider_id{};  // The provider's id of our message.
  std::string reference{};    // Ours, where the provider returns it; else empty.
  std::string status{};       // sent, delivered, read, played or failed.
  WallTime at{};              // By the provider's clock.
  WallTime received{};        // By ours.
  std::string error_class{};  // With failed; the words of ErrorClass, or kNeedsTemplate.
  std::string error_code{};   // The vendor's own.
  std::string error_text{};

  bool operator==(const DeliveryStatusRow&) const = default;
};

/// The error_class of a failed message that would have gone through as a template.
constexpr std::string_view kNeedsTemplate = "needs_template";

/// What a channel plugin told us at `received`, as a row.
DeliveryStatusRow status_row(std::string_view tenant, std::string_view channel,
                             channel::DeliveryStatus status, WallTime received);

/// The place of a status word in a message's life; a status never replaces one of the same or a
/// higher rank: (none) 0 < sent 1 < failed 2 < delivered 3 < read 4 < played 5. An unknown word has
/// rank 0.
int status_rank(std::string_view status);

/// Applies `status` to the outbox row with its reference, else with its provider id; keeps it for
/// later when there is none, for a week. A row whose sending had an unknown outcome is sent by this
/// proof; one that failed after it was sent becomes due again in state `failed`, for the dispatcher
/// to decide. True: a row changed.
bool record_status(Transaction& tx, const DeliveryStatusRow& status);

/// Applies the statuses kept for a message whose provider id has just become known.
void connect_statuses(Transaction& tx, std::string_view tenant, std::string_view channel,
                      std::string_view provider_id);

}  // namespace conserje
