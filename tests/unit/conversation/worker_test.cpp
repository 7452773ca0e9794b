#include "worker_test.hpp"

namespace conserje {
namespace {

TEST_F(WorkerTest, HoldsOneConversationWithAGuestWhoHasTwoAddresses) {
  hear("greeting");
  receive("m1");
  receive("m2", {.sender_id = "ES.7", .sender_aliases = {"+34600"}});
  receive("m3", {.sender_id = "ES.7"});
  while (step()) {
  }
  EXPECT_EQ(count("sessions"), 1);
  EXPECT_EQ(count("outbox WHERE kind = 'reply'"), 3);
}

TEST_F(WorkerTest, RemembersWhenAGuestLastWroteByTheEarlierClock) {
  const auto written = pms_.clock.now() - Millis(3'600'000);
  receive("m1", {.timestamp_ms = written.time_since_epoch().count()});
  step();
  EXPECT_EQ(guests_->last_inbound("hotel-sol", "whatsapp", "+34600"),
            (Result<std::optional<WallTime>>(written)));
}

TEST_F(WorkerTest, TakesNoReactionForAWordOfTheGuest) {
  receive("m1", {.type = "reaction"});
  step();
  EXPECT_EQ(guests_->last_inbound("hotel-sol", "whatsapp", "+34600"),
            (Result<std::optional<WallTime>>(std::nullopt)));
}

TEST_F(WorkerTest, RestsWhenNothingIsDue) { EXPECT_FALSE(step()); }

TEST_F(WorkerTest, AnswersAMessageOnce) {
  receive("m1");
  hear("thanks");
  EXPECT_TRUE(step());
  EXPECT_FALSE(step());
  EXPECT_EQ(leaving(), (std::vector<std::string>{"You are welcome!"}));
}

TEST_F(WorkerTest, ReservesWhatTheGuestConfirmsAndTellsTheSinks) {
  propose();
  receive("m1");
  hear("confirm");
  pms_.answer(pms::method::create, made());
  EXPECT_TRUE(step());
  ASSERT_EQ(leaving().size(), 2U);
  EXPECT_TRUE(leaving()[0].starts_with("Done! Your reservation is confirmed. Code: CJ-7."));
  EXPECT_EQ(leaving()[1], "reservation.created");
  const auto row = value_of(reservations_->find("CJ-7"));
  ASSERT_TRUE(row);
  EXPECT_EQ(row->state, ReservationState::confirmed);
}

TEST_F(WorkerTest, RepeatsTheDecisionOfATryThatDiedWithoutHearingTheMessageAgain) {
  propose();
  receive("m1");
  hear("confirm");
  pms_.answer(pms::method::create, made());
  ASSERT_TRUE(step());
  const auto first = pms_.calls.at(0);

  // The journal survived, the transaction did not.
  value_of(database_->transact([](Transaction& tx) {
    tx.execute("UPDATE acts SET outcome = NULL");
    tx.execute("DELETE FROM outbox");
    tx.execute("UPDATE inbox SET state = 'pending', due_ms = 0");
  }));
  hear("deny");
  pms_.answer(pms::method::create, made());
  ASSERT_TRUE(step());
  ASSERT_EQ(pms_.calls.size(), 2U);
  EXPECT_EQ(pms_.calls[1].head, first.head);
  EXPECT_EQ(pms_.calls[1].idempotency_key, first.idempotency_key);
  EXPECT_EQ(leaving().size(), 2U);
}

TEST_F(WorkerTest, KeepsAReservationThatThePmsDoesNotTake) {
  propose();
  receive("m1");
  hear("confirm");
  pms_.fail(pms::method::create, {ErrorClass::permanent, "closed for the season"});
  EXPECT_TRUE(step());
  const auto letters = value_of(DeadLetters(*database_).list("hotel-sol", 0, 10));
  ASSERT_EQ(letters.size(), 1U);
  EXPECT_EQ(letters[0].kind, DeadLetterKind::reservation);
  EXPECT_EQ(letters[0].reason, "closed for the season");
  EXPECT_EQ(leaving().back(), "reservation.failed");
}

TEST_F(WorkerTest, TellsTheGuestWhenThePmsCannotBeAsked) {
  receive("m1");
  hear("reservation_status");
  pms_.fail(pms::method::find, {ErrorClass::auth, "who are you"});
  EXPECT_TRUE(step());
  EXPECT_EQ(leaving(), (std::vector<std::string>{
                           "I cannot reach our system at the moment. The team knows; please "
                           "try again in a few minutes."}));
}

TEST_F(WorkerTest, TriesAgainLaterWhenUnderstandingFails) {
  receive("m1");
  heard_ = Error{ErrorClass::retry, "the engine is away"};
  EXPECT_TRUE(step());
  EXPECT_FALSE(step());
  pms_.clock.advance(Millis(2'000));
  hear("thanks");
  EXPECT_TRUE(step());
  EXPECT_EQ(leaving().size(), 1U);
}

TEST_F(WorkerTest, BuriesAMessageThatCannotBeHandled) {
  receive("m1");
  heard_ = Error{ErrorClass::permanent, "not a text"};
  EXPECT_TRUE(step());
  const auto letters = value_of(DeadLetters(*database_).list("hotel-sol", 0, 10));
  ASSERT_EQ(letters.size(), 1U);
  EXPECT_EQ(letters[0].kind, DeadLetterKind::message);
  EXPECT_EQ(letters[0].reason, "not a text");
}

TEST_F(WorkerTest, TakesAPictureOfAGuestWithAReservationForTheReceiptOfHisDeposit) {
  receive("m1", {.type = "media", .media = channel::Media{.kind = "image", .reference = "f-1"}});
  pms_.answer(pms::method::find, pms::ReservationList{{*made().reservation}});
  EXPECT_TRUE(step());
  EXPECT_EQ(leaving().back(), "deposit.received");
  const auto waiting = value_of(Deposits(*database_).waiting("hotel-sol", 10));
  ASSERT_EQ(waiting.size(), 1U);
  EXPECT_EQ(waiting[0].reservation, "CJ-7");
  EXPECT_EQ(decode<channel::Media>(std::string_view(waiting[0].media))->reference, "f-1");
}

TEST_F(WorkerTest, OffersNoReadingsWhereTheFlagIsOff) {
  Flags flags(*database_, pms_.clock);
  value_of(flags.set("hotel-sol", std::string(kFlagEnhancedFallback), 0));
  heard_ = nlu::ParseReply{.language = "en",
                           .intent = {"cancel_reservation", 0.3},
                           .ranking = {{"cancel_reservation", 0.3}, {"human", 0.2}}};
  receive("m1");
  EXPECT_TRUE(step());
  EXPECT_EQ(
      leaving(),
      (std::vector<std::string>{"Sorry, I did not understand. Could you say it in other words?"}));
}

TEST_F(WorkerTest, SaysThatItCannotSeeAFilm) {
  receive("m1", {.type = "media", .media = channel::Media{.kind = "video"}});
  EXPECT_TRUE(step());
  EXPECT_EQ(leaving(),
            (std::vector<std::string>{
                "I cannot read that kind of message yet. Could you write it in words?"}));
}

TEST_F(WorkerTest, KeepsSilentAboutWhatNeedsNoAnswer) {
  for (const auto* type : {"reaction", "revoke", "system", "edit"}) receive(type, {.type = type});
  while (step()) {
  }
  EXPECT_EQ(leaving(), std::vector<std::string>{});
  EXPECT_EQ(value_of(inbox_->pending()), 0);
}

TEST_F(WorkerTest, KeepsWhatWasSaidOnTheTelephoneAndWhatMachinesWroteWithoutAnswering) {
  receive("m1", {.type = "transcript", .text = "AI: Hello. User: A room, please."});
  receive("m2", {.type = "text", .text = "I am on holiday until Monday.", .automated = true});
  while (step()) {
  }
  EXPECT_EQ(leaving(), std::vector<std::string>{});
  EXPECT_EQ(value_of(inbox_->pending()), 0);
}

TEST_F(WorkerTest, DoesWhatSomebodyElseUnderstood) {
  receive("m1", request("thanks"));
  heard_ = Error{ErrorClass::bug, "nobody asks the nlu"};
  EXPECT_TRUE(step());
  EXPECT_EQ(leaving(), (std::vector<std::string>{"You are welcome!"}));
}

TEST_F(WorkerTest, AsksTheNluAboutTheWordsOfARequest) {
  receive("m1", request("check_availability", {{"arrival", "next Friday"}}));
  hear("fallback",
       {{.type = "date", .value = {{"kind", "date"}, {"start", "2026-12-11"}, {"grain", "day"}}}});
  EXPECT_TRUE(step());
  EXPECT_EQ(leaving(), (std::vector<std::string>{"How many nights will you stay?"}));
}

TEST_F(WorkerTest, HoldsAReplyForTheSenderWhoWaitsForIt) {
  receive("m1", request("thanks"), soon());
  EXPECT_TRUE(step());
  const auto row = *value_of(outbox_->find(reply_reference("hotel-sol", "whatsapp", "m1")));
  EXPECT_EQ(row.due, soon() + Millis(500));
  EXPECT_EQ(answered_, std::vector<std::string>{"whatsapp m1"});
}

TEST_F(WorkerTest, HoldsNoReplyOnceItsSenderHasGone) {
  receive("m1", request("thanks"), soon());
  pms_.clock.advance(Millis(15'000));
  EXPECT_TRUE(step());
  const auto row = *value_of(outbox_->find(reply_reference("hotel-sol", "whatsapp", "m1")));
  EXPECT_EQ(row.due, kAtOnce);
}

TEST_F(WorkerTest, TellsWhoeverWaitsOfAMessageThatWasGivenUp) {
  receive("m1", {}, soon());
  heard_ = Error{ErrorClass::permanent, "not a text"};
  EXPECT_TRUE(step());
  EXPECT_EQ(answered_, std::vector<std::string>{"whatsapp m1"});
}

TEST_F(WorkerTest, ConfirmsInWritingWhatWasReservedByVoice) {
  confirm_by_sms();
  propose("+34655010203");
  receive("m1", from_a_number(request("confirm")), soon());
  pms_.answer(pms::method::create, made());
  EXPECT_TRUE(step());
  EXPECT_EQ(recipients(),
            (std::vector<std::string>{"whatsapp +34655010203 Done!", "sms +34655010203 Done!"}));
}

TEST_F(WorkerTest, SaysInWritingWhatCameTooLateForTheAnswer) {
  confirm_by_sms();
  receive("m1", from_a_number(request("thanks")), soon());
  pms_.clock.advance(Millis(15'000));
  EXPECT_TRUE(step());
  EXPECT_EQ(recipients(),
            (std::vector<std::string>{"whatsapp +34655010203 You a", "sms +34655010203 You a"}));
}

TEST_F(WorkerTest, WritesNothingMoreWhenTheAnswerIsInTime) {
  confirm_by_sms();
  receive("m1", from_a_number(request("thanks")), soon());
  EXPECT_TRUE(step());
  EXPECT_EQ(recipients(), std::vector<std::string>{"whatsapp +34655010203 You a"});
}

TEST_F(WorkerTest, TellsACallerWhoWaitsThatAPersonHasHisRequest) {
  receive("m1", request("human"), soon());
  receive("m2", request("thanks"), soon());
  EXPECT_TRUE(step());
  EXPECT_TRUE(step());
  EXPECT_EQ(leaving().back(), "Our team already has your request and will get back to you.");
}

TEST_F(WorkerTest, ChangesWhatTheGuestConfirms) {
  const auto before = *made().reservation;
  save({.language = "en",
        .flow = "modify_reservation",
        .pending = "confirm",
        .proposal = {
            .kind = "modify", .before = before, .modify = {.id = "M-1", .guest_name = "Eva"}}});
  receive("m1");
  hear("confirm");
  auto after = made();
  after.reservation->guest_name = "Eva";
  pms_.answer(pms::method::modify, after);
  EXPECT_TRUE(step());
  ASSERT_EQ(leaving().size(), 2U);
  EXPECT_TRUE(leaving()[0].starts_with("Done. Your reservation CJ-7 is now: "));
  EXPECT_EQ(leaving()[1], "reservation.modified");
  EXPECT_EQ(value_of(reservations_->find("CJ-7"))->guest_name, "Eva");
}

TEST_F(WorkerTest, ReservesAKindOfRoomForOneGuestAtATime) {
  Locks locks(*database_);
  const auto taken = [&](const std::string& holder) {
    return value_of(
        locks.acquire("hotel-sol", "frontdesk|double", holder, pms_.clock.now(), Millis(60'000)));
  };
  ASSERT_TRUE(taken("another guest"));
  propose();
  receive("m1");
  hear("confirm");
  for (int i = 0; i < 20; ++i) {  // More often than a message that fails is tried.
    EXPECT_TRUE(step());
    EXPECT_EQ(leaving(), std::vector<std::string>{});
    pms_.clock.advance(Millis(250));
  }
  EXPECT_EQ(value_of(locks.audit("hotel-sol", "frontdesk|double", 1)).at(0).action, "refused");

  value_of(database_->transact([&](Transaction& tx) {
    Locks::release(tx, "hotel-sol", "frontdesk|double", "another guest", pms_.clock.now());
  }));
  pms_.clock.advance(Millis(2'000));
  pms_.answer(pms::method::create, pms::ReservationAnswer{.outcome = "no_availability"});
  EXPECT_TRUE(step());
  EXPECT_TRUE(leaving().at(0).starts_with("I am very sorry: somebody has just taken the last"));
  EXPECT_TRUE(taken("a third guest"));
}

TEST_F(WorkerTest, AnswersWhatWasAskedBesideAReservationThatHadToWait) {
  Locks locks(*database_);
  value_of(locks.acquire("hotel-sol", "frontdesk|double", "another guest", pms_.clock.now(),
                         Millis(1'000)));
  pipeline_.faq["wifi"]["en"] = "sun2026";
  propose();
  receive("m1");
  hear("confirm");
  heard_->also = {{.name = "hotel_info", .confidence = 0.9, .topic = "wifi"}};
  EXPECT_TRUE(step());
  EXPECT_EQ(leaving(), std::vector<std::string>{});

  pms_.clock.advance(Millis(2'000));
  pms_.answer(pms::method::create, pms::ReservationAnswer{.outcome = "no_availability"});
  EXPECT_TRUE(step());
  EXPECT_TRUE(leaving().at(0).starts_with("sun2026\nI am very sorry")) << leaving().at(0);
}

TEST_F(WorkerTest, AsksAGuestWhoFloodsItOnceToSlowDown) {
  pipeline_.limits.conversation.messages_per_minute = 2;
  hear("thanks");
  for (const auto* id : {"m1", "m2", "m3", "m4"}) receive(id);
  while (step()) {
  }
  EXPECT_EQ(leaving(), (std::vector<std::string>{
                           "You are welcome!", "You are welcome!",
                           "I am getting many messages of yours at once. Please give me a minute, "
                           "and then go on."}));
  pms_.clock.advance(Millis(60'000));
  receive("m5");
  EXPECT_TRUE(step());
  EXPECT_EQ(leaving().size(), 4U);
}

TEST_F(WorkerTest, KeepsSilentInGroups) {
  receive("m1", {.type = "text", .text = "hola", .group_id = "g"});
  hear("greeting");
  EXPECT_TRUE(step());
  EXPECT_EQ(leaving(), std::vector<std::string>{});
}

TEST_F(WorkerTest, KeepsSilentWhileAPersonAnswers) {
  receive("m1");
  hear("human");
  EXPECT_TRUE(step());
  const auto after_handoff = leaving();
  receive("m2");
  hear("greeting");
  EXPECT_TRUE(step());
  EXPECT_EQ(leaving(), after_handoff);
}

TEST_F(WorkerTest, KeepsSilentOnceTheStaffWroteFromTheirPhone) {
  receive("m1", {.type = "echo", .text = "Good morning, this is Marta."});
  receive("m2");
  hear("greeting");
  EXPECT_TRUE(step());
  EXPECT_TRUE(step());
  EXPECT_EQ(leaving(), std::vector<std::string>{});
}

TEST_F(WorkerTest, SpeaksAgainAfterTheSilence) {
  receive("m1");
  hear("human");
  EXPECT_TRUE(step());
  pms_.clock.advance(Millis(kSilenceMs + 1));
  receive("m2");
  hear("thanks");
  EXPECT_TRUE(step());
  EXPECT_EQ(leaving().back(), "You are welcome!");
}

TEST_F(WorkerTest, AnswersUnderTheSameSubject) {
  hear("greeting");
  receive("A1", {.text = "hello", .thread_id = "T1", .subject = "Booking"});
  step();
  const auto request = value_of(database_->read([](Transaction& tx) {
    return *decode<channel::SendRequest>(
        tx.query("SELECT payload FROM outbox").front().text("payload"));
  }));
  EXPECT_EQ(request.thread_id, "T1");
  EXPECT_EQ(request.subject, "Booking");
}

TEST_F(WorkerTest, WhatIsWrittenInAGuestsNameDoesNotGoOnWithHisConversation) {
  save({.language = "en",
        .flow = "cancel_reservation",
        .pending = "confirm",
        .proposal = {.kind = "cancel", .cancel = made().reservation.value()}});
  hear("confirm");
  receive("A1", {.text = "yes", .unverified = true});
  step();
  EXPECT_TRUE(pms_.calls.empty());
}

}  // namespace
}  // namespace conserje
