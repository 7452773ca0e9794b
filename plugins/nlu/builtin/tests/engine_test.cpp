#include "engine.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <set>

#include "compiled_model.hpp"

namespace conserje::nlu {
namespace {

const Engine& engine() {
  static const Engine built_in(*Model::read(compiled_model()));
  return built_in;
}

ParseReply parse(const std::string& text, const std::string& language = "",
                 const std::string& pending = "") {
  const auto reply = engine().parse({.text = text,
                                     .language = language,
                                     .now = "2026-11-20T10:00:00",
                                     .time_zone = "America/Argentina/Buenos_Aires",
                                     .pending = pending});
  EXPECT_TRUE(reply) << reply.error().message;
  return *reply;
}

struct Row {
  const char* text;
  const char* intent;
};

void check(const char* language, std::initializer_list<Row> rows) {
  for (const Row& row : rows) {
    const auto reply = parse(row.text, language);
    EXPECT_EQ(reply.intent.name, row.intent) << row.text;
    EXPECT_GE(reply.intent.confidence, 0.6) << row.text << ": " << reply.intent.name;
    EXPECT_EQ(reply.language, language) << row.text;
  }
}

TEST(Engine, HoldsTheDemosDialogueInSpanish) {
  check("es",
        {{"Hola", "greeting"},
         {"¿Tienen habitación para 2 personas del 10 al 12 de diciembre?", "check_availability"},
         {"Sí, reservá la doble a nombre de Ana Pérez", "make_reservation"},
         {"Sí", "confirm"},
         {"Cancelá mi reserva", "cancel_reservation"},
         {"Sí", "confirm"}});
}

TEST(Engine, HoldsTheDemosDialogueInEnglish) {
  check("en", {{"Hello", "greeting"},
               {"Do you have a room for 2 people from 10 to 12 December?", "check_availability"},
               {"Yes, book the double under the name Ann Smith", "make_reservation"},
               {"Yes", "confirm"},
               {"Cancel my reservation", "cancel_reservation"},
               {"Yes", "confirm"}});
}

TEST(Engine, UnderstandsSentencesThatNobodyTaughtIt) {
  check("es",
        {{"buenas, les queda alguna doble libre para el sábado que viene?", "check_availability"},
         {"no podremos viajar, por favor cancelen la reserva", "cancel_reservation"},
         {"cuánto me saldría una noche para dos", "price_quote"},
         {"me mandan dos toallas a la 302?", "service_request"}});
  check("en", {{"any doubles left for next Saturday?", "check_availability"},
               {"we can't travel after all, please cancel the booking", "cancel_reservation"},
               {"how much would one night be for two", "price_quote"},
               {"could we get two more towels in 302", "service_request"}});
  check("pt", {{"vocês têm quarto de casal livre no sábado?", "check_availability"},
               {"quero cancelar a minha reserva, por favor", "cancel_reservation"}});
}

TEST(Engine, NamesTheTopicOfAQuestion) {
  EXPECT_EQ(parse("¿cuál es la clave del wifi?", "es").topic, "wifi");
  EXPECT_EQ(parse("is breakfast included?", "en").topic, "breakfast");
  EXPECT_EQ(parse("tem piscina?", "pt").topic, "pool");
  EXPECT_EQ(parse("hola", "es").topic, "");
}

TEST(Engine, SeesTheLanguageOfAMessage) {
  EXPECT_EQ(parse("quiero reservar una habitación para mañana").language, "es");
  EXPECT_EQ(parse("I would like to book a room for tomorrow").language, "en");
  EXPECT_EQ(parse("gostaria de reservar um quarto para amanhã").language, "pt");
}

TEST(Engine, TakesAFewWordsForTheLanguageWhoseGrammarKnowsThem) {
  EXPECT_EQ(parse("twenty-five guests", "en").language, "en");
  EXPECT_EQ(parse("18 dic 2026", "es").language, "es");
  EXPECT_EQ(parse("vamos a ser ocho", "es").language, "es");
  EXPECT_EQ(parse("alguns dias", "pt").language, "pt");
}

TEST(Engine, KeepsTheLanguageWhenAWordDoesNotTell) {
  EXPECT_EQ(parse("ok", "en").language, "en");
  EXPECT_EQ(parse("2", "pt").language, "pt");
  EXPECT_EQ(parse("I would like to book a room for tomorrow please", "es").language, "en");
}

TEST(Engine, RanksThreeIntentsBestFirst) {
  const auto reply = parse("quiero cancelar o cambiar mi reserva", "es");
  ASSERT_EQ(reply.ranking.size(), 3U);
  EXPECT_EQ(reply.ranking[0], reply.intent);
  EXPECT_GE(reply.ranking[0].confidence, reply.ranking[1].confidence);
  EXPECT_GE(reply.ranking[1].confidence, reply.ranking[2].confidence);
}

TEST(Engine, HasNoIntentForABareAnswer) {
  const auto reply = parse("2", "es", "party_size");
  ASSERT_EQ(reply.entities.size(), 1U);
  EXPECT_EQ(reply.entities[0].type, "party_size");
  EXPECT_LT(reply.intent.confidence, 0.35);
  EXPECT_EQ(parse("ana perez", "es", "guest_name").entities.at(0).value, "ana perez");
}

TEST(Engine, ReadsANumberedAnswerToAConfirmation) {
  EXPECT_EQ(parse("1", "es", "confirm").intent.name, "confirm");
  EXPECT_EQ(parse("2", "es", "confirm").intent.name, "deny");
}

TEST(Engine, HearsTheRequestBehindAGreeting) {
  EXPECT_EQ(parse("hola buenas tardes, cómo están? quería saber si tienen wifi", "es").topic,
            "wifi");
  EXPECT_EQ(parse("Good morning! I'd like to cancel my booking, thank you", "en").intent.name,
            "cancel_reservation");
  EXPECT_EQ(parse("oi, tudo bem? quero reservar um quarto", "pt").intent.name, "make_reservation");
}

TEST(Engine, RanksBothOfTwoRequests) {
  const auto reply = parse("hola, tienen wifi? y quiero cancelar mi reserva", "es");
  ASSERT_GE(reply.ranking.size(), 2U);
  EXPECT_EQ((std::set<std::string>{reply.ranking[0].name, reply.ranking[1].name}),
            (std::set<std::string>{"cancel_reservation", "hotel_info"}));
}

/// "cancel_reservation hotel_info/breakfast": the intent and what is asked for besides, sorted.
std::string requests_of(const std::string& text, const std::string& language) {
  const auto name = [](const std::string& intent, const std::string& topic) {
    return topic.empty() ? intent : intent + '/' + topic;
  };
  const auto reply = parse(text, language);
  std::set<std::string> all{name(reply.intent.name, reply.topic)};
  for (const AlsoAsked& other : reply.also) all.insert(name(other.name, other.topic));
  std::string line;
  for (const auto& one : all) line += (line.empty() ? "" : " ") + one;
  return line;
}

TEST(Engine, TellsEachOfSeveralRequests) {
  EXPECT_EQ(requests_of("Hola, ¿tienen estacionamiento y a qué hora es el check-in?", "es"),
            "hotel_info/check_in hotel_info/parking");
  EXPECT_EQ(requests_of("cancel my booking and what time is breakfast?", "en"),
            "cancel_reservation hotel_info/breakfast");
  EXPECT_EQ(requests_of("Oi, vocês têm estacionamento e que horas é o check-in?", "pt"),
            "hotel_info/check_in hotel_info/parking");
  EXPECT_EQ(requests_of("tem piscina e academia?", "pt"), "hotel_info/gym hotel_info/pool");
}

TEST(Engine, TellsASecondRequestThatIsOneWordAndWhatItIsAbout) {
  for (const auto& [language, text] :
       {std::pair{"es", "Quiero cancelar mi reserva y también reservar una suite"},
        {"en", "I want to cancel my reservation and book a suite"},
        {"pt", "Quero cancelar minha reserva e também reservar uma suíte"}}) {
    const auto reply = parse(text, language);
    EXPECT_EQ(reply.intent.name, "cancel_reservation") << text;
    ASSERT_EQ(reply.also.size(), 1U) << text;
    EXPECT_EQ(reply.also[0].name, "make_reservation") << text;
  }
}

TEST(Engine, IsSureOfNothingInWordsThatItHasNeverSeen) {
  for (const char* text : {"Xkcd qwpo zzrt", "zzrt", "Wrgl blorf: xnarp?"})
    EXPECT_LE(parse(text, "en").intent.confidence, 0.3) << text;
}

TEST(Engine, IsSureOfARequestWhateverElseIsAsked) {
  const auto reply = parse("quiero cancelar mi reserva y saber si tienen wifi", "es");
  EXPECT_EQ(reply.intent.name, "cancel_reservation");
  EXPECT_GE(reply.intent.confidence, 0.9);
  ASSERT_EQ(reply.also.size(), 1U);
  EXPECT_GE(reply.also[0].confidence, 0.6);
}

TEST(Engine, TakesOneRequestInManyClausesForOne) {
  EXPECT_EQ(parse("quiero reservar una doble para dos adultos y un niño, del 10 al 12 de enero, a "
                  "nombre de Ana Pérez",
                  "es")
                .also,
            std::vector<AlsoAsked>());
  EXPECT_EQ(parse("the room is dirty, the bathroom smells and nobody answers the phone", "en").also,
            std::vector<AlsoAsked>());
  EXPECT_EQ(parse("quiero agregar una noche mas a mi reserva", "es").also,
            std::vector<AlsoAsked>());
}

TEST(Engine, TakesACodeThatNobodyAskedForAsAQuestionAboutItsReservation) {
  for (const auto& [text, language] : {std::pair{"El código es CJ-ABC123", "es"},
                                       {"The code is CJ-ABC123", "en"},
                                       {"o código é CJ-ABC123", "pt"}}) {
    const auto reply = parse(text, language);
    EXPECT_EQ(reply.intent.name, "reservation_status") << text;
    EXPECT_EQ(parse(text, language, "code").entities.at(0).value, "CJ-ABC123") << text;
    EXPECT_LE(parse(text, language, "code").intent.confidence, 0.3) << text;
  }
}

TEST(Engine, UnderstandsTypos) {
  for (const Row& row : {Row{"quiero cacnelar mi resreva", "cancel_reservation"},
                         Row{"qiero reservar una habitasion", "make_reservation"}})
    EXPECT_EQ(parse(row.text, "es").intent.name, row.intent) << row.text;
  EXPECT_EQ(parse("is brekfast included?", "en").topic, "breakfast");
}

TEST(Engine, LeavesForeignSubjectsAlone) {
  for (const char* text : {"quién ganó el mundial de 1986", "what is the square root of 81",
                           "me recomendás una serie de terror"}) {
    const auto reply = parse(text);
    EXPECT_TRUE(reply.intent.name == "out_of_scope" || reply.intent.confidence < 0.6)
        << text << ": " << reply.intent.name << " " << reply.intent.confidence;
  }
}

TEST(Engine, RefusesATimeThatIsNone) {
  const auto reply = engine().parse({.text = "hola", .now = "tomorrow"});
  ASSERT_FALSE(reply);
  EXPECT_EQ(reply.error().error_class, ErrorClass::permanent);
}

TEST(Engine, AnAnswerWithItsArticleStatesNoIntent) {
  const std::pair<const char*, const char*> answers[] = {
      {"The double room", "room_type"},
      {"La habitación doble", "room_type"},
      {"O quarto duplo", "room_type"},
      {"My code is CJ-7654321", "code"},
      {"No, rather under the name Ann Smith", "guest_name"}};
  for (const auto& [text, pending] : answers) {
    const auto reply = engine().parse({.text = text,
                                       .now = "2026-12-01T10:00:00",
                                       .time_zone = "Europe/Madrid",
                                       .pending = pending});
    ASSERT_TRUE(reply) << text;
    EXPECT_LE(reply->intent.confidence, 0.3) << text;
  }
  const auto question = engine().parse({.text = "Does the double room have a balcony?",
                                        .now = "2026-12-01T10:00:00",
                                        .time_zone = "Europe/Madrid",
                                        .pending = "room_type"});
  ASSERT_TRUE(question);
  EXPECT_GT(question->intent.confidence, 0.3);
}

TEST(Engine, SaysWhetherTheWordsSpeakOfARoomOrOfATable) {
  for (const auto* table : {"Una mesa para 4 mañana", "Quiero cenar mañana", "A table for two",
                            "Mesa para 4 amanhã", "mesa a las ocho y cuarto"})
    EXPECT_EQ(parse(table).unit, "table") << table;
  for (const auto* room : {"Una habitación para 2", "la doble", "3 nights", "um quarto"})
    EXPECT_EQ(parse(room).unit, "room") << room;
  for (const auto* neither : {"Quiero hacer una reserva", "room with dinner for two"})
    EXPECT_EQ(parse(neither).unit, "") << neither;
}

TEST(Engine, ReadsWhereSomebodyWantsToSit) {
  const auto area = [](const char* text, const char* language) {
    const auto reply = parse(text, language, "area");
    const auto found = std::ranges::find(reply.entities, "area", &Entity::type);
    return found == reply.entities.end() ? "" : found->value.get<std::string>();
  };
  EXPECT_EQ(area("en la terraza", "es"), "terrace");
  EXPECT_EQ(area("me da igual", "es"), "any");
  EXPECT_EQ(area("inside, please", "en"), "indoor");
  EXPECT_EQ(area("I don't mind", "en"), "any");
  EXPECT_EQ(area("na varanda", "pt"), "terrace");
  EXPECT_EQ(area("tanto faz", "pt"), "any");
}

TEST(Engine, ReadsABareHourWhenWeAskedForOne) {
  const auto hour = [](const char* text) {
    const auto reply = parse(text, "es", "hour");
    const auto found = std::ranges::find(reply.entities, "time", &Entity::type);
    return found == reply.entities.end() ? Json() : found->value;
  };
  EXPECT_EQ(hour("21")["start"], "21:00:00");
  EXPECT_EQ(hour("8")["alternatives"].size(), 2U);
  EXPECT_TRUE(hour("24").is_null());
}

}  // namespace
}  // namespace conserje::nlu
