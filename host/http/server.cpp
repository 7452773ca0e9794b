#include "http/server.hpp"

#include <sys/resource.h>

#include <algorithm>
#include <array>
#include <boost/asio/post.hpp>
#include <cassert>
#include <cstdio>
#include <span>
#include <utility>

#include "http/connection.hpp"

namespace conserje {
namespace {

using ErrorCode = boost::system::error_code;
using asio::ip::tcp;

constexpr Millis kSweepEvery{250};
constexpr rlim_t kOtherDescriptors = 256;  // Store, logs, outbound connections, plugins.

/// Lets this process open `wanted` descriptors if the hard limit does; how many it may open now.
rlim_t raise_descriptor_limit(rlim_t wanted) {
  rlimit limit{};
  if (getrlimit(RLIMIT_NOFILE, &limit) != 0) return kOtherDescriptors;
  if (limit.rlim_cur < wanted) {
    limit.rlim_cur = std::min(wanted, limit.rlim_max);
    setrlimit(RLIMIT_NOFILE, &limit);
  }
  return limit.rlim_cur;
}

/// The process or the machine has no more of something that a connection needs.
bool is_exhaustion(ErrorCode failed) {
  using boost::system::errc::errc_t;
  return failed == errc_t::too_many_files_open || failed == errc_t::too_many_files_open_in_system ||
         failed == errc_t::not_enough_memory || failed == errc_t::no_buffer_space;
}

bool has_word(std::string_view words, std::string_view word) {
  while (!words.empty()) {
    const auto space = std::min(words.find(' '), words.size());
    if (words.substr(0, space) == word) return true;
    words.remove_prefix(std::min(space + 1, words.size()));
  }
  return false;
}

bool covers(const Route& route, std::string_view path) {
  return route.path.ends_with('/') ? path.starts_with(route.path) : path == route.path;
}

/// "GET POST" -> "GET, HEAD, POST"
std::string allow_value(std::string_view methods) {
  std::string value;
  for (const char c : methods) value += c == ' ' ? std::string(", ") : std::string(1, c);
  if (has_word(methods, "GET")) value += ", HEAD";
  return value;
}

/// IMF-fixdate of RFC 9110 5.6.7.
std::string http_date(WallTime time) {
  constexpr const char* kDays[] = {"Sun", "Mon", "Tue", "Wed", "Thu", "Fri", "Sat"};
  constexpr const char* kMonths[] = {"Jan", "Feb", "Mar", "Apr", "May", "Jun",
                                     "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"};
  const auto day = std::chrono::floor<std::chrono::days>(time);
  const std::chrono::year_month_day date(day);
  const std::chrono::hh_mm_ss clock(std::chrono::floor<std::chrono::seconds>(time - day));
  char text[64];
  std::snprintf(text, sizeof text, "%s, %02u %s %04d %02d:%02d:%02d GMT",
                kDays[std::chrono::weekday(day).c_encoding()], unsigned(date.day()),
                kMonths[unsigned(date.month()) - 1], int(date.year()), int(clock.hours().count()),
                int(clock.minutes().count()), int(clock.seconds().count()));
  return text;
}

}  // namespace

// ---- The door that others see
// ------------------------------------------------------------------------------

Server::Server(asio::io_context& io, ServerLimits limits, const Clock& clock, Random& random)
    : state_(std::make_shared<ServerState>(io, limits, clock, random)) {}
Server::~Server() { state_->stop(); }
void Server::handle(Route route) {
  state_->routes.push_back(std::make_shared<const Route>(std::move(route)));
}
void Server::change(std::vector<Route> routes, ServerLimits limits) {
  state_->routes.clear();
  for (auto& route : routes) handle(std::move(route));
  state_->change(limits);
}
Result<std::uint16_t> Server::listen(const std::string& address, std::uint16_t port) {
  return state_->listen(address, port);
}
void Server::drain(MonotonicTime deadline, std::function<void()> on_drained) {
  state_->drain(deadline, std::move(on_drained));
}
void Server::sweep() { state_->sweep(); }
ServerCounts Server::counts() const { return state_->counts; }

std::optional<std::string_view> InboundRequest::header(std::string_view name) const {
  return find_header(header_block, name);
}

Responder::Responder(std::shared_ptr<ServerConnection> connection)
    : connection_(std::move(connection)) {}
Responder::Responder(Responder&&) noexcept = default;
Responder::~Responder() {
  if (connection_) std::move(*this).answer(problem(500, "the request was dropped unanswered"));
}
void Responder::answer(Response response) && {
  assert(connection_ && "a Responder answers once");
  std::exchange(connection_, nullptr)->answer_soon(std::move(response));
}

// ---- What the connections share

ServerState::ServerState(asio::io_context& io, ServerLimits given, const Clock& its_clock,
                         Random& random)
    : limits(given),
      clock(its_clock),
      io_(io),
      random_(random),
      acceptor_(io.get_executor()),
      sweeper_(io.get_executor()),
      most_connections_(given.connections) {}

void ServerState::change(ServerLimits given) {
  limits = given;
  const auto descriptors = raise_descriptor_limit(limits.connections + kOtherDescriptors);
  most_connections_ = std::min<std::size_t>(
      limits.connections, std::max(descriptors, 2 * kOtherDescriptors) - kOtherDescriptors);
}

Result<std::uint16_t> ServerState::listen(const std::string& address, std::uint16_t port) {
  change(limits);
  const auto fail = [&](const char* step, ErrorCode failed) {
    return Error{ErrorClass::config, "cannot listen on " + address + " port " +
                                         std::to_string(port) + ": " + step + ": " +
                                         failed.message()};
  };
  ErrorCode failed;
  const tcp::endpoint endpoint(asio::ip::make_address(address, failed), port);
  if (failed) return fail("a numeric address is needed, such as 0.0.0.0 or ::1", failed);
  acceptor_.open(endpoint.protocol(), failed);
  if (!failed) acceptor_.set_option(Acceptor::reuse_address(true), failed);
  if (failed) return fail("open", failed);
  acceptor_.bind(endpoint, failed);
  if (failed) return fail("bind", failed);
  acceptor_.listen(Acceptor::max_listen_connections, failed);
  if (failed) return fail("listen", failed);
  accept_next();
  return acceptor_.local_endpoint().port();
}

void ServerState::accept_next() {
  accepting_ = true;
  acceptor_.async_accept([state = shared_from_this()](ErrorCode failed, Socket socket) {
    state->accepting_ = false;
    if (!state->acceptor_.is_open()) return;
    if (!failed) state->add(std::move(socket));
    // Without a free descriptor the next attempt would fail at once as well: somebody goes, or the
    // sweep tries again.
    if (!is_exhaustion(failed) || state->make_room()) return state->accept_next();
    state->schedule_sweep();
  });
}

void ServerState::add(Socket socket) {
  if (counts.open >= most_connections_ && !make_room()) return;
  ++counts.accepted;
  ++counts.open;
  const auto connection = std::make_shared<ServerConnection>(std::move(socket), *this);
  connection->place_ = in(Phase::reading).insert(in(Phase::reading).end(), connection);
  enter(*connection, Phase::reading);
  schedule_sweep();
  connection->start();
}

/// Closes the connection whose loss costs least. False: each of them is being answered.
bool ServerState::make_room() {
  for (const auto phase : {Phase::lingering, Phase::reading, Phase::idle}) {
    if (in(phase).empty()) continue;
    ++counts.evicted;
    const auto oldest = in(phase).front();
    oldest->cut_off({503, "too many connections; the oldest incomplete request gave way"});
    return true;
  }
  return false;
}

void ServerState::sweep() {
  if (draining && drain_deadline_ <= clock.monotonic()) return close_all();
  const auto now = clock.monotonic();
  for (const auto phase : {Phase::reading, Phase::writing, Phase::idle, Phase::lingering}) {
    while (!in(phase).empty() && in(phase).front()->deadline_ <= now) {
      const auto late = in(phase).front();
      if (phase == Phase::reading || phase == Phase::writing) ++counts.expired;
      late->cut_off({408, "the request was not whole in time"});
    }
  }
  if (!accepting_ && acceptor_.is_open()) accept_next();
}

void ServerState::schedule_sweep() {
  if (sweep_is_scheduled_) return;
  sweep_is_scheduled_ = true;
  sweeper_.expires_after(kSweepEvery);
  sweeper_.async_wait([state = shared_from_this()](ErrorCode failed) {
    state->sweep_is_scheduled_ = false;
    if (failed) return;
    state->sweep();
    if (state->counts.open > 0) state->schedule_sweep();
  });
}

void ServerState::drain(MonotonicTime deadline, std::function<void()> on_drained) {
  ErrorCode ignored;
  acceptor_.close(ignored);
  draining = true;
  drain_deadline_ = deadline;
  on_drained_ = std::move(on_drained);
  for (const auto phase : {Phase::idle, Phase::lingering})
    while (!in(phase).empty()) in(phase).front()->close();
  if (counts.open == 0) report_drained();
}

void ServerState::report_drained() {
  if (on_drained_) asio::post(io_, std::exchange(on_drained_, nullptr));
}

void ServerState::stop() {
  ErrorCode ignored;
  acceptor_.close(ignored);
  sweeper_.cancel();
  on_drained_ = nullptr;
  close_all();
}

void ServerState::close_all() {
  for (auto& list : lists_)
    while (!list.empty()) list.front()->close();
}

std::shared_ptr<const Route> ServerState::find_route(std::string_view method, std::string_view path,
                                                     std::string& allow) const {
  std::shared_ptr<const Route> best;
  for (const auto& route : routes)
    if (covers(*route, path) && (best == nullptr || route->path.size() > best->path.size()))
      best = route;
  if (best == nullptr || has_word(best->methods, method)) return best;
  allow = allow_value(best->methods);
  return nullptr;
}

const std::string& ServerState::date() {
  const auto now = std::chrono::floor<std::chrono::seconds>(clock.now());
  if (date_.empty() || now != date_made_) {
    date_made_ = now;
    date_ = http_date(now);
  }
  return date_;
}

std::string ServerState::fresh_id() {
  constexpr std::size_t kBytes = 16;
  if (fresh_left_ < kBytes) {  // Asking the generator costs as much for one id as for many.
    random_.fill(fresh_);
    fresh_left_ = fresh_.size();
  }
  std::string id;
  id.reserve(2 * kBytes);
  for (const auto byte :
       std::span(fresh_).last(std::exchange(fresh_left_, fresh_left_ - kBytes)).first(kBytes)) {
    id += "0123456789abcdef"[std::to_integer<unsigned>(byte >> 4)];
    id += "0123456789abcdef"[std::to_integer<unsigned>(byte & std::byte{15})];
  }
  return id;
}

Millis ServerState::lasts(Phase phase) const {
  switch (phase) {
    case Phase::reading: return limits.request_time;
    case Phase::writing: return limits.write_time;
    case Phase::idle: return limits.idle_time;
    case Phase::lingering: return limits.linger_time;
    case Phase::handling:
    case Phase::closed: break;
  }
  return Millis::max();
}

void ServerState::enter(ServerConnection& connection, Phase phase) {
  auto& list = in(phase);
  list.splice(list.end(), in(connection.phase_), connection.place_);
  connection.phase_ = phase;
  if (phase != Phase::handling) connection.deadline_ = clock.monotonic() + lasts(phase);
}

void ServerState::leave(ServerConnection& connection) {
  in(connection.phase_).erase(connection.place_);
  --counts.open;
  if (draining && counts.open == 0) report_drained();
}

}  // namespace conserje
