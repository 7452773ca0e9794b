#include "pipeline/source.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cstdlib>
#include <fstream>

namespace conserje {
namespace {

/// A folder and a few environment variables of its own for each test.
class SystemSourceTest : public testing::Test {
 protected:
  SystemSourceTest() {
    std::string pattern = std::filesystem::temp_directory_path() / "conserje-source-XXXXXX";
    folder = mkdtemp(pattern.data());
  }
  ~SystemSourceTest() override {
    std::filesystem::remove_all(folder);
    unsetenv("CONSERJE_TEST_SECRET");
    unsetenv("CREDENTIALS_DIRECTORY");
  }

  std::filesystem::path write(const std::string& name, const std::string& text) const {
    std::ofstream(folder / name, std::ios::binary) << text;
    return folder / name;
  }

  std::filesystem::path folder;
  SystemSource source;
};

TEST_F(SystemSourceTest, ReadsAFileByteForByte) {
  const std::string text("a\r\n\0b\xff", 6);
  EXPECT_EQ(source.file(write("x", text)), Result<std::string>(text));
}

TEST_F(SystemSourceTest, ReadsFilesUpToTheLimitAndNoLarger) {
  EXPECT_TRUE(source.file(write("fits", std::string(kConfigFileLimit, 'a'))));
  const auto larger = source.file(write("larger", std::string(kConfigFileLimit + 1, 'a')));
  ASSERT_FALSE(larger);
  EXPECT_THAT(larger.error().message, testing::HasSubstr("larger than 1 MiB"));
}

TEST_F(SystemSourceTest, RefusesWhatIsNoFile) {
  EXPECT_THAT(source.file(folder).error().message, testing::HasSubstr("is not a file"));
  EXPECT_THAT(source.file("/dev/zero").error().message, testing::HasSubstr("is not a file"));
  EXPECT_THAT(source.file(folder / "none").error().message, testing::HasSubstr("does not exist"));
}

TEST_F(SystemSourceTest, ReadsTheEnvironment) {
  EXPECT_EQ(source.env("CONSERJE_TEST_SECRET").error().message,
            "environment variable CONSERJE_TEST_SECRET is not set");
  setenv("CONSERJE_TEST_SECRET", "s3", 1);
  EXPECT_EQ(source.env("CONSERJE_TEST_SECRET"), Result<std::string>("s3"));
}

TEST_F(SystemSourceTest, ReadsCredentialsFromTheFolderThatSystemdNames) {
  EXPECT_THAT(source.credential("db").error().message, testing::HasSubstr("CREDENTIALS_DIRECTORY"));
  setenv("CREDENTIALS_DIRECTORY", folder.c_str(), 1);
  write("db", "s3");
  EXPECT_EQ(source.credential("db"), Result<std::string>("s3"));
}

TEST_F(SystemSourceTest, ACredentialIsNoWayOutOfItsFolder) {
  setenv("CREDENTIALS_DIRECTORY", (folder / "inner").c_str(), 1);
  std::filesystem::create_directory(folder / "inner");
  write("db", "s3");
  EXPECT_FALSE(source.credential("../db"));
  EXPECT_FALSE(source.credential(".."));
}

}  // namespace
}  // namespace conserje
