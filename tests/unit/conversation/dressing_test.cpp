#include "conversation/dressing.hpp"

#include <gtest/gtest.h>

#include "conversation/catalogues.hpp"
#include "media/made.hpp"

namespace conserje {
namespace {

class DressingTest : public testing::Test {
 protected:
  channel::SendRequest dressed(const Say& say, bool shows_codes = true,
                               const std::string& speak = {}) {
    channel::SendRequest request{.recipient = "ana", .text = "words", .language = "en"};
    dress(request, say,
          {.texts = texts_, .hotel = hotel_, .shows_codes = shows_codes, .speak = speak});
    return request;
  }
  static std::optional<Made> made(const channel::SendRequest& request) {
    return request.media ? made_of(*request.media) : std::nullopt;
  }

  Texts texts_ = *Texts::create(*shipped_catalogues(), {});
  Hotel hotel_{.name = "Hotel Sol", .address = "Calle 1", .location = MapPoint{-24.5, -65.5}};
};

TEST_F(DressingTest, PutsRoomsInAListWithTheirPrices) {
  const auto request =
      dressed({.buttons = {{"room_type:double", "=Double",
                            Line{"list.room", {{"total", pms::Money{18'000, "USD"}}}}}},
               .list = "list.rooms"});
  EXPECT_EQ(request.list_title, "See the rooms");
  ASSERT_EQ(request.buttons.size(), 1U);
  EXPECT_EQ(request.buttons[0].title, "Double");
  EXPECT_NE(request.buttons[0].description.find("180"), std::string::npos);
}

TEST_F(DressingTest, ShowsThePlaceWhereTheHotelToldIt) {
  EXPECT_EQ(dressed({.shows_place = true}).location,
            (channel::Location{
                .latitude = -24.5, .longitude = -65.5, .name = "Hotel Sol", .address = "Calle 1"}));
  EXPECT_EQ(dressed({}).location, std::nullopt);
  hotel_.location.reset();
  EXPECT_EQ(dressed({.shows_place = true}).location, std::nullopt);
}

TEST_F(DressingTest, ShowsAReservationAsACodeUnlessThatIsSwitchedOff) {
  EXPECT_EQ(made(dressed({.shows_code = "CJ-7"})), (Made{MadeKind::qr_code, "CJ-7"}));
  EXPECT_EQ(made(dressed({.shows_code = "CJ-7"}, false)), std::nullopt);
}

TEST_F(DressingTest, AnswersWhoSpokeAloudUnlessThereIsSomethingToSee) {
  EXPECT_EQ(made(dressed({}, true, "mouth")), (Made{MadeKind::speech, "mouth"}));
  EXPECT_EQ(made(dressed({.shows_code = "CJ-7"}, true, "mouth")),
            (Made{MadeKind::qr_code, "CJ-7"}));
  EXPECT_EQ(made(dressed({})), std::nullopt);
}

}  // namespace
}  // namespace conserje
