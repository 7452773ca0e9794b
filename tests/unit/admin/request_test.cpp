#include "admin/request.hpp"

#include <gtest/gtest.h>

namespace conserje {
namespace {

using Values = std::vector<std::string>;

TEST(BearerToken, IsWhatStandsBehindTheSchemeInWhateverCase) {
  EXPECT_EQ(bearer_token("Bearer cj_a_b"), "cj_a_b");
  EXPECT_EQ(bearer_token("bearer  cj_a_b "), "cj_a_b");
}

TEST(BearerToken, IsNotOfAnotherScheme) {
  for (const auto* header : {"", "Bearer", "Bearer ", "Basic cj_a_b", "Bearercj_a_b", "cj_a_b"})
    EXPECT_EQ(bearer_token(header), std::nullopt) << header;
}

TEST(PercentDecoded, IsTheBytesThatWereMeant) {
  EXPECT_EQ(percent_decoded("a%20b%2Fc+%c3%B1"), "a b/c+\xC3\xB1");
  for (const auto* wrong : {"%", "%4", "%zz", "a%-1", "%+1"})
    EXPECT_EQ(percent_decoded(wrong), std::nullopt) << wrong;
}

TEST(ReadQuery, TellsNamesFromValues) {
  EXPECT_EQ(read_query("limit=10&after=a%26b&flag").value(),
            (Query{{"limit", "10"}, {"after", "a&b"}, {"flag", ""}}));
  EXPECT_EQ(read_query("").value(), Query{});
}

TEST(ReadQuery, RefusesWhatTwoReadersCouldReadDifferently) {
  for (const auto* wrong : {"a=1&a=2", "a=1&%61=2", "=1", "a=%", "a&&b"})
    EXPECT_FALSE(read_query(wrong)) << wrong;
}

TEST(ReadQuery, HasABound) {
  std::string query = "p0";
  for (std::size_t i = 1; i < kMostParameters; ++i) query += "&p" + std::to_string(i);
  EXPECT_TRUE(read_query(query));
  EXPECT_FALSE(read_query(query + "&q"));
}

TEST(Accepts, TakesTheTypeItsFamilyAndAnything) {
  for (const auto* accept : {"application/json", "*/*", "application/*", "text/html, */*;q=0.1",
                             "APPLICATION/JSON;q=1", "text/html;q=0,application/json"})
    EXPECT_TRUE(accepts(accept, "application/json")) << accept;
}

TEST(Accepts, TakesNothingElse) {
  for (const auto* accept : {"", "text/html", "application/xml", "text/*", "application/json;q=0",
                             "*/*, application/json; q=0.000", "application/jso"})
    EXPECT_FALSE(accepts(accept, "application/json")) << accept;
}

TEST(MediaType, IsComparedWithoutItsParameters) {
  EXPECT_TRUE(is_media_type("Application/JSON; charset=utf-8", "application/json"));
  EXPECT_FALSE(is_media_type("application/json-patch+json", "application/json"));
  EXPECT_FALSE(is_media_type("", "application/json"));
}

TEST(MatchPath, GivesWhatStandsForTheBraces) {
  EXPECT_EQ(match_path("/plugins/{name}/reload", "/plugins/front%2Ddesk/reload"),
            Values{"front-desk"});
  EXPECT_EQ(match_path("/plugins", "/plugins"), Values{});
  EXPECT_EQ(match_path("/a/{b}/{c}", "/a/1/2"), (Values{"1", "2"}));
}

TEST(MatchPath, FitsWholePathsAlone) {
  for (const auto* path :
       {"/plugins", "/plugins/", "/plugins/a/b", "/plugin/a", "/plugins/%", "plugins/a"})
    EXPECT_EQ(match_path("/plugins/{name}", path), std::nullopt) << path;
}

}  // namespace
}  // namespace conserje
