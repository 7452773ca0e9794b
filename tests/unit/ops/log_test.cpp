#include "ops/log.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <unistd.h>

#include <algorithm>
#include <cmath>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <nlohmann/json.hpp>
#include <stdexcept>
#include <thread>
#include <vector>

namespace conserje {
namespace {

/// 2026-01-31, 09:05:00.042 UTC.
class FixedClock final : public Clock {
 public:
  WallTime now() const override { return WallTime(Millis(1'769'850'300'042)); }
  MonotonicTime monotonic() const override { return {}; }
};

class LogTest : public testing::Test {
 protected:
  nlohmann::json last() const { return nlohmann::json::parse(lines.back()); }

  FixedClock clock;
  std::vector<std::string> lines;
  Log log{[this](std::string_view line) { lines.emplace_back(line); }, LogLevel::info, clock};
};

/// A folder of its own for each test.
class LogFile : public testing::Test {
 protected:
  LogFile() {
    std::string pattern = std::filesystem::temp_directory_path() / "conserje-log-XXXXXX";
    folder = mkdtemp(pattern.data());
  }
  ~LogFile() override { std::filesystem::remove_all(folder); }

  static std::vector<std::string> lines_of(const std::filesystem::path& file) {
    std::vector<std::string> lines;
    std::ifstream in(file);
    for (std::string line; std::getline(in, line);) lines.push_back(line);
    return lines;
  }

  FixedClock clock;
  std::filesystem::path folder;
};

TEST_F(LogTest, WritesOneJsonObjectPerLineInAFixedOrder) {
  log.warn("delivery failed", {{"channel", "whatsapp"}, {"attempt", 3}});
  EXPECT_EQ(lines, std::vector<std::string>{
                       R"({"time":"2026-01-31T09:05:00.042Z","level":"warn",)"
                       R"("message":"delivery failed","channel":"whatsapp","attempt":3})"});
}

TEST_F(LogTest, WritesAnAuditLineWhateverTheLevel) {
  log.set_level(LogLevel::error);
  log.info("not this");
  log.audit("admin write", {{"token", "t1"}});
  ASSERT_EQ(lines.size(), 1U);
  EXPECT_EQ(lines.back(), R"({"time":"2026-01-31T09:05:00.042Z","level":"info",)"
                          R"("message":"admin write","token":"t1"})");
  Log::silent().audit("nowhere");
}

TEST_F(LogTest, BoundFieldsStandOnEachLineOfTheChildAndOnNoneOfTheParent) {
  const Log child = log.with({{"tenant", "sol"}}).with({{"correlation_id", "c1"}});
  child.info("a", {{"n", 1}});
  EXPECT_EQ(last(), nlohmann::json::parse(
                        R"({"time":"2026-01-31T09:05:00.042Z","level":"info","message":"a",
                            "tenant":"sol","correlation_id":"c1","n":1})"));
  log.info("b");
  EXPECT_FALSE(last().contains("tenant"));
}

TEST_F(LogTest, FieldsKeepTheirTypes) {
  const std::string text = "t";
  log.info("m", {{"text", text},
                 {"yes", true},
                 {"low", std::int64_t{-9'007'199'254'740'993}},
                 {"high", std::uint64_t{18'446'744'073'709'551'615U}},
                 {"half", 0.5},
                 {"nan", std::nan("")}});
  EXPECT_EQ(lines.back().substr(lines.back().find("\"text\"")),
            R"("text":"t","yes":true,"low":-9007199254740993,"high":18446744073709551615,)"
            R"("half":0.5,"nan":null})");
}

TEST_F(LogTest, NoValueBreaksOutOfItsLine) {
  const std::string hostile = "a\n{\"level\":\"error\"}\r\x1b[31m\u009b\u2028\u202e\x7f\"\\";
  log.info(hostile, {{hostile, hostile}});
  ASSERT_EQ(lines.size(), 1U);
  EXPECT_TRUE(std::ranges::all_of(lines[0], [](unsigned char c) { return c >= ' ' && c < 0x7f; }));
  EXPECT_EQ(last()["message"], hostile);
  EXPECT_EQ(last()[hostile], hostile);
}

TEST_F(LogTest, BytesThatAreNotUtf8BecomeTheReplacementCharacter) {
  log.info("m", {{"bad", std::string_view("a\xff\xc3", 3)}});
  EXPECT_EQ(last()["bad"], "a\uFFFD\uFFFD");
}

TEST_F(LogTest, ANulByteDoesNotEndTheText) {
  log.info("m", {{"nul", std::string_view("a\0b", 3)}});
  EXPECT_EQ(last()["nul"], std::string("a\0b", 3));
}

TEST_F(LogTest, AFieldCannotPassForOneOfOurs) {
  log.with({{"tenant", "sol"}})
      .info("m", {{"level", "error"}, {"tenant", "luna"}, {"n", 1}, {"n", 2}});
  EXPECT_EQ(lines.back().substr(lines.back().find("\"tenant\"")),
            R"("tenant":"sol","_level":"error","_tenant":"luna","n":1,"_n":2})");
}

TEST_F(LogTest, LongTextIsCut) {
  log.info("m", {{"long", std::string(kLogTextLimit, 'a')}});
  EXPECT_EQ(last()["long"], std::string(kLogTextLimit, 'a'));
  log.info("m", {{"long", std::string(kLogTextLimit + 1, 'a')}});
  EXPECT_EQ(last()["long"], std::string(kLogTextLimit, 'a') + "...");
}

TEST_F(LogTest, WhatIsBelowTheLevelIsNotWritten) {
  log.debug("no");
  log.info("yes");
  log.set_level(LogLevel::error);
  log.warn("no");
  log.error("yes too");
  log.set_level(LogLevel::debug);
  log.debug("and this");
  EXPECT_EQ(lines.size(), 3U);
}

TEST_F(LogTest, TheLevelIsSharedWithTheChildren) {
  const Log child = log.with({{"plugin", "x"}});
  log.set_level(LogLevel::error);
  EXPECT_FALSE(child.enabled(LogLevel::warn));
}

TEST_F(LogTest, SilentWritesNothingAndTakesEveryCall) {
  Log silent = Log::silent();
  silent.with({{"a", 1}}).error("m", {{"b", 2}});
  silent.set_level(LogLevel::debug);
  silent.reopen();
  EXPECT_FALSE(silent.enabled(LogLevel::error));
}

TEST_F(LogTest, ManyThreadsWriteWholeLines) {
  {
    std::vector<std::jthread> threads;
    for (int t = 0; t < 4; ++t)
      threads.emplace_back([this] {
        for (int i = 0; i < 100; ++i) log.info("m", {{"i", i}});
      });
  }
  EXPECT_EQ(lines.size(), 400U);
  EXPECT_TRUE(
      std::ranges::all_of(lines, [](const auto& line) { return nlohmann::json::accept(line); }));
}

TEST_F(LogFile, AppendsAndFlushesEachLine) {
  const auto file = folder / "conserje.log";
  std::ofstream(file) << "before\n";
  const Log log({.level = LogLevel::info, .file = file}, clock);
  log.info("m");
  EXPECT_EQ(lines_of(file),
            (std::vector<std::string>{
                "before", R"({"time":"2026-01-31T09:05:00.042Z","level":"info","message":"m"})"}));
}

TEST_F(LogFile, ReopenFollowsTheNameAfterARotation) {
  const auto file = folder / "conserje.log";
  Log log({.level = LogLevel::info, .file = file}, clock);
  log.info("old");
  std::filesystem::rename(file, folder / "conserje.log.1");
  log.reopen();
  log.info("new");
  EXPECT_EQ(lines_of(folder / "conserje.log.1").size(), 1U);
  EXPECT_EQ(lines_of(file).size(), 1U);
}

TEST_F(LogFile, AFailedReopenKeepsTheOldFileAndSaysSo) {
  const auto file = folder / "conserje.log";
  Log log({.level = LogLevel::info, .file = file}, clock);
  std::filesystem::rename(file, folder / "conserje.log.1");
  std::filesystem::create_directory(file);
  log.reopen();
  log.info("still here");
  const auto lines = lines_of(folder / "conserje.log.1");
  ASSERT_EQ(lines.size(), 2U);
  EXPECT_EQ(nlohmann::json::parse(lines[0])["message"], "log file cannot be reopened");
}

TEST_F(LogFile, AFileThatCannotBeOpenedIsToldAtTheStart) {
  try {
    const Log log({.level = LogLevel::info, .file = folder}, clock);
    FAIL() << "opened a folder";
  } catch (const std::runtime_error& error) {
    EXPECT_THAT(error.what(), testing::HasSubstr(folder.string()));
  }
}

}  // namespace
}  // namespace conserje
