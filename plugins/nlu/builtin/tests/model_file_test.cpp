#include "model_file.hpp"

#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>

namespace conserje::nlu {
namespace {

std::string place(const char* name) {
  return (std::filesystem::path(testing::TempDir()) / name).string();
}

std::span<const std::byte> bytes_of(const std::string& text) {
  return std::as_bytes(std::span(text));
}

std::string text_of(const ModelFile& file) {
  return {reinterpret_cast<const char*>(file.bytes().data()), file.bytes().size()};
}

TEST(ModelFile, IsMappedAsItWasWritten) {
  const auto path = place("model-file-test-written");
  ASSERT_TRUE(ModelFile::write(path, bytes_of("a model")));
  const auto file = ModelFile::open(path);
  ASSERT_TRUE(file) << file.error().message;
  EXPECT_EQ(text_of(*file), "a model");
  std::filesystem::remove(path);
}

TEST(ModelFile, StaysAsItWasForWhoHasItMapped) {
  const auto path = place("model-file-test-replaced");
  ASSERT_TRUE(ModelFile::write(path, bytes_of("the old one")));
  const auto old = ModelFile::open(path);
  ASSERT_TRUE(old);
  ASSERT_TRUE(ModelFile::write(path, bytes_of("new")));
  EXPECT_EQ(text_of(*old), "the old one");
  const auto now = ModelFile::open(path);
  ASSERT_TRUE(now);
  EXPECT_EQ(text_of(*now), "new");
  std::filesystem::remove(path);
}

TEST(ModelFile, RefusesWhatIsNoFileWithBytes) {
  const auto empty = place("model-file-test-empty");
  std::ofstream(empty).flush();
  for (const std::string& path : {std::string("/nowhere/a.model"), empty, testing::TempDir()}) {
    const auto file = ModelFile::open(path);
    ASSERT_FALSE(file) << path;
    EXPECT_EQ(file.error().error_class, ErrorClass::config);
    EXPECT_NE(file.error().message.find(path), std::string::npos);
  }
  std::filesystem::remove(empty);
}

TEST(ModelFile, SaysThatItCannotBeWritten) {
  const auto written = ModelFile::write("/nowhere/a.model", bytes_of("a model"));
  ASSERT_FALSE(written);
  EXPECT_EQ(written.error().error_class, ErrorClass::config);
}

}  // namespace
}  // namespace conserje::nlu
