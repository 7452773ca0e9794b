#pragma once

#include <cstdint>
#include <memory>
#include <mutex>
#include <string>
#include <string_view>
#include <vector>

#include "../common/progress.hpp"
#include "../common/recent.hpp"
#include "config.hpp"
#include "conserje/channel.hpp"
#include "ledger.hpp"
#include "media.hpp"
#include "pauses.hpp"
#include "payload.hpp"

namespace conserje::whatsapp {

/// One business number on Meta's WhatsApp Cloud API. Any number of calls may run at once: what it
/// remembers guards itself.
class WhatsApp final : public Channel {
 public:
  /// Errors: config, a secret is missing or empty.
  static Result<std::unique_ptr<WhatsApp>> create(Host host, const Json& config);

  Status start(const Call& call) override;

  /// A long text goes as several messages. When one of them is refused, the error says which; those
  /// before it have been sent, and are not sent again with the same reference.
  Result<channel::SendReply> send(const Call& call, const channel::SendRequest& request) override;
  /// Uploads `file` first, unless Meta has it from before.
  Result<channel::SendReply> send_media(const Call& call, const channel::SendRequest& request,
                                        std::string_view file) override;
  Result<FetchedMedia> fetch_media(const Call& call,
                                   const channel::FetchMediaRequest& request) override;
  Result<channel::WebhookEvents> handle_webhook(const Call& call,
                                                const WebhookDelivery& delivery) const override;
  /// Subscribes our app to the webhooks of the business account, where that is configured.
  Result<channel::ChannelHealth> restart(const Call& call) override;
  Result<channel::ChannelHealth> check_health(const Call& call) override;
  channel::Capabilities capabilities() const override;

 private:
  /// A file at Meta that we uploaded.
  struct Upload {
    std::string id{};
    std::int64_t at_ms = 0;
  };
  /// What an upload is known by, and whether Meta had it from before.
  struct Uploaded {
    std::string id{};
    std::string key{};
    bool is_from_before = false;
  };

  /// `config` holds the secrets themselves, no longer their handles.
  WhatsApp(Host host, Config config);

  channel::HttpAnswer answer_handshake(std::string_view query) const;
  bool is_signed(const WebhookDelivery& delivery) const;
  void learn(channel::WebhookEvents& events) const;

  Result<channel::SendReply> dispatch(const Call& call, const channel::SendRequest& message,
                                      const Attachment* file);
  Result<Accepted> send_part(const Call& call, const std::string& account,
                             const channel::SendRequest& message, const Part& part,
                             const std::vector<std::string>& bodies);
  Result<Accepted> post(const Call& call, const std::string& account,
                        const channel::SendRequest& message, const std::string& body);
  void mark_read(const Call& call, const std::string& account, const std::string& guest);
  void keep_progress(const Part& part, std::size_t parts, const std::string& message_id);
  void restore_progress(const std::string& reference);

  Result<Uploaded> upload(const Call& call, const std::string& account, const FileForm& form,
                          std::string_view file);
  channel::ChannelHealth hearing(const Call& call);
  std::int64_t token_end(const Call& call);
  Result<MediaFile> describe_file(const Call& call, const std::string& id) const;
  Result<HttpResponse> download(const Call& call, const std::string& link,
                                std::int64_t most_bytes) const;
  Result<FetchedMedia> checked(const Call& call, const MediaFile& file,
                               HttpResponse response) const;

  Result<std::string> account_of(const channel::SendRequest& message) const;
  /// Of its template, where one is set; else nullptr.
  const TemplateShape* shape_of(const channel::SendRequest& message) const;
  Result<HttpResponse> request(const Call& call, std::string method, std::string path,
                               std::string_view body = {}) const;
  Result<HttpResponse> exchange(const Call& call, http::HttpCall head, std::string_view body) const;

  Host host_;
  Config config_;
  std::vector<std::string> origins_;  // From where files are fetched.
  Progress progress_;
  mutable Ledger ledger_{};
  Pauses pauses_{};
  mutable std::mutex mutex_{};          // Guards the rest.
  mutable Recent<std::string> unread_;  // By guest: the id of what he wrote last.
  Recent<Upload> uploads_;              // By type and digest.
};

}  // namespace conserje::whatsapp
