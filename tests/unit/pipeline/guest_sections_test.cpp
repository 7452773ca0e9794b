#include "pipeline/guest_sections.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "fake_source.hpp"
#include "pipeline/load.hpp"

namespace conserje {
namespace {

using namespace std::chrono_literals;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

/// A file with these lines beside the least that it needs.
Loaded load_with(const std::string& more, const std::string& hotel = "{name: Hotel Sol}") {
  return load_pipeline_text("tenant: hotel-sol\ntime_zone: UTC\nhotel: " + hotel + R"(
plugins:
  console: {use: channel/console}
  builtin: {use: nlu/builtin}
  frontdesk: {use: pms/mock}
pipeline:
  - {channels: [console], understand: builtin, pms: frontdesk}
)" + more,
                            "sol.yaml", FakeSource());
}

std::vector<std::string> findings(const Loaded& loaded) {
  std::vector<std::string> lines;
  for (const auto& finding : loaded.findings) lines.push_back(to_string(finding));
  return lines;
}

TEST(GuestSections, ReadFlagsAsOnOffOrAShare) {
  const auto loaded = load_with("flags: {spa.offers: on, panel_new: off, b: 30}\n");
  EXPECT_THAT(findings(loaded), IsEmpty());
  EXPECT_EQ(loaded.pipeline.flags,
            (std::map<std::string, unsigned>{{"spa.offers", 100}, {"panel_new", 0}, {"b", 30}}));
}

TEST(GuestSections, TellFlagsThatAreNone) {
  EXPECT_THAT(findings(load_with("flags: {Spa: on}\n")),
              ElementsAre(HasSubstr("such as spa.offers")));
  for (const auto* share : {"101", "-1", "maybe", "[on]"})
    EXPECT_THAT(findings(load_with("flags: {spa: " + std::string(share) + "}\n")),
                ElementsAre(HasSubstr("from 0 to 100")))
        << share;
}

TEST(GuestSections, ReadWhereGuestsAreAskedForReviews) {
  const auto loaded = load_with(
      "reviews: {links: {Google: \"https://g.example/r\"}, after_s: 3600, within_s: 7200}\n");
  EXPECT_THAT(findings(loaded), IsEmpty());
  EXPECT_EQ(loaded.pipeline.reviews,
            (Reviews{.links = {{"Google", "https://g.example/r"}}, .after = 1h, .within = 2h}));
  EXPECT_EQ(load_with("").pipeline.reviews, std::nullopt);
}

TEST(GuestSections, WantLinksThatGuestsCanOpen) {
  EXPECT_THAT(findings(load_with("reviews: {after_s: 3600}\n")), ElementsAre(HasSubstr("links")));
  for (const auto* link : {"http://g.example", "https://", "\"https://a b\""})
    EXPECT_THAT(findings(load_with("reviews: {links: {Google: " + std::string(link) + "}}\n")),
                ElementsAre(HasSubstr("begins with https://")))
        << link;
}

TEST(GuestSections, ReadWhereTheHouseIs) {
  const auto loaded = load_with("",
                                "{name: Hotel Sol, address: Calle 1, "
                                "location: {latitude: -24.7883, longitude: -65.4106}}");
  EXPECT_THAT(findings(loaded), IsEmpty());
  EXPECT_EQ(loaded.pipeline.hotel.location, (MapPoint{-24.7883, -65.4106}));
}

TEST(GuestSections, TellAPlaceThatIsNotOnTheMap) {
  const std::string house = "{name: Hotel Sol, address: Calle 1, location: ";
  EXPECT_THAT(findings(load_with("", house + "{latitude: 91, longitude: 0}}")),
              ElementsAre(HasSubstr("from -90 to 90")));
  EXPECT_THAT(findings(load_with("", house + "{latitude: 1}}")),
              ElementsAre(HasSubstr("longitude")));
}

TEST(GuestSections, WantAnAddressForThosePlacesThatHaveNoMap) {
  EXPECT_THAT(findings(load_with("", "{name: Hotel Sol, location: {latitude: 1, longitude: 2}}")),
              ElementsAre(HasSubstr("address")));
}

}  // namespace
}  // namespace conserje
