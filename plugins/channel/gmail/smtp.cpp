#include "smtp.hpp"

#include <curl/curl.h>

#include <algorithm>
#include <cstring>
#include <memory>

#include "smtp_reply.hpp"
#include "tls_stream.hpp"

namespace conserje::gmail {
namespace {

constexpr long kConnectMs = 10'000;
constexpr std::uint64_t kLongestMs = 120'000;  // Where the call has no deadline.

struct CurlFree {
  void operator()(CURL* easy) const { curl_easy_cleanup(easy); }
  void operator()(curl_slist* list) const { curl_slist_free_all(list); }
};

/// One submission under way; libcurl's callbacks see it.
struct Submission {
  const Call& call;
  std::string_view rest{};     // Of the mail.
  bool is_whole_sent = false;  // The final dot may have gone over.
  SmtpReply reply{};           // The first refusal, else the last one.
};

std::size_t give(char* to, std::size_t size, std::size_t count, void* self) {
  auto& submission = *static_cast<Submission*>(self);
  const auto bytes = std::min(size * count, submission.rest.size());
  std::memcpy(to, submission.rest.data(), bytes);
  submission.rest.remove_prefix(bytes);
  submission.is_whole_sent = submission.rest.empty();
  return bytes;
}

std::size_t hear(char* line, std::size_t size, std::size_t count, void* self) {
  auto& submission = *static_cast<Submission*>(self);
  const auto reply = read_smtp_reply({line, size * count});
  // After a refusal comes the answer to QUIT.
  if (reply.code != 0 && submission.reply.code < 400) submission.reply = reply;
  return size * count;
}

int go_on(void* self, curl_off_t, curl_off_t, curl_off_t, curl_off_t) {
  return static_cast<Submission*>(self)->call.cancelled() ? 1 : 0;
}

long time_left_ms(const Host& host, const Call& call) {
  if (call.deadline_ns() == 0) return static_cast<long>(kLongestMs);
  const auto now = host.monotonic_ns();
  const auto left = call.deadline_ns() > now ? (call.deadline_ns() - now) / 1'000'000 : 0;
  return static_cast<long>(std::clamp<std::uint64_t>(left, 1, kLongestMs));
}

std::string url_of(const Config& config) {
  const auto scheme = config.smtp_tls == "starttls" ? "smtp://" : "smtps://";
  const auto domain = config.mailbox.substr(config.mailbox.rfind('@') + 1);
  return scheme + config.smtp_host + ":" + std::to_string(config.smtp_port) + "/" + domain;
}

Status outcome_of(CURLcode code, const Submission& submission, const std::string& host) {
  if (code == CURLE_OK) return Done{};
  if (submission.reply.code >= 400) return to_error(submission.reply);
  if (code == CURLE_LOGIN_DENIED)
    return Error{ErrorClass::config, "gmail: the mail server offers no login that we can use"};
  if (submission.is_whole_sent)
    return Error{ErrorClass::deadline, "gmail: the mail went over, and no answer came"};
  if (code == CURLE_ABORTED_BY_CALLBACK)
    return Error{ErrorClass::cancelled, "gmail: sending was asked to end"};
  return to_connection_error(code, host);
}

}  // namespace

Status submit(const Host& host, const Call& call, const Config& config, std::string_view recipient,
              const std::string& mail) {
  const auto password = host.secret(config.password);
  if (!password) return password.error();
  const SigpipeBlocked guard;
  const std::unique_ptr<CURL, CurlFree> easy(curl_easy_init());
  const auto to = "<" + std::string(recipient) + ">";
  const std::unique_ptr<curl_slist, CurlFree> recipients(curl_slist_append(nullptr, to.c_str()));
  if (!easy || !recipients) return Error{ErrorClass::retry, "gmail: libcurl gives no handle"};

  Submission submission{.call = call, .rest = mail};
  const auto set = [&](CURLoption option, auto value) {
    curl_easy_setopt(easy.get(), option, value);
  };
  const auto url = url_of(config);
  const auto from = "<" + config.mailbox + ">";
  set(CURLOPT_URL, url.c_str());
  set(CURLOPT_USE_SSL, static_cast<long>(CURLUSESSL_ALL));  // Never without.
  set(CURLOPT_SSLVERSION, static_cast<long>(CURL_SSLVERSION_TLSv1_2));
  if (!config.ca_file.empty()) set(CURLOPT_CAINFO, config.ca_file.c_str());
  set(CURLOPT_PROXY, "");
  set(CURLOPT_NOSIGNAL, 1L);
  set(CURLOPT_USERNAME, config.user.c_str());
  set(CURLOPT_PASSWORD, password->c_str());
  set(CURLOPT_LOGIN_OPTIONS, "AUTH=PLAIN");
  set(CURLOPT_SASL_IR, 1L);
  set(CURLOPT_MAIL_FROM, from.c_str());
  set(CURLOPT_MAIL_RCPT, recipients.get());
  set(CURLOPT_UPLOAD, 1L);
  set(CURLOPT_INFILESIZE_LARGE, static_cast<curl_off_t>(mail.size()));
  set(CURLOPT_READFUNCTION, &give);
  set(CURLOPT_READDATA, static_cast<void*>(&submission));
  set(CURLOPT_HEADERFUNCTION, &hear);
  set(CURLOPT_HEADERDATA, static_cast<void*>(&submission));
  set(CURLOPT_NOPROGRESS, 0L);
  set(CURLOPT_XFERINFOFUNCTION, &go_on);
  set(CURLOPT_XFERINFODATA, static_cast<void*>(&submission));
  set(CURLOPT_CONNECTTIMEOUT_MS, kConnectMs);
  set(CURLOPT_TIMEOUT_MS, time_left_ms(host, call));
  return outcome_of(curl_easy_perform(easy.get()), submission, config.smtp_host);
}

}  // namespace conserje::gmail
