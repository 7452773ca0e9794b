#include "cli/local_api.hpp"

#include <fstream>

#include "app/run_files.hpp"
#include "plugin/refusal.hpp"

namespace conserje {
namespace {

constexpr Millis kLongestProbe{5'000};

/// The first line of a small file; empty: it is not there.
std::string first_line(const std::filesystem::path& file) {
  std::string line;
  std::ifstream in(file);
  std::getline(in, line);
  return line;
}

/// A host that listens everywhere is reached by the way that leads nowhere else.
std::string reachable(std::string address) {
  if (address.starts_with("0.0.0.0:")) return "127.0.0.1" + address.substr(7);
  if (address.starts_with("[::]:")) return "[::1]" + address.substr(4);
  return address;
}

Error no_host(const Pipeline& pipeline) {
  const auto folder = std::filesystem::absolute(pipeline.data_dir).lexically_normal().string();
  auto error =
      pipeline.admin
          ? refusal("no host with an admin API runs with the data folder " + folder,
                    "a running host whose configuration has the section `admin`", kOperator,
                    "start it: conserje run CONFIG (again, if it ran before the section was there)")
          : refusal("the configuration has no section `admin`",
                    "the admin API of the running host: this command calls it", kOperator,
                    "add the line\n  admin: {listen: 127.0.0.1:8081}\nand start the host again");
  error.error_class = ErrorClass::retry;
  return error;
}

}  // namespace

Result<LocalApi> LocalApi::find(const Pipeline& pipeline) {
  const auto address = first_line(admin_listen_file(pipeline.data_dir));
  const auto file = admin_token_file(pipeline.data_dir);
  const auto token = first_line(file);
  if (address.empty()) return no_host(pipeline);
  if (token.empty()) {
    auto error = refusal("the token in " + file.string() + " cannot be read",
                         "the user of the running host, or root", kOperator,
                         "run this command as that user");
    error.error_class = ErrorClass::auth;
    return error;
  }
  LocalApi api("http://" + reachable(address), token);
  // A host that died leaves its files behind.
  if (!api.call("GET", "/api/v1/openapi.yaml", {}, kLongestProbe)) return no_host(pipeline);
  return api;
}

Result<OutboundReply> LocalApi::call(std::string_view method, std::string_view path,
                                     std::string body, Millis longest) const {
  const SystemClock clock;
  HttpClient client({}, clock);
  OutboundRequest request{.method = std::string(method),
                          .url = url_ + std::string(path),
                          .headers = {{"Authorization", "Bearer " + token_}},
                          .body = std::move(body),
                          .deadline = clock.monotonic() + longest,
                          .allow_private_addresses = true};
  if (!request.body.empty()) request.headers.emplace_back("Content-Type", "application/json");
  return client.send_and_wait(std::move(request));
}

std::string problem_of(const OutboundReply& reply) {
  const auto problem = Json::parse(reply.body, nullptr, false);
  if (!problem.is_object() || !problem.contains("detail") || !problem["detail"].is_string())
    return "the host answered with status " + std::to_string(reply.status);
  return problem["detail"].get<std::string>();
}

}  // namespace conserje
