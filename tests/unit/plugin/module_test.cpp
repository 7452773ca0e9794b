#include "plugin/module.hpp"

#include <gtest/gtest.h>
#include <sys/mman.h>
#include <unistd.h>

#include <cerrno>
#include <fstream>

namespace conserje {
namespace {

namespace fs = std::filesystem;

fs::path plugin(const std::string& name) {
  return fs::path(CONSERJE_TEST_PLUGINS) / (name + ".so");
}

/// The refusal of a file that can be copied; empty: it was loaded.
std::string load_refusal(const std::string& name) {
  auto image = SealedImage::copy(plugin(name));
  if (!image) return "not copied: " + image.error().message;
  const auto module = Module::load(*image, CJ_ABI_VERSION);
  return module ? std::string() : module.error().message;
}

/// A folder that goes with the test.
class AModule : public testing::Test {
 protected:
  fs::path folder_ = fs::temp_directory_path() / ("module_test." + std::to_string(::getpid()));
  void SetUp() override { fs::create_directories(folder_); }
  void TearDown() override { fs::remove_all(folder_); }
};

TEST_F(AModule, HasTheTableOfThePlugin) {
  auto image = SealedImage::copy(plugin("sink_good"));
  ASSERT_TRUE(image) << image.error().message;
  const auto module = Module::load(*image, CJ_ABI_VERSION);
  ASSERT_TRUE(module) << module.error().message;
  EXPECT_EQ(module->table().abi, CJ_ABI_VERSION);
  EXPECT_NE(module->table().create, nullptr);
  EXPECT_EQ(module->table().get_extension, nullptr);
}

TEST_F(AModule, IsWhatTheFileHeldWhenItWasCopied) {
  const auto file = folder_ / "sink_good.so";
  fs::copy_file(plugin("sink_good"), file);
  auto image = SealedImage::copy(file);
  ASSERT_TRUE(image);
  std::ofstream(file, std::ios::trunc) << "something else";
  EXPECT_TRUE(Module::load(*image, CJ_ABI_VERSION));
}

TEST_F(AModule, IsTheFileItselfWhereOnlyRootCanChangeIt) {
  EXPECT_TRUE(only_root_can_change("/usr/bin/env"));
  EXPECT_FALSE(only_root_can_change("/nowhere/x.so"));
  const auto file = folder_ / "sink_good.so";  // Below a folder where everybody may write.
  fs::copy_file(plugin("sink_good"), file);
  EXPECT_FALSE(only_root_can_change(file));
  const auto image = SealedImage::open(file);
  ASSERT_TRUE(image);
  std::ofstream(file, std::ios::trunc) << "something else";
  EXPECT_TRUE(Module::load(*image, CJ_ABI_VERSION));
}

TEST_F(AModule, LoadsAFileThatOnlyRootCanChange) {
  const auto image = SealedImage::open("/lib/x86_64-linux-gnu/libz.so.1");
  ASSERT_TRUE(image) << image.error().message;
  EXPECT_EQ((*image)->bytes().substr(0, 4),
            "\x7F"
            "ELF");
}

TEST_F(AModule, TwoImagesOfOneFileAreTwoModules) {
  decltype(cj_plugin::create) tables[2];
  for (auto& create : tables) {
    auto image = SealedImage::copy(plugin("sink_good"));  // Gone before the next one is made.
    ASSERT_TRUE(image);
    const auto module = Module::load(*image, CJ_ABI_VERSION);
    ASSERT_TRUE(module);
    create = module->table().create;
  }
  EXPECT_NE(tables[0], tables[1]);
}

TEST_F(AModule, RefusesAFileThatIsNotThere) {
  const auto image = SealedImage::copy("/nowhere/x.so");
  ASSERT_FALSE(image);
  EXPECT_EQ(image.error().message,
            "it cannot be opened: No such file or directory\n"
            "    needed: the plugin's file, readable for the host's user\n"
            "    who must act: the operator of this host\n"
            "    do: ls -l /nowhere/x.so");
}

TEST_F(AModule, RefusesWhatIsNoRegularFile) {
  const auto image = SealedImage::copy("/dev/null");
  ASSERT_FALSE(image);
  EXPECT_EQ(image.error().message,
            "it is not a regular file\n"
            "    needed: the plugin's file, readable for the host's user\n"
            "    who must act: the operator of this host\n"
            "    do: ls -l /dev/null");
}

TEST_F(AModule, NamesALibraryThatIsMissing) {
  EXPECT_EQ(load_refusal("sink_missing_library"),
            "it needs libconserje_gone.so, which is not on this system\n"
            "    needed: every library that it is linked with\n"
            "    who must act: the operator of this host\n"
            "    do: apt-get install apt-file && apt-file update && apt-file search "
            "libconserje_gone.so\n"
            "        apt-get install the package that it names");
}

TEST_F(AModule, NamesASymbolThatIsMissing) {
  EXPECT_EQ(load_refusal("sink_undefined"),
            "it cannot be loaded: sink_undefined.so: undefined symbol: nobody_defines_this\n"
            "    needed: a plugin whose symbols are all there\n"
            "    who must act: the vendor of the plugin\n"
            "    do: link it with -Wl,-z,defs, as conserje_add_plugin does, and with the "
            "libraries that it names");
}

TEST_F(AModule, RefusesAnEntryThatDoesNotKnowTheAbi) {
  EXPECT_EQ(load_refusal("sink_null_entry"),
            "its cj_entry does not know ABI 1, although its manifest says so\n"
            "    needed: a cj_entry that answers for every ABI of the manifest\n"
            "    who must act: the vendor of the plugin\n"
            "    do: correct `abi` in manifest.json, or cj_entry");
}

TEST_F(AModule, RefusesATableThatEndsBeforeCreate) {
  EXPECT_EQ(load_refusal("sink_short_table"),
            "its cj_entry returns a table of 8 bytes for ABI 1 without create\n"
            "    needed: a cj_plugin with its own size, ABI 1 and create\n"
            "    who must act: the vendor of the plugin\n"
            "    do: fill in the table as cj.h says");
}

/// A memfd of one page, which a mapping to write to keeps from being sealed.
class Seal : public testing::Test {
 protected:
  static constexpr std::size_t kSize = 4096;
  const int memory_ = ::memfd_create("page", MFD_CLOEXEC | MFD_ALLOW_SEALING);
  void* page_ = MAP_FAILED;
  void SetUp() override {
    ASSERT_EQ(::ftruncate(memory_, kSize), 0);
    page_ = ::mmap(nullptr, kSize, PROT_READ | PROT_WRITE, MAP_SHARED, memory_, 0);
    ASSERT_NE(page_, MAP_FAILED);
  }
  void TearDown() override { ::close(memory_); }
  void let_go() { ::munmap(page_, kSize); }
};

TEST_F(Seal, WaitsForWhoHoldsAPage) {
  EXPECT_TRUE(seal(memory_, [this] { let_go(); }));
  EXPECT_EQ(::write(memory_, "x", 1), -1);
  EXPECT_EQ(errno, EPERM);
}

TEST_F(Seal, GivesUpOnWhoNeverLetsGo) {
  int waits = 0;
  EXPECT_FALSE(seal(memory_, [&] { ++waits; }));
  EXPECT_EQ(errno, EBUSY);
  EXPECT_EQ(waits, 19);
  let_go();
}

}  // namespace
}  // namespace conserje
