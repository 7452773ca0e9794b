#include "../understanding.hpp"

#include <gtest/gtest.h>

namespace conserje::nlu {
namespace {

const Embedded& embedded() {
  static const auto made = Embedded::create();
  return **made;
}

ParseRequest asked(std::string text, std::string pending = "") {
  return {.text = std::move(text),
          .language = "es",
          .now = "2026-08-05T09:00:00",
          .time_zone = "America/Argentina/Salta",
          .pending = std::move(pending)};
}

/// `surface` where it stands in the message.
Found found(const ParseRequest& request, std::string type, std::string_view surface,
            std::string value = "") {
  const auto at = request.text.find(surface);
  return {.type = std::move(type),
          .begin = at,
          .end = at + surface.size(),
          .value = std::move(value),
          .confidence = 0.9};
}

TEST(IsAnswer, IsABareWordAfterAQuestion) {
  const std::pair<ParseRequest, bool> messages[] = {
      {asked("2", "party_size"), true},
      {asked("Ana Pérez", "guest_name"), true},
      {asked("sí", "confirm"), true},
      {asked("2"), false},
      {asked("quiero cancelar mi reserva", "party_size"), false}};
  for (const auto& [request, wanted] : messages)
    EXPECT_EQ(is_answer(request, *embedded().parse(request)), wanted) << request.text;
}

TEST(Merged, KeepsWhatTheEmbeddedEngineRead) {
  const auto request = asked("mesa para 4 el viernes");
  const auto own = embedded().parse(request)->entities;
  ASSERT_FALSE(own.empty());
  EXPECT_EQ(merged(embedded(), request, own,
                   {found(request, "date", "el viernes"), found(request, "time", "viernes")}),
            own);
}

TEST(Merged, ReadsACalendarByTheEmbeddedEngineAlone) {
  const auto request = asked("llegamos el 10 de diciembre");
  const auto own = embedded().parse(request)->entities;
  const auto read = merged(embedded(), request, {},
                           {found(request, "time", "el 10 de diciembre", "2027-01-01T00:00:00Z")});
  ASSERT_EQ(read.size(), 1U);
  EXPECT_EQ(read[0].value.value("start", "").substr(0, 10), "2026-12-10");
  EXPECT_EQ(request.text.substr(static_cast<std::size_t>(read[0].start_byte),
                                static_cast<std::size_t>(read[0].end_byte - read[0].start_byte)),
            read[0].text);
}

TEST(Merged, DropsAMomentThatNobodyCanPlace) {
  const auto request = asked("cuando florezcan los jacarandás");
  EXPECT_EQ(merged(embedded(), request, {}, {found(request, "date", "florezcan")}),
            std::vector<Entity>{});
}

TEST(Merged, AddsTextsAndTheLongerOneOfTwo) {
  const auto request = asked("soy Ana Clara Pérez, vista al río");
  const std::vector<Entity> own{
      {.type = "person_name", .text = "Ana", .start_byte = 4, .end_byte = 7, .value = "Ana"}};
  EXPECT_EQ(merged(embedded(), request, own,
                   {found(request, "view", "río", "river"),
                    found(request, "person_name", "Ana Clara Pérez")}),
            (std::vector<Entity>{{.type = "person_name",
                                  .text = "Ana Clara Pérez",
                                  .start_byte = 4,
                                  .end_byte = 20,
                                  .value = "Ana Clara Pérez",
                                  .confidence = 0.9},
                                 {.type = "view",
                                  .text = "río",
                                  .start_byte = 31,
                                  .end_byte = 35,
                                  .value = "river",
                                  .confidence = 0.9}}));
}

TEST(CharacterStarts, CountsWhatIsNotAscii) {
  EXPECT_EQ(character_starts("añ😀b"), (std::vector<std::size_t>{0, 1, 3, 7, 8}));
  EXPECT_EQ(character_starts(""), std::vector<std::size_t>{0});
}

}  // namespace
}  // namespace conserje::nlu
