#include "example.hpp"

namespace example {

void read(const conserje::Json& json, Config& config) {
  conserje::expect_object(json, "config");
  conserje::read_member(json, "url", config.url);
  conserje::read_member(json, "token", config.token);
}

namespace {

using conserje::Call;
using conserje::Error;
using conserje::ErrorClass;
using conserje::Host;
using conserje::HttpResponse;
using conserje::Json;
using conserje::Result;
using conserje::pms::ArrivalsRequest;
using conserje::pms::Availability;
using conserje::pms::AvailabilityRequest;
using conserje::pms::FindRequest;
using conserje::pms::ModifyRequest;
using conserje::pms::ReservationAnswer;
using conserje::pms::ReservationKey;
using conserje::pms::ReservationList;
using conserje::pms::ReservationRequest;

/// Whether an answer is one of those that a guest may be told.
bool is_outcome(const ReservationAnswer& answer) {
  return answer.outcome == "done" || answer.outcome == "no_availability" ||
         answer.outcome == "not_found";
}
template <class T>
bool is_outcome(const T&) {
  return true;
}

/// What Example's answer is worth: the host acts on the class alone.
Result<HttpResponse> judged(Result<HttpResponse> response) {
  if (!response) return response;
  const auto status = response->status;
  const auto text = "Example answered HTTP " + std::to_string(status);
  if (status >= 200 && status <= 299) return response;
  if (status == 401 || status == 403) return Error{ErrorClass::auth, text};
  if (status == 429 || status >= 500 || status < 200) return Error{ErrorClass::retry, text};
  return Error{ErrorClass::permanent, text};
}

}  // namespace

Result<std::unique_ptr<Example>> Example::create(Host host, const Json& json) {
  auto config = conserje::decode_config<Config>(json);
  if (!config) return config.error();
  return std::unique_ptr<Example>(new Example(host, *std::move(config)));
}

Result<HttpResponse> Example::ask(const Call& call, const std::string& path,
                                  std::string_view body) const {
  const auto token = host_.secret(config_.token);
  if (!token) return token.error();
  return judged(host_.http(
      call,
      {.method = "POST",
       .url = config_.url + path,
       .headers = {{"content-type", "application/json"}, {"authorization", "Bearer " + *token}}},
      body));
}

template <class Out, class In>
Result<Out> Example::asked(const Call& call, const std::string& path, const In& request) const {
  std::string body;
  conserje::JsonWriter out(body);
  out.begin_object();
  out.member("key", call.idempotency_key());
  out.member("request", request);
  out.end_object();
  const auto response = ask(call, path, body);
  if (!response) return response.error();
  auto reply = conserje::decode<Out>(response->body);
  if (!reply || !is_outcome(*reply))
    return Error{ErrorClass::deadline, "the reply is not Example's: the outcome is unknown"};
  return reply;
}

Result<Availability> Example::availability(const Call& call, const AvailabilityRequest& request) {
  return asked<Availability>(call, "/availability", request);
}

Result<ReservationAnswer> Example::create(const Call& call, const ReservationRequest& request) {
  return asked<ReservationAnswer>(call, "/create", request);
}

Result<ReservationAnswer> Example::retrieve(const Call& call, const ReservationKey& request) {
  return asked<ReservationAnswer>(call, "/retrieve", request);
}

Result<ReservationList> Example::find(const Call& call, const FindRequest& request) {
  return asked<ReservationList>(call, "/find", request);
}

Result<ReservationAnswer> Example::modify(const Call& call, const ModifyRequest& request) {
  return asked<ReservationAnswer>(call, "/modify", request);
}

Result<ReservationAnswer> Example::cancel_reservation(const Call& call,
                                                      const ReservationKey& request) {
  return asked<ReservationAnswer>(call, "/cancel", request);
}

Result<ReservationList> Example::arrivals(const Call& call, const ArrivalsRequest& request) {
  return asked<ReservationList>(call, "/arrivals", request);
}

}  // namespace example
