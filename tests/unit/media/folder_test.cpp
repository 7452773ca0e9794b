#include "media/folder.hpp"

#include <gtest/gtest.h>
#include <unistd.h>

namespace conserje {
namespace {

class MediaFolderTest : public testing::Test {
 protected:
  ~MediaFolderTest() override { std::filesystem::remove_all(path_); }
  std::filesystem::path path_ = std::filesystem::temp_directory_path() /
                                ("conserje_media_folder_" + std::to_string(getpid()));
  MediaFolder folder_{path_ / "media"};
};

TEST_F(MediaFolderTest, GivesBackWhatItWasGiven) {
  const std::string bytes("\x00\xff\nOggS", 7);
  EXPECT_TRUE(folder_.write("m_1", bytes));
  EXPECT_EQ(*folder_.read("m_1"), bytes);
}

TEST_F(MediaFolderTest, IsReadableToItsOwnerAlone) {
  EXPECT_TRUE(folder_.write("m_1", "x"));
  namespace fs = std::filesystem;
  EXPECT_EQ(fs::status(path_ / "media").permissions(), fs::perms::owner_all);
  EXPECT_EQ(fs::status(path_ / "media" / "m_1").permissions(),
            fs::perms::owner_read | fs::perms::owner_write);
}

TEST_F(MediaFolderTest, RemovesAFileAndDoesNotMindThatItIsGone) {
  EXPECT_TRUE(folder_.write("m_1", "x"));
  folder_.remove("m_1");
  folder_.remove("m_1");
  EXPECT_EQ(folder_.read("m_1").error().error_class, ErrorClass::permanent);
}

TEST_F(MediaFolderTest, AFolderThatCannotBeMadeIsTriedAgain) {
  std::filesystem::create_directories(path_);
  std::FILE* in_its_place = std::fopen((path_ / "media").c_str(), "w");
  std::fclose(in_its_place);
  EXPECT_EQ(folder_.write("m_1", "x").error().error_class, ErrorClass::retry);
}

}  // namespace
}  // namespace conserje
