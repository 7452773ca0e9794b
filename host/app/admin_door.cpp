#include "app/admin_door.hpp"

#include <filesystem>
#include <utility>

#include "admin/admin_api.hpp"
#include "admin/token_area.hpp"
#include "app/run_files.hpp"
#include "ops/whole_file.hpp"

namespace conserje {
namespace {

constexpr unsigned kWorkers = 2;  // A reload, and whoever looks at it meanwhile.
constexpr std::size_t kWaiting = 64;

RunOnPool on(ThreadPool& pool) {
  return [&pool](std::function<void()> task) { return pool.post(std::move(task)); };
}

}  // namespace

AdminDoor::AdminDoor(const Parts& parts, AdminAreas areas)
    : parts_(parts),
      settings_(*parts.pipeline.admin),
      rows_(parts.database),
      conversations_(parts.database),
      deposits_(parts.database),
      tokens_({.rows = rows_,
               .clock = parts.clock,
               .random = parts.random,
               .tenant = parts.pipeline.tenant,
               .remember = settings_.token_memory}),
      failures_(settings_.failures_per_minute, parts.pipeline.trusted_proxies, parts.clock),
      hasher_(1, kWaiting),
      workers_(kWorkers, kWaiting),
      server_(parts.io,
              {.head_bytes = parts.pipeline.limits.http.header_bytes,
               .request_time = parts.pipeline.limits.http.header_timeout +
                               parts.pipeline.limits.http.body_timeout,
               .idle_time = parts.pipeline.limits.http.idle_timeout,
               .connections = settings_.max_connections},
              parts.clock, parts.random) {
  auto endpoints = plugin_endpoints(std::move(areas.plugins));
  const auto add = [&endpoints](std::vector<Endpoint> more) {
    for (auto& endpoint : more) endpoints.push_back(std::move(endpoint));
  };
  add(token_endpoints(tokens_));
  areas.conversations.tenant = parts.pipeline.tenant;
  add(conversation_endpoints(conversations_, std::move(areas.conversations)));
  areas.deposits.tenant = parts.pipeline.tenant;
  add(deposit_endpoints(deposits_, std::move(areas.deposits)));
  add(flag_endpoints(std::move(areas.flags)));
  const AdminParts api{.tokens = tokens_,
                       .failures = failures_,
                       .metrics = parts.metrics,
                       .log = parts.log,
                       .hash = on(hasher_),
                       .work = on(workers_),
                       .body_limit = settings_.body_bytes};
  for (auto& route : admin_routes(api, std::move(endpoints))) server_.handle(std::move(route));
}

AdminDoor::~AdminDoor() { stop(); }

Status AdminDoor::listen() {
  auto listen = settings_.listen;
  const auto port = server_.listen(listen.address, listen.port);
  if (!port) return port.error();
  listen.port = *port;

  const auto& folder = parts_.pipeline.data_dir;
  has_files_ = true;
  // The token first: who sees where we listen finds it.
  const auto token =
      write_whole(admin_token_file(folder), tokens_.issue_local() + "\n", Readers::owner);
  if (!token) return token;
  const auto address =
      write_whole(admin_listen_file(folder), to_string(listen) + "\n", Readers::all);
  if (!address) return address;
  parts_.log.info("admin listening", {{"address", listen.address}, {"port", listen.port}});
  return Done{};
}

void AdminDoor::trust(const std::vector<Network>& proxies) {
  failures_.change(settings_.failures_per_minute, proxies);
}

void AdminDoor::drain(MonotonicTime deadline, std::function<void()> on_drained) {
  server_.drain(deadline, std::move(on_drained));
}

void AdminDoor::stop() {
  hasher_.stop();
  workers_.stop();
  if (!std::exchange(has_files_, false)) return;
  std::error_code ignored;  // What is not there need not go.
  std::filesystem::remove(admin_listen_file(parts_.pipeline.data_dir), ignored);
  std::filesystem::remove(admin_token_file(parts_.pipeline.data_dir), ignored);
}

}  // namespace conserje
