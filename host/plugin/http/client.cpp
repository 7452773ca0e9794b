#include "plugin/http/client.hpp"

#include <arpa/inet.h>
#include <curl/curl.h>
#include <netinet/in.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cassert>
#include <csignal>
#include <future>
#include <mutex>
#include <stdexcept>
#include <thread>
#include <unordered_map>
#include <utility>

#include "guard/http_text.hpp"
#include "plugin/http/address_guard.hpp"

namespace conserje {
namespace {

constexpr std::size_t kMostHeaderBytes = 64 * 1024;  // Of a reply.
constexpr int kIdlePoll = 60'000;                    // ms; a wake-up ends it.

/// Headers that say where a message ends or who gets it.
bool is_ours(std::string_view name) {
  constexpr std::string_view kOurs[] = {"connection", "content-length",    "expect",
                                        "host",       "keep-alive",        "te",
                                        "trailer",    "transfer-encoding", "upgrade"};
  const auto wanted = in_lower_case(name);
  return std::find(std::begin(kOurs), std::end(kOurs), wanted) != std::end(kOurs) ||
         wanted.starts_with("proxy-");
}

Status check(const OutboundRequest& request, const HttpClientOptions& options) {
  if (!is_token(request.method)) return Error{ErrorClass::config, "HTTP method is not a token"};
  for (const auto& [name, value] : request.headers) {
    if (!is_token(name) || !is_field_value(value))
      return Error{
          ErrorClass::config,
          "HTTP header cannot be sent: its name is not a token or its value breaks the line"};
    if (is_ours(name))
      return Error{ErrorClass::config, "HTTP header " + name + " is the client's to set"};
  }
  return request.allow_private_addresses ? check_url(request.url)
                                         : check_public_url(request.url, options.guarded_ports);
}

bool may_repeat(const std::string& method) { return method == "GET" || method == "HEAD"; }

}  // namespace

std::string_view OutboundReply::header(std::string_view name) const {
  for (const auto& [key, value] : headers)
    if (key == name) return value;
  return {};
}

/// libcurl's multi handle and the thread that turns it.
class HttpClient::Loop {
 public:
  Loop(HttpClientOptions options, const Clock& clock);
  ~Loop();

  CallId submit(OutboundRequest request, OnReply on_reply);
  void cancel(CallId id);

 private:
  struct Call;
  using List = std::unique_ptr<curl_slist, void (*)(curl_slist*)>;

  void run(std::stop_token stop);
  void start(std::unique_ptr<Call> call);
  void prepare(Call& call, Millis time_left);
  void finish_ended_calls();
  void finish(Call& call, Result<OutboundReply> result);
  Result<OutboundReply> result_of(Call& call, CURLcode code) const;

  const HttpClientOptions options_;
  const Clock& clock_;
  List pinned_{nullptr, curl_slist_free_all};
  CURLM* multi_;

  std::mutex mutex_;  // Guards what follows, up to the blank line.
  std::vector<std::unique_ptr<Call>> submitted_;
  std::vector<CallId> cancelled_;
  std::size_t waiting_ = 0;
  CallId last_id_ = 0;
  bool closing_ = false;

  std::unordered_map<CallId, std::unique_ptr<Call>> active_;  // Of the thread alone.
  std::jthread thread_;
};

/// One exchange. libcurl calls back into it.
struct HttpClient::Loop::Call {
  CallId id = 0;
  OutboundRequest request;
  OnReply on_reply;
  CURL* easy = nullptr;
  List headers{nullptr, curl_slist_free_all};
  OutboundReply reply{};
  std::size_t header_bytes = 0;
  bool began =
      false;  // The request may have left: from here on the outcome of a failure is unknown.
  bool refused = false;  // An address was not public.
  bool too_large = false;
  bool head_is_whole = false;  // libcurl takes a head without its end for a reply without a body.

  Call(CallId its_id, OutboundRequest its_request, OnReply its_on_reply)
      : id(its_id), request(std::move(its_request)), on_reply(std::move(its_on_reply)) {}
  Call(const Call&) = delete;
  ~Call() { curl_easy_cleanup(easy); }

  bool allows(std::span<const std::uint8_t> address) {
    if (!request.allow_private_addresses && !is_public(address)) refused = true;
    return !refused;
  }
  bool allows(const sockaddr& address) {
    if (address.sa_family == AF_INET) {
      const auto& ip = reinterpret_cast<const sockaddr_in&>(address).sin_addr;
      return allows({reinterpret_cast<const std::uint8_t*>(&ip), sizeof ip});
    }
    if (address.sa_family == AF_INET6) {
      const auto& ip = reinterpret_cast<const sockaddr_in6&>(address).sin6_addr;
      return allows({reinterpret_cast<const std::uint8_t*>(&ip), sizeof ip});
    }
    refused = true;
    return false;
  }

  /// Before each connection attempt, with the address that the name has just been resolved to: what
  /// was checked is what is connected to, whatever the name says next.
  static curl_socket_t open_socket(void* self, curlsocktype, curl_sockaddr* address) {
    if (!static_cast<Call*>(self)->allows(address->addr)) return CURL_SOCKET_BAD;
    return socket(address->family, address->socktype | SOCK_CLOEXEC, address->protocol);
  }

  /// Before the request leaves, also on a pooled connection, which another call may have opened
  /// with other rights.
  static int before_request(void* data, char* ip, char*, int, int) {
    auto& self = *static_cast<Call*>(data);
    std::array<std::uint8_t, 16> bytes{};
    if (inet_pton(AF_INET, ip, bytes.data()) == 1)
      self.allows(std::span(bytes).first(4));
    else if (inet_pton(AF_INET6, ip, bytes.data()) == 1)
      self.allows(bytes);
    else
      self.refused = true;
    // libcurl repeats a request when a pooled connection breaks without a reply. That may be the
    // second time that the other side does what it asks.
    const bool would_repeat = self.began && !may_repeat(self.request.method);
    if (self.refused || would_repeat) return CURL_PREREQFUNC_ABORT;
    self.began = true;
    return CURL_PREREQFUNC_OK;
  }

  static std::size_t on_header(char* data, std::size_t, std::size_t size, void* self) {
    return static_cast<Call*>(self)->take_header({data, size}) ? size : 0;
  }
  static std::size_t on_body(char* data, std::size_t, std::size_t size, void* self) {
    return static_cast<Call*>(self)->take_body({data, size}) ? size : 0;
  }

  bool take_header(std::string_view line) {
    header_bytes += line.size();
    if (header_bytes > kMostHeaderBytes) too_large = true;
    line = without_blanks(line);
    const auto colon = line.find(':');
    head_is_whole = line.empty();
    if (line.starts_with("HTTP/"))
      reply.headers.clear();  // Those of a 1xx reply before this one.
    else if (colon != std::string_view::npos)
      reply.headers.emplace_back(in_lower_case(line.substr(0, colon)),
                                 without_blanks(line.substr(colon + 1)));
    return !too_large;
  }
  bool take_body(std::string_view bytes) {
    if (bytes.size() > request.max_response_bytes - reply.body.size()) too_large = true;
    if (!too_large) reply.body.append(bytes);
    return !too_large;
  }
};

HttpClient::Loop::Loop(HttpClientOptions options, const Clock& clock)
    : options_(std::move(options)), clock_(clock) {
  static const CURLcode global =
      curl_global_init(CURL_GLOBAL_DEFAULT);  // Once in a process, never undone.
  if (global != CURLE_OK) throw std::runtime_error("libcurl cannot be initialised");
  multi_ = curl_multi_init();
  curl_multi_setopt(multi_, CURLMOPT_MAX_TOTAL_CONNECTIONS, options_.connections);
  curl_multi_setopt(multi_, CURLMOPT_MAX_HOST_CONNECTIONS, options_.connections_per_host);
  curl_multi_setopt(multi_, CURLMOPT_MAXCONNECTS, options_.connections);
  for (const auto& entry : options_.pinned)
    pinned_.reset(curl_slist_append(pinned_.release(), entry.c_str()));
  thread_ = std::jthread([this](std::stop_token stop) { run(std::move(stop)); });
}

HttpClient::Loop::~Loop() {
  thread_.request_stop();
  curl_multi_wakeup(multi_);
  thread_.join();
  curl_multi_cleanup(multi_);
}

HttpClient::CallId HttpClient::Loop::submit(OutboundRequest request, OnReply on_reply) {
  if (const auto fit = check(request, options_); !fit) {
    on_reply(fit.error());
    return 0;
  }
  CallId id = 0;
  {
    const std::lock_guard lock(mutex_);
    if (!closing_ && waiting_ < options_.waiting) {
      ++waiting_;
      id = ++last_id_;
      submitted_.push_back(std::make_unique<Call>(id, std::move(request), std::move(on_reply)));
    }
  }
  if (id == 0)
    on_reply(Error{ErrorClass::retry, "too many HTTP calls are under way"});
  else
    curl_multi_wakeup(multi_);
  return id;
}

void HttpClient::Loop::cancel(CallId id) {
  {
    const std::lock_guard lock(mutex_);
    cancelled_.push_back(id);
  }
  curl_multi_wakeup(multi_);
}

void HttpClient::Loop::run(std::stop_token stop) {
  sigset_t broken_pipe;  // OpenSSL writes to sockets whose other side may have gone.
  sigemptyset(&broken_pipe);
  sigaddset(&broken_pipe, SIGPIPE);
  pthread_sigmask(SIG_BLOCK, &broken_pipe, nullptr);

  const auto take = [this](auto& list) {
    const std::lock_guard lock(mutex_);
    return std::exchange(list, {});
  };
  while (!stop.stop_requested()) {
    // In this order: what is cancelled now was submitted before.
    const auto cancelled = take(cancelled_);
    for (auto& call : take(submitted_)) start(std::move(call));
    for (const auto id : cancelled)
      if (const auto call = active_.find(id); call != active_.end())
        finish(*call->second, Error{ErrorClass::cancelled, "HTTP call was cancelled"});

    int running = 0;
    curl_multi_perform(multi_, &running);
    finish_ended_calls();
    curl_multi_poll(multi_, nullptr, 0, kIdlePoll, nullptr);
  }
  {
    const std::lock_guard lock(mutex_);
    closing_ = true;
  }
  for (auto& call : take(submitted_)) active_.emplace(call->id, std::move(call));
  while (!active_.empty())
    finish(*active_.begin()->second, Error{ErrorClass::cancelled, "HTTP client is shutting down"});
}

void HttpClient::Loop::start(std::unique_ptr<Call> owned) {
  auto& call = *active_.emplace(owned->id, std::move(owned)).first->second;
  const auto left = std::chrono::floor<Millis>(call.request.deadline - clock_.monotonic());
  if (left <= Millis(0))
    return finish(call,
                  Error{ErrorClass::retry, "HTTP call came too late: no time left to make it"});
  prepare(call, left);
  curl_multi_add_handle(multi_, call.easy);
}

void HttpClient::Loop::prepare(Call& call, Millis time_left) {
  const auto& request = call.request;
  const auto append = [&](const std::string& line) {
    call.headers.reset(curl_slist_append(call.headers.release(), line.c_str()));
  };
  append("Expect:");  // libcurl's own additions, without a value: left out.
  append("Content-Type:");
  for (const auto& [name, value] : request.headers)
    append(value.empty() ? name + ";" : name + ": " + value);

  CURL* const easy = call.easy = curl_easy_init();
  const auto set = [easy](CURLoption option, auto value) {
    [[maybe_unused]] const auto code = curl_easy_setopt(easy, option, value);
    assert(code == CURLE_OK);
  };
  const auto as_long = [](Millis time) {
    return static_cast<long>(std::min<Millis::rep>(time.count(), 1L << 30));
  };
  set(CURLOPT_PRIVATE, &call);
  set(CURLOPT_URL, request.url.c_str());
  set(CURLOPT_PROTOCOLS_STR, "http,https");
  set(CURLOPT_PROXY, "");  // Not from the environment either.
  set(CURLOPT_NOSIGNAL, 1L);
  set(CURLOPT_HTTP_VERSION, static_cast<long>(CURL_HTTP_VERSION_1_1));
  set(CURLOPT_TIMEOUT_MS, as_long(time_left));
  set(CURLOPT_CONNECTTIMEOUT_MS, as_long(std::min(time_left, options_.connect_time)));
  set(CURLOPT_SSLVERSION, static_cast<long>(CURL_SSLVERSION_TLSv1_2));
  if (!options_.ca_file.empty()) set(CURLOPT_CAINFO, options_.ca_file.c_str());
  if (pinned_) set(CURLOPT_RESOLVE, pinned_.get());
  set(CURLOPT_OPENSOCKETFUNCTION, &Call::open_socket);
  set(CURLOPT_OPENSOCKETDATA, &call);
  set(CURLOPT_PREREQFUNCTION, &Call::before_request);
  set(CURLOPT_PREREQDATA, &call);
  set(CURLOPT_HEADERFUNCTION, &Call::on_header);
  set(CURLOPT_HEADERDATA, &call);
  set(CURLOPT_WRITEFUNCTION, &Call::on_body);
  set(CURLOPT_WRITEDATA, &call);
  set(CURLOPT_HTTPHEADER, call.headers.get());

  if (request.method == "HEAD") return set(CURLOPT_NOBODY, 1L);
  if (request.method != "GET" || !request.body.empty()) {
    set(CURLOPT_POSTFIELDS, request.body.data());
    set(CURLOPT_POSTFIELDSIZE_LARGE, static_cast<curl_off_t>(request.body.size()));
  }
  set(CURLOPT_CUSTOMREQUEST, request.method.c_str());
}

void HttpClient::Loop::finish_ended_calls() {
  int left = 0;
  while (const auto* message = curl_multi_info_read(multi_, &left)) {
    if (message->msg != CURLMSG_DONE) continue;
    const auto code = message->data.result;
    Call* call = nullptr;
    curl_easy_getinfo(message->easy_handle, CURLINFO_PRIVATE, &call);
    finish(*call, result_of(*call, code));
  }
}

Result<OutboundReply> HttpClient::Loop::result_of(Call& call, CURLcode code) const {
  if (call.refused)
    return Error{ErrorClass::config, "HTTP destination is not on the public Internet"};
  if (call.too_large) return Error{ErrorClass::permanent, "HTTP reply is larger than allowed"};
  if (code == CURLE_OK && call.head_is_whole) {
    long status = 0;
    curl_easy_getinfo(call.easy, CURLINFO_RESPONSE_CODE, &status);
    call.reply.status = static_cast<int>(status);
    return std::move(call.reply);
  }
  if (call.began)
    return Error{ErrorClass::deadline,
                 code == CURLE_OPERATION_TIMEDOUT
                     ? "HTTP call got no reply in time; its outcome is unknown"
                     : "HTTP connection broke before the reply was whole; the outcome is unknown"};
  switch (code) {
    case CURLE_COULDNT_RESOLVE_HOST:
      return Error{ErrorClass::retry, "HTTP host's name could not be resolved"};
    case CURLE_OPERATION_TIMEDOUT:
      return Error{ErrorClass::retry, "HTTP connection was not made in time"};
    case CURLE_COULDNT_CONNECT: return Error{ErrorClass::retry, "HTTP connection was refused"};
    case CURLE_PEER_FAILED_VERIFICATION:
      return Error{ErrorClass::retry, "TLS certificate was not accepted"};
    default:
      return Error{ErrorClass::retry,
                   std::string("HTTP connection failed: ") + curl_easy_strerror(code)};
  }
}

void HttpClient::Loop::finish(Call& call, Result<OutboundReply> result) {
  if (call.easy != nullptr) curl_multi_remove_handle(multi_, call.easy);
  const auto ended = active_.extract(call.id);
  {
    const std::lock_guard lock(mutex_);
    --waiting_;
  }
  ended.mapped()->on_reply(std::move(result));
}

HttpClient::HttpClient(HttpClientOptions options, const Clock& clock)
    : loop_(std::make_unique<Loop>(std::move(options), clock)) {}
HttpClient::~HttpClient() = default;

HttpClient::CallId HttpClient::send(OutboundRequest request, OnReply on_reply) {
  return loop_->submit(std::move(request), std::move(on_reply));
}

void HttpClient::cancel(CallId id) { loop_->cancel(id); }

Result<OutboundReply> HttpClient::send_and_wait(OutboundRequest request, std::stop_token stop) {
  const auto reply =
      std::make_shared<std::promise<Result<OutboundReply>>>();  // Outlives whoever wakes up first.
  auto future = reply->get_future();
  const auto id = send(std::move(request), [reply](Result<OutboundReply> result) {
    reply->set_value(std::move(result));
  });
  const std::stop_callback on_stop(stop, [this, id] { cancel(id); });
  return future.get();
}

}  // namespace conserje
