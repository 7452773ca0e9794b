#include "app/reloader.hpp"

#include <gtest/gtest.h>

namespace conserje {
namespace {

Pipeline running() {
  Pipeline pipeline;
  pipeline.tenant = "hotel-sol";
  pipeline.store = "sqlite:data/hotel-sol.db";
  return pipeline;
}

TEST(KeysOfTheStart, AreNamedWhereTheyDiffer) {
  auto next = running();
  next.tenant = "hotel-luna";
  next.listen.port = 9'000;
  next.admin = AdminSettings{};
  next.data_dir = "other";
  next.store = "postgresql://db/hotel";
  next.log.file = "host.log";
  EXPECT_EQ(
      keys_of_the_start(running(), next),
      (std::vector<std::string>{"tenant", "listen", "admin", "data_dir", "store", "log.file"}));
}

TEST(KeysOfTheStart, AreNotWhatARunningHostFollows) {
  auto next = running();
  next.hotel.name = "Hotel Luna";
  next.languages = {"en"};
  next.public_url = "https://bot.example";
  next.log.level = LogLevel::debug;
  next.limits.conversation.workers = 9;
  next.limits.http.max_connections = 10;
  next.flows.push_back({});
  EXPECT_EQ(keys_of_the_start(running(), next), std::vector<std::string>{});
}

}  // namespace
}  // namespace conserje
