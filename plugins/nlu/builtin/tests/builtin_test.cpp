#include "builtin.hpp"

#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>
#include <sstream>

#include "conserje/testkit/fake_host.hpp"

namespace conserje::nlu {
namespace {

Result<std::unique_ptr<Builtin>> create(const Json& config) {
  testkit::FakeHost fake;
  return Builtin::create(fake.host(), config);
}

std::string intent_of(Builtin& builtin, const std::string& text) {
  testkit::FakeHost fake;
  const auto reply = builtin.parse(testkit::FakeCall(fake),
                                   {.text = text, .language = "es", .now = "2026-11-20T10:00:00"});
  return reply ? reply->intent.name : reply.error().message;
}

TEST(Builtin, UnderstandsWithoutAnySetting) {
  auto builtin = create(Json::object());
  ASSERT_TRUE(builtin) << builtin.error().message;
  EXPECT_EQ(intent_of(**builtin, "Cancelá mi reserva"), "cancel_reservation");
}

TEST(Builtin, LearnsFromTheHotelsOwnExamples) {
  const auto file = std::filesystem::path(testing::TempDir()) / "es-nlu-builtin-test.yaml";
  std::ofstream(file)
      << "nlu:\n- intent: surf_lessons\n  examples: |\n    - clases de surf\n    - quiero aprender "
         "surf\n    - tabla de surf\n"
         "- intent: greeting\n  examples: |\n    - hola\n    - buenas\n    - que tal\n"
         "- intent: out_of_scope\n  examples: |\n    - quien gano\n    - pon musica\n";
  auto builtin = create({{"examples", {file.string()}}});
  ASSERT_TRUE(builtin) << builtin.error().message;
  EXPECT_EQ(intent_of(**builtin, "clases de surf"), "surf_lessons");
  std::filesystem::remove(file);
}

TEST(Builtin, KeepsWhatItLearnedInAFileUntilTheExamplesChange) {
  const auto folder = std::filesystem::path(testing::TempDir());
  const auto examples = (folder / "es-nlu-kept-test.yaml").string();
  const auto model = (folder / "nlu-kept-test.model").string();
  const auto teach = [&](const char* word) {
    std::ofstream(examples) << "nlu:\n- intent: surf_lessons\n  examples: |\n    - clases de "
                            << word << "\n    - tabla de " << word
                            << "\n- intent: greeting\n  examples: |\n    - hola\n    - buenas\n"
                               "- intent: out_of_scope\n  examples: |\n    - quien gano\n";
  };
  const auto learned = [&] {
    auto builtin = create({{"examples", {examples}}, {"model", model}});
    EXPECT_TRUE(builtin) << builtin.error().message;
    return std::filesystem::last_write_time(model);
  };
  teach("surf");
  const auto first = learned();
  EXPECT_EQ(learned(), first);
  teach("kitesurf");
  EXPECT_NE(learned(), first);

  auto builtin = create({{"model", model}});
  ASSERT_TRUE(builtin) << builtin.error().message;
  EXPECT_EQ(intent_of(**builtin, "clases de kitesurf"), "surf_lessons");
  std::filesystem::remove(examples);
  std::filesystem::remove(model);
}

TEST(Builtin, WritesItsExamplesInRasasFormat) {
  const auto folder = std::filesystem::path(testing::TempDir());
  const auto examples = (folder / "es-nlu-export-from.yaml").string();
  const auto exported = (folder / "es-nlu-export-to.yaml").string();
  std::ofstream(examples) << "lists: {surf: [olas, tablas]}\nnlu:\n- intent: surf\n  examples: |\n"
                             "    - hay {surf}?\n    - [cabaña]{\"entity\": \"room_type\", "
                             "\"value\": \"family\"} libre?\n";
  const auto builtin = create({{"examples", {examples}}, {"export", exported}});
  ASSERT_TRUE(builtin) << builtin.error().message;
  std::ostringstream written;
  written << std::ifstream(exported).rdbuf();
  EXPECT_EQ(written.str(),
            "version: \"3.1\"\nnlu:\n- intent: surf\n  examples: |\n    - hay olas?\n    - hay "
            "tablas?\n    - cabaña libre?\n- lookup: \"room_type\"\n  examples: |\n    - "
            "cabaña\n- synonym: \"family\"\n  examples: |\n    - cabaña\n");
  const auto wrong =
      create({{"examples", {examples}}, {"export", (folder / "en-x.yaml").string()}});
  ASSERT_FALSE(wrong);
  EXPECT_NE(wrong.error().message.find("one language at a time"), std::string::npos);
  std::filesystem::remove(examples);
  std::filesystem::remove(exported);
}

TEST(Builtin, RefusesAFileThatIsNoModel) {
  const auto file = (std::filesystem::path(testing::TempDir()) / "no.model").string();
  std::ofstream(file) << "not a model";
  EXPECT_FALSE(create({{"model", file}}));
  EXPECT_FALSE(create({{"model", "/nowhere/hotel.model"}}));
  std::filesystem::remove(file);
}

TEST(Builtin, RefusesExamplesThatItCannotRead) {
  const auto builtin = create({{"examples", {"/nowhere/es.yaml"}}});
  ASSERT_FALSE(builtin);
  EXPECT_EQ(builtin.error().error_class, ErrorClass::config);
  EXPECT_NE(builtin.error().message.find("/nowhere/es.yaml"), std::string::npos);
}

}  // namespace
}  // namespace conserje::nlu
