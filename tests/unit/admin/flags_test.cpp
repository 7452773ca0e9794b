#include "admin/flags.hpp"

#include <gtest/gtest.h>

#include "world.hpp"

namespace conserje {
namespace {

const std::string kPath = "/api/v1/admin/flags";

class FlagAreaTest : public testing::Test, protected TokenWorld {
 protected:
  AdminOutcome call(const std::string& method, const std::string& path, const Json& body = {},
                    Page page = {}) {
    for (const auto& endpoint :
         flag_endpoints({.all = [this] { return flags_.all("hotel-sol"); },
         .set = [this](const std::string& name,
                       std::int64_t share) { return flags_.set("hotel-sol", name, share); },
         .reset = [this](const std::string& name) { return flags_.reset("hotel-sol", name); }}))
      if (const auto values = match_path(endpoint.path, path); values && endpoint.method == method)
        return endpoint.handle({.path = *values, .page = std::move(page), .body = body});
    throw std::runtime_error("no endpoint " + path);
  }
  static Json json(const AdminOutcome& outcome) {
    return Json::parse(std::get<AdminAnswer>(outcome).json);
  }
  static int status(const AdminOutcome& outcome) { return std::get<Problem>(outcome).status; }
  static Json flag(int percentage, const std::string& origin) {
    return {
        {"name", "spa.offers"}, {"percentage", percentage}, {"origin", origin}, {"otherwise", 30}};
  }

  Flags flags_{*database, clock, {{"spa.offers", 30}}};
};

TEST_F(FlagAreaTest, ListsWhatIsCompiledAndDeclaredByName) {
  const auto first = json(call("GET", kPath, {}, {.limit = 2}));
  EXPECT_EQ(first["items"][0]["name"], "audio.processor.optimized");
  EXPECT_EQ(first["items"][1]["origin"], "compiled");
  const auto rest = json(call("GET", kPath, {}, {.after = first["next"]}));
  EXPECT_EQ(rest["items"][1], flag(30, "declared"));
  EXPECT_EQ(rest["next"], nullptr);
}

TEST_F(FlagAreaTest, SetsAFlagOnOffAndForSome) {
  EXPECT_EQ(json(call("PUT", kPath + "/spa.offers", {{"on", true}})), flag(100, "stored"));
  EXPECT_TRUE(flags_.is_on("hotel-sol", "spa.offers", "ana"));
  EXPECT_EQ(json(call("PUT", kPath + "/spa.offers", {{"on", false}})), flag(0, "stored"));
  EXPECT_FALSE(flags_.is_on("hotel-sol", "spa.offers", "ana"));
  EXPECT_EQ(json(call("PUT", kPath + "/spa.offers", {{"percentage", 7}})), flag(7, "stored"));
  EXPECT_EQ(json(call("DELETE", kPath + "/spa.offers")), flag(30, "declared"));
}

TEST_F(FlagAreaTest, RefusesAWishThatIsNone) {
  for (const Json& body :
       {Json::object(), Json{{"on", true}, {"percentage", 1}}, Json{{"percentage", 101}},
        Json{{"on", 1}}, Json{{"on", true}, {"for", "ana"}}})
    EXPECT_EQ(status(call("PUT", kPath + "/spa.offers", body)), 422) << body;
}

TEST_F(FlagAreaTest, KnowsNoOthers) {
  EXPECT_EQ(status(call("PUT", kPath + "/spa.offer", {{"on", true}})), 404);
  EXPECT_EQ(status(call("DELETE", kPath + "/spa.offer")), 404);
}

}  // namespace
}  // namespace conserje
