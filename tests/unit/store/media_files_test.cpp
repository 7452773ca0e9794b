#include "store/media_files.hpp"

#include "store/reconciliations.hpp"
#include "store_test.hpp"

namespace conserje {
namespace {

class MediaFilesTest : public StoreTest {
 protected:
  MediaFile file(const std::string& message = "A1") const {
    return {.tenant = "hotel-sol",
            .id = media_id("hotel-sol", "whatsapp", message, 0),
            .channel = "whatsapp",
            .account = "1055",
            .message_id = message,
            .media = R"({"kind":"image"})",
            .created = now()};
  }
  bool add(const MediaFile& file) {
    return value_of(database_->transact([&](Transaction& tx) { return files_.add(tx, file); }));
  }
  std::optional<LeasedFile> lease() { return value_of(files_.lease("host-1", now(), 60s)); }
  template <class Work>
  void in_transaction(Work work) {
    value_of(database_->transact(std::move(work)));
  }

  int woken_ = 0;
  MediaFiles files_{*database_, [this] { ++woken_; }};
};
ON_EVERY_DATABASE(MediaFilesTest);

TEST_P(MediaFilesTest, ARepeatedMessageAddsNothingAndWakesNobody) {
  EXPECT_TRUE(add(file()));
  EXPECT_FALSE(add(file()));
  EXPECT_EQ(woken_, 1);
}

TEST_P(MediaFilesTest, LeasesEachFileOnce) {
  add(file("A1"));
  add(file("A2"));
  EXPECT_EQ(lease()->file, file("A1"));
  EXPECT_EQ(lease()->file, file("A2"));
  EXPECT_FALSE(lease());
}

TEST_P(MediaFilesTest, AFileThatIsKeptIsNotLeasedAgainWhoeverFetchedIt) {
  const auto added = file();
  add(added);
  in_transaction([&](Transaction& tx) {
    files_.keep(tx, file().id, "image/png", 7, now());
    return true;
  });
  clock_.advance(61s);
  EXPECT_FALSE(lease());
  EXPECT_EQ(
      *value_of(files_.find(file().id)),
      (MediaFileRow{
          .file = added, .state = MediaState::kept, .mime_type = "image/png", .size_bytes = 7}));
}

TEST_P(MediaFilesTest, AHostThatDiedGivesItsFilesBack) {
  add(file());
  EXPECT_TRUE(lease());
  EXPECT_EQ(value_of(files_.release_all("", now())), 1);
  EXPECT_TRUE(lease());
}

TEST_P(MediaFilesTest, RemembersUntilWhenAChannelWasReconciled) {
  Reconciliations table(*database_);
  EXPECT_EQ(value_of(table.until("hotel-sol", "waha")), std::nullopt);
  value_of(table.save("hotel-sol", "waha", now()));
  value_of(table.save("hotel-sol", "waha", now() + 5s));
  EXPECT_EQ(value_of(table.until("hotel-sol", "waha")), now() + 5s);
  EXPECT_EQ(value_of(table.until("hotel-luna", "waha")), std::nullopt);
}

}  // namespace
}  // namespace conserje
