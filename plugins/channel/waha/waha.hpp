#pragma once

#include <atomic>
#include <cstdint>
#include <memory>
#include <mutex>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "config.hpp"
#include "conserje/channel.hpp"
#include "inbound.hpp"
#include "memory.hpp"
#include "send.hpp"

namespace conserje::waha {

/// One linked phone behind WAHA, the WhatsApp HTTP API. Any number of calls may run at once: what
/// it remembers guards itself.
class Waha final : public Channel {
 public:
  /// Errors: config, a secret is missing or empty.
  static Result<std::unique_ptr<Waha>> create(Host host, const Json& config);

  Status start(const Call& call) override;
  Status drain(const Call& call) override;
  Status on_timer(const Call& call, std::string_view name) override;

  /// Sends; what went out for the same reference before is not sent again. A guest whom nobody
  /// wrote to or heard of yet is looked up first.
  Result<channel::SendReply> send(const Call& call, const channel::SendRequest& request) override;
  Result<channel::SendReply> send_media(const Call& call, const channel::SendRequest& request,
                                        std::string_view file) override;
  Result<FetchedMedia> fetch_media(const Call& call,
                                   const channel::FetchMediaRequest& request) override;
  Result<channel::WebhookEvents> handle_webhook(const Call& call,
                                                const WebhookDelivery& delivery) const override;
  Result<channel::ListSinceReply> list_since(const Call& call,
                                             const channel::ListSinceRequest& request) override;
  Result<channel::DeliveryStatusReply> delivery_status(
      const Call& call, const channel::DeliveryStatusRequest& request) override;
  Result<channel::ChannelHealth> restart(const Call& call) override;
  Result<channel::ChannelHealth> check_health(const Call& call) override;
  channel::Capabilities capabilities() const override;

 private:
  /// Where an address is reached, and under which other one it is known.
  struct Chat {
    std::string jid{};
    std::string alias{};
  };
  enum class Key : bool { without, with };

  /// `config` holds the secrets themselves, no longer their handles.
  Waha(Host host, Config config);

  Status verify(const WebhookDelivery& delivery) const;
  Error refuse(Error error) const;
  void learn(const Reading& reading) const;
  Arrival arrival(std::int64_t received_at_ms) const;

  Result<Chat> find_chat(const Call& call, const std::string& recipient);
  Result<Chat> look_up_number(const Call& call, const std::string& recipient);
  Result<Chat> look_up_hidden(const Call& call, const std::string& recipient);
  std::string engine(const Call& call);
  std::vector<std::string> own_ids(const Call& call, std::string_view reference);
  Result<std::string> post(const Call& call, const Post& post, const Sending& sending);
  bool is_repeated(const HttpResponse& response, const std::string& reference);
  void offer(const channel::SendRequest& request, const std::vector<Post>& posts,
             const std::vector<std::string>& ids);
  void restore_offers();

  void watch_acks(const Call& call);
  void resolve_ack(const Call& call, const std::string& id, const Sending& sending,
                   channel::EmitRequest& events);
  void load_hidden_ids(const Call& call);
  Result<HttpResponse> ask_for(const Call& call, bool is_own, std::string_view chat,
                               std::string_view id, bool with_media);
  Result<HttpResponse> get_list(const Call& call, const std::string& path) const;
  Result<std::vector<std::string>> chats_since(const Call& call, std::int64_t since_ms);
  Status read_chat(const Call& call, const std::string& chat, std::int64_t since_ms,
                   channel::ListSinceReply& reply);
  void read_row(document::Value row, std::int64_t at_ms, channel::ListSinceReply& reply) const;
  std::string last_id_of(const Call& call, const channel::DeliveryStatusRequest& request);
  Result<channel::DeliveryStatusReply> find_by_text(const Call& call,
                                                    const channel::DeliveryStatusRequest& request,
                                                    const std::string& chat);

  Result<HttpResponse> get(const Call& call, std::string path, std::int64_t timeout_ms = 0) const;
  Result<HttpResponse> request(const Call& call, http::HttpCall head, Key key,
                               std::string_view body = {}) const;

  Host host_;
  Config config_;
  mutable AddressBook book_{};
  mutable Ledger ledger_{};
  Offers offers_{};
  mutable std::atomic<std::int64_t> last_refusal_ms_{0};
  mutable std::mutex mutex_{};      // Guards the rest.
  mutable std::string engine_{};    // As last told; empty: not known yet.
  Recent<std::string> exceptions_;  // By reference: what WAHA's engine said last.
  std::int64_t starting_since_ms_ = 0;
};

}  // namespace conserje::waha
