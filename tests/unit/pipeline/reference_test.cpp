#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "fake_source.hpp"
#include "pipeline/load.hpp"
#include "pipeline/schema.hpp"

namespace conserje {
namespace {

/// A file of this source tree.
std::string text_of(const std::string& file) {
  return SystemSource().file(std::filesystem::path(CONSERJE_ROOT) / file).value();
}

/// The findings of a whole check: the file's own, and those of its plugins' schemas.
std::string check(Loaded loaded) {
  SecretStore secrets;
  for (auto& plugin : loaded.pipeline.plugins) {
    const auto schema = text_of("plugins/" + plugin.use + "/config.schema.json");
    check_config(nlohmann::json::parse(schema), loaded.pipeline.mode, plugin, secrets,
                 loaded.findings);
  }
  return report(loaded.findings);
}

/// config/reference.yaml on a machine that has the secrets it speaks of.
class Reference : public testing::Test {
 protected:
  Reference() {
    source.files["reference.yaml"] = text_of("config/reference.yaml");
    source.files["faq.yaml"] = text_of("config/faq.yaml");
    source.environment = {{"WA_TOKEN", "EAAG-1"}, {"WA_APP_SECRET", "9f86d0"}, {"WA_VERIFY", "v3"}};
    source.credentials = {{"staff_webhook", "whsec_C2FVsBQIhrscChlQ"}};
    loaded = load_pipeline("reference.yaml", source);
  }

  FakeSource source;
  Loaded loaded;
};

TEST_F(Reference, IsWithoutFindings) { EXPECT_EQ(check(loaded), ""); }

TEST_F(Reference, StandsBesideARestaurantWithoutFindings) {
  source.files["restaurant.yaml"] = text_of("config/restaurant.yaml");
  EXPECT_EQ(check(load_pipeline("restaurant.yaml", source)), "");
}

TEST_F(Reference, HasEveryKey) { EXPECT_EQ(loaded.written_keys, loaded.known_keys); }

TEST_F(Reference, StatesTheDefaultsThatAreCompiledIn) {
  const Pipeline defaults{.tenant = loaded.pipeline.tenant,
                          .time_zone = loaded.pipeline.time_zone,
                          .hotel = {.name = loaded.pipeline.hotel.name,
                                    .address = loaded.pipeline.hotel.address,
                                    .location = loaded.pipeline.hotel.location,
                                    .phone = loaded.pipeline.hotel.phone,
                                    .latest_check_out = loaded.pipeline.hotel.latest_check_out},
                          .hours = loaded.pipeline.hours,
                          .public_url = loaded.pipeline.public_url,
                          .admin = AdminSettings{},
                          .store = "sqlite:data/" + loaded.pipeline.tenant + ".db",
                          .log = {.file = loaded.pipeline.log.file},
                          .trust = loaded.pipeline.trust,
                          .plugins = loaded.pipeline.plugins,
                          .flows = loaded.pipeline.flows,
                          .notify = loaded.pipeline.notify,
                          .reviews = Reviews{.links = loaded.pipeline.reviews.value().links},
                          .flags = loaded.pipeline.flags,
                          .faq = loaded.pipeline.faq,
                          .texts = loaded.pipeline.texts,
                          .positions = loaded.pipeline.positions};
  EXPECT_EQ(loaded.pipeline, defaults);

  const PluginUse plugin;
  const auto& first = loaded.pipeline.plugins.at(0);
  EXPECT_EQ(first.required, plugin.required);
  EXPECT_EQ(first.allow_unsigned, plugin.allow_unsigned);
  EXPECT_EQ(first.allow_rollback, plugin.allow_rollback);
  EXPECT_EQ(first.deadline, plugin.deadline);
  EXPECT_EQ(first.max_in_flight, plugin.max_in_flight);
  EXPECT_EQ(first.max_waiting, plugin.max_waiting);
  EXPECT_EQ(first.isolation, Isolation::in_process);  // By default as the file's origin asks for.
  EXPECT_EQ(first.sandbox, plugin.sandbox);
  EXPECT_EQ(first.memory_limit_mb, plugin.memory_limit_mb);
  EXPECT_EQ(first.restart, plugin.restart);
}

TEST(Dev, IsWithoutFindings) {
  EXPECT_EQ(check(load_pipeline_text(text_of("config/dev.yaml"), "dev.yaml", FakeSource())), "");
}

}  // namespace
}  // namespace conserje
