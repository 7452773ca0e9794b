#include <gtest/gtest.h>
#include <unistd.h>

#include <filesystem>
#include <fstream>
#include <iterator>

#include "commands.hpp"
#include "plugin/kinds.hpp"

namespace conserje {
namespace {

namespace fs = std::filesystem;

class New : public testing::Test {
 protected:
  const fs::path folder = fs::path(testing::TempDir()) / ("new-" + std::to_string(::getpid()));

  void TearDown() override { fs::remove_all(folder); }
  int make(const std::string& kind, const std::string& language, const std::string& name) const {
    return new_command({.kind = kind,
                        .language = language,
                        .name = name,
                        .folder = folder / kind / language,
                        .sdk = CONSERJE_SDK});
  }
};

TEST_F(New, MakesEveryKindInCppAndC) {
  for (const Kind& kind : kinds())
    for (const char* language : {"cpp", "c"}) {
      EXPECT_EQ(make(std::string(kind.name), language, "my_hotel"), 0) << kind.name << language;
      const auto made = folder / kind.name / language;
      for (const char* file :
           {"CMakeLists.txt", "README.md", "manifest.json", "config.schema.json"})
        EXPECT_TRUE(fs::exists(made / file)) << made << file;
      std::ifstream in(made / "manifest.json");
      EXPECT_EQ(Json::parse(in)["id"], "com.example.my-hotel");
      std::ifstream schema(made / "config.schema.json");
      EXPECT_TRUE(Json::parse(schema).contains("examples"));
    }
}

TEST_F(New, SpeaksOfTheNameThatWasGiven) {
  ASSERT_EQ(make("sink", "cpp", "my_hotel"), 0);
  std::ifstream in(folder / "sink/cpp/my_hotel.hpp");
  const std::string text{std::istreambuf_iterator<char>(in), {}};
  EXPECT_NE(text.find("class MyHotel final"), std::string::npos);
  EXPECT_NE(text.find("namespace my_hotel"), std::string::npos);
  EXPECT_EQ(text.find("xample"), std::string::npos);
}

TEST_F(New, RefusesWhatIsNoNameAndWhatIsThere) {
  EXPECT_EQ(make("sink", "cpp", "My-Hotel"), 2);
  EXPECT_EQ(make("sink", "cpp", ""), 2);
  EXPECT_EQ(make("fridge", "cpp", "a"), 2);
  ASSERT_EQ(make("sink", "c", "a"), 0);
  EXPECT_EQ(make("sink", "c", "a"), 2);
}

}  // namespace
}  // namespace conserje
