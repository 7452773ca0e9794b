"""A signed WhatsApp webhook becomes a reservation, a reply and a staff notification; nothing happens twice."""

import concurrent.futures
import re

import graph_api
import graph_rules
import hotel as hotels
import pytest
import stand_in

GUEST = "34655010203"
USER_ID = "ES.10293847561029384756"
PARAGRAPH = "El desayuno se sirve de 7 a 10:30 en el comedor. "


def test_a_guest_asks_books_and_cancels(hotel):
    assert "Doble" in hotel.ask(GUEST, hotels.ASK)
    assert "Ana Pérez" in hotel.ask(GUEST, hotels.BOOK)
    code = re.search(r"Código: (\S+)\.", hotel.ask(GUEST, "Sí"))[1]

    (created,) = hotel.wait_for_event("reservation.created")
    assert created["data"]["reservation_id"] == code
    assert GUEST not in str(created) and "Ana" not in str(created)  # No personal data in events.

    assert code in hotel.ask(GUEST, "Cancelá mi reserva")
    assert code in hotel.ask(GUEST, "Sí")
    (cancelled,) = hotel.wait_for_event("reservation.cancelled")
    assert cancelled["data"]["reservation_id"] == code
    assert len(hotel.graph.texts_to(GUEST)) == 5


def test_a_guest_is_answered_in_english(hotel):
    hotel.ask(GUEST, "Do you have a room for 2 people from 10 to 12 December?")
    hotel.ask(GUEST, "Yes, book the double under the name Ann Smith")
    assert "Your reservation is confirmed" in hotel.ask(GUEST, "Yes")
    hotel.wait_for_event("reservation.created")


def test_a_button_says_yes(hotel):
    for text in hotels.BOOKING[:-1]:
        hotel.ask(GUEST, text)
    asked = hotel.graph.sent[-1]
    assert [button["reply"]["title"] for button in asked["interactive"]["action"]["buttons"]] == ["Sí", "No"]
    assert hotel.graph.deliver(hotel.webhook, [hotel.graph.button(GUEST, asked, 0)])[0] == 200
    hotel.wait_for_event("reservation.created")


def test_replies_carry_our_reference_and_go_to_the_guest(hotel):
    hotel.ask(GUEST, "Hola")
    (sent,) = hotel.graph.sent
    assert (sent["to"].lstrip("+"), sent["recipient_type"]) == (GUEST, "individual")
    assert sent["biz_opaque_callback_data"]


def test_the_handshake_is_answered(small_hotel):
    graph = small_hotel.graph
    assert graph.handshake(small_hotel.webhook) == (200, b"1158201444")
    assert graph.handshake(small_hotel.webhook, verify_token="another")[0] == 403


@pytest.mark.parametrize("signature", ["", "sha256=" + "0" * 64, "sha1=" + "0" * 40, "wrong secret"])
def test_a_bad_signature_is_401_and_nothing_is_stored(hotel, signature):
    body = hotel.graph.envelope([hotel.graph.text(GUEST, "Hola")])
    if signature == "wrong secret":
        signature = hotel.graph.signature(body, "another secret")
    assert hotel.graph.post(hotel.webhook, body, signature)[0] == 401
    assert hotel.rows("SELECT count(*) FROM inbox") == [("0",)]
    hotel.ask(GUEST, "Hola")  # What is signed passes.
    assert hotel.rows("SELECT count(*) FROM inbox") == [("1",)]


def test_a_missing_signature_is_401(hotel):
    body = hotel.graph.envelope([hotel.graph.text(GUEST, "Hola")])
    assert graph_api.http_call("POST", hotel.webhook, body, {"Content-Type": "application/json"})[0] == 401
    assert hotel.rows("SELECT count(*) FROM inbox") == [("0",)]


def test_a_signed_delivery_without_entries_is_200_and_no_message(hotel):
    body = b'{"object":"whatsapp_business_account","entry":[]}'
    assert hotel.graph.post(hotel.webhook, body)[0] == 200
    assert hotel.rows("SELECT count(*) FROM inbox") == [("0",)]


def test_several_guests_in_one_delivery_are_each_answered(hotel):
    guests = [f"3465501020{n}" for n in range(5)]
    messages = [hotel.graph.text(guest, "Hola") for guest in guests]
    assert hotel.graph.deliver(hotel.webhook, messages)[0] == 200
    hotel.graph.wait_for(lambda: all(hotel.graph.texts_to(guest) for guest in guests))
    assert len(hotel.graph.sent) == 5


def test_messages_of_one_guest_are_answered_in_order(hotel):
    """Sent in one go, the booking's messages make the reservation that they make one by one."""
    messages = [hotel.graph.text(GUEST, text) for text in hotels.BOOKING]
    assert hotel.graph.deliver(hotel.webhook, messages)[0] == 200
    hotel.wait_for_event("reservation.created")
    assert len(hotel.graph.wait_for(lambda: hotel.graph.texts_to(GUEST)[2:] and hotel.graph.texts_to(GUEST))) == 3


def test_the_same_delivery_twenty_times_has_one_effect(hotel):
    for text in hotels.BOOKING[:-1]:
        hotel.ask(GUEST, text)
    yes = hotel.graph.envelope([hotel.graph.text(GUEST, "Sí")])

    def deliver(_):
        return hotel.graph.post(hotel.webhook, yes)[0]

    with concurrent.futures.ThreadPoolExecutor(20) as together:
        assert list(together.map(deliver, range(20))) == [200] * 20
    hotel.wait_for_event("reservation.created")
    hotel.graph.wait_for(lambda: len(hotel.graph.texts_to(GUEST)) == 3)
    hotel.host.restart()
    with concurrent.futures.ThreadPoolExecutor(20) as together:
        assert list(together.map(deliver, range(20))) == [200] * 20

    hotel.ask(GUEST, "Gracias")  # In order per guest: whatever the others caused has been done by now.
    assert len(hotel.graph.texts_to(GUEST)) == 4
    assert len(hotel.events("reservation.created")) == 1
    assert hotel.rows("SELECT count(*) FROM reservations") == [("1",)]


def test_delivery_statuses_are_taken(hotel):
    hotel.ask(GUEST, "Hola")
    (sent,) = hotel.graph.sent
    statuses = [hotel.graph.status(sent, name) for name in ("delivered", "sent", "read")]
    assert hotel.graph.deliver(hotel.webhook, statuses=statuses)[0] == 200
    assert hotel.rows("SELECT provider_status FROM outbox WHERE kind = 'reply'") == [("read",)]


def test_duplicates_in_any_order_have_one_effect_each(hotel):
    guests = [f"3465501020{n}" for n in range(4)]
    messages = [hotel.graph.text(guest, "Hola") for guest in guests]
    assert set(hotel.graph.scramble(hotel.webhook, messages)) == {200}
    hotel.graph.wait_for(lambda: all(hotel.graph.texts_to(guest) for guest in guests))
    statuses = [hotel.graph.status(sent, name) for sent in hotel.graph.sent for name in ("read", "sent", "delivered")]
    assert set(hotel.graph.scramble(hotel.webhook, statuses=statuses)) == {200}
    assert hotel.rows("SELECT provider_status FROM outbox WHERE kind = 'reply'") == [("read",)] * 4
    hotel.ask(guests[0], "Gracias")
    assert len(hotel.graph.sent) == 5


def test_a_guest_is_one_guest_by_his_number_and_by_his_user_id(hotel):
    graph = hotel.graph

    def ask(text, **who):
        before = len(graph.sent)
        assert graph.deliver(hotel.webhook, [graph.text(body=text, **who)])[0] == 200
        graph.wait_for(lambda: graph.sent[before:])
        return graph_api.text_of(graph.sent[before])

    assert "Doble" in ask(hotels.ASK, guest=GUEST)
    assert "Ana Pérez" in ask(hotels.BOOK, guest=GUEST, user_id=USER_ID)
    assert "Código" in ask("Sí", guest=None, user_id=USER_ID)
    assert [message.get("to", message.get("recipient")) for message in graph.sent] == [GUEST, USER_ID, USER_ID]
    assert hotel.rows("SELECT count(*) FROM sessions") == [("1",)]


@pytest.fixture
def talkative(graph, receiver, config, make_host):
    """A hotel one of whose answers takes three messages."""
    config["faq"] = {"breakfast": {"es": 200 * PARAGRAPH}}
    host = make_host(config)
    host.start()
    return hotels.Hotel(host, graph, receiver)


AS_USUAL = stand_in.slow(0.0)


@pytest.mark.parametrize("fault, late", [
    (graph_api.error("unavailable"), False), (stand_in.CLOSE, False), (stand_in.CUT, True), (stand_in.DROP, True)],
    ids=["503", "close", "cut", "drop"])  # fmt: skip
@pytest.mark.parametrize("number", [0, 1, 2])
def test_no_part_of_a_long_answer_goes_twice(talkative, number, fault, late):
    """`late`: the provider took the part, and only its status says so."""
    graph = talkative.graph
    graph.fail_next(*[AS_USUAL] * number, fault)
    talkative.say(GUEST, "¿A qué hora es el desayuno?")
    if late:
        graph.wait_for(lambda: graph.sent[number:])
        assert graph.deliver(talkative.webhook, statuses=[graph.status(graph.sent[number], "sent")])[0] == 200
    graph.wait_for(lambda: talkative.rows("SELECT 1 FROM outbox WHERE kind = 'reply' AND state = 'sent'"))
    assert [len(text) > 3000 for text in graph.texts_to(GUEST)] == [True, True, False]
    assert " ".join(graph.texts_to(GUEST)) == (200 * PARAGRAPH).strip()


def test_no_part_of_a_long_answer_goes_twice_over_a_restart(talkative):
    graph = talkative.graph
    graph.fail_next(AS_USUAL, graph_api.error("throughput"))  # Ten seconds later it goes on.
    talkative.say(GUEST, "¿A qué hora es el desayuno?")
    graph.wait_for(lambda: len(graph.posts) == 2)
    talkative.host.restart()
    graph.wait_for(lambda: talkative.rows("SELECT 1 FROM outbox WHERE kind = 'reply' AND state = 'sent'"), timeout_s=60)
    assert " ".join(graph.texts_to(GUEST)) == (200 * PARAGRAPH).strip()


def test_a_window_that_the_provider_closes_afterwards_is_passed_by_a_template(hotel):
    hotel.ask(GUEST, "Hola")
    (sent,) = hotel.graph.sent
    failed = hotel.graph.status(sent, "failed", 131047, "Re-engagement message")
    assert hotel.graph.deliver(hotel.webhook, statuses=[failed, hotel.graph.status(sent, "sent")])[0] == 200
    late = hotel.graph.wait_for(lambda: hotel.graph.sent[1:])[0]
    assert late["type"] == "template"
    assert hotel.graph.deliver(hotel.webhook, statuses=[hotel.graph.status(late, "delivered")])[0] == 200
    hotel.graph.wait_for(lambda: hotel.rows("SELECT 1 FROM outbox WHERE provider_status = 'delivered'"))
    assert len(hotel.graph.sent) == 2


def test_a_template_with_a_logo_and_a_named_parameter_reaches_a_guest_outside_the_window(graph, receiver, config, make_host):
    logo = "https://cdn.example.org/logo.png"
    graph.templates[("reply_waiting", "es")] = graph_rules.Template(parameters=1, header="image", names=("answer",))
    config["plugins"]["whatsapp"]["config"]["templates"] = [
        {"name": "reply_waiting", "header": {"kind": "image", "link": logo}, "parameter_names": ["answer"]}
    ]
    host = make_host(config)
    host.start()
    hotel = hotels.Hotel(host, graph, receiver)
    hotel.ask(GUEST, "Hola")
    failed = graph.status(graph.sent[0], "failed", 131047, "Re-engagement message")
    assert graph.deliver(hotel.webhook, statuses=[failed])[0] == 200
    late = graph.wait_for(lambda: graph.sent[1:])[0]
    assert late["template"]["components"][0] == {
        "type": "header", "parameters": [{"type": "image", "image": {"link": logo}}]}  # fmt: skip


def test_a_failure_that_an_operator_must_mend_is_told(hotel):
    hotel.ask(GUEST, "Hola")
    failed = hotel.graph.status(hotel.graph.sent[0], "failed", 131042, "Business eligibility payment issue")
    assert hotel.graph.deliver(hotel.webhook, statuses=[failed])[0] == 200
    hotel.host.wait_for_log("131042")


@pytest.mark.parametrize("setting", ["read", "typing"])
def test_what_a_guest_wrote_is_marked_as_read(graph, receiver, config, make_host, setting):
    config["plugins"]["whatsapp"]["config"]["read_receipts"] = setting
    host = make_host(config)
    host.start()
    hotel = hotels.Hotel(host, graph, receiver)
    message_id = hotel.say(GUEST, "Hola")
    graph.wait_for(lambda: graph.texts_to(GUEST))
    assert graph.read == [message_id]
    assert (b"typing_indicator" in graph.posts[0].body) == (setting == "typing")


def test_a_number_that_nobody_listens_to_is_subscribed_again(graph, receiver, config, make_host):
    """Connected and deaf: the provider takes what is sent, says that all is well, and posts nothing."""
    config["plugins"]["whatsapp"]["config"]["business_account_id"] = graph.business_account_id
    config["limits"]["channels"] = {"health_every_s": 1}
    host = make_host(config)
    host.start()
    host.wait_for_log("the channel is online")
    graph.is_subscribed = False
    graph.wait_for(lambda: graph.is_subscribed)
    host.wait_for_log("the channel's provider is asked to restart")
    hotels.Hotel(host, graph, receiver).ask(GUEST, "Hola")


FILE = b"\xff\xd8jpeg\xff\xd9"


@pytest.mark.parametrize("faults", [[], [stand_in.answering(404)], [stand_in.answering(503)], [stand_in.CUT]],
                         ids=["well", "expired", "503", "cut"])  # fmt: skip
def test_a_file_that_a_guest_sends_is_kept(small_hotel, faults):
    graph = small_hotel.graph
    graph.may_fail = lambda request: request.path.startswith("/media-files/")
    graph.fail_next(*faults)
    receipt = graph.file(GUEST, "image", "image/jpeg", FILE, caption="Aquí está el comprobante")
    assert graph.deliver(small_hotel.webhook, [receipt])[0] == 200
    graph.wait_for(lambda: small_hotel.rows("SELECT 1 FROM media_files WHERE state = 'kept'"), timeout_s=90)
    ((name, kind),) = small_hotel.rows("SELECT lane, mime_type FROM media_files")
    assert kind == "image/jpeg"
    assert (small_hotel.host.folder / "data/media" / name).read_bytes() == FILE


def test_a_file_that_is_too_large_is_not_even_downloaded(graph, receiver, config, make_host):
    config["limits"]["media"] = {"max_bytes": 1024}
    host = make_host(config)
    host.start()
    hotel = hotels.Hotel(host, graph, receiver)
    assert graph.deliver(hotel.webhook, [graph.file(GUEST, "video", "video/mp4", b"v" * 1025)])[0] == 200
    graph.wait_for(lambda: hotel.rows("SELECT 1 FROM media_files WHERE state = 'failed'"), timeout_s=60)
    assert not [request for request in graph.requests if request.path.startswith("/media-files/")]


def test_the_host_says_how_it_is(hotel):
    assert hotel.host.get("/health/live")[0] == 200
    assert hotel.host.get("/health/ready")[0] == 200
    hotel.ask(GUEST, "Hola")
    status, metrics = hotel.host.get("/metrics")
    assert status == 200
    assert b'messages_received_total{channel="whatsapp",type="text"} 1' in metrics
