"""The stand-in of WAHA accepts what WAHA accepts, and refuses what WAHA refuses."""

import base64
import copy
import http.client
import json

import pytest
import stand_in
import waha_api
from graph_api import http_call

COMMON = {"session": "default", "chatId": "34655010203@c.us"}
FILE = {"mimetype": "image/jpeg", "filename": "plano.jpg", "url": "https://cdn.example.org/plano.jpg"}
TEXT = COMMON | {
    "text": "Su mesa está confirmada.",
    "reply_to": "false_34655010203@c.us_3EB0C431C26A1916E07E",
    "linkPreview": False,
    "id": "3EB0A1B2C3D4E5F60718",
}
ACCEPTED = [
    ("sendText", TEXT),
    ("sendText", TEXT | {"chatId": "199000000000007@lid"}),
    ("sendText", TEXT | {"chatId": "120363041234567890@g.us"}),
    ("sendImage", COMMON | {"file": FILE, "caption": "Cómo llegar"}),
    ("sendFile", COMMON | {"file": {"mimetype": "application/pdf", "data": base64.b64encode(b"PDF").decode()}}),
    ("sendVoice", COMMON | {"file": FILE | {"mimetype": "audio/ogg; codecs=opus"}}),
    ("sendVoice", COMMON | {"file": FILE | {"mimetype": "audio/mpeg"}, "convert": True}),
    ("sendVideo", COMMON | {"file": FILE | {"mimetype": "video/mp4"}, "asNote": False}),
    ("sendLocation", COMMON | {"latitude": 40.41678, "longitude": -3.70379, "title": "Hotel Sol"}),
    ("sendPoll", COMMON | {"poll": {"name": "¿Confirma?", "options": ["Sí", "No"], "multipleAnswers": False}}),
]
POLL = ACCEPTED[-1][1]


@pytest.fixture(params=waha_api.ENGINES)
def engine(request):
    with waha_api.WahaApi(request.param) as api:
        yield api


@pytest.fixture
def waha():
    with waha_api.WahaApi() as api:
        yield api


def call(waha, method, path, body=None, **headers):
    """-> (status, decoded JSON)."""
    head = {"X-Api-Key": waha.key, "Content-Type": "application/json"} | headers
    data = body if isinstance(body, bytes) else json.dumps(body).encode() if body is not None else None
    status, text = http_call(method, waha.url + path, data, head)
    return status, json.loads(text or b"null")


def send(waha, body, endpoint="sendText", **headers):
    return call(waha, "POST", f"/api/{endpoint}", body, **headers)


def changed(message, path, value):
    copied = copy.deepcopy(message)
    *way, last = path.split(".")
    place = copied
    for key in way:
        place = place[key]
    if value is None:
        del place[last]
    else:
        place[last] = value
    return copied


@pytest.mark.parametrize("endpoint, body", ACCEPTED)
def test_what_the_documents_show_is_accepted(waha, endpoint, body):
    assert send(waha, body, endpoint)[0] == 201
    assert [(sent["endpoint"], sent["body"]) for sent in waha.sent] == [(endpoint, body)]


def test_each_engine_answers_in_its_shape(engine):
    status, answer = send(engine, TEXT)
    own = "3EB0A1B2C3D4E5F60718" if engine.engine in waha_api.IDEMPOTENT else engine.sent[0]["id"]
    full = f"true_34655010203@c.us_{own}"
    assert status == 201
    places = {
        "NOWEB": lambda: answer["key"]["id"] == own and "@s.whatsapp.net" in answer["key"]["remoteJid"],
        "GOWS": lambda: (answer["id"], answer["_data"]["Info"]["ID"]) == (full, own),
        "WEBJS": lambda: (answer["id"]["_serialized"], answer["id"]["id"]) == (full, own),
    }
    assert places["WEBJS" if engine.engine == "WPP" else engine.engine]()


def test_an_id_of_ours_makes_a_message_once_where_the_engine_can(engine):
    assert send(engine, TEXT)[1].keys() == send(engine, TEXT)[1].keys()
    assert len(engine.sent) == (1 if engine.engine in waha_api.IDEMPOTENT else 2)


REFUSED = [
    ("sendText", TEXT, "session", None),
    ("sendText", TEXT, "session", "other"),
    ("sendText", TEXT, "chatId", None),
    ("sendText", TEXT, "chatId", "34655010203"),  # Plain digits: some versions only.
    ("sendText", TEXT, "chatId", "+34655010203@c.us"),
    ("sendText", TEXT, "chatId", "status@broadcast"),
    ("sendText", TEXT, "text", None),
    ("sendText", TEXT, "text", ""),
    ("sendText", TEXT, "reply_to", "3EB0C431C26A1916E07E"),
    ("sendText", TEXT, "linkPreview", "no"),
    ("sendText", TEXT, "id", "wamid.1"),
    ("sendText", TEXT, "colour", "red"),
    ("sendImage", ACCEPTED[3][1], "file.url", None),
    ("sendImage", ACCEPTED[3][1], "file.data", "AAAA"),  # Besides a url.
    ("sendImage", ACCEPTED[3][1], "file.mimetype", "application/pdf"),
    ("sendImage", ACCEPTED[3][1], "file.url", "file:///etc/passwd"),
    ("sendFile", ACCEPTED[4][1], "file.data", "data:application/pdf;base64,AAAA"),
    ("sendVoice", ACCEPTED[6][1], "convert", None),
    ("sendLocation", ACCEPTED[8][1], "latitude", "40.4"),
    ("sendLocation", ACCEPTED[8][1], "longitude", 181),
    ("sendPoll", POLL, "poll.options", ["Sí"]),
    ("sendPoll", POLL, "poll.options", ["Sí", "Sí"]),
    ("sendPoll", POLL, "poll.options", [str(n) for n in range(13)]),
    ("sendPoll", POLL, "poll.name", ""),
]


@pytest.mark.parametrize("endpoint, body, path, value", REFUSED)
def test_what_breaks_a_rule_is_refused(waha, endpoint, body, path, value):
    assert send(waha, changed(body, path, value), endpoint)[0] == 422
    assert waha.sent == []


@pytest.mark.parametrize("head, status", [({"X-Api-Key": "other"}, 401), ({"X-Api-Key": ""}, 401), ({"Content-Type": "text/plain"}, 415)])
def test_a_request_of_another_kind_is_refused(waha, head, status):
    assert send(waha, TEXT, **head)[0] == status


@pytest.mark.parametrize("body, status", [(b"", 400), (b"{", 400), (b"[]", 400)])
def test_a_body_that_is_no_message_is_refused(waha, body, status):
    assert send(waha, body)[0] == status


def test_a_key_without_the_right_is_403(waha):
    waha.rights.remove("send")
    assert send(waha, TEXT)[0] == 403
    assert call(waha, "GET", "/api/sessions/default")[0] == 200


@pytest.mark.parametrize("status", [status for status in waha_api.STATUSES if status != "WORKING"])
def test_a_session_that_does_not_work_sends_nothing(waha, status):
    waha.status = status
    code, answer = send(waha, TEXT)
    assert (code, answer["status"], answer["expected"], waha.sent) == (422, status, ["WORKING"], [])
    assert call(waha, "GET", "/api/sessions/default")[1]["status"] == status


def test_a_restart_mends_a_session(waha):
    waha.status = "FAILED"
    status, session = call(waha, "POST", "/api/sessions/default/restart")
    assert (status, session["status"], waha.restarts) == (201, "WORKING", ["FAILED"])
    assert call(waha, "POST", "/api/sessions/other/restart")[0] == 404


def test_numbers_are_looked_up(waha):
    waha.registered |= {"5511987654321": "551187654321", "34600000000": None}
    path = "/api/contacts/check-exists?session=default&phone="
    assert call(waha, "GET", path + "34655010203")[1] == {"numberExists": True, "chatId": "34655010203@c.us"}
    assert call(waha, "GET", path + "5511987654321")[1]["chatId"] == "551187654321@c.us"
    assert call(waha, "GET", path + "34600000000")[1] == {"numberExists": False, "chatId": None}


def test_hidden_ids_are_looked_up_when_escaped(waha):
    waha.lids["199000000000007"] = "34655010203"
    assert call(waha, "GET", "/api/default/lids/199000000000007%40lid")[1]["pn"] == "34655010203@c.us"
    assert call(waha, "GET", "/api/default/lids/199000000000008%40lid")[1]["pn"] is None
    assert call(waha, "GET", "/api/default/lids/199000000000007@lid")[0] == 404


def test_messages_are_listed_newest_first(waha):
    for minute in range(3):
        waha.lose(waha.text("34655010203", f"Hola {minute}", at=1_785_920_400 + 60 * minute))
    waha.lose(waha.text("34600112233", "Buenas", at=1_785_920_500))
    chats = call(waha, "GET", "/api/default/chats/overview?limit=5")[1]
    assert [(chat["id"], chat["lastMessage"]["body"]) for chat in chats] == [
        ("34655010203@c.us", "Hola 2"), ("34600112233@c.us", "Buenas")]
    path = "/api/default/chats/34655010203%40c.us/messages?limit=2&filter.timestamp.gte=1785920460"
    assert [row["body"] for row in call(waha, "GET", path)[1]] == ["Hola 2", "Hola 1"]
    assert [row["body"] for row in call(waha, "GET", path + "&offset=1")[1]] == ["Hola 1"]
    assert call(waha, "GET", "/api/default/chats/34655010203@c.us/messages")[0] == 404


def test_one_message_tells_its_ack(waha):
    send(waha, TEXT)
    path = "/api/default/chats/34655010203%40c.us/messages/true_34655010203%40c.us_3EB0A1B2C3D4E5F60718"
    assert call(waha, "GET", path)[1]["ack"] == 1
    assert call(waha, "GET", path[:-1] + "9")[0] == 404


def test_a_deaf_session_says_that_it_works_and_does_nothing(waha):
    waha.deaf = True
    assert send(waha, TEXT)[0] == 201
    assert call(waha, "GET", "/api/sessions/default")[1]["status"] == "WORKING"
    assert waha.sent[0]["ack"] == 0
    assert waha.deliver("http://127.0.0.1:1/", "message", waha.text("34655010203", "Hola")) is None
    call(waha, "POST", "/api/sessions/default/restart")
    send(waha, TEXT | {"id": "3EB0A1B2C3D4E5F60719"})
    assert waha.sent[1]["ack"] == 1


def test_files_need_the_key_and_a_bucket_must_not_get_it(waha):
    waha.files["default/3EB0E2.jpeg"] = ("image/jpeg", b"JPEG")
    key = {"X-Api-Key": waha.key}
    assert http_call("GET", waha.url + "/api/files/default/3EB0E2.jpeg", headers=key) == (200, b"JPEG")
    assert http_call("GET", waha.url + "/api/files/default/3EB0E2.jpeg")[0] == 401
    assert http_call("GET", waha.url + "/api/files/default/3EB0E3.jpeg", headers=key)[0] == 404
    assert http_call("GET", waha.url + "/s3/default/3EB0E2.jpeg?X-Amz-Signature=abc") == (200, b"JPEG")
    assert http_call("GET", waha.url + "/s3/default/3EB0E2.jpeg?X-Amz-Signature=abc", headers=key)[0] == 403


@pytest.mark.parametrize("name", waha_api.ERRORS)
def test_a_scripted_error_is_answered_once_and_not_acted_upon(waha, name):
    waha.fail_next(waha_api.error(name))
    assert (send(waha, TEXT)[0], waha.sent) == (waha_api.ERRORS[name][0], [])
    assert send(waha, TEXT)[0] == 201


@pytest.mark.parametrize("fault", [waha_api.NOT_JSON, waha_api.A_LOGIN_PAGE])
def test_an_answer_that_is_not_json(waha, fault):
    waha.fail_next(fault)
    with pytest.raises(ValueError):
        send(waha, TEXT)


@pytest.mark.parametrize("fault, acts", [(stand_in.CLOSE, False), (stand_in.CUT, True), (stand_in.DROP, True)])
def test_an_answer_that_is_lost(waha, fault, acts):
    waha.fail_next(fault)
    with pytest.raises((OSError, http.client.HTTPException)):
        send(waha, TEXT)
    assert len(waha.sent) == acts


# The webhooks that it sends.


def test_webhooks_are_signed_over_the_bytes(waha):
    body = '{"id":"evt_01k0a","timestamp":1767225600123,"event":"message","session":"default","payload":{"body":"¿Hola?"}}'
    assert waha.signature(body.encode(), "waha-hmac-key") == (
        "53e29710cd0c8c7d7ccd422a22d3890f7e7cdf32a7e53e0aaeda3ea59cde5b57"
        "92eea538ab6126e60260d4b308cc60bf2ca118147c7d51916e931fb29cafb4ff"
    )


class Receiver(stand_in.StandIn):
    def handle(self, request):
        return stand_in.Answer(200)


def test_a_webhook_is_repeated_until_it_is_taken(waha):
    with Receiver() as receiver:
        receiver.fail_next(stand_in.answering(401), stand_in.CLOSE, stand_in.answering(503))
        body = waha.envelope("message", waha.text("34655010203", "Hola"))
        assert waha.carry(receiver.url, body) == [401, None, 503, 200]
        assert [request.body for request in receiver.requests] == [body] * 4


def test_an_ack_comes_by_itself_where_there_is_a_hook(waha):
    with Receiver() as receiver:
        waha.hook = receiver.url
        send(waha, TEXT)
        (request,) = receiver.wait_for(lambda: receiver.requests)
    event = request.json()
    assert (event["event"], event["payload"]["ackName"], event["payload"]["fromMe"]) == ("message.ack", "SERVER", True)
    assert request.headers["x-webhook-hmac"] == waha.signature(request.body)


def test_a_hidden_number_is_told_where_the_engine_tells_it(engine):
    payload = engine.text("34655010203", "Hola", lid="199000000000007")
    assert payload["from"] == "199000000000007@lid"
    told = {"GOWS": lambda: payload["_data"]["Info"]["SenderAlt"], "NOWEB": lambda: payload["_data"]["key"]["remoteJidAlt"]}
    if engine.engine in told:
        assert told[engine.engine]() == "34655010203@s.whatsapp.net"
