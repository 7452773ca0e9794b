#include "media/made.hpp"

#include <gtest/gtest.h>

#include "media/qr_code.hpp"

namespace conserje {
namespace {

TEST(Made, IsReadAsItWasWritten) {
  for (const Made& made : {Made{MadeKind::qr_code, "CJ-7"}, Made{MadeKind::speech, "mouth"}})
    EXPECT_EQ(made_of(to_be_made(made)), made);
}

TEST(Made, IsNoFileThatStandsByItself) {
  EXPECT_EQ(made_of({.kind = "image", .url = "https://hotel.example/room.png"}), std::nullopt);
  EXPECT_EQ(made_of({.kind = "image", .reference = "772201998877"}), std::nullopt);
}

TEST(QrCode, IsAPngThatIsTheSameEachTime) {
  const auto png = qr_code_png("CJ-7K2M9QX");
  ASSERT_TRUE(png);
  EXPECT_TRUE(png->starts_with("\x89PNG\r\n"));
  EXPECT_LT(png->size(), 30'000U);
  EXPECT_EQ(qr_code_png("CJ-7K2M9QX"), png);
  EXPECT_NE(qr_code_png("CJ-7K2M9QY"), png);
}

TEST(QrCode, IsOfATextWithinItsBounds) {
  EXPECT_TRUE(qr_code_png(std::string(kLongestQrText, 'a')));
  for (const auto& text : {std::string(), std::string(kLongestQrText + 1, 'a')})
    EXPECT_EQ(qr_code_png(text).error().error_class, ErrorClass::permanent);
}

}  // namespace
}  // namespace conserje
