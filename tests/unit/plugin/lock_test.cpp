#include "plugin/lock.hpp"

#include <gtest/gtest.h>
#include <unistd.h>

#include <fstream>

namespace conserje {
namespace {

namespace fs = std::filesystem;

const Lock kLock{.plugins = {{"com.acme.pms", "1.4.0", digest_of("pms"), "acme"},
                             {"test.sink", "1.0.0", digest_of("sink"), ""}}};

TEST(Lock, IsALineForEachPlugin) {
  EXPECT_EQ(print(kLock),
            "# Plugins that may run here: id, version, hash (b2sum FILE), whose signature. Written "
            "by `conserje plugins lock`.\n"
            "com.acme.pms 1.4.0 " +
                to_string(digest_of("pms")) + " acme\ntest.sink 1.0.0 " +
                to_string(digest_of("sink")) + " -\n");
}

TEST(Lock, ReadsWhatItPrints) { EXPECT_EQ(parse_lock(print(kLock)), kLock); }

TEST(Lock, NamesTheLineThatIsWrong) {
  const auto why = [](const std::string& line) {
    const auto parsed = parse_lock("# a comment\n\n" + line + "\n");
    return parsed ? std::string("nothing") : parsed.error().message;
  };
  const auto hash = to_string(digest_of(""));
  EXPECT_EQ(why("a.b 1.0.0 " + hash + " -"), "nothing");
  EXPECT_EQ(why("a.b 1.0.0 " + hash), "line 3 is not `ID VERSION HASH KEY`");
  EXPECT_EQ(why("a.b 1.0.0 " + hash + " - more"), "line 3 is not `ID VERSION HASH KEY`");
  EXPECT_EQ(why("a.b  1.0.0 " + hash + " -"), "line 3 is not `ID VERSION HASH KEY`");
  EXPECT_EQ(why("a.b 1.0.0 abc -"), "line 3 is not `ID VERSION HASH KEY`");
  EXPECT_EQ(why("a.b 1.0.0 " + hash + " -\na.b 1.0.1 " + hash + " -"), "line 4 names a.b again");
}

TEST(Lock, HoldsABoundedNumberOfPlugins) {
  std::string text;
  for (std::size_t i = 0; i <= kLockLimit; ++i)
    text += "a.b" + std::to_string(i) + " 1.0.0 " + to_string(Digest{}) + " -\n";
  const auto parsed = parse_lock(text);
  ASSERT_FALSE(parsed);
  EXPECT_EQ(parsed.error().message, "line 4097 is one plugin more than 4096");
}

TEST(Lock, SaysWhatAnUpdateChanges) {
  auto lock = kLock;
  EXPECT_EQ(update(lock, kLock.plugins[1]), "");
  EXPECT_EQ(lock, kLock);
  EXPECT_EQ(update(lock, {"test.sink", "1.0.0", digest_of("new"), ""}),
            "test.sink 1.0.0 has another file");
  EXPECT_EQ(update(lock, {"test.sink", "1.1.0", digest_of("newer"), ""}),
            "test.sink 1.0.0 -> 1.1.0");
  EXPECT_EQ(update(lock, {"test.sink", "1.1.0", digest_of("newer"), "own"}),
            "test.sink 1.1.0 has another key");
  EXPECT_EQ(update(lock, {"org.first", "2.0.0", {}, ""}), "added org.first 2.0.0");
  EXPECT_EQ(lock, (Lock{.plugins = {kLock.plugins[0],
                                    {"org.first", "2.0.0", {}, ""},
                                    {"test.sink", "1.1.0", digest_of("newer"), "own"}}}));
}

TEST(Lock, IsReplacedAsAWhole) {
  const auto file = fs::temp_directory_path() / ("lock." + std::to_string(::getpid()));
  ASSERT_TRUE(write_lock(file, kLock));
  ASSERT_TRUE(write_lock(file, Lock{.plugins = {kLock.plugins[0]}}));
  EXPECT_EQ(read_lock(file), (Lock{.plugins = {kLock.plugins[0]}}));
  fs::remove(file);
  const auto gone = read_lock(file);
  ASSERT_FALSE(gone);
  EXPECT_EQ(gone.error().message, "file " + file.string() + " does not exist");
  EXPECT_FALSE(write_lock("/nowhere/plugins.lock", kLock));
}

}  // namespace
}  // namespace conserje
