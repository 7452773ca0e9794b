// Mails as they came, and the events that they become. A new quirk is two new files:
// fixtures/<quirk>.eml, the mail, and fixtures/<quirk>.events.json, its EmitRequest.
#include <gtest/gtest.h>

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <string>
#include <vector>

#include "inbound.hpp"
#include "mime.hpp"

namespace conserje::gmail {
namespace {

const std::filesystem::path kFixtures = CONSERJE_PLUGIN_FOLDER "/tests/fixtures";

std::string file(const std::string& name) {
  std::ifstream stream(kFixtures / name, std::ios::binary);
  EXPECT_TRUE(stream) << name;
  return {std::istreambuf_iterator<char>(stream), {}};
}

std::vector<std::string> fixtures(std::string_view ending) {
  std::vector<std::string> names;
  for (const auto& entry : std::filesystem::directory_iterator(kFixtures)) {
    const auto name = entry.path().filename().string();
    if (name.ends_with(ending)) names.push_back(name.substr(0, name.size() - ending.size()));
  }
  std::ranges::sort(names);
  return names;
}

const Mailbox kMailbox{.address = "reservas@example.org", .authserv_id = "mx.google.com"};

channel::EmitRequest read(std::string_view raw) {
  const Stored stored{.id = "198a1b2c3d4e5f60",
                      .fetch_key = "198a1b2c3d4e5f60",
                      .thread_id = "198a1b2c3d4e5f00",
                      .at_ms = 1'785'920'400'000,
                      .size = raw.size()};
  return to_events(read_mail(raw), stored, kMailbox);
}

class MailFixture : public testing::TestWithParam<std::string> {};

TEST_P(MailFixture, BecomesItsEvents) {
  const auto expected = decode<channel::EmitRequest>(file(GetParam() + ".events.json"));
  ASSERT_TRUE(expected) << expected.error().message;
  const auto events = read(file(GetParam() + ".eml"));
  EXPECT_EQ(events, *expected) << encode(events);
}

INSTANTIATE_TEST_SUITE_P(Mail, MailFixture, testing::ValuesIn(fixtures(".eml")),
                         [](const auto& fixture) { return fixture.param; });

TEST(Mail, HasEventsForEachFixture) { EXPECT_EQ(fixtures(".events.json"), fixtures(".eml")); }

}  // namespace
}  // namespace conserje::gmail
