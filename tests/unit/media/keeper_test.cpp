#include "media/keeper.hpp"

#include <gtest/gtest.h>
#include <unistd.h>

#include <filesystem>

#include "counting_random.hpp"
#include "fake_clock.hpp"
#include "store/migrate.hpp"

namespace conserje {
namespace {

using namespace std::chrono_literals;
using channel::FetchMediaRequest;
using channel::Media;

template <class T>
T value_of(Result<T> result) {
  EXPECT_TRUE(result) << result.error().message;
  return *std::move(result);
}

/// A MediaKeeper on a real SQLite store and folder; the provider gives what the test says.
class MediaKeeperTest : public testing::Test {
 protected:
  MediaKeeperTest() {
    std::filesystem::create_directories(path_);
    database_ = value_of(open_database("sqlite:" + (path_ / "test.db").string(), {}, clock_));
    value_of(migrate(*database_, clock_.now()));
    files_.emplace(*database_);
    keeper_.emplace(MediaKeeper::Parts{
        .database = *database_,
        .files = *files_,
        .folder = folder_,
        .limits = {.max_bytes = 2'000, .keep_days = 30},
        .fetch =
            [this](const std::string& channel, const FetchMediaRequest& request) {
              asked_.push_back(channel + " " + request.media.reference);
              return provider_;
            },
        .clock = clock_,
        .random = random_,
        .metrics = metrics_,
        .log = log_,
        .owner = "host-1"});
  }
  ~MediaKeeperTest() override {
    database_.reset();
    std::filesystem::remove_all(path_);
  }

  MediaFile file(Media media = {.kind = "image", .reference = "R1"}) const {
    return files_of("hotel-sol", "whatsapp",
                    {.id = "A1", .account = "1055", .media = std::move(media)}, clock_.now())
        .at(0);
  }
  void add(const MediaFile& file) {
    value_of(database_->transact([&](Transaction& tx) { return files_->add(tx, file); }));
  }
  bool step() { return value_of(keeper_->step()); }
  MediaFileRow row() { return *value_of(files_->find(file().id)); }

  std::filesystem::path path_ =
      std::filesystem::temp_directory_path() / ("conserje_keeper_" + std::to_string(getpid()));
  MediaFolder folder_{path_ / "media"};
  FakeClock clock_;
  CountingRandom random_;
  Metrics metrics_;
  Log log_ = Log::silent();
  Result<Fetched> provider_ = Fetched{.mime_type = "image/jpeg", .bytes = "jpeg"};
  std::vector<std::string> asked_;
  std::unique_ptr<Database> database_;
  std::optional<MediaFiles> files_;
  std::optional<MediaKeeper> keeper_;
};

TEST_F(MediaKeeperTest, TheFilesOfAMessageAreThoseThatCanBeFetched) {
  const auto files = files_of(
      "hotel-sol", "mail",
      {.id = "A1",
       .account = "hotel@example.org",
       .media = Media{.kind = "image", .reference = "R1"},
       .more_media = {Media{.kind = "image"}, Media{.kind = "document", .url = "https://x/2"}}},
      clock_.now());
  const MediaFile first{.tenant = "hotel-sol",
                        .id = media_id("hotel-sol", "mail", "A1", 0),
                        .channel = "mail",
                        .account = "hotel@example.org",
                        .message_id = "A1",
                        .media = R"({"kind":"image","reference":"R1"})",
                        .created = clock_.now()};
  auto second = first;
  second.id = media_id("hotel-sol", "mail", "A1", 1);
  second.media = R"({"kind":"document","url":"https://x/2"})";
  EXPECT_EQ(files, (std::vector<MediaFile>{first, second}));
}

TEST_F(MediaKeeperTest, FetchesAFileOnceAndKeepsIt) {
  add(file());
  EXPECT_TRUE(step());
  EXPECT_FALSE(step());
  EXPECT_EQ(asked_, (std::vector<std::string>{"whatsapp R1"}));
  EXPECT_EQ(*folder_.read(file().id), "jpeg");
  EXPECT_EQ(row(), (MediaFileRow{.file = file(),
                                 .state = MediaState::kept,
                                 .attempts = 1,
                                 .mime_type = "image/jpeg",
                                 .size_bytes = 4}));
}

TEST_F(MediaKeeperTest, FetchesLaterWhatCannotBeHadNow) {
  add(file());
  provider_ = Error{ErrorClass::retry, "busy"};
  EXPECT_TRUE(step());
  EXPECT_FALSE(step());
  provider_ = Fetched{.bytes = "jpeg"};
  clock_.advance(6s);
  EXPECT_TRUE(step());
  EXPECT_EQ(row().state, MediaState::kept);
}

TEST_F(MediaKeeperTest, GivesUpWhatTheProviderDoesNotHaveAnyMore) {
  add(file());
  provider_ = Error{ErrorClass::permanent, "gone"};
  EXPECT_TRUE(step());
  clock_.advance(48h);
  EXPECT_FALSE(step());
  EXPECT_EQ(row().state, MediaState::failed);
  EXPECT_EQ(row().last_error, "gone");
}

TEST_F(MediaKeeperTest, GivesUpAfterItsSchedule) {
  add(file());
  provider_ = Error{ErrorClass::retry, "busy"};
  for (int i = 0; i < 8; ++i) {
    EXPECT_TRUE(step());
    clock_.advance(48h);
  }
  EXPECT_FALSE(step());
  EXPECT_EQ(row().state, MediaState::failed);
}

TEST_F(MediaKeeperTest, DoesNotAskForWhatIsTooLarge) {
  add(file({.kind = "video", .reference = "R1", .size = 2'001}));
  EXPECT_TRUE(step());
  EXPECT_EQ(asked_, std::vector<std::string>{});
  EXPECT_EQ(row().last_error, "the file is larger than limits.media.max_bytes (2000)");
}

TEST_F(MediaKeeperTest, DoesNotKeepWhatIsLargerThanItsSenderSaid) {
  add(file());
  provider_ = Fetched{.bytes = std::string(2'001, 'x')};
  EXPECT_TRUE(step());
  EXPECT_EQ(row().state, MediaState::failed);
  EXPECT_FALSE(folder_.read(file().id));
}

TEST_F(MediaKeeperTest, GivesAFileAtOnceAndKeepsIt) {
  EXPECT_EQ(keeper_->get(file())->bytes, "jpeg");
  EXPECT_EQ(row().state, MediaState::kept);
  provider_ = Error{ErrorClass::permanent, "gone"};
  EXPECT_EQ(keeper_->get(file())->mime_type, "image/jpeg");
  EXPECT_EQ(asked_.size(), 1U);
}

TEST_F(MediaKeeperTest, FetchesAgainWhatSomebodyRemovedFromTheFolder) {
  EXPECT_TRUE(keeper_->get(file()));
  folder_.remove(file().id);
  EXPECT_TRUE(keeper_->get(file()));
  EXPECT_EQ(asked_.size(), 2U);
}

TEST_F(MediaKeeperTest, ForgetsFilesAfterTheirTime) {
  EXPECT_TRUE(keeper_->get(file()));
  clock_.advance(24h * 30);
  EXPECT_EQ(value_of(keeper_->forget_old()), 0U);
  clock_.advance(1ms);
  EXPECT_EQ(value_of(keeper_->forget_old()), 1U);
  EXPECT_EQ(value_of(keeper_->forget_old()), 0U);
  EXPECT_FALSE(folder_.read(file().id));
  EXPECT_EQ(row().state, MediaState::forgotten);
}

}  // namespace
}  // namespace conserje
