"""A guest on a phone that WAHA links: asking, booking and cancelling, and what WAHA does wrong meanwhile."""

import re

import hotel as hotels
import pytest
import stand_in
import waha_api

GUEST = "34655010203"
HIDDEN = "199000000000007"


class LinkedHotel:
    """The hotel of hotel.py with WAHA in the place of its channel."""

    def __init__(self, host, waha, receiver):
        self.host = host
        self.waha = waha
        self.receiver = receiver
        waha.hook = self.webhook

    @property
    def webhook(self):
        return self.host.url + "/webhooks/waha"

    def say(self, payload, event="message.any"):
        assert self.waha.deliver(self.webhook, event, payload)[0] == 200

    def ask(self, text, guest=GUEST, lid=None):
        """The guest writes, and is answered -> the answer's text."""
        before = len(self.waha.texts_to(GUEST))
        self.say(self.waha.text(guest, text, lid))
        return self.waha.wait_for(lambda: self.waha.texts_to(GUEST)[before:])[0]

    def events(self, name):
        return self.receiver.wait_for(lambda: self.receiver.of_type(name), timeout_s=60)

    def rows(self, sql):
        return hotels.query(self.host.config["store"], self.host.folder, sql)


@pytest.fixture
def open_hotel(config, receiver, make_host):
    """open_hotel(engine, **settings) -> LinkedHotel, open."""
    opened = []

    def make(engine="GOWS", faq=None, **settings):
        waha = waha_api.WahaApi(engine)
        opened.append(waha)
        config["plugins"].pop("whatsapp")
        config["plugins"]["waha"] = {
            "use": "channel/waha",
            "required": True,
            "config": {"url": waha.url, "api_key": waha.key, "hmac_key": waha.hmac_key} | settings,
        }
        config["pipeline"][0]["channels"] = ["waha"]
        config["faq"] = faq or {}
        host = make_host(config)
        host.start()
        return LinkedHotel(host, waha, receiver)

    yield make
    for waha in opened:
        waha.close()


@pytest.mark.parametrize("engine", waha_api.ENGINES)
def test_a_guest_asks_books_and_cancels(open_hotel, engine):
    hotel = open_hotel(engine)
    assert "Doble" in hotel.ask(hotels.ASK)
    assert "Ana Pérez" in hotel.ask(hotels.BOOK)
    code = re.search(r"Código: (\S+)\.", hotel.ask("Sí"))[1]
    (created,) = hotel.events("reservation.created")
    assert created["data"]["reservation_id"] == code

    assert code in hotel.ask("Cancelá mi reserva")
    assert code in hotel.ask("1")  # The line of yes.
    (cancelled,) = hotel.events("reservation.cancelled")
    assert cancelled["data"]["reservation_id"] == code
    assert len(hotel.waha.texts_to(GUEST)) == 5
    assert set(hotel.waha.seen) == {f"{GUEST}@c.us"}


def test_a_poll_says_yes(open_hotel):
    hotel = open_hotel(choices="poll")
    for text in hotels.BOOKING[:-1]:
        hotel.ask(text)
    asked = hotel.waha.sent[-1]
    assert asked["body"]["poll"]["options"] == ["Sí", "No"]
    hotel.say(hotel.waha.vote(GUEST, asked, "Sí"), "poll.vote")
    hotel.events("reservation.created")


@pytest.mark.parametrize("engine", ["GOWS", "NOWEB"])
def test_a_guest_who_hides_his_number_is_one_guest(open_hotel, engine):
    hotel = open_hotel(engine)
    hotel.waha.lids[HIDDEN] = GUEST
    assert "Doble" in hotel.ask(hotels.ASK, lid=HIDDEN)
    assert hotel.waha.sent[-1]["chat"] == f"{HIDDEN}@lid"  # Where he wrote from.
    assert "Ana Pérez" in hotel.ask(hotels.BOOK)
    assert hotel.waha.sent[-1]["chat"] == f"{GUEST}@c.us"
    assert hotel.rows("SELECT count(*) FROM sessions") == [("1",)]


def test_a_message_under_two_events_is_one_message(open_hotel):
    hotel = open_hotel()
    payload = hotel.waha.text(GUEST, "Hola")
    for event in ("message", "message.any", "message"):
        hotel.say(payload, event)
    hotel.waha.wait_for(lambda: hotel.waha.texts_to(GUEST))
    hotel.ask("Gracias")  # In order per guest: whatever the others caused has been done by now.
    assert len(hotel.waha.texts_to(GUEST)) == 2
    assert hotel.rows("SELECT count(*) FROM inbox") == [("2",)]


def test_what_is_signed_with_another_key_is_kept_out_and_told(open_hotel):
    hotel = open_hotel()
    body = hotel.waha.envelope("message", hotel.waha.text(GUEST, "Hola"))
    assert hotel.waha.post(hotel.webhook, body, hotel.waha.signature(body, "another key"))[0] == 401
    assert hotel.waha.post(hotel.webhook, body, "")[0] == 401
    assert hotel.rows("SELECT count(*) FROM inbox") == [("0",)]
    hotel.host.wait_for_log("is hmac_key the key in WAHA?")
    assert hotel.waha.carry(hotel.webhook, body) == [200]


@pytest.mark.parametrize("fault", [waha_api.error("restarting"), waha_api.NOT_JSON, waha_api.error("busy", Retry_After="1"),
                                   waha_api.error("crashed"), stand_in.CLOSE])  # fmt: skip
def test_a_reply_that_waha_refuses_goes_later(open_hotel, fault):
    hotel = open_hotel(send_seen=False)
    hotel.waha.fail_next(fault)
    hotel.ask("Hola")
    assert len(hotel.waha.sent) == 1


@pytest.mark.parametrize("fault", [stand_in.DROP, stand_in.CUT])
def test_a_reply_whose_answer_is_lost_goes_once(open_hotel, fault):
    hotel = open_hotel(send_seen=False)
    hotel.waha.hook = None  # No ack tells the host that the reply went.
    hotel.waha.fail_next(fault)
    hotel.ask("Hola")
    hotel.waha.wait_for(lambda: hotel.rows("SELECT 1 FROM outbox WHERE kind = 'reply' AND state = 'sent'"))
    assert len(hotel.waha.sent) == 1
    assert [r.path for r in hotel.waha.requests].count("/api/sendText") == 1


PARAGRAPH = "El desayuno se sirve de 7 a 10:30 en el comedor. "


@pytest.mark.parametrize("engine", ["GOWS", "WEBJS"])
@pytest.mark.parametrize("faults", [2 * [waha_api.error("restarting")], [stand_in.DROP]], ids=["503", "drop"])
@pytest.mark.parametrize("number", [0, 1, 2])
def test_a_long_answer_goes_whole_and_no_part_of_it_twice(open_hotel, engine, faults, number):
    """The ack of its first part comes while the next one is still to be sent."""
    hotel = open_hotel(engine, faq={"breakfast": {"es": 200 * PARAGRAPH}}, send_seen=False)
    hotel.waha.fail_next(*number * [stand_in.slow(0.0)], *faults)
    hotel.say(hotel.waha.text(GUEST, "¿A qué hora es el desayuno?"))
    hotel.waha.wait_for(lambda: hotel.rows("SELECT 1 FROM outbox WHERE kind = 'reply' AND state = 'sent'"))
    hotel.waha.wait_for(lambda: len(hotel.waha.texts_to(GUEST)) >= 3)
    assert " ".join(hotel.waha.texts_to(GUEST)) == (200 * PARAGRAPH).strip()


def test_an_api_that_never_answers_holds_up_nobody_else(open_hotel):
    hotel = open_hotel(send_seen=False)
    hotel.waha.fail_next(stand_in.STALL)
    hotel.say(hotel.waha.text(GUEST, "Hola"))
    hotel.waha.wait_for(lambda: [r for r in hotel.waha.requests if r.path == "/api/sendText"])
    hotel.say(hotel.waha.text("34600112233", "Hola"))
    hotel.waha.wait_for(lambda: hotel.waha.texts_to("34600112233"))


def test_acks_become_statuses(open_hotel):
    hotel = open_hotel()
    hotel.ask("Hola")
    (sent,) = hotel.waha.sent
    for ack in (2, 1, 3, 3):
        hotel.say(hotel.waha.ack(sent, ack), "message.ack")
    status = "SELECT provider_status FROM outbox WHERE kind = 'reply'"
    hotel.waha.wait_for(lambda: hotel.rows(status) == [("read",)])


def test_a_deaf_session_is_found_out(open_hotel):
    hotel = open_hotel(ack_timeout_s=1)
    waha = hotel.waha
    waha.deaf = True  # It says WORKING and takes what is sent; these two came before.
    for guest in (GUEST, "34600112233"):
        body = waha.envelope("message", waha.text(guest, "Hola"))
        assert waha.post(hotel.webhook, body)[0] == 200
        waha.wait_for(lambda guest=guest: waha.texts_to(guest))
    status = "SELECT DISTINCT provider_status FROM outbox WHERE kind = 'reply'"
    waha.wait_for(lambda: hotel.rows(status) == [("failed",)], timeout_s=30)


def test_events_that_need_no_answer_get_none(open_hotel):
    hotel = open_hotel()
    waha = hotel.waha
    payload = waha.text(GUEST, "x")
    hotel.say(waha.session_status("SCAN_QR_CODE"), "session.status")
    hotel.say({"id": "A1B2", "from": f"{GUEST}@c.us", "timestamp": 1785920413, "isVideo": False}, "call.received")
    hotel.say(payload | {"body": None}, "message.waiting")
    hotel.say({"rain": True}, "weather.update")
    hotel.say(payload | {"id": f"true_{GUEST}@c.us_3EB0FF", "fromMe": True, "source": "api"}, "message.any")
    hotel.say(payload)  # What was waited for: the same id.
    waha.wait_for(lambda: waha.texts_to(GUEST))
    assert len(waha.texts_to(GUEST)) == 1
