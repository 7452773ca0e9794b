"""A guest telephones: the assistant's tools are answered within the call, and what was reserved is confirmed in
writing. Nothing that came too late for the call is lost."""

import concurrent.futures
import datetime
import json
import re

import graph_api
import host_process
import hotel as hotels
import pytest
import stand_in
import vapi_caller
import vapi_rules

CALLER = "+34655010203"
GUEST = CALLER.removeprefix("+")  # As WhatsApp names him.
ARRIVAL = (datetime.date.today() + datetime.timedelta(days=30)).isoformat()
DEPARTURE = (datetime.date.today() + datetime.timedelta(days=32)).isoformat()
STAY = {"arrival": ARRIVAL, "departure": DEPARTURE, "adults": 2}
WITHIN_MS = 2_000  # Of tests that wait for the deadline; what is in time must be so under sanitizers as well.
RECEPTION = {"type": "number", "number": "+34910552099", "message": "Le paso con recepción."}


class Telephone:
    """A hotel whose guests telephone and write."""

    def __init__(self, vapi, hotel):
        self.vapi = vapi
        self.hotel = hotel
        self.graph = hotel.graph

    @property
    def url(self):
        return self.hotel.host.url + "/webhooks/phone"

    def call(self, number=CALLER):
        call = self.vapi.call(number, self.url)
        call.begin()
        return call

    def written(self):
        """What the guest reads on WhatsApp."""
        return self.graph.texts_to(GUEST)

    def replies(self):
        """State and evidence of each reply to the caller."""
        return self.hotel.rows("SELECT state, provider_id FROM outbox WHERE kind = 'reply' AND target = 'phone'")


def book(call):
    call.tool("check_availability", **STAY)
    call.tool("make_reservation", room_type="doble", name="Ana Pérez")
    return call.tool("confirm")


def with_telephone(config, vapi, **settings):
    """`config` with a telephone beside WhatsApp."""
    config["plugins"]["phone"] = {"use": "channel/vapi", "required": True, "config": {
        "auth": vapi.auth, "secret": vapi.key, "api_url": vapi.url, "api_key": vapi.api_key,
        "control_hosts": ["127.0.0.1"], "language": "es",
        "assistant": {"assistantId": "7a7b7c7d-0001-4002-8003-9a9b9c9d9e9f"},
        "transfer": {"destination": RECEPTION}, **settings}}  # fmt: skip
    config["faq"] = {"breakfast": {"es": "El desayuno se sirve de 7 a 10:30.", "en": "Breakfast is from 7 to 10:30."}}
    config["pipeline"].append({"channels": ["phone"], "understand": "builtin", "pms": "frontdesk", "handlers": "all",
                               "confirm_by": ["sms", "whatsapp"]})  # fmt: skip
    return config


def slow_pms(config):
    """The first look at the rooms takes longer than a caller waits."""
    fault = {"method": "availability", "delay_ms": 2 * WITHIN_MS, "times": 1}
    config["plugins"]["frontdesk"]["config"]["faults"] = [fault]


@pytest.fixture
def vapi():
    with vapi_caller.VapiCaller() as caller:
        yield caller


@pytest.fixture
def telephone(vapi, graph, receiver, store, make_host):
    """On each store."""
    config = hotels.configuration(graph, receiver, store, host_process.PLUGINS)
    host = make_host(with_telephone(config, vapi))
    host.start()
    return Telephone(vapi, hotels.Hotel(host, graph, receiver))


@pytest.fixture
def open_telephone(vapi, config, graph, receiver, make_host):
    """open_telephone(change, **settings): on SQLite, with a changed configuration."""

    def make(change=lambda config: None, caller=vapi, **settings):
        with_telephone(config, caller, **settings)
        change(config)
        host = make_host(config)
        host.start()
        return Telephone(caller, hotels.Hotel(host, graph, receiver))

    return make


def test_a_caller_asks_books_and_cancels(telephone):
    call = telephone.call()
    assert call.ring() == {"assistantId": "7a7b7c7d-0001-4002-8003-9a9b9c9d9e9f"}
    assert "Doble" in call.tool("check_availability", **STAY)
    assert "Ana Pérez" in call.tool("make_reservation", room_type="doble", name="Ana Pérez")
    code = re.search(r"Código: (\S+)\.", call.tool("confirm"))[1]

    (created,) = telephone.hotel.wait_for_event("reservation.created")
    assert created["data"]["reservation_id"] == code
    assert GUEST not in str(created) and "Ana" not in str(created)
    assert code in telephone.graph.wait_for(telephone.written)[0]

    assert code in call.tool("cancel_reservation")
    assert code in call.tool("confirm")
    telephone.hotel.wait_for_event("reservation.cancelled")
    call.end()
    assert call.spoken == []
    assert len(telephone.written()) == 1
    assert {state for state, _ in telephone.replies()} == {"sent"}
    assert all(evidence.startswith("http:") for _, evidence in telephone.replies())


def test_words_and_free_text_are_understood(telephone):
    call = telephone.call()
    assert "Doble" in call.tool("check_availability", arrival="mañana", nights="dos", adults="2")
    assert "10:30" in call.tool("say", text="¿A qué hora es el desayuno?")
    (document,) = call.ask_knowledge("¿A qué hora es el desayuno?")
    assert "10:30" in document


def test_several_tools_of_one_message_are_answered_in_their_order(telephone):
    call = telephone.call()
    calls = [call.new_tool_call("hotel_info", {"topic": "breakfast"}), call.new_tool_call("thanks")]
    assert call.tools(*calls) == ["El desayuno se sirve de 7 a 10:30.", "¡De nada!"]


def test_a_repeated_tool_call_gets_the_same_answer_and_reserves_once(telephone):
    call = telephone.call()
    call.tool("check_availability", **STAY)
    call.tool("make_reservation", room_type="doble", name="Ana Pérez")
    confirm = call.new_tool_call("confirm")
    first = call.tools(confirm)
    assert call.tools(confirm) == first
    with concurrent.futures.ThreadPoolExecutor(8) as pool:
        assert set(map(tuple, pool.map(lambda _: call.tools(confirm), range(8)))) == {tuple(first)}
    assert telephone.hotel.rows("SELECT count(*) FROM reservations") == [("1",)]
    telephone.graph.wait_for(telephone.written)
    assert len(telephone.hotel.wait_for_event("reservation.created")) == 1


def test_many_callers_are_answered_at_once(telephone):
    calls = [telephone.call(f"+3465501{number:04}") for number in range(30)]
    with concurrent.futures.ThreadPoolExecutor(30) as pool:
        answers = list(pool.map(lambda call: call.tool("check_availability", **STAY), calls))
    assert all("Doble" in answer for answer in answers)


def test_what_comes_too_late_is_spoken_and_written(open_telephone):
    telephone = open_telephone(slow_pms, answer_within_ms=WITHIN_MS)
    call = telephone.call()
    assert call.tool("check_availability", **STAY) == "Todavía lo estoy comprobando; se lo confirmo por escrito."
    assert "Doble" in telephone.vapi.wait_for(lambda: call.spoken)[0]
    assert "Doble" in telephone.graph.wait_for(telephone.written)[0]


def test_a_late_tool_call_that_is_repeated_gets_its_answer_from_the_store(open_telephone):
    telephone = open_telephone(slow_pms, answer_within_ms=WITHIN_MS)
    call = telephone.call()
    ask = call.new_tool_call("check_availability", STAY)
    assert "comprobando" in call.tools(ask)[0]
    telephone.vapi.wait_for(lambda: call.spoken)
    assert "Doble" in call.tools(ask)[0]
    assert len(call.spoken) == 1


def test_an_anonymous_caller_is_promised_nothing_in_writing(open_telephone):
    telephone = open_telephone(slow_pms, answer_within_ms=WITHIN_MS)
    call = telephone.call(number=None)
    assert call.tool("check_availability", **STAY) == "Todavía lo estoy comprobando; deme un momento más, por favor."
    telephone.vapi.wait_for(lambda: call.spoken)
    assert "confirmada" in book(call)
    assert telephone.graph.sent == []


def test_a_reply_after_the_end_of_the_call_is_a_dead_letter_and_in_writing(open_telephone):
    telephone = open_telephone(slow_pms, answer_within_ms=WITHIN_MS)
    call = telephone.call()
    call.tool("check_availability", **STAY)
    call.end()
    assert "Doble" in telephone.graph.wait_for(telephone.written)[0]
    telephone.graph.wait_for(
        lambda: telephone.hotel.rows("SELECT 1 FROM dead_letters WHERE reason LIKE '%the call has ended%'")
    )
    assert call.spoken == []


@pytest.mark.parametrize(
    "fault",
    [vapi_caller.refusal(429, "Too many requests"), vapi_caller.refusal(503, "Unavailable"), vapi_caller.NOT_JSON,
     stand_in.CLOSE],
    ids=["429", "503", "not_json", "close"],
)  # fmt: skip
def test_a_passing_error_of_the_control_url_is_tried_again(open_telephone, fault):
    telephone = open_telephone(slow_pms, answer_within_ms=WITHIN_MS)
    telephone.vapi.fail_next(fault)
    call = telephone.call()
    call.tool("check_availability", **STAY)
    assert "Doble" in telephone.vapi.wait_for(lambda: call.spoken, timeout_s=40)[0]


def test_a_control_url_that_never_answers_holds_up_nobody_else(open_telephone):
    telephone = open_telephone(slow_pms, answer_within_ms=WITHIN_MS)
    telephone.vapi.fail_next(stand_in.STALL)
    call = telephone.call()
    call.tool("check_availability", **STAY)
    telephone.vapi.wait_for(lambda: [r for r in telephone.vapi.requests if r.path.startswith("/control/")])
    assert "Doble" in telephone.call("+34655010204").tool("check_availability", **STAY)


def test_a_confirmation_that_cannot_be_written_is_a_dead_letter_with_its_reason(telephone):
    telephone.graph.fail_next(graph_api.error("undeliverable"))
    assert "confirmada" in book(telephone.call())
    telephone.graph.wait_for(
        lambda: telephone.hotel.rows("SELECT 1 FROM dead_letters WHERE kind = 'reply' AND reason LIKE '%131026%'")
    )


def test_a_host_that_dies_with_a_question_open_answers_it_when_it_is_asked_again(telephone):
    call = telephone.call()
    ask = call.new_tool_call("check_availability", STAY)
    telephone.hotel.host.stop()
    telephone.hotel.host.start(crash_at="conversation.before_commit")
    call.server = telephone.url
    with pytest.raises((OSError, vapi_caller.http.client.HTTPException)):
        call.tools(ask)
    telephone.hotel.host.wait_end()
    telephone.hotel.host.start()
    call.server = telephone.url
    assert "Doble" in call.tools(ask)[0]


def test_what_was_said_is_kept_and_never_answered(telephone):
    call = telephone.call()
    call.hear("user", "Quería una habitación")
    call.hear("assistant", "¿Para cuándo?")
    call.end("User: Quería una habitación. AI: ¿Para cuándo?")
    rows = telephone.graph.wait_for(lambda: done(telephone, 3))
    kept = [json.loads(payload) for (payload,) in rows]
    assert [message["type"] for message in kept] == ["transcript"] * 3
    assert kept[2]["text"] == "User: Quería una habitación. AI: ¿Para cuándo?"
    assert telephone.replies() == []


def done(telephone, count):
    rows = telephone.hotel.rows("SELECT payload FROM inbox WHERE state = 'done' ORDER BY seq")
    return rows if len(rows) == count else None


def test_a_person_is_on_the_line(telephone):
    call = telephone.call()
    assert call.transfer() == {"destination": RECEPTION}
    assert "equipo de Hotel Sol" in call.tool("human")
    assert "ya tiene su petición" in call.tool("check_availability", **STAY)


ASSISTANT = "7a7b7c7d-0001-4002-8003-9a9b9c9d9e9f"


@pytest.fixture
def calling(open_telephone, vapi):
    """A hotel that calls a guest whose call has ended before his answer was ready."""

    def change(config):
        slow_pms(config)
        config["plugins"]["phone"]["reply_template"] = {"name": ASSISTANT}
        del config["pipeline"][1]["confirm_by"]

    return open_telephone(change, answer_within_ms=WITHIN_MS, phone_number_id=vapi.phone_number_id)


def hang_up_too_soon(telephone):
    call = telephone.call()
    call.tool("check_availability", **STAY)
    call.end()


def test_a_reply_after_the_end_of_the_call_is_a_call_of_ours(calling):
    hang_up_too_soon(calling)
    (ours,) = calling.vapi.wait_for(lambda: calling.vapi.begun)
    assert (ours.number, ours.wanted["assistantId"]) == (CALLER, ASSISTANT)
    assert "Doble" in ours.variables["parameter_1"]
    ours.server = calling.url
    ours.begin()
    calling.graph.wait_for(lambda: calling.hotel.rows("SELECT 1 FROM outbox WHERE provider_status = 'delivered'"))
    assert "Ana Pérez" in ours.tool("make_reservation", room_type="doble", name="Ana Pérez")


def test_a_guest_who_does_not_take_our_call_was_not_reached(calling):
    hang_up_too_soon(calling)
    (ours,) = calling.vapi.wait_for(lambda: calling.vapi.begun)
    ours.server = calling.url
    ours.end(reason="customer-did-not-answer")
    calling.graph.wait_for(lambda: calling.hotel.rows("SELECT 1 FROM outbox WHERE provider_status = 'failed'"))


@pytest.mark.parametrize("fault", [stand_in.DROP, stand_in.CLOSE, vapi_caller.refusal(503, "Unavailable")],
                         ids=["drop", "close", "503"])  # fmt: skip
def test_nobody_is_called_twice(calling, fault):
    calling.vapi.fail_next(fault)
    hang_up_too_soon(calling)
    rows = "SELECT 1 FROM outbox WHERE kind = 'reply' AND target = 'phone' AND state = 'sent' AND provider_id NOT LIKE 'http:%'"
    calling.graph.wait_for(lambda: calling.hotel.rows(rows), timeout_s=60)
    assert len(calling.vapi.begun) == 1


def test_a_token_is_given_to_the_client_alone_and_believed(open_telephone):
    with vapi_caller.VapiCaller("oauth2") as vapi:
        telephone = open_telephone(caller=vapi)
        assert vapi.get_token(telephone.url, key="another secret") == 401
        telephone.hotel.host.wait_for_log("no token is given")
        call = vapi.call(CALLER, telephone.url)
        with pytest.raises(vapi_rules.Refused):  # It has no token yet.
            call.tool("thanks")
        assert vapi.get_token(telephone.url) == 200
        call.begin()
        assert call.tool("thanks") == "¡De nada!"


def test_the_log_says_which_address_is_taken_to_be_signed(open_telephone):
    def behind_a_proxy(config):
        config["public_url"] = "http://10.0.0.7:8080"

    with vapi_caller.VapiCaller("hmac") as vapi:
        telephone = open_telephone(behind_a_proxy, caller=vapi, payload_format="{url}.{timestamp}.{body}")
        message = vapi.call(CALLER).message("hang")
        assert vapi.post(telephone.url, message).status == 401
        telephone.hotel.host.wait_for_log('the URL that we take to be signed is \\"http://10.0.0.7:8080/webhooks/phone')


@pytest.mark.parametrize("auth", ["bearer", "secret", "hmac", "x_vapi_signature", "standard_webhooks"])
def test_each_way_to_prove_oneself_is_believed_and_a_wrong_key_is_not(open_telephone, auth):
    with vapi_caller.VapiCaller(auth) as vapi:
        telephone = open_telephone(caller=vapi)
        call = telephone.call()
        assert call.tool("thanks") == "¡De nada!"
        message = call.tools_message(call.new_tool_call("thanks"))
        body = json.dumps({"message": message}).encode()
        wrong = vapi.signed(body, key="YW5vdGhlci1rZXktZm9yLXRlc3Rz")
        assert vapi.post(telephone.url, message, headers=wrong).status == 401
        assert vapi.post(telephone.url, message, headers={}).status == 401
        telephone.hotel.host.wait_for_log("webhook not believed")
    assert telephone.hotel.rows("SELECT count(*) FROM inbox") == [("1",)]


def test_a_call_that_nobody_takes_ends_with_words(open_telephone):
    telephone = open_telephone(lambda config: config["plugins"]["phone"]["config"].pop("assistant"),
                               closed_text="Estamos cerrados.")  # fmt: skip
    assert telephone.call().ring() == {"error": "Estamos cerrados."}


def test_dropped_answers_are_noticed_by_the_stand_in(telephone):
    """The stand-in would refuse a wrong id: so an answer that it takes is right."""
    call = telephone.call()
    message = call.tools_message(call.new_tool_call("thanks"))
    with pytest.raises(vapi_rules.Refused):
        vapi_rules.results(telephone.vapi.post(telephone.url, message), [("another", "thanks")])
