#include <gtest/gtest.h>
#include <unistd.h>

#include <filesystem>
#include <fstream>
#include <iterator>

#include "commands.hpp"
#include "plugin/elf.hpp"

namespace conserje {
namespace {

namespace fs = std::filesystem;

constexpr const char* kManifest =
    R"({"id":"a.b","version":"1.2.3","title":"T","abi":{"min":1,"max":1},"licence":"MIT",
        "kinds":[{"kind":"sink","revision":1}],"methods":["deliver"]})";

class Stamp : public testing::Test {
 protected:
  const fs::path folder = fs::path(testing::TempDir()) / ("stamp-" + std::to_string(::getpid()));

  void SetUp() override { fs::create_directories(folder); }
  void TearDown() override { fs::remove_all(folder); }
  fs::path write(const std::string& name, const std::string& text) const {
    std::ofstream(folder / name, std::ios::binary) << text;
    return folder / name;
  }
  static std::string bytes(const fs::path& file) {
    std::ifstream in(file, std::ios::binary);
    return {std::istreambuf_iterator<char>(in), {}};
  }
  /// A copy of an animal, whatever manifest it has.
  fs::path animal(const std::string& name) const {
    fs::copy_file(fs::path(CONSERJE_ZOO) / (name + ".so"), folder / "p.so");
    return folder / "p.so";
  }
};

TEST_F(Stamp, GivesAManifestToAFileWithout) {
  const auto file = animal("no_manifest");
  ASSERT_EQ(
      stamp_command(file, write("m.json", kManifest), write("s.json", R"({"type":"object"})")), 0);
  const auto manifest = read_manifest(bytes(file), Platform::current());
  ASSERT_TRUE(manifest) << manifest.error().message;
  EXPECT_EQ(manifest->id, "a.b");
  EXPECT_EQ(manifest->config_schema, Json::parse(R"({"type":"object"})"));
  EXPECT_TRUE(read_linking(bytes(file), Platform::current())->note_is_loaded);
}

TEST_F(Stamp, ReplacesTheManifestOfAFileThatHasOne) {
  const auto file = animal("good_serial");
  ASSERT_EQ(stamp_command(file, write("m.json", kManifest), write("s.json", "{}")), 0);
  EXPECT_EQ(read_manifest(bytes(file), Platform::current())->version, "1.2.3");
}

TEST_F(Stamp, TouchesNothingWhenTheManifestIsWrong) {
  const auto file = animal("good_serial");
  const auto before = bytes(file);
  EXPECT_EQ(stamp_command(file, write("m.json", "{}"), write("s.json", "{}")), 1);
  EXPECT_EQ(bytes(file), before);
}

TEST_F(Stamp, IsReadByInspect) {
  const auto file = animal("no_manifest");
  EXPECT_EQ(inspect_command(file, true), 1);
  ASSERT_EQ(stamp_command(file, write("m.json", kManifest), write("s.json", "{}")), 0);
  EXPECT_EQ(inspect_command(file, true), 0);
}

}  // namespace
}  // namespace conserje
