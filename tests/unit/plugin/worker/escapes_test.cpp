// What a worker may not do, tried for real: the worker and the plugin are built without sanitizers,
// so that every limit holds in them as it does in the release build.

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <cerrno>
#include <set>

#include "unit/plugin/worker/worker_world.hpp"

namespace conserje {
namespace {

using testing::HasSubstr;

struct Attempt {
  const char* what;
  int error;            // What it must end with.
  const char* held_by;  // The restriction that sees to it.
};
constexpr Attempt kAttempts[] = {
    {"read /etc/passwd", EACCES, "files"},
    {"read /proc/self/environ", EACCES, "files"},
    {"list /", EACCES, "files"},
    {"write /tmp", EACCES, "files"},
    {"read a library", 0, "files"},  // This one it needs.
    {"mkdir /tmp/x", EPERM, "system_calls"},
    {"unlink", EPERM, "system_calls"},
    {"inet socket", EPERM, "system_calls"},
    {"inet6 socket", EPERM, "system_calls"},
    {"unix socket", EPERM, "system_calls"},
    {"netlink socket", EPERM, "system_calls"},
    {"connect abstract", EPERM, "system_calls"},
    {"exec", EPERM, "system_calls"},
    {"fork bomb", EPERM, "system_calls"},
    {"ptrace parent", EPERM, "system_calls"},
    {"read parent", EPERM, "system_calls"},
    {"kill parent", EPERM, "system_calls"},
    {"kill all", EPERM, "system_calls"},
    {"pidfd parent", EPERM, "system_calls"},
    {"allocate 4 GB", ENOMEM, "limits"},
    {"memfd", EPERM, "system_calls"},
    {"raise limit", EPERM, "system_calls"},
    {"mount", EPERM, "system_calls"},
    {"chroot", EPERM, "system_calls"},
    {"unshare", EPERM, "system_calls"},
    {"bpf", EPERM, "system_calls"},
    {"perf", EPERM, "system_calls"},
    {"io_uring", EPERM, "system_calls"},
    {"keyctl", EPERM, "system_calls"},
    {"outlive the host", EPERM, "system_calls"},
};

/// With an inet client of its own.
constexpr Attempt kNetworkAttempts[] = {
    {"inet socket", 0, "system_calls"},        {"unix socket", EPERM, "system_calls"},
    {"netlink socket", EPERM, "system_calls"}, {"raw socket", EPERM, "system_calls"},
    {"read /etc/passwd", EACCES, "files"},     {"write /tmp", EACCES, "files"},
    {"exec", EPERM, "system_calls"},           {"fork bomb", EPERM, "system_calls"},
    {"ptrace parent", EPERM, "system_calls"},  {"kill parent", EPERM, "system_calls"},
    {"allocate 4 GB", ENOMEM, "limits"},
};

struct Escapes : testing::Test {
  WorkerWorld world{};
  Escapes() { world.launcher = std::make_shared<Launcher>(CONSERJE_TEST_PLAIN_WORKER); }

  static std::string outcome(PluginInstance& plugin, std::string_view what) {
    const auto reply = ask(plugin, what);
    return reply ? reply->head : reply.error().message;
  }
  static std::string with(int error) { return "{\"errno\":" + std::to_string(error) + "}"; }

  /// Each attempt ends as it should; or what should hold it is told as not in force, with the
  /// reason, which is the kernel's.
  template <class Attempts>
  void try_all(const std::string& name, const Attempts& attempts) {
    auto plugin = world.run(name);
    const auto enforced = plugin->confinement();
    for (const auto& attempt : attempts) {
      const auto held_by = std::ranges::find(enforced.items, attempt.held_by, &Restriction::name);
      ASSERT_NE(held_by, enforced.items.end()) << attempt.held_by;
      if (held_by->in_force) {
        EXPECT_EQ(outcome(*plugin, attempt.what), with(attempt.error)) << attempt.what;
      } else {
        EXPECT_THAT(held_by->detail, HasSubstr("kernel")) << attempt.what;
      }
    }
  }
};

TEST_F(Escapes, AreDenied) { try_all("sink_criminal_plain", kAttempts); }

TEST_F(Escapes, AreDeniedWithTheLandlockOfDebian12) {
  world.landlock_abi = 2;
  try_all("sink_criminal_plain", kAttempts);
}

TEST_F(Escapes, AreDeniedToAPluginWithANetworkOfItsOwn) {
  try_all("sink_criminal_network", kNetworkAttempts);
}

TEST_F(Escapes, OnlyTheKernelCanTakeARestrictionAway) {
  const auto enforced = world.run("sink_criminal_plain")->confinement();
  for (const auto& item : enforced.items)
    EXPECT_TRUE(item.in_force || item.name == "files") << item.name << ": " << item.detail;
}

TEST_F(Escapes, TheMemoryLimitIsThePluginsOwn) {
  world.use.memory_limit_mb = 64;
  auto plugin = world.run("sink_criminal_plain");
  EXPECT_EQ(outcome(*plugin, "allocate 128 MB"), with(ENOMEM));
  EXPECT_EQ(outcome(*plugin, "allocate 4 GB"), with(ENOMEM));
  world.use.memory_limit_mb = 512;
  EXPECT_EQ(outcome(*world.run("sink_criminal_plain"), "allocate 128 MB"), with(0));
}

TEST_F(Escapes, ARequiredSandboxStartsWhereAllOfItIsInForceAndNowhereElse) {
  const bool is_complete = world.run("sink_criminal_plain")->confinement().complete();
  world.use.sandbox = Sandbox::required;
  EXPECT_EQ(static_cast<bool>(world.create("sink_criminal_plain")), is_complete);
  world.landlock_abi = 0;
  const auto refused = world.create("sink_criminal_plain");
  ASSERT_FALSE(refused);
  EXPECT_THAT(refused.error().message, HasSubstr("files: this kernel has no Landlock"));
}

TEST_F(Escapes, AWorkerThatIsRefusedMemoryLivesOn) {
  auto plugin = world.run("sink_criminal_plain");
  ASSERT_EQ(outcome(*plugin, "allocate 4 GB"), with(ENOMEM));
  EXPECT_EQ(outcome(*plugin, "{}"), "{}");
}

}  // namespace
}  // namespace conserje
