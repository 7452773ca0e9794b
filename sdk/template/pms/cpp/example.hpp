#pragma once

#include <memory>
#include <string>
#include <utility>

#include "conserje/config.hpp"
#include "conserje/pms.hpp"

namespace example {

/// The settings: config.schema.json as a struct.
struct Config {
  std::string url{};
  std::string token{};  // A handle: Host::secret gives the value.
};

/// Reservations in Example. Its documents are like ours here; what yours needs instead is a mapping
/// in `asked`. Threads: any number; nothing here changes.
class Example final : public conserje::Pms {
 public:
  static conserje::Result<std::unique_ptr<Example>> create(conserje::Host host,
                                                           const conserje::Json& config);

  conserje::Result<conserje::pms::Availability> availability(
      const conserje::Call& call, const conserje::pms::AvailabilityRequest& request) override;
  conserje::Result<conserje::pms::ReservationAnswer> create(
      const conserje::Call& call, const conserje::pms::ReservationRequest& request) override;
  conserje::Result<conserje::pms::ReservationAnswer> retrieve(
      const conserje::Call& call, const conserje::pms::ReservationKey& request) override;
  conserje::Result<conserje::pms::ReservationList> find(
      const conserje::Call& call, const conserje::pms::FindRequest& request) override;
  conserje::Result<conserje::pms::ReservationAnswer> modify(
      const conserje::Call& call, const conserje::pms::ModifyRequest& request) override;
  conserje::Result<conserje::pms::ReservationAnswer> cancel_reservation(
      const conserje::Call& call, const conserje::pms::ReservationKey& request) override;
  conserje::Result<conserje::pms::ReservationList> arrivals(
      const conserje::Call& call, const conserje::pms::ArrivalsRequest& request) override;

 private:
  /// Posts {"key", "request"}, of which Example does the same key once, and reads the reply.
  template <class Out, class In>
  conserje::Result<Out> asked(const conserje::Call& call, const std::string& path,
                              const In& request) const;
  Example(conserje::Host host, Config config) : host_(host), config_(std::move(config)) {}
  /// One exchange with Example, `path` below the configured URL. Errors: by the answer's status.
  conserje::Result<conserje::HttpResponse> ask(const conserje::Call& call, const std::string& path,
                                               std::string_view body) const;

  const conserje::Host host_;
  const Config config_;
};

}  // namespace example
