#include "store/plugin_kv.hpp"

#include <atomic>
#include <thread>

#include "store_test.hpp"

namespace conserje {
namespace {

using Revision = std::optional<std::int64_t>;
using Keys = std::vector<std::string>;

class PluginKvTest : public StoreTest {
 protected:
  Revision put(const std::string& key, const std::string& value, Revision expected = std::nullopt) {
    return value_of(kv_.put("whatsapp", key, value, expected));
  }
  std::optional<StoredValue> get(const std::string& key) {
    return value_of(kv_.get("whatsapp", key));
  }

  PluginKv kv_{*database_, {.entries = 3, .bytes = 100, .key_bytes = 10, .value_bytes = 60}};
};
ON_EVERY_DATABASE(PluginKvTest);

TEST_P(PluginKvTest, KeepsBytesAsTheyAre) {
  const std::string bytes("\0\xff{}", 4);
  EXPECT_EQ(put("token", bytes), 1);
  EXPECT_EQ(get("token"), (StoredValue{bytes, 1}));
  EXPECT_EQ(get("other"), std::nullopt);
}

TEST_P(PluginKvTest, CountsRevisions) {
  EXPECT_EQ(put("a", "1"), 1);
  EXPECT_EQ(put("a", "2"), 2);
  EXPECT_EQ(put("a", "3", 2), 3);
  EXPECT_EQ(get("a"), (StoredValue{"3", 3}));
}

TEST_P(PluginKvTest, RefusesAPutThatExpectsAnotherRevision) {
  EXPECT_EQ(put("a", "x", 1), std::nullopt);
  EXPECT_EQ(get("a"), std::nullopt);
  EXPECT_EQ(put("a", "1", 0), 1);
  EXPECT_EQ(put("a", "2", 0), std::nullopt);
  EXPECT_EQ(put("a", "2", 7), std::nullopt);
  EXPECT_EQ(get("a"), (StoredValue{"1", 1}));
}

TEST_P(PluginKvTest, LetsOneOfManyWinAComparison) {
  put("a", "start");
  PluginKv other(other_host());
  std::atomic<int> won = 0;
  {
    std::vector<std::jthread> threads;
    for (int t = 0; t < 6; ++t)
      threads.emplace_back([&, t] {
        won += value_of((t % 2 == 0 ? kv_ : other).put("whatsapp", "a", std::to_string(t), 1))
                   .has_value();
      });
  }
  EXPECT_EQ(won, 1);
  EXPECT_EQ(get("a")->revision, 2);
}

TEST_P(PluginKvTest, KeepsPluginsApart) {
  put("a", "1");
  EXPECT_EQ(value_of(kv_.get("gmail", "a")), std::nullopt);
  EXPECT_EQ(value_of(kv_.list("gmail", "")), Keys());
}

TEST_P(PluginKvTest, RemovesWhatIsThere) {
  put("a", "1");
  EXPECT_FALSE(value_of(kv_.remove("whatsapp", "a", 7)));
  EXPECT_TRUE(value_of(kv_.remove("whatsapp", "a", 1)));
  EXPECT_FALSE(value_of(kv_.remove("whatsapp", "a", std::nullopt)));
  EXPECT_EQ(get("a"), std::nullopt);
}

TEST_P(PluginKvTest, ListsAPrefixInByteOrder) {
  for (const auto* key : {"é%", "aB", "aa"}) put(key, "");
  EXPECT_EQ(value_of(kv_.list("whatsapp", "")), (Keys{"aB", "aa", "é%"}));
  EXPECT_EQ(value_of(kv_.list("whatsapp", "a")), (Keys{"aB", "aa"}));
  EXPECT_EQ(value_of(kv_.list("whatsapp", "é")), Keys{"é%"});
  EXPECT_EQ(value_of(kv_.list("whatsapp", "_")), Keys());
}

TEST_P(PluginKvTest, HoldsToItsQuota) {
  const auto refused = [this](const std::string& key, const std::string& value) {
    const auto result = kv_.put("whatsapp", key, value, std::nullopt);
    return !result && result.error().error_class == ErrorClass::permanent &&
           result.error().vendor_code == "too_large";
  };
  EXPECT_TRUE(refused("", "1"));
  EXPECT_TRUE(refused("12345678901", "1"));
  EXPECT_TRUE(refused("a", std::string(61, 'x')));
  put("a", std::string(60, 'x'));
  EXPECT_TRUE(refused("b", std::string(41, 'x')));
  put("a", std::string(50, 'x'));  // Replaced, not added.
  put("b", std::string(50, 'x'));
  put("c", "");
  EXPECT_TRUE(refused("d", ""));
  EXPECT_EQ(value_of(kv_.put("gmail", "d", "1", std::nullopt)), 1);
}

}  // namespace
}  // namespace conserje
