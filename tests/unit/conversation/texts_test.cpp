#include "conversation/texts.hpp"

#include <gtest/gtest.h>

#include "conversation/catalogues.hpp"
#include "conversation/handlers.hpp"

namespace conserje {
namespace {

const Catalogues kCatalogues = {
    {"en",
     {{"stay", "{nights, plural, one{# night} other{# nights}} from {from} for {total}"},
      {"hi", "Hi {name}"}}},
    {"es",
     {{"stay", "{nights, plural, one{# noche} other{# noches}} desde el {from} por {total}"},
      {"hi", "Hola {name}"}}}};

TextArgs stay(std::int64_t nights) {
  return {{"nights", nights},
          {"from", Date(std::chrono::year(2026), std::chrono::month(12), std::chrono::day(10))},
          {"total", pms::Money{18'050, "EUR"}}};
}

Texts texts(const std::map<std::string, std::map<std::string, std::string>>& own = {}) {
  auto made = Texts::create(kCatalogues, own);
  EXPECT_TRUE(made) << made.error().message;
  return *std::move(made);
}

TEST(Texts, WritesPluralsDatesAndMoneyInEnglish) {
  EXPECT_EQ(texts().render("en", Line{"stay", stay(1)}),
            "1 night from Thursday, December 10 for €180.50");
}

TEST(Texts, WritesPluralsDatesAndMoneyInSpanish) {
  EXPECT_EQ(texts().render("es", Line{"stay", stay(2)}),
            "2 noches desde el jueves, 10 de diciembre por 180,50\u00a0€");
}

TEST(Texts, LeavesOutTheCentsOfARoundAmount) {
  EXPECT_EQ(texts().render("en", Line{"hi", {{"name", pms::Money{18'000, "USD"}}}}), "Hi $180");
}

TEST(Texts, PutsAHotelsOwnTextInItsPlace) {
  EXPECT_EQ(
      texts({{"hi", {{"es", "¡Buenas, {name}!"}}}}).render("es", Line{"hi", {{"name", "Ana"}}}),
      "¡Buenas, Ana!");
}

TEST(Texts, NeverReadsAGuestsWordsAsAFormat) {
  EXPECT_EQ(texts().render("en", Line{"hi", {{"name", "{total} '{'"}}}), "Hi {total} '{'");
}

TEST(Texts, AnswersInTheFirstLanguageWhenTheGuestsIsMissing) {
  EXPECT_EQ(texts().render("de", Line{"hi", {{"name", "Ana"}}}), "Hi Ana");
}

TEST(Texts, NamesATextThatIsNotMessageFormat) {
  const auto made = Texts::create(kCatalogues, {{"hi", {{"es", "¡Hola {name"}}}});
  ASSERT_FALSE(made);
  EXPECT_EQ(made.error().error_class, ErrorClass::config);
  EXPECT_TRUE(made.error().message.starts_with("text \"hi\" (es) is not MessageFormat: "));
}

std::vector<std::string> keys_of(const Catalogues& catalogues, std::string_view language) {
  std::vector<std::string> keys;
  for (const auto& [key, text] : catalogues.find(language)->second) keys.push_back(key);
  return keys;
}

TEST(ShippedTexts, StandInEveryLanguage) {
  const auto catalogues = shipped_catalogues();
  ASSERT_TRUE(catalogues) << catalogues.error().message;
  ASSERT_EQ(catalogues->size(), 3U);
  EXPECT_EQ(keys_of(*catalogues, "en"), keys_of(*catalogues, "es"));
  EXPECT_EQ(keys_of(*catalogues, "en"), keys_of(*catalogues, "pt"));
}

TEST(ShippedTexts, NameEachIntentThatAGuestMayChoose) {
  const auto catalogues = shipped_catalogues();
  for (const auto& row : handlers()) {
    if (!row.is_choice) continue;
    EXPECT_TRUE(catalogues->at("en").contains("intent." + std::string(row.intent))) << row.intent;
  }
}

TEST(ShippedTexts, AreMessageFormat) {
  const auto made = Texts::create(*shipped_catalogues(), {});
  EXPECT_TRUE(made) << made.error().message;
}

}  // namespace
}  // namespace conserje
