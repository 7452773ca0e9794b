#include "http/connection.hpp"

#include <algorithm>
#include <boost/asio/dispatch.hpp>
#include <cstring>
#include <utility>

#include "guard/http_text.hpp"
#include "http/response.hpp"

namespace conserje {
namespace {

using ErrorCode = boost::system::error_code;

constexpr std::size_t kFirstBuffer = 4 * 1024;  // A webhook of 1 KB with its headers, in one read.
constexpr std::size_t kKeptBuffer = 64 * 1024;  // A larger one is given back after its request.
constexpr std::string_view kContinue = "HTTP/1.1 100 Continue\r\n\r\n";

constexpr ByteSet kIdBytes = letters_digits_and("._-");

bool is_correlation_id(std::string_view text) {
  return !text.empty() && text.size() <= 128 && all_in(kIdBytes, text);
}

}  // namespace

ServerConnection::ServerConnection(Socket socket, ServerState& server)
    : socket_(std::move(socket)), server_(&server), in_(kFirstBuffer) {}

void ServerConnection::start() {
  ErrorCode ignored;  // A socket that fails here fails at its first read.
  socket_.non_blocking(true, ignored);
  socket_.set_option(asio::ip::tcp::no_delay(true), ignored);
  auto peer = socket_.remote_endpoint(ignored).address();
  if (peer.is_v6() && peer.to_v6().is_v4_mapped())
    peer = asio::ip::make_address_v4(asio::ip::v4_mapped, peer.to_v6());
  peer_ = peer.to_string();
  proceed();
}

/// Goes from phase to phase until the client, the handler or the socket must be waited for.
void ServerConnection::proceed() {
  if (proceeding_) return;  // An answer from within the handler: the loop below goes on.
  proceeding_ = true;
  bool waits = false;
  while (!waits) {
    switch (phase_) {
      case Phase::idle:
      case Phase::reading:
        if (request_is_whole()) {
          handle();
        } else if (phase_ == Phase::idle || phase_ == Phase::reading) {
          read_more();
          waits = true;
        }
        break;
      case Phase::writing: waits = !write_all(); break;
      case Phase::lingering:
        read_more();
        waits = true;
        break;
      case Phase::handling:
      case Phase::closed: waits = true; break;
    }
  }
  proceeding_ = false;
}

void ServerConnection::read_more() {
  if (filled_ == in_.size()) grow();
  socket_.async_read_some(asio::buffer(in_.data() + filled_, in_.size() - filled_),
                          [self = shared_from_this()](ErrorCode failed, std::size_t size) {
                            if (self->phase_ == Phase::closed) return;
                            if (failed) return self->close();
                            if (self->phase_ != Phase::lingering)
                              self->filled_ += size;  // There, bytes are read to be dropped.
                            self->proceed();
                          });
}

void ServerConnection::grow() {
  auto size = in_.size() * 2;
  if (head_size_ > 0 && !chunked_)
    size = std::min<std::size_t>(size, head_size_ + head_.content_length);
  in_.resize(size);
  // The views of the head pointed into the old buffer.
  if (head_size_ > 0) head_ = std::get<RequestHead>(read_head({in_.data(), head_size_}));
}

bool ServerConnection::request_is_whole() {
  if (filled_ == 0) return false;
  if (phase_ == Phase::idle) enter(Phase::reading);
  return head_is_whole() && body_is_whole();
}

bool ServerConnection::head_is_whole() {
  if (head_size_ > 0) return true;
  const std::string_view received(in_.data(), filled_);
  const auto size = head_size(received, searched_);
  searched_ = filled_;
  if (size.value_or(filled_) > server_->limits.head_bytes)
    return refuse({431, "request line and headers are larger than this server takes"});
  if (!size && !is_token(received.substr(0, 1)))
    return refuse({400, "this is not HTTP; TLS belongs to a proxy in front of this server"});
  if (!size) return false;

  const auto head = read_head(received.substr(0, *size));
  if (const auto* refusal = std::get_if<Refusal>(&head)) return refuse(*refusal);
  head_size_ = *size;
  head_ = std::get<RequestHead>(head);
  return find_route() && expect_body();
}

bool ServerConnection::find_route() {
  head_only_ = head_.method == "HEAD";
  const auto given_id = find_header(head_.headers, "x-correlation-id");
  if (given_id && is_correlation_id(*given_id)) correlation_id_ = *given_id;

  std::string allow;
  route_ = server_->find_route(head_only_ ? "GET" : head_.method, head_.path, allow);
  if (route_ != nullptr) return true;
  if (allow.empty()) return refuse({404, "nothing is served at this path"});
  return refuse({405, "this path takes other methods: see Allow"}, std::move(allow));
}

bool ServerConnection::expect_body() {
  if (head_.content_length > route_->body_limit)
    return refuse({413, "the body is larger than this path takes"});
  if (head_.chunked) chunked_.emplace(route_->body_limit);

  const bool has_body = head_.chunked || head_.content_length > 0;
  if (head_.expects_continue && has_body && filled_ == head_size_) {
    ErrorCode ignored;  // A few bytes into an empty send buffer; a client that is gone shows when
                        // it is read from.
    socket_.write_some(asio::buffer(kContinue), ignored);
  }
  return true;
}

bool ServerConnection::body_is_whole() {
  if (!chunked_) return filled_ - head_size_ >= head_.content_length;

  char* const coded = in_.data() + head_size_;
  const auto size = filled_ - head_size_;
  const auto result = chunked_->take({coded, size});
  if (const auto* refusal = std::get_if<Refusal>(&result)) return refuse(*refusal);
  const auto taken = std::get<std::size_t>(result);
  std::memmove(coded, coded + taken, size - taken);
  filled_ -= taken;
  return chunked_->complete();
}

void ServerConnection::handle() {
  if (correlation_id_.empty()) correlation_id_ = server_->fresh_id();
  const std::string_view plain_body(in_.data() + head_size_, head_.content_length);
  request_ = {.method = head_only_ ? "GET" : head_.method,
              .target = head_.target,
              .path = head_.path,
              .query = head_.query,
              .header_block = head_.headers,
              .body = chunked_ ? chunked_->body() : plain_body,
              .peer = peer_,
              .correlation_id = correlation_id_,
              .received_at = server_->clock.now()};
  enter(Phase::handling);
  const auto route = std::exchange(route_, nullptr);
  route->handler(request_, Responder(shared_from_this()));
}

void ServerConnection::answer_soon(Response response) {
  asio::dispatch(socket_.get_executor(), [self = shared_from_this(),
                                          response = std::move(response)] {
    if (self->phase_ != Phase::handling) return;
    self->answer(
        is_sendable(response)
            ? response
            : problem(500, "the handler's answer holds a status or header that cannot be sent"));
    self->proceed();
  });
}

void ServerConnection::answer(const Response& response) {
  keep_alive_ = keep_alive_ && head_.keep_alive && !server_->draining;
  if (correlation_id_.empty()) correlation_id_ = server_->fresh_id();
  out_.clear();
  written_ = 0;
  write_response(out_, response,
                 {.date = server_->date(),
                  .correlation_id = correlation_id_,
                  .keep_alive = keep_alive_,
                  .without_body = head_only_});
  enter(Phase::writing);
}

/// Answers instead of a handler. False, as the request will not become whole.
bool ServerConnection::refuse(Refusal refusal, std::string allow) {
  ++server_->counts.refused;
  // Bytes behind a head that was not understood, and a body that was not read, would pass for the
  // next request.
  keep_alive_ = head_size_ > 0 && head_.content_length == 0 && !head_.chunked;
  if (correlation_id_.empty()) correlation_id_ = server_->fresh_id();
  auto response = problem(refusal.status, refusal.detail, correlation_id_);
  if (!allow.empty()) response.headers.emplace_back("Allow", std::move(allow));
  answer(response);
  return false;
}

/// Writes what the client takes now. False: it must be waited for.
bool ServerConnection::write_all() {
  ErrorCode failed;
  while (written_ < out_.size() && !failed)
    written_ +=
        socket_.write_some(asio::buffer(out_.data() + written_, out_.size() - written_), failed);

  if (failed == asio::error::would_block || failed == asio::error::try_again) {
    socket_.async_wait(Socket::wait_write, [self = shared_from_this()](ErrorCode) {
      if (self->phase_ == Phase::writing) self->proceed();
    });
    return false;
  }
  if (failed) {
    close();
  } else if (keep_alive_) {
    next_request();
  } else {
    linger();
  }
  return true;
}

void ServerConnection::next_request() {
  const auto used = head_size_ + (chunked_ ? 0 : head_.content_length);
  std::memmove(in_.data(), in_.data() + used, filled_ - used);
  filled_ -= used;
  searched_ = head_size_ = 0;
  head_ = {};
  head_only_ = false;
  chunked_.reset();
  correlation_id_.clear();
  if (in_.size() > kKeptBuffer && filled_ <= kFirstBuffer) {
    in_.resize(kFirstBuffer);
    in_.shrink_to_fit();
  }
  if (out_.capacity() > kKeptBuffer) out_ = {};
  enter(Phase::idle);
}

void ServerConnection::linger() {
  ErrorCode ignored;
  socket_.shutdown(Socket::shutdown_send, ignored);
  filled_ = 0;
  enter(Phase::lingering);
}

void ServerConnection::cut_off(Refusal why) {
  if (phase_ == Phase::reading && filled_ > 0) {
    refuse(why);
    ErrorCode ignored;  // One attempt: whoever does not take it now has had its time.
    socket_.write_some(asio::buffer(out_), ignored);
  }
  close();
}

void ServerConnection::close() {
  const auto self = shared_from_this();  // The list's may be the last but this one.
  server_->leave(*this);
  phase_ = Phase::closed;
  ErrorCode ignored;
  socket_.close(ignored);
}

void ServerConnection::enter(Phase phase) { server_->enter(*this, phase); }

}  // namespace conserje
