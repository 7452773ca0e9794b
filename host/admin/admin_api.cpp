#include "admin/admin_api.hpp"

#include <algorithm>
#include <charconv>
#include <span>
#include <utility>

#include "guard/embedded.hpp"
#include "ops/metric_names.hpp"

namespace conserje {

extern const std::span<const EmbeddedFile> kOpenApi;

namespace {

constexpr std::string_view kChallenge = R"(Bearer realm="conserje")";
constexpr std::string_view kJson = "application/json";
constexpr std::string_view kYaml = "application/yaml";

/// One request on its way. The server keeps its bytes while the responder is not used.
struct Visit {
  Visit(const InboundRequest& its_request, Responder its_responder, std::string its_source)
      : request(its_request), responder(std::move(its_responder)), source(std::move(its_source)) {}

  const InboundRequest request;
  Responder responder;
  const std::string source;
  const Endpoint* endpoint = nullptr;
  AdminCall call{};
};

void answer(Visit& visit, Response response) {
  response.headers.emplace_back("Cache-Control", "no-store");
  std::move(visit.responder).answer(std::move(response));
}

void refuse(Visit& visit, const Problem& problem) {
  answer(visit, to_response(problem, visit.request.correlation_id));
}

Problem unauthorized(const std::string& detail, bool had_token) {
  std::string challenge(kChallenge);
  if (had_token) challenge += R"(, error="invalid_token")";
  return {.status = 401, .detail = detail, .headers = {{"WWW-Authenticate", challenge}}};
}

Problem forbidden(const std::string& scope) {
  return {.status = 403,
          .detail = "this token has not the scope \"" + scope + "\"",
          .headers = {{"WWW-Authenticate", std::string(kChallenge) +
                                               R"(, error="insufficient_scope", scope=")" + scope +
                                               "\""}}};
}

Problem busy() {
  return {.status = 503,
          .detail = "too many requests are waiting; please repeat this one",
          .headers = {{"Retry-After", "1"}}};
}

/// "?limit=" and "?after=" of a list, taken out of the query.
std::optional<Problem> read_page(Query& query, Page& page) {
  if (const auto after = query.find("after"); after != query.end()) {
    page.after = std::move(after->second);
    query.erase(after);
  }
  const auto limit = query.find("limit");
  if (limit == query.end()) return std::nullopt;
  const auto& text = limit->second;
  const auto* end = text.data() + text.size();
  const auto [stop, failure] = std::from_chars(text.data(), end, page.limit);
  if (failure != std::errc{} || stop != end || page.limit < 1 || page.limit > Page::kLongest)
    return Problem{
        .status = 400,
        .detail = "\"limit\" must be a whole number from 1 to " + std::to_string(Page::kLongest)};
  query.erase(limit);
  return std::nullopt;
}

std::optional<Problem> read_parameters(Visit& visit) {
  auto query = read_query(visit.request.query);
  if (!query) return Problem{.status = 400, .detail = query.error().message};
  const auto& endpoint = *visit.endpoint;
  if (endpoint.is_list)
    if (auto problem = read_page(*query, visit.call.page)) return problem;
  for (const auto& [name, value] : *query)
    if (std::ranges::find(endpoint.query, name) == endpoint.query.end())
      return Problem{.status = 400, .detail = "this call has no query parameter \"" + name + "\""};
  visit.call.query = *std::move(query);
  return std::nullopt;
}

std::optional<Problem> read_body(Visit& visit) {
  const auto body = visit.request.body;
  if (!visit.endpoint->takes_body) {
    if (body.empty()) return std::nullopt;
    return Problem{.status = 400, .detail = "this call takes no body"};
  }
  const auto type = visit.request.header("content-type");
  if (!type || !is_media_type(*type, kJson))
    return Problem{.status = 415, .detail = "a body of Content-Type application/json is needed"};
  visit.call.body = Json::parse(body, nullptr, false);
  if (visit.call.body.is_discarded())
    return Problem{.status = 400, .detail = "the body is not JSON"};
  return std::nullopt;
}

std::optional<Problem> read_key(Visit& visit) {
  if (!visit.endpoint->needs_key) return std::nullopt;
  const auto key = visit.request.header("idempotency-key");
  if (!key || !is_idempotency_key(*key))
    return Problem{.status = 400,
                   .detail = "this call needs an Idempotency-Key of 1 to " +
                             std::to_string(kLongestKey) + " printable characters"};
  visit.call.key = *key;
  return std::nullopt;
}

/// A client that names nothing takes everything; problem documents it gets in any case.
std::optional<Problem> check_accept(const InboundRequest& request, std::string_view type) {
  const auto accept = request.header("accept");
  if (!accept || accepts(*accept, type)) return std::nullopt;
  return Problem{.status = 406, .detail = "this call answers " + std::string(type) + " alone"};
}

/// Shared by the requests under way.
class AdminApi : public std::enable_shared_from_this<AdminApi> {
 public:
  AdminApi(const AdminParts& parts, std::vector<Endpoint> endpoints)
      : parts_(parts), endpoints_(std::move(endpoints)) {}

  /// [I/O thread]
  void take(const InboundRequest& request, Responder responder) {
    auto visit =
        std::make_shared<Visit>(request, std::move(responder), parts_.failures.source(request));
    const auto token = token_of(*visit);
    const bool queued =
        token && parts_.tokens.must_hash(*token)
            ? parts_.hash([self = shared_from_this(), visit] { self->hash_and_go_on(visit); })
            : parts_.work([self = shared_from_this(), visit] {
                if (self->lets_in(*visit)) self->perform(*visit);
              });
    if (!queued) refuse(*visit, busy());
  }

 private:
  void hash_and_go_on(const std::shared_ptr<Visit>& visit) {
    if (!lets_in(*visit)) return;
    if (!parts_.work([self = shared_from_this(), visit] { self->perform(*visit); }))
      conclude(*visit, busy());
  }

  /// Everything before the endpoint. False: it has been answered.
  bool lets_in(Visit& visit) {
    if (!authenticate(visit)) return false;
    const auto problem = examine(visit);
    if (problem) conclude(visit, *problem);
    return !problem;
  }

  static std::optional<std::string_view> token_of(const Visit& visit) {
    const auto header = visit.request.header("authorization");
    return header ? bearer_token(*header) : std::nullopt;
  }

  /// False: it has been answered.
  bool authenticate(Visit& visit) {
    const auto token = token_of(visit);
    // Who has a good token is not refused for what others of its source do, but where it would have
    // to be hashed.
    if (!token || !parts_.tokens.remembers(*token))
      if (const auto wait = parts_.failures.exhausted(visit.source))
        return turn_away(visit, "rate", too_many_failures(*wait, visit.request.correlation_id));
    auto caller = token
                      ? parts_.tokens.verify(*token)
                      : Result<Caller>(Error{ErrorClass::auth,
                                             "an API token is needed: Authorization: Bearer ..."});
    if (caller) {
      visit.call.caller = *std::move(caller);
      return true;
    }
    if (caller.error().error_class != ErrorClass::auth) {
      parts_.log.error("an API token could not be verified", {{"error", caller.error().message}});
      return turn_away(visit, "store", to_response(busy(), visit.request.correlation_id));
    }
    parts_.failures.count(visit.source);
    parts_.log.warn("admin request without a valid token",
                    {{"source", visit.source},
                     {"reason", caller.error().message},
                     {"correlation_id", visit.request.correlation_id}});
    return turn_away(visit, "auth",
                     to_response(unauthorized(caller.error().message, token.has_value()),
                                 visit.request.correlation_id));
  }

  bool turn_away(Visit& visit, std::string_view reason, Response response) {
    parts_.metrics.counter(metric::kAdminRefused, {reason}).add();
    answer(visit, std::move(response));
    return false;
  }

  /// Finds the endpoint and reads everything that it needs.
  std::optional<Problem> examine(Visit& visit) {
    if (auto problem = find_endpoint(visit)) return problem;
    if (!visit.call.caller.may(visit.endpoint->scope)) {
      parts_.metrics.counter(metric::kAdminRefused, {"scope"}).add();
      return forbidden(visit.endpoint->scope);
    }
    if (auto problem = check_accept(visit.request, kJson)) return problem;
    if (auto problem = read_parameters(visit)) return problem;
    if (auto problem = read_key(visit)) return problem;
    return read_body(visit);
  }

  std::optional<Problem> find_endpoint(Visit& visit) const {
    std::string allow;
    for (const auto& endpoint : endpoints_) {
      auto values = match_path(endpoint.path, visit.request.path);
      if (!values) continue;
      if (endpoint.method == visit.request.method) {
        visit.endpoint = &endpoint;
        visit.call.path = *std::move(values);
        return std::nullopt;
      }
      allow += (allow.empty() ? "" : ", ") + endpoint.method;
      if (endpoint.method == "GET") allow += ", HEAD";
    }
    if (allow.empty()) return Problem{.status = 404, .detail = "nothing is served at this path"};
    return Problem{.status = 405,
                   .detail = "this path takes other methods: see Allow",
                   .headers = {{"Allow", allow}}};
  }

  void perform(Visit& visit) {
    auto outcome = visit.endpoint->handle(visit.call);
    if (const auto* problem = std::get_if<Problem>(&outcome)) return conclude(visit, *problem);
    auto& done = std::get<AdminAnswer>(outcome);
    audit(visit, done.status);
    answer(visit, {.status = done.status,
                   .body = std::move(done.json),
                   .content_type = done.status == 204 ? std::string() : std::string(kJson),
                   .headers = std::move(done.headers)});
  }

  void conclude(Visit& visit, const Problem& problem) {
    audit(visit, problem.status);
    refuse(visit, problem);
  }

  /// Who wrote what, and what became of it.
  void audit(const Visit& visit, int status) {
    if (visit.request.method == "GET") return;
    parts_.log.audit("admin write", {{"token", visit.call.caller.id},
                                     {"method", visit.request.method},
                                     {"path", visit.request.path},
                                     {"status", status},
                                     {"source", visit.source},
                                     {"correlation_id", visit.request.correlation_id}});
  }

  const AdminParts parts_;
  const std::vector<Endpoint> endpoints_;
};

void show_document(const InboundRequest& request, Responder responder) {
  Visit visit(request, std::move(responder), {});
  if (const auto problem = check_accept(request, kYaml)) return refuse(visit, *problem);
  answer(visit, {.body = std::string(kOpenApi.front().text), .content_type = std::string(kYaml)});
}

}  // namespace

std::vector<Route> admin_routes(const AdminParts& parts, std::vector<Endpoint> endpoints) {
  auto api = std::make_shared<AdminApi>(parts, std::move(endpoints));
  return {{.methods = "GET", .path = "/api/v1/openapi.yaml", .handler = show_document},
          {.methods = "GET POST PUT PATCH DELETE",
           .path = "/api/v1/admin/",
           .body_limit = parts.body_limit,
           .handler = [api](const InboundRequest& request, Responder responder) {
             api->take(request, std::move(responder));
           }}};
}

}  // namespace conserje
