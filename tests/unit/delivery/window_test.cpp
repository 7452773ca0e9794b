#include "delivery/window.hpp"

#include <gtest/gtest.h>

namespace conserje {
namespace {

using namespace std::chrono_literals;

constexpr WallTime kNow{1'785'920'400'000ms};

TEST(Window, IsAlwaysOpenWhereThereIsNone) { EXPECT_TRUE(is_window_open(0, std::nullopt, kNow)); }

TEST(Window, IsClosedForAGuestWhoNeverWrote) {
  EXPECT_FALSE(is_window_open(24, std::nullopt, kNow));
}

TEST(Window, ClosesFiveMinutesBeforeItsTime) {
  EXPECT_TRUE(is_window_open(24, kNow - 24h + 5min + 1ms, kNow));
  EXPECT_FALSE(is_window_open(24, kNow - 24h + 5min, kNow));
}

class AsTemplate : public testing::Test {
 protected:
  std::string parameter(std::string text) const {
    const auto out = as_template({.text = std::move(text), .language = "es"}, &use_);
    return out ? out->template_->parameters.at(0) : out.error().message;
  }
  const PluginUse use_{
      .name = "wa",
      .reply_template = ReplyTemplate{.name = "late", .languages = {{"es", "es_AR"}}}};
};

TEST_F(AsTemplate, KeepsWhoAndWhatButTheTextItsButtonsAndFile) {
  const channel::SendRequest request{.account = "1",
                                     .recipient = "+34",
                                     .text = "Hola",
                                     .buttons = {{.id = "a", .title = "A"}},
                                     .list_title = "L",
                                     .media = channel::Media{.kind = "image"},
                                     .language = "es",
                                     .reference = "r"};
  const channel::SendRequest expected{
      .account = "1",
      .recipient = "+34",
      .template_ = channel::Template{.name = "late", .language = "es_AR", .parameters = {"Hola"}},
      .language = "es",
      .reference = "r"};
  EXPECT_EQ(as_template(request, &use_), Result<channel::SendRequest>(expected));
}

TEST_F(AsTemplate, SaysALanguageAsItIsWhereTheProviderHasNoOtherCode) {
  EXPECT_EQ(as_template({.text = "Hi", .language = "en"}, &use_)->template_->language, "en");
}

TEST_F(AsTemplate, PutsAllOnOneLine) { EXPECT_EQ(parameter(" a\r\n\n b\t\tc \n"), "a b c"); }

TEST_F(AsTemplate, CutsALongTextBetweenTwoCharacters) {
  std::string text(899, 'x');
  EXPECT_EQ(parameter(text + "\u00f1o"), text + "\u2026");
  EXPECT_EQ(parameter(text + "o"), text + "o");
}

TEST_F(AsTemplate, SaysWhatIsMissing) {
  EXPECT_EQ(as_template({.text = "Hi"}, nullptr).error().error_class, ErrorClass::permanent);
}

}  // namespace
}  // namespace conserje
