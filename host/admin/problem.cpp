#include "admin/problem.hpp"

#include "conserje/json.hpp"

namespace conserje {

static void write(JsonWriter& json, const Fault& fault) {
  json.begin_object();
  json.member("pointer", fault.pointer);
  json.member("detail", fault.detail);
  json.end_object();
}

Problem store_problem(const Error& error) {
  if (error.error_class == ErrorClass::permanent) return {.status = 409, .detail = error.message};
  return {.status = 503,
          .detail = "the store is busy or away: " + error.message,
          .headers = {{"Retry-After", "1"}}};
}

Problem bad_page() {
  return {.status = 400, .detail = "\"after\" must be the \"next\" of the page before"};
}

Response to_response(const Problem& problem, std::string_view instance) {
  Response response{.status = problem.status,
                    .content_type = "application/problem+json",
                    .headers = problem.headers};
  JsonWriter json(response.body);
  json.begin_object();
  json.member("type", "about:blank");
  json.member("title", reason_phrase(problem.status));
  json.member("status", problem.status);
  json.member("detail", problem.detail);
  json.member("instance", instance);
  json.optional_member("errors", problem.faults);
  if (!problem.results.empty()) {
    json.key("results");
    json.raw(problem.results);
  }
  json.end_object();
  return response;
}

}  // namespace conserje
