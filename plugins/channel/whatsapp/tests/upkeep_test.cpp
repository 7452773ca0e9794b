// Health asked, webhooks subscribed, guests' files fetched.
#include "plugin_test.hpp"

namespace conserje::whatsapp {
namespace {

using channel::ChannelHealth;

const std::string kNumber =
    "/415882930112233?fields=quality_rating,name_status,platform_type,health_status";
const std::string kToken = "/debug_token?input_token=EAAG-token";
const std::string kApps = "/302514889610044/subscribed_apps";
constexpr std::int64_t kMinute = 60'000;

HttpResponse json(std::string body) { return {.status = 200, .body = std::move(body)}; }

class Upkeep : public WhatsAppTest {
 protected:
  void expect_number(std::string body = R"({"health_status":{"can_send_message":"AVAILABLE"}})") {
    expect_get(kNumber, json(std::move(body)));
  }
  void expect_token(std::int64_t expires_at = 0) {
    expect_get(kToken, json(R"({"data":{"expires_at":)" + std::to_string(expires_at) + "}}"));
  }
  void expect_apps(const std::string& apps) {
    expect_get(kApps, json(R"({"data":[)" + apps + "]}"));
  }
  ChannelHealth health() {
    const auto found = plugin_->check_health(testkit::FakeCall(host_));
    return found ? *found : ChannelHealth{.state = "error " + found.error().message};
  }
  void send_some(int count) {
    for (int i = 0; i < count; ++i) {
      const auto reference = "s" + std::to_string(i);
      host_.expect({.url = "http://graph.test/v23.0/415882930112233/messages",
                    .body = R"({"messaging_product":"whatsapp","recipient_type":"individual",)"
                            R"("to":"34655010203","type":"text","text":{"body":"Hola",)"
                            R"("preview_url":false},"biz_opaque_callback_data":")" +
                            reference + "\"}",
                    .response = accepted("wamid." + reference)});
      EXPECT_TRUE(
          plugin_->send(testkit::FakeCall(host_),
                        {.recipient = "+34655010203", .text = "Hola", .reference = reference}));
    }
  }

  std::unique_ptr<WhatsApp> plugin_ = make();
};

// ---- Health.

TEST_F(Upkeep, IsWellWhenMetaSaysSo) {
  expect_number();
  expect_token();
  EXPECT_EQ(health(), ChannelHealth{.state = "ok"});
  EXPECT_EQ(host_.unmet(), 0U);
}

TEST_F(Upkeep, IsAsWellAsItsNumber) {
  expect_number(R"({"quality_rating":"RED"})");
  expect_token();
  EXPECT_EQ(health(), (ChannelHealth{.state = "degraded",
                                     .detail = "the quality of the number is rated RED"}));
  expect_get(kNumber, refused(190, 401));
  EXPECT_EQ(health(), (ChannelHealth{.state = "down", .detail = "whatsapp: HTTP 401"}));
}

TEST_F(Upkeep, IsDownWhenMetaCannotBeReached) {
  expect_get(kNumber, Error{ErrorClass::retry, "connection refused"});
  EXPECT_EQ(health(), (ChannelHealth{.state = "down", .detail = "connection refused"}));
}

TEST_F(Upkeep, TellsWhenItsTokenEnds) {
  expect_number();
  expect_token(1'767'225'600 + 8 * 86'400);
  EXPECT_EQ(health(),
            (ChannelHealth{.state = "ok", .expires_at_ms = 1'767'225'600'000 + 8 * 86'400'000LL}));
  expect_number();
  expect_token(1'767'225'600 + 6 * 86'400);
  EXPECT_EQ(health(),
            (ChannelHealth{.state = "degraded",
                           .detail = "the access token ends within a week; make one that does not",
                           .expires_at_ms = 1'767'225'600'000 + 6 * 86'400'000LL}));
}

TEST_F(Upkeep, IsNoWorseForATokenThatTellsNothing) {
  expect_number();
  expect_get(kToken, Error{ErrorClass::deadline, "no answer in time"});
  EXPECT_EQ(health(), ChannelHealth{.state = "ok"});
}

// ---- Connected and deaf.

TEST_F(Upkeep, IsDownWhenNothingIsHeardOfWhatWasSent) {
  send_some(2);
  host_.now_ms += 10 * kMinute + 1;
  expect_number();
  EXPECT_EQ(
      health(),
      (ChannelHealth{.state = "down",
                     .detail = "Meta took messages and tells nothing of them: no webhook comes"}));
  ASSERT_TRUE(deliver(*plugin_, delivery_of(status_of("wamid.s0", "sent", "s0"))));
  expect_number();
  expect_token();
  EXPECT_EQ(health(), ChannelHealth{.state = "ok"});
}

TEST_F(Upkeep, IsDownWhenNobodyGetsItsWebhooks) {
  plugin_ = make(with(kConfig, {{"business_account_id", "302514889610044"}}));
  expect_number();
  expect_apps("");
  EXPECT_EQ(health(), (ChannelHealth{.state = "down",
                                     .detail = "no app gets the webhooks of the business account",
                                     .restart_helps = true}));
  expect_number();
  expect_apps(R"({"whatsapp_business_api_data":{"id":"670843887433847"}})");
  expect_token();
  EXPECT_EQ(health(), ChannelHealth{.state = "ok"});
}

TEST_F(Upkeep, SubscribesWhenItIsRestarted) {
  plugin_ = make(with(kConfig, {{"business_account_id", "302514889610044"}}));
  send_some(2);
  host_.now_ms += 11 * kMinute;
  host_.expect({.url = "http://graph.test/v23.0" + kApps,
                .headers = {{"authorization", "Bearer EAAG-token"}},
                .response = json(R"({"success":true})")});
  expect_number();
  expect_apps(R"({"whatsapp_business_api_data":{"id":"670843887433847"}})");
  expect_token();
  EXPECT_EQ(plugin_->restart(testkit::FakeCall(host_)), Result(ChannelHealth{.state = "ok"}));
  EXPECT_EQ(host_.unmet(), 0U);
}

TEST_F(Upkeep, SaysWhyItCannotSubscribe) {
  plugin_ = make(with(kConfig, {{"business_account_id", "302514889610044"}}));
  host_.expect({.url = "http://graph.test/v23.0" + kApps, .response = refused(200, 403)});
  EXPECT_EQ(plugin_->restart(testkit::FakeCall(host_)),
            Result(ChannelHealth{.state = "down",
                                 .detail = "the webhooks cannot be subscribed: HTTP 403"}));
}

TEST_F(Upkeep, HasNothingToRestartWithoutItsBusinessAccount) {
  expect_number();
  expect_token();
  EXPECT_EQ(plugin_->restart(testkit::FakeCall(host_)), Result(ChannelHealth{.state = "ok"}));
}

// ---- Files.

const std::string kFile = "https://lookaside.fbsbx.com/whatsapp_business/attachments/?mid=1&hash=A";

class Fetching : public Upkeep {
 protected:
  void expect_description(const std::string& url = kFile, const std::string& more = "") {
    expect_get("/772201998877001?phone_number_id=415882930112233",
               json(R"({"url":")" + url + R"(","mime_type":"image/png")" + more + "}"));
  }
  void expect_download(Result<HttpResponse> response, const std::string& url = kFile) {
    host_.expect({.method = "GET",
                  .url = url,
                  .headers = {{"authorization", "Bearer EAAG-token"}, {"user-agent", "conserje/1"}},
                  .response = std::move(response)});
  }
  std::string fetch(std::int64_t max_bytes = 1'000, const std::string& id = "772201998877001") {
    const auto file =
        plugin_->fetch_media(testkit::FakeCall(host_),
                             {.media = {.kind = "image", .reference = id}, .max_bytes = max_bytes});
    EXPECT_EQ(host_.unmet(), 0U);
    if (file) return file->head.mime_type + " " + file->bytes;
    return std::string(to_string(file.error().error_class)) + " " + file.error().message;
  }
};

TEST_F(Fetching, TakesTwoSteps) {
  expect_description();
  expect_download(json("PNG"));
  EXPECT_EQ(fetch(), "image/png PNG");
  EXPECT_EQ(host_.sent.back().request.max_response_bytes, 1'000);
  EXPECT_TRUE(host_.sent.back().request.user_supplied);  // No address within our network.
}

TEST_F(Fetching, ComparesTheHash) {
  const auto digest = to_hex(*host_.host().digest(Digest::sha256, "PNG"));
  expect_description(kFile, R"(,"sha256":")" + digest + "\"");
  expect_download(json("PNG"));
  EXPECT_EQ(fetch(), "image/png PNG");
  expect_description(kFile, R"(,"sha256":")" + digest + "\"");
  expect_download(json("PN"));
  EXPECT_EQ(fetch(), "retry whatsapp: the file did not come as Meta has it");
}

TEST_F(Fetching, AsksForAnotherLinkWhenOneIsNoLongerGood) {
  for (const std::int64_t status : {401, 403, 404, 410}) {
    expect_description();
    expect_download(HttpResponse{.status = status});
    expect_description(kFile + "2");
    expect_download(json("PNG"), kFile + "2");
    EXPECT_EQ(fetch(), "image/png PNG") << status;
  }
  for (int i = 0; i < 2; ++i) {
    expect_description();
    expect_download(HttpResponse{.status = 404});
  }
  EXPECT_EQ(fetch(), "retry whatsapp: the file's link is no longer good");
}

TEST_F(Fetching, DoesNotDownloadWhatIsTooLarge) {
  expect_description(kFile, R"(,"file_size":"1001")");
  EXPECT_EQ(fetch(), "permanent whatsapp: the file is too large");
  expect_description(kFile, R"(,"file_size":1000)");
  expect_download(Error{ErrorClass::permanent, "HTTP reply is larger than allowed"});
  EXPECT_EQ(fetch(), "permanent HTTP reply is larger than allowed");
}

TEST_F(Fetching, TellsThatMetaHasItNoMore) {
  expect_get("/772201998877001?phone_number_id=415882930112233", refused(100));
  EXPECT_EQ(fetch(), "permanent whatsapp: HTTP 400");
}

TEST_F(Fetching, AsksForNothingButAMediaId) {
  for (const auto* id : {"", "../415882930112233", "1?fields=x", "abc"})
    EXPECT_EQ(fetch(1'000, id), "permanent whatsapp: the file has no media id") << id;
  EXPECT_TRUE(host_.sent.empty());
}

TEST_F(Fetching, BringsTheTokenNowhereElse) {
  for (const auto* url :
       {"https://evil.example/x", "http://lookaside.fbsbx.com/x",
        "https://lookaside.fbsbx.com@evil.example/x", "http://169.254.169.254/"}) {
    expect_description(url);
    EXPECT_TRUE(fetch().starts_with("config whatsapp: the file is at a host that media_hosts"))
        << url;
  }
}

TEST_F(Fetching, FollowsARedirectToAnotherHostWithoutTheToken) {
  plugin_ = make(
      with(kConfig, {{"media_hosts", {"https://lookaside.fbsbx.com", "https://cdn.fbsbx.com"}}}));
  expect_description();
  expect_download(
      HttpResponse{.status = 302, .headers = {{"Location", "https://cdn.fbsbx.com/1"}}});
  host_.expect({.method = "GET", .url = "https://cdn.fbsbx.com/1", .response = json("PNG")});
  EXPECT_EQ(fetch(), "image/png PNG");
  for (const auto& header : host_.sent.back().request.headers)
    EXPECT_NE(header.name, "authorization");
}

TEST_F(Fetching, FollowsNoRedirectAwayAndNoneForEver) {
  expect_description();
  expect_download(HttpResponse{.status = 302, .headers = {{"Location", "http://127.0.0.1/admin"}}});
  EXPECT_TRUE(fetch().starts_with("config "));
  expect_description();
  for (int i = 0; i < 4; ++i)
    expect_download(HttpResponse{.status = 302, .headers = {{"Location", kFile}}});
  EXPECT_EQ(fetch(), "permanent whatsapp: the file is behind too many redirects");
}

TEST_F(Fetching, IsTriedAgainWhenAnAnswerIsLost) {
  expect_get("/772201998877001?phone_number_id=415882930112233",
             Error{ErrorClass::deadline, "no answer in time"});
  EXPECT_EQ(fetch(), "retry no answer in time");
  expect_description();
  expect_download(Error{ErrorClass::deadline, "no answer in time"});
  EXPECT_EQ(fetch(), "retry no answer in time");
  expect_description();
  expect_download(HttpResponse{.status = 503});
  EXPECT_EQ(fetch(), "retry whatsapp: HTTP 503");
}

}  // namespace
}  // namespace conserje::whatsapp
