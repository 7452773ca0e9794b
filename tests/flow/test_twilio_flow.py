"""Guests by WhatsApp and by SMS through Twilio: a dialogue each, and what goes wrong on the way."""

import re

import host_process
import hotel as hotels
import pytest
import stand_in
import twilio_api

GUEST = "34655010203"
YES_NO = "HX" + "1" * 32
PATH = "/webhooks/twilio"


class TwilioHotel(hotels.Hotel):
    """A hotel whose guests come by Twilio; `graph` is Twilio here, as far as a hotel asks it."""

    @property
    def webhook(self):
        return self.host.url + PATH

    def say(self, guest, text, **fields):
        form = self.graph.inbound(guest, text, **fields)
        assert self.graph.deliver(self.webhook, form) == (200, b"<Response/>")
        return form["MessageSid"]


def configuration(twilio, receiver, store):
    config = hotels.configuration(_NoGraph, receiver, store, host_process.PLUGINS)
    del config["plugins"]["whatsapp"]
    config["plugins"]["twilio"] = {"use": "channel/twilio", "required": True, "config": {
        "account_sid": twilio.account, "auth_token": twilio.token, "sender": twilio.sender,
        "webhook_url": twilio.public_url + PATH, "api_url": twilio.url, "messaging_url": twilio.url,
        "choices": [{"content_sid": YES_NO, "options": 2, "titles": ["Sí", "No"]}]}}  # fmt: skip
    config["pipeline"][0]["channels"] = ["twilio"]
    config["public_url"] = twilio.public_url
    return config


class _NoGraph:
    url = phone_number_id = token = app_secret = verify_token = ""


@pytest.fixture(params=["whatsapp:+34910552010", "+34910552010"], ids=["whatsapp", "sms"])
def twilio(request):
    with twilio_api.TwilioApi(request.param) as api:
        api.contents[YES_NO] = {"types": {"twilio/quick-reply": {"body": "{{1}}", "actions": [
            {"type": "QUICK_REPLY", "title": "Sí", "id": "{{2}}"},
            {"type": "QUICK_REPLY", "title": "No", "id": "{{3}}"}]}}}  # fmt: skip
        yield api


@pytest.fixture
def open_hotel(twilio, receiver, make_host):
    """On SQLite: what is stored and when is the other flow tests' matter."""
    host = make_host(configuration(twilio, receiver, "sqlite:data/hotel-sol.db"))
    host.start()
    return TwilioHotel(host, twilio, receiver)


def test_a_guest_asks_books_and_cancels(open_hotel):
    hotel = open_hotel
    assert "Doble" in hotel.ask(GUEST, hotels.ASK)
    assert "Ana Pérez" in hotel.ask(GUEST, hotels.BOOK)
    asked = hotel.graph.sent[-1]
    if hotel.graph.sender.startswith("whatsapp:"):
        press = hotel.graph.press(GUEST, asked)
        assert press["ButtonPayload"] == "confirm"
        assert hotel.graph.deliver(hotel.webhook, press)[0] == 200
    else:
        assert asked["Body"].endswith("1. Sí\n2. No")
        hotel.say(GUEST, "Sí")
    texts = hotel.graph.wait_for(lambda: hotel.graph.texts_to(GUEST)[2:])
    code = re.search(r"Código: (\S+)\.", texts[0])[1]
    (created,) = hotel.wait_for_event("reservation.created")
    assert created["data"]["reservation_id"] == code
    assert GUEST not in str(created) and "Ana" not in str(created)  # No personal data in events.

    assert code in hotel.ask(GUEST, "Cancelá mi reserva")
    assert code in hotel.ask(GUEST, "Sí")
    (cancelled,) = hotel.wait_for_event("reservation.cancelled")
    assert cancelled["data"]["reservation_id"] == code
    assert len(hotel.graph.sent) == 5


def test_a_delivery_has_one_effect_however_often_it_comes(open_hotel):
    form = open_hotel.graph.inbound(GUEST, "Hola")
    for _ in range(10):
        assert open_hotel.graph.deliver(open_hotel.webhook, form)[0] == 200
    open_hotel.graph.wait_for(lambda: open_hotel.graph.sent)
    open_hotel.ask(GUEST, "Gracias")
    assert len(open_hotel.graph.sent) == 2


def test_what_is_not_signed_is_401_and_the_log_says_against_which_address(open_hotel):
    form = open_hotel.graph.inbound(GUEST, "Hola")
    for wrong in ({"signature": ""}, {"signature": "A" * 27 + "="}, {"token": "another"},
                  {"called": open_hotel.webhook + "?key=s3cret"}):  # fmt: skip
        assert open_hotel.graph.deliver(open_hotel.webhook, form, **wrong)[0] == 401
    assert open_hotel.rows("SELECT count(*) FROM inbox") == [("0",)]
    open_hotel.host.wait_for_log("webhook refused: Twilio will not repeat it")
    assert open_hotel.graph.public_url + PATH in open_hotel.host.log
    assert open_hotel.graph.deliver(open_hotel.webhook, form)[0] == 200


def test_statuses_are_connected_whatever_their_order(open_hotel):
    open_hotel.ask(GUEST, "Hola")
    (sent,) = open_hotel.graph.sent
    assert re.search(r"\?ref=[A-Za-z0-9_-]+$", sent["StatusCallback"])
    for name in ("queued", "delivered", "sent", "read"):
        assert open_hotel.graph.callback(open_hotel.webhook, sent, name)[0] == 200
    assert open_hotel.rows("SELECT provider_status FROM outbox WHERE kind = 'reply'") == [("read",)]


def test_a_closed_window_is_told_afterwards(open_hotel):
    open_hotel.ask(GUEST, "Hola")
    (sent,) = open_hotel.graph.sent
    assert open_hotel.graph.callback(open_hotel.webhook, sent, "undelivered", 63016)[0] == 200
    open_hotel.graph.wait_for(lambda: open_hotel.rows("SELECT 1 FROM dead_letters WHERE reason LIKE '%63016%'"))


@pytest.mark.parametrize("fault", [*map(twilio_api.error, ("concurrency", "unavailable", "unknown", "credentials")),
                                   twilio_api.NOT_JSON], ids=["429", "503", "500", "401", "html"])  # fmt: skip
def test_a_passing_error_is_tried_again(open_hotel, fault):
    open_hotel.graph.fail_next(fault)
    open_hotel.ask(GUEST, "Hola")
    assert len(open_hotel.graph.sent) == 1


@pytest.mark.parametrize("fault", [stand_in.CUT, stand_in.DROP], ids=["cut", "drop"])
def test_a_reply_whose_answer_was_lost_is_known_by_its_status(open_hotel, fault):
    """Twilio has no idempotency key: our reference in the callback's address settles it."""
    open_hotel.graph.fail_next(fault)
    open_hotel.say(GUEST, "Hola")
    sent = open_hotel.graph.wait_for(lambda: open_hotel.graph.sent)[0]
    assert open_hotel.graph.callback(open_hotel.webhook, sent, "sent")[0] == 200
    open_hotel.graph.wait_for(
        lambda: open_hotel.rows("SELECT 1 FROM outbox WHERE kind = 'reply' AND state = 'sent'"))  # fmt: skip
    open_hotel.ask(GUEST, "Gracias")
    assert len(open_hotel.graph.sent) == 2


PARAGRAPH = "El desayuno se sirve de 7 a 10:30 en el comedor. "
AS_USUAL = stand_in.slow(0.0)


@pytest.fixture
def talkative(twilio, receiver, make_host):
    """A hotel one of whose answers takes three messages."""
    config = configuration(twilio, receiver, "sqlite:data/hotel-sol.db")
    config["faq"] = {"breakfast": {"es": 80 * PARAGRAPH}}
    host = make_host(config)
    host.start()
    return TwilioHotel(host, twilio, receiver)


def test_the_status_of_a_part_does_not_stand_for_the_whole_answer(talkative):
    twilio = talkative.graph
    twilio.fail_next(AS_USUAL, twilio_api.error("unavailable"), twilio_api.error("unavailable"))
    talkative.say(GUEST, "¿A qué hora es el desayuno?")
    first = twilio.wait_for(lambda: twilio.sent)[0]
    assert twilio.callback(talkative.webhook, first, "delivered")[0] == 200
    twilio.wait_for(lambda: len(twilio.sent) == 3)
    assert " ".join(twilio.texts_to(GUEST)) == (80 * PARAGRAPH).strip()  # Nothing twice, nothing left out.
    assert twilio.callback(talkative.webhook, twilio.sent[2], "delivered")[0] == 200
    assert talkative.rows("SELECT state, provider_status FROM outbox WHERE kind = 'reply'") == [("sent", "delivered")]


@pytest.mark.parametrize("fault", [stand_in.CUT, stand_in.DROP, stand_in.CLOSE], ids=["cut", "drop", "close"])
@pytest.mark.parametrize("number", [0, 1, 2])
def test_no_part_of_a_long_answer_goes_twice(talkative, number, fault):
    """What a lost answer leaves open, the list of messages tells."""
    talkative.graph.fail_next(*[AS_USUAL] * number, fault)
    talkative.say(GUEST, "¿A qué hora es el desayuno?")
    talkative.graph.wait_for(lambda: talkative.rows("SELECT 1 FROM outbox WHERE kind = 'reply' AND state = 'sent'"))
    assert " ".join(talkative.graph.texts_to(GUEST)) == (80 * PARAGRAPH).strip()


def test_an_api_that_never_answers_holds_up_nobody_else(open_hotel):
    open_hotel.graph.fail_next(stand_in.STALL)
    open_hotel.say(GUEST, "Hola")
    open_hotel.graph.wait_for(lambda: [r for r in open_hotel.graph.requests if r.method == "POST"])
    open_hotel.ask("34655010204", "Hola")


def test_stop_is_kept_and_not_answered(open_hotel):
    open_hotel.say(GUEST, "STOP", OptOutType="STOP")
    open_hotel.ask("34655010204", "Hola")
    open_hotel.graph.wait_for(lambda: open_hotel.rows("SELECT 1 FROM inbox WHERE state = 'done'")[1:])
    assert open_hotel.graph.texts_to(GUEST) == []
