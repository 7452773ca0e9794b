"""The staff at its desk: the admin API between guests on WhatsApp and people who answer them."""

import admin_api
import host_process
import hotel as hotels
import pytest

GUEST = "34655010203"
API = "/api/v1/admin"


@pytest.fixture
def open_desk(graph, receiver, store, make_host):
    """open_desk(**more) -> a hotel whose staff uses the admin API, on each store."""

    def make(**more):
        config = hotels.configuration(graph, receiver, store, host_process.PLUGINS) | more
        config["admin"] = {"listen": "127.0.0.1:0"}
        config["notify"] = [{"to": "crm", "events": ["*"]}]
        host = make_host(config)
        host.start()
        return Desk(hotels.Hotel(host, graph, receiver))

    return make


class Desk:
    def __init__(self, hotel):
        self.hotel = hotel
        token = hotel.host.data("admin.token").read_text().strip()
        self.api = admin_api.AdminApi(hotel.host.admin_url, token)

    def call(self, method, path, body=None, key=None, status=200):
        """What must be answered with `status` -> the answer."""
        headers = {"Idempotency-Key": key} if key else {}
        found, answer, _ = self.api.call(method, API + path, body, headers=headers)
        assert found == status, answer
        return answer

    def only_conversation(self):
        (conversation,) = self.call("GET", "/conversations?state=open")["items"]
        return conversation

    def say(self, conversation, text, key, status=202, **more):
        return self.call("POST", f"/conversations/{conversation['id']}/replies", {"text": text} | more, key, status)

    def turns(self, conversation, count=0):
        """What was said, the newest first, once there are so many."""
        path = f"/conversations/{conversation['id']}/turns"
        return self.hotel.graph.wait_for(lambda: len(found := self.call("GET", path)["items"]) >= count and found)

    def texts(self):
        return self.hotel.graph.texts_to(GUEST)


def test_a_guest_who_wants_a_person_gets_one_and_then_the_assistant_again(open_desk):
    desk = open_desk()
    hotel = desk.hotel
    hotel.ask(GUEST, "Quiero hablar con una persona")
    opened = hotel.wait_for_event("handoff.opened")[0]["data"]
    conversation = desk.only_conversation()
    assert conversation["id"] == opened["conversation_id"]
    assert conversation["address"] == "+" + GUEST and conversation["handoff"]["answered_ms"] is None

    before = len(desk.texts())
    hotel.say(GUEST, "¿Hay alguien?")
    desk.turns(conversation, 2)
    desk.say(conversation, "Buenas noches, soy Eva.", "k1")
    assert desk.say(conversation, "Buenas noches, soy Eva.", "k1") == desk.say(conversation, "Buenas noches, soy Eva.", "k1")
    desk.say(conversation, "Otra cosa.", "k1", status=409)
    hotel.graph.wait_for(lambda: desk.texts()[before:])
    assert desk.texts()[before:] == ["Buenas noches, soy Eva."]
    assert desk.only_conversation()["handoff"]["answered_ms"]

    given_back = desk.call("DELETE", f"/conversations/{conversation['id']}/handoff")
    assert given_back["handoff"] is None
    closed = hotel.wait_for_event("handoff.closed")
    assert [(e["data"]["conversation_id"], e["data"]["by"], e["data"]["answered"]) for e in closed] == [
        (conversation["id"], "staff", True)
    ]
    desk.call("DELETE", f"/conversations/{conversation['id']}/handoff")
    assert "Doble" in hotel.ask(GUEST, hotels.ASK)

    turns = desk.turns(conversation, 4)
    assert [(t["author"], t["message"] and t["message"]["text"]) for t in turns] == [
        ("guest", hotels.ASK),
        ("staff", None),
        ("guest", "¿Hay alguien?"),
        ("guest", "Quiero hablar con una persona"),
    ]
    assert turns[1]["said"]["text"] == "Buenas noches, soy Eva." and turns[2]["said"] is None
    assert len(hotel.events("handoff.closed")) == 1


def test_the_staff_takes_a_conversation_over_and_the_host_may_die_meanwhile(open_desk):
    desk = open_desk()
    hotel = desk.hotel
    hotel.ask(GUEST, "Hola")
    (conversation,) = desk.call("GET", "/conversations")["items"]
    desk.call("PUT", f"/conversations/{conversation['id']}/handoff")
    hotel.host.kill9()
    hotel.host.start()
    desk = Desk(hotel)
    hotel.wait_for_event("handoff.opened")
    before = len(desk.texts())
    hotel.say(GUEST, "Hola")
    desk.turns(conversation, 2)
    desk.say(conversation, "Sigo yo.", "k2", give_back=True)
    hotel.graph.wait_for(lambda: desk.texts()[before:])
    assert desk.texts()[before:] == ["Sigo yo."]
    hotel.wait_for_event("handoff.closed")
    assert hotel.ask(GUEST, "Hola")


def test_a_reply_without_a_key_or_to_nobody_is_refused(open_desk):
    desk = open_desk()
    desk.hotel.ask(GUEST, "Hola")
    (conversation,) = desk.call("GET", "/conversations")["items"]
    desk.say(conversation, "Hola", None, status=400)
    desk.say({"id": "nobody"}, "Hola", "k1", status=404)
    desk.call("GET", "/conversations?after=x", status=400)


RECEIPT = b"\xff\xd8\xff\xe0 a receipt"


def send_receipt(desk):
    """A guest who has reserved sends a picture -> the deposit."""
    graph = desk.hotel.graph
    before = len(desk.texts())
    assert graph.deliver(desk.hotel.webhook, [graph.file(GUEST, "image", "image/jpeg", RECEIPT)])[0] == 200
    graph.wait_for(lambda: desk.texts()[before:])
    return desk.call("GET", "/deposits?state=waiting")["items"][-1]


def test_a_deposit_is_approved_or_refused_once_and_its_guest_hears_of_it(open_desk):
    desk = open_desk()
    hotel = desk.hotel
    hotel.book(GUEST)
    refused, approved = send_receipt(desk), send_receipt(desk)
    reservation = refused["reservation"]
    assert hotel.rows("SELECT deposit FROM reservations") == [("waiting",)]

    before = len(desk.texts())
    answer = desk.call("POST", f"/deposits/{refused['id']}/refuse", {"reason": "no se ve el importe"})
    assert (answer["state"], answer["decided_by"]) == ("refused", "local")
    hotel.graph.wait_for(lambda: desk.texts()[before:])
    desk.call("POST", f"/deposits/{approved['id']}/approve")
    hotel.graph.wait_for(lambda: desk.texts()[before + 1 :])
    first, second = desk.texts()[before:]
    assert "no se ve el importe" in first and reservation in first
    assert "aprobado" in second and reservation in second
    assert hotel.rows("SELECT deposit FROM reservations") == [("approved",)]

    desk.call("POST", f"/deposits/{refused['id']}/approve", status=409)
    desk.call("POST", f"/deposits/{approved['id']}/approve", status=409)
    told = hotel.wait_for_event("deposit.decided", 2)
    assert sorted(event["data"]["status"] for event in told) == ["approved", "refused"]
    assert "importe" not in str(told)
    assert [item["state"] for item in desk.call("GET", "/deposits")["items"]] == ["refused", "approved"]


def test_a_flag_is_switched_while_the_host_runs(open_desk):
    desk = open_desk()
    name = "nlp.fallback.enhanced"
    was = {flag["name"]: flag for flag in desk.call("GET", "/flags")["items"]}[name]
    assert was == {"name": name, "percentage": 100, "origin": "compiled", "otherwise": 100}
    assert desk.call("PUT", f"/flags/{name}", {"on": False})["percentage"] == 0
    assert desk.call("PUT", f"/flags/{name}", {"percentage": 25})["origin"] == "stored"
    assert desk.hotel.rows("SELECT percentage FROM flags") == [("25",)]
    assert desk.call("DELETE", f"/flags/{name}") == was
    desk.call("PUT", "/flags/no.such.flag", {"on": True}, status=404)
