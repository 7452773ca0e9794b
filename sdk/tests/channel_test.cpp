// A channel's methods as the host calls them: numbers, heads and attachments.
#include "conserje/channel.hpp"

#include <gtest/gtest.h>

namespace conserje {
namespace {

/// Answers with what it was given, so that a test sees what arrived.
class Parrot final : public Channel {
 public:
  Result<channel::SendReply> send(const Call&, const channel::SendRequest& request) override {
    return channel::SendReply{.message_ids = {request.text}};
  }
  Result<channel::SendReply> send_media(const Call&, const channel::SendRequest& request,
                                        std::string_view file) override {
    return channel::SendReply{.message_ids = {request.media->mime_type, std::string(file)}};
  }
  Result<FetchedMedia> fetch_media(const Call&,
                                   const channel::FetchMediaRequest& request) override {
    if (request.max_bytes < 4) return Error{ErrorClass::permanent, "over the limit"};
    return FetchedMedia{{.mime_type = request.media.mime_type}, "PNG!"};
  }
  Result<channel::HttpAnswer> answer(const Call&,
                                     const channel::AnswerRequest& request) const override {
    return channel::HttpAnswer{.status = 200, .body = request.said.at(0).texts.at(0)};
  }
  Result<channel::ListSinceReply> list_since(const Call&,
                                             const channel::ListSinceRequest& request) override {
    return channel::ListSinceReply{.next_cursor = std::to_string(request.since_ms)};
  }
  Result<channel::DeliveryStatusReply> delivery_status(
      const Call&, const channel::DeliveryStatusRequest& request) override {
    return channel::DeliveryStatusReply{.found = request.reference == "r1"};
  }
  Result<channel::ChannelHealth> restart(const Call&) override {
    return channel::ChannelHealth{.state = "ok", .detail = "restarted"};
  }
  channel::Capabilities capabilities() const override { return {.window_hours = 24}; }
};

/// A channel that can only send.
class Mute final : public Channel {
 public:
  Result<channel::SendReply> send(const Call&, const channel::SendRequest&) override {
    return channel::SendReply{};
  }
  channel::Capabilities capabilities() const override { return {}; }
};

template <class In>
Result<Reply> ask(Channel& channel, std::uint32_t method, const In& head,
                  std::vector<std::string_view> attachments = {}) {
  cj_call wire{};
  wire.size = sizeof wire;
  const auto text = encode(head);
  return channel.invoke(Call(&wire), {method, text, std::move(attachments)});
}

TEST(ChannelMethods, SendsAFileAsAnAttachment) {
  Parrot parrot;
  const channel::SendRequest request{
      .recipient = "+34", .media = channel::Media{.mime_type = "image/png"}, .reference = "r1"};
  EXPECT_EQ(ask(parrot, channel::method::send_media, request, {"bytes"}),
            Result<Reply>(Reply{R"({"message_ids":["image/png","bytes"]})", {}}));
}

TEST(ChannelMethods, GivesAFetchedFileAsAnAttachment) {
  Parrot parrot;
  const channel::FetchMediaRequest request{.media = {.mime_type = "image/png"}, .max_bytes = 9};
  EXPECT_EQ(ask(parrot, channel::method::fetch_media, request),
            Result<Reply>(Reply{R"({"mime_type":"image/png"})", {"PNG!"}}));
}

TEST(ChannelMethods, SaysWhyAFileWasNotFetched) {
  Parrot parrot;
  EXPECT_EQ(ask(parrot, channel::method::fetch_media, channel::FetchMediaRequest{.max_bytes = 1}),
            Result<Reply>(Error{ErrorClass::permanent, "over the limit"}));
}

TEST(ChannelMethods, RefusesAFetchWhoseHeadDoesNotFit) {
  Parrot parrot;
  EXPECT_EQ(ask(parrot, channel::method::fetch_media, channel::Empty{}),
            Result<Reply>(Error{ErrorClass::permanent, "request: media: is missing"}));
}

TEST(ChannelMethods, AnswersAQuestion) {
  Parrot parrot;
  const channel::AnswerRequest request{.said = {{.message_id = "m1", .texts = {"Sí"}}}};
  EXPECT_EQ(ask(parrot, channel::method::answer, request),
            Result<Reply>(Reply{R"({"status":200,"body":"Sí"})", {}}));
}

TEST(ChannelMethods, ListsWhatCameIn) {
  Parrot parrot;
  EXPECT_EQ(ask(parrot, channel::method::list_since,
                channel::ListSinceRequest{.since_ms = 7, .limit = 50}),
            Result<Reply>(Reply{R"({"next_cursor":"7"})", {}}));
}

TEST(ChannelMethods, TellsWhatBecameOfAMessage) {
  Parrot parrot;
  EXPECT_EQ(ask(parrot, channel::method::delivery_status,
                channel::DeliveryStatusRequest{.reference = "r1"}),
            Result<Reply>(Reply{R"({"found":true})", {}}));
}

TEST(ChannelMethods, RestartsTheProvidersSide) {
  Parrot parrot;
  EXPECT_EQ(ask(parrot, channel::method::restart, channel::Empty{}),
            Result<Reply>(Reply{R"({"state":"ok","detail":"restarted"})", {}}));
}

TEST(ChannelMethods, RefusesWhatAChannelDoesNotOverride) {
  Mute mute;
  cj_call wire{};
  wire.size = sizeof wire;
  for (const auto method :
       {channel::method::send_media, channel::method::fetch_media, channel::method::answer,
        channel::method::list_since, channel::method::delivery_status, channel::method::restart}) {
    const auto reply = mute.invoke(
        Call(&wire), {method,
                      R"({"recipient":"","reference":"","media":{"kind":""},"max_bytes":1,)"
                      R"("said":[],"since_ms":0,"limit":1})",
                      {}});
    EXPECT_EQ(reply, Result<Reply>(detail::unsupported(method)));
  }
}

/// The quick reader of a webhook's head, beside the general one, which decides.
class WebhookHead : public testing::TestWithParam<const char*> {};

TEST_P(WebhookHead, IsReadQuicklyAsTheGeneralReaderReadsIt) {
  const auto quick = detail::read_plain(GetParam());
  ASSERT_TRUE(quick);
  EXPECT_EQ(Result<channel::WebhookRequest>(*quick),
            decode<channel::WebhookRequest>(std::string_view(GetParam())));
}
INSTANTIATE_TEST_SUITE_P(
    Plain, WebhookHead,
    testing::Values(
        R"({"method":"POST","path":"/webhooks/wa","received_at_ms":1785920400123})",
        R"({"received_at_ms":0,"path":"/","method":"GET","query":"a=1&b=%20"})",
        R"({"method":"GET","path":"/","public_url":"https://h.example/","received_at_ms":7})",
        R"({"method":"PUT","method":"GET","path":"/","other":"x","received_at_ms":7})"));

class StrangeWebhookHead : public testing::TestWithParam<const char*> {};

TEST_P(StrangeWebhookHead, IsLeftToTheGeneralReader) {
  EXPECT_EQ(detail::read_plain(GetParam()), std::nullopt);
}
INSTANTIATE_TEST_SUITE_P(
    Strange, StrangeWebhookHead,
    testing::Values("", "{", "{}", "[]", R"({"method":"GET","path":"/"})",
                    R"({"method":"GET","path":"/","received_at_ms":-1})",
                    R"({"method":"GET","path":"/","received_at_ms":01})",
                    R"({"method":"GET","path":"/","received_at_ms":1.5})",
                    R"({"method":"GET","path":"/","received_at_ms":99999999999999999999})",
                    R"({"method":"GET","path":"/\u00e9","received_at_ms":1})",
                    R"({"method":"GET","path":"/é","received_at_ms":1})",
                    R"({"method":"GET","path":"/","received_at_ms":1,})",
                    R"({"method":"GET","path":"/","received_at_ms":1} )",
                    R"({"method":"GET","path":"/","received_at_ms":1)",
                    R"({"method":"GET","path":"/","received_at_ms":1,"x":{}})",
                    R"({ "method":"GET","path":"/","received_at_ms":1})"));

}  // namespace
}  // namespace conserje
