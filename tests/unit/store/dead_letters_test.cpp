#include "store/dead_letters.hpp"

#include "store_test.hpp"

namespace conserje {
namespace {

class DeadLettersTest : public StoreTest {
 protected:
  DeadLetterRow letter(const std::string& source) const {
    return {.tenant = "hotel-sol",
            .kind = DeadLetterKind::reservation,
            .source = source,
            .reason = "the PMS refused it five times",
            .error_class = ErrorClass::deadline,
            .payload = "{}",
            .attempts = 5,
            .created = now()};
  }
  std::int64_t add(const DeadLetterRow& row) {
    return value_of(
        database_->transact([&](Transaction& tx) { return DeadLetters::add(tx, row); }));
  }
  std::vector<std::string> open_sources(std::int64_t after = 0, std::int64_t limit = 10) {
    std::vector<std::string> sources;
    for (const auto& row : value_of(letters_.list("hotel-sol", after, limit)))
      sources.push_back(row.source);
    return sources;
  }
  DeadLetters letters_{*database_};
};
ON_EVERY_DATABASE(DeadLettersTest);

TEST_P(DeadLettersTest, GetsWhatWasAdded) {
  const auto id = add(letter("CJ-1"));
  auto expected = letter("CJ-1");
  expected.id = id;
  EXPECT_EQ(value_of(letters_.get(id)), expected);
  EXPECT_EQ(value_of(letters_.get(id + 1)), std::nullopt);
}

TEST_P(DeadLettersTest, ListsInPagesTheOldestFirst) {
  const auto first = add(letter("CJ-1"));
  add(letter("CJ-2"));
  add(letter("CJ-3"));
  auto of_another = letter("CJ-4");
  of_another.tenant = "hotel-luna";
  add(of_another);
  EXPECT_EQ(open_sources(0, 2), (std::vector<std::string>{"CJ-1", "CJ-2"}));
  EXPECT_EQ(open_sources(first), (std::vector<std::string>{"CJ-2", "CJ-3"}));
}

TEST_P(DeadLettersTest, ClosesALetterOnce) {
  const auto id = add(letter("CJ-1"));
  EXPECT_TRUE(value_of(letters_.close(id, now())));
  EXPECT_FALSE(value_of(letters_.close(id, now() + 1h)));
  EXPECT_EQ(value_of(letters_.get(id))->closed, now());
  EXPECT_TRUE(open_sources().empty());
}

}  // namespace
}  // namespace conserje
