"""The stand-in of the Graph API accepts what the vendor accepts, and refuses what the vendor refuses."""

import copy
import http.client
import json
import time

import graph_api
import graph_rules
import pytest
import stand_in

TEXT = {
    "messaging_product": "whatsapp",
    "recipient_type": "individual",
    "to": "34655010203",
    "type": "text",
    "text": {"body": "Su mesa está confirmada.", "preview_url": False},
    "biz_opaque_callback_data": "conserje:outbox:88123",
}


def common(kind, content):
    return {key: TEXT[key] for key in ("messaging_product", "recipient_type", "to")} | {"type": kind, kind: content}


def button(button_id, title):
    return {"type": "reply", "reply": {"id": button_id, "title": title}}


BUTTONS = common(
    "interactive",
    {
        "type": "button",
        "header": {"type": "text", "text": "Reserva R-1042"},
        "body": {"text": "¿Confirma su mesa de hoy a las 21:30?"},
        "footer": {"text": "Restaurante Sol"},
        "action": {"buttons": [button("confirm:R-1042", "Confirmar"), button("cancel:R-1042", "Cancelar")]},
    },
)
ROW = {"id": "room:double", "title": "Doble", "description": "95 € / noche"}
LIST = common(
    "interactive",
    {
        "type": "list",
        "body": {"text": "Elija habitación"},
        "action": {"button": "Ver opciones", "sections": [{"title": "Disponibles", "rows": [ROW]}]},
    },
)
IMAGE = common("image", {"link": "https://cdn.example.org/plano.jpg", "caption": "Cómo llegar"})
LOCATION = common("location", {"latitude": 40.41678, "longitude": -3.70379, "name": "Hotel Sol"})
REACTION = common("reaction", {"message_id": "wamid.T1==", "emoji": "🙏"})
TEMPLATE = common("template", {"name": "reminder_24h", "language": {"code": "es"}, "components": [
    {"type": "body", "parameters": [{"type": "text", "text": "Lucía"}]},
    {"type": "button", "sub_type": "quick_reply", "index": "0",
     "parameters": [{"type": "payload", "payload": "REMINDER_YES:R-1042"}]}]})  # fmt: skip


@pytest.fixture
def graph():
    with graph_api.GraphApi() as api:
        api.templates[("reminder_24h", "es")] = graph_rules.Template(parameters=1, buttons=1, length=100)
        api.writes_now("34655010203")
        yield api


def call(graph, method, path, body=None, **headers):
    """-> (status, decoded JSON)."""
    head = {"Authorization": f"Bearer {graph.token}", "Content-Type": "application/json"} | headers
    data = body if isinstance(body, bytes) else json.dumps(body).encode() if body is not None else None
    status, text = graph_api.http_call(method, f"{graph.url}{path}", data, head)
    return status, json.loads(text)


def send(graph, message):
    return call(graph, "POST", f"/v23.0/{graph.phone_number_id}/messages", message)


def changed(message, path, value):
    """A copy of `message` with the value at `path` (keys joined by dots) replaced, or removed when None."""
    copied = copy.deepcopy(message)
    *way, last = [int(key) if key.isdigit() else key for key in path.split(".")]
    place = copied
    for key in way:
        place = place[key]
    if value is None:
        del place[last]
    else:
        place[last] = value
    return copied


@pytest.mark.parametrize("message", [TEXT, BUTTONS, LIST, IMAGE, LOCATION, REACTION, TEMPLATE])
def test_what_the_documents_show_is_accepted(graph, message):
    status, answer = send(graph, message)
    assert status == 200
    assert answer["contacts"] == [{"input": "34655010203", "wa_id": "34655010203"}]
    assert graph.sent == [message | {"id": answer["messages"][0]["id"]}]
    assert answer["messages"][0]["id"].startswith("wamid.")


ACTION = "interactive.action"
REFUSED = [
    (TEXT, "messaging_product", None, 131008),
    (TEXT, "recipient_type", None, 131008),
    (TEXT, "recipient_type", "person", 131009),
    (TEXT, "to", None, 131008),
    (TEXT, "recipient", "ES.10293847561029384756", 131008),  # Besides `to`.
    (TEXT, "to", "abc", 131009),
    (TEXT, "to", "+34910552010", 131021),  # Ourselves.
    (TEXT, "type", None, 131008),
    (TEXT, "type", "poem", 131009),
    (TEXT, "text", None, 131008),
    (TEXT, "text.body", None, 131008),
    (TEXT, "text.body", "", 131009),
    (TEXT, "text.body", "a" * 4097, 131009),
    (TEXT, "text.body", "😀" * 2049, 131009),
    (TEXT, "text.preview_url", "no", 131009),
    (TEXT, "text.colour", "red", 100),
    (TEXT, "reference", "88123", 100),
    (TEXT, "image", {"id": "1"}, 100),  # The object of another type.
    (TEXT, "biz_opaque_callback_data", "a" * 513, 131009),
    (TEXT, "context", {}, 131008),
    (TEXT, "context", {"message_id": "wamid.T1==", "from": "34655010203"}, 100),
    (BUTTONS, "interactive.type", "buttons", 131009),
    (BUTTONS, "interactive.body", None, 131008),
    (BUTTONS, "interactive.body.text", "a" * 1025, 131009),
    (BUTTONS, "interactive.header.text", "a" * 61, 131009),
    (BUTTONS, "interactive.footer.text", "a" * 61, 131009),
    (BUTTONS, ACTION, None, 131008),
    (BUTTONS, f"{ACTION}.buttons", [], 131009),
    (BUTTONS, f"{ACTION}.buttons", [button(str(n), str(n)) for n in range(4)], 131009),
    (BUTTONS, f"{ACTION}.buttons.0.reply.title", "a" * 21, 131009),
    (BUTTONS, f"{ACTION}.buttons.0.reply.id", "a" * 257, 131009),
    (BUTTONS, f"{ACTION}.buttons.0.reply.title", "Cancelar", 131009),  # Twice.
    (BUTTONS, f"{ACTION}.buttons.0.type", "url", 131009),
    (LIST, "interactive.body.text", "a" * 4097, 131009),
    (LIST, "interactive.header", {"type": "image", "image": {"id": "1"}}, 131009),
    (LIST, f"{ACTION}.button", "a" * 21, 131009),
    (LIST, f"{ACTION}.sections", [], 131009),
    (LIST, f"{ACTION}.sections", [{"rows": [ROW]}, {"title": "x", "rows": []}], 131008),
    (LIST, f"{ACTION}.sections.0.title", "a" * 25, 131009),
    (LIST, f"{ACTION}.sections.0.rows", [ROW | {"id": str(n)} for n in range(11)], 131009),
    (LIST, f"{ACTION}.sections.0.rows", [ROW, ROW], 131009),
    (LIST, f"{ACTION}.sections.0.rows.0.id", "a" * 201, 131009),
    (LIST, f"{ACTION}.sections.0.rows.0.title", "a" * 25, 131009),
    (LIST, f"{ACTION}.sections.0.rows.0.description", "a" * 73, 131009),
    (IMAGE, "image.id", "772201998877001", 131008),  # Besides a link.
    (IMAGE, "image.link", "http://cdn.example.org/plano.jpg", 131009),
    (IMAGE, "image.caption", "a" * 1025, 131009),
    (IMAGE, "image.filename", "plano.jpg", 100),
    (LOCATION, "location.latitude", 91, 131009),
    (LOCATION, "location.longitude", None, 131008),
    (REACTION, "reaction.emoji", None, 131008),
    (REACTION, "context", {"message_id": "wamid.T1=="}, 131009),
    (TEMPLATE, "template.language.code", "pt", 132001),
    (TEMPLATE, "template.name", "Reminder", 131009),
    (TEMPLATE, "template.components.0.parameters.0.text", "a\nb", 132012),
    (TEMPLATE, "template.components.0.parameters.0.text", "a     b", 132012),
    (TEMPLATE, "template.components.0.parameters.0.text", "", 132012),
    (TEMPLATE, "template.components.0.parameters.0.text", "a" * 925, 132005),
    (TEMPLATE, "template.components.0.parameters", [], 131009),
    (TEMPLATE, "template.components", [], 132000),
    (TEMPLATE, "template.components.1.index", "1", 132000),
    (TEMPLATE, "template.components.1.index", None, 131008),
    (IMAGE, "image", {"id": "1"}, 131009),  # Never uploaded.
    (TEXT, "to", "34655010299", 131047),  # He never wrote.
]


@pytest.mark.parametrize("message, path, value, code", REFUSED)
def test_what_breaks_a_rule_is_refused_with_the_vendors_code(graph, message, path, value, code):
    status, answer = send(graph, changed(message, path, value))
    assert (status, answer["error"]["code"]) == (400, code)
    assert graph.sent == []


@pytest.mark.parametrize("longest", ["a" * 4096, "😀" * 2048])
def test_a_text_of_the_longest_length_is_accepted(graph, longest):
    assert send(graph, changed(TEXT, "text.body", longest))[0] == 200


@pytest.mark.parametrize("head", [{"Authorization": "Bearer other"}, {"Authorization": ""}])
def test_another_token_is_refused(graph, head):
    status, answer = call(graph, "POST", f"/v23.0/{graph.phone_number_id}/messages", TEXT, **head)
    assert (status, answer["error"]["code"]) == (401, 190)
    assert graph.sent == []


@pytest.mark.parametrize("path", ["/v23.0/1/messages", "/messages", "/v23/415882930112233/messages"])
def test_another_path_is_refused(graph, path):
    status, answer = call(graph, "POST", path, TEXT)
    assert status == 400
    assert answer["error"]["code"] in (100, 2500)


@pytest.mark.parametrize("body", [b"", b"{", b"[]", b'"text"'])
def test_a_body_that_is_no_message_is_refused(graph, body):
    assert send(graph, body)[0] == 400


def test_a_form_is_refused(graph):
    path = f"/v23.0/{graph.phone_number_id}/messages"
    assert call(graph, "POST", path, TEXT, **{"Content-Type": "text/plain"})[0] == 400


def test_a_message_is_marked_as_read(graph):
    read = {"messaging_product": "whatsapp", "status": "read", "message_id": "wamid.T1=="}
    assert send(graph, read) == (200, {"success": True})
    assert send(graph, read | {"message_id": "T1"})[0] == 400
    assert graph.read == ["wamid.T1=="]


def test_health_answers_the_fields_that_are_asked_and_no_others(graph):
    path = f"/v23.0/{graph.phone_number_id}?fields="
    assert call(graph, "GET", path + "quality_rating") == (200, {"id": graph.phone_number_id, "quality_rating": "GREEN"})
    assert call(graph, "GET", path + "mood")[0] == 400


def form(mime_type, data, file_type=None, product=b"whatsapp", boundary=b"x"):
    return (b'--%b\r\nContent-Disposition: form-data; name="messaging_product"\r\n\r\n%b\r\n'
            b'--%b\r\nContent-Disposition: form-data; name="type"\r\n\r\n%b\r\n'
            b'--%b\r\nContent-Disposition: form-data; name="file"; filename="a"\r\nContent-Type: %b\r\n\r\n%b\r\n'
            b"--%b--\r\n") % (boundary, product, boundary, mime_type, boundary, file_type or mime_type, data, boundary)  # fmt: skip


def upload(graph, body):
    return call(graph, "POST", f"/v23.0/{graph.phone_number_id}/media", body,
                **{"Content-Type": "multipart/form-data; boundary=x"})  # fmt: skip


def test_media_is_uploaded_described_fetched_and_deleted(graph):
    status, uploaded = upload(graph, form(b"image/png", b"PNG"))
    assert status == 200
    status, media = call(graph, "GET", f"/v23.0/{uploaded['id']}?phone_number_id={graph.phone_number_id}")
    assert (media["mime_type"], media["file_size"]) == ("image/png", "3")
    assert call(graph, "GET", f"/v23.0/{uploaded['id']}?phone_number_id=1")[0] == 400

    bearer = {"Authorization": f"Bearer {graph.token}"}
    assert graph_api.http_call("GET", media["url"], headers=bearer)[0] == 404  # Without a user agent.
    assert graph_api.http_call("GET", media["url"], headers=bearer | {"User-Agent": "test"}) == (200, b"PNG")
    assert graph_api.http_call("GET", media["url"], headers={"User-Agent": "test"})[0] == 401
    graph.forget_links()
    assert graph_api.http_call("GET", media["url"], headers=bearer | {"User-Agent": "test"})[0] == 404
    assert send(graph, common("image", {"id": uploaded["id"]}))[0] == 200
    assert call(graph, "DELETE", f"/v23.0/{uploaded['id']}") == (200, {"success": True})
    assert call(graph, "GET", f"/v23.0/{uploaded['id']}")[0] == 400


@pytest.mark.parametrize(
    "body, code",
    [
        (form(b"image/png", b"PNG", product=b"facebook"), 100),
        (form(b"image/png", b"PNG", file_type=b"image/jpeg"), 100),
        (form(b"audio/ogg", b"Ogg"), 100),
        (form(b"application/octet-stream", b"?"), 100),
        (form(b"image/png", b""), 131053),
        (form(b"image/png", b"PNG", boundary=b"y"), 100),
        (form(b"image/png", b"PNG")[:-6], 100),
        (b"", 100),
    ],
)
def test_a_file_that_breaks_a_rule_is_not_kept(graph, body, code):
    status, answer = upload(graph, body)
    assert (status, answer["error"]["code"], graph.media) == (400, code, {})


@pytest.mark.parametrize(
    "kind, mime_type, size, code",
    [
        ("image", "image/png", 5 * 1024 * 1024, None),
        ("image", "image/png", 5 * 1024 * 1024 + 1, 131053),
        ("image", "image/gif", 3, 131053),
        ("document", "image/gif", 3, None),
        ("document", "image/png", 6 * 1024 * 1024, None),
        ("audio", "audio/ogg; codecs=opus", 3, None),
        ("audio", "audio/wav", 3, 131053),
        ("video", "video/mp4", 16 * 1024 * 1024 + 1, 131053),
        ("sticker", "image/webp", 500 * 1024 + 1, 131053),
    ],
)
def test_a_file_goes_as_what_it_is(graph, kind, mime_type, size, code):
    media_id = graph.keep_file(mime_type, bytes(size))
    status, answer = send(graph, common(kind, {"id": media_id}))
    assert (answer["error"]["code"] if status != 200 else None) == code


def test_a_template_reaches_a_guest_who_never_wrote(graph):
    assert send(graph, changed(TEMPLATE, "to", "34655010299"))[0] == 200
    assert graph.texts_to("34655010299") == ["Lucía"]


def with_header(*parameters):
    header = {"type": "header", "parameters": list(parameters)}
    message = changed(TEMPLATE, "template.name", "reminder_with_logo")
    return changed(message, "template.components", [header, *message["template"]["components"]])


LOGO = {"type": "image", "image": {"link": "https://cdn.example.org/logo.png"}}


@pytest.mark.parametrize(("message", "code"), [
    (with_header(LOGO), None),
    (changed(TEMPLATE, "template.name", "reminder_with_logo"), 132012),
    (with_header(LOGO, LOGO), 132012),
    (with_header({"type": "video", "video": {"link": "https://cdn.example.org/logo.mp4"}}), 132012),
    (with_header({"type": "image", "image": {"link": "http://cdn.example.org/logo.png"}}), 131009),
    (with_header({"type": "image", "image": {"id": "1"}}), 131009),
    (changed(with_header(LOGO), "template.name", "reminder_24h"), 132012),
])  # fmt: skip
def test_a_template_with_a_header_wants_its_file(graph, message, code):
    graph.templates[("reminder_with_logo", "es")] = graph_rules.Template(parameters=1, buttons=1, header="image")
    status, answer = send(graph, message)
    assert (answer["error"]["code"] if status != 200 else None) == code


def test_named_parameters_go_by_their_names(graph):
    graph.templates[("reminder_24h", "es")] = graph_rules.Template(parameters=1, buttons=1, names=("guest",))
    assert send(graph, TEMPLATE)[1]["error"]["code"] == 100
    named = {"type": "text", "parameter_name": "guest", "text": "Lucía"}
    assert send(graph, changed(TEMPLATE, "template.components.0.parameters.0", named))[0] == 200


def test_a_window_closes_after_a_day(graph):
    graph.writes_now("34655010203", time.time() - 24 * 3600)
    assert send(graph, TEXT)[1]["error"]["code"] == 131047
    graph.envelope([graph.text("34655010203", "Hola")])
    assert send(graph, TEXT)[0] == 200


def test_a_user_id_is_answered_as_such(graph):
    graph.envelope([graph.text(None, "Hola", user_id="IT.555")])
    message = {key: value for key, value in TEXT.items() if key != "to"} | {"recipient": "IT.555"}
    status, answer = send(graph, message)
    assert (status, answer["contacts"]) == (200, [{"input": "IT.555", "user_id": "IT.555"}])
    assert graph.status(graph.sent[0], "sent")["recipient_user_id"] == "IT.555"


def test_an_app_that_is_not_subscribed_hears_nothing(graph):
    path = f"/v23.0/{graph.business_account_id}/subscribed_apps"
    assert len(call(graph, "GET", path)[1]["data"]) == 1
    graph.is_subscribed = False  # Everything else goes on as before.
    assert send(graph, TEXT)[0] == 200
    assert graph.deliver("http://127.0.0.1:1/", [graph.text("34655010203", "Hola")]) is None
    assert call(graph, "GET", path) == (200, {"data": []})
    assert call(graph, "POST", path) == (200, {"success": True})
    assert graph.is_subscribed


def test_a_token_says_when_it_ends(graph):
    graph.token_ends = 1_786_000_000
    assert call(graph, "GET", f"/v23.0/debug_token?input_token={graph.token}")[1]["data"]["expires_at"] == 1_786_000_000


@pytest.mark.parametrize("name, status, code", [(name, *error[:2]) for name, error in graph_api.ERRORS.items()])
def test_a_scripted_error_is_answered_once_and_not_acted_upon(graph, name, status, code):
    graph.fail_next(graph_api.error(name))
    got, answer = send(graph, TEXT)
    assert (got, answer["error"]["code"], graph.sent) == (status, code, [])
    assert send(graph, TEXT)[0] == 200


def test_an_answer_that_is_not_json(graph):
    graph.fail_next(graph_api.NOT_JSON)
    with pytest.raises(ValueError):
        send(graph, TEXT)


@pytest.mark.parametrize("fault, acts", [(stand_in.CLOSE, False), (stand_in.CUT, True), (stand_in.DROP, True)])
def test_an_answer_that_is_lost(graph, fault, acts):
    graph.fail_next(fault)
    with pytest.raises((OSError, http.client.HTTPException)):
        send(graph, TEXT)
    assert len(graph.sent) == acts


def test_a_stall_lasts_as_long_as_the_stand_in():
    with graph_api.GraphApi() as graph:
        graph.fail_next(stand_in.STALL)
        graph.writes_now("34655010203")
        path = f"{graph.url}/v23.0/{graph.phone_number_id}/messages"
        head = {"Authorization": f"Bearer {graph.token}", "Content-Type": "application/json"}
        with pytest.raises(TimeoutError):
            graph_api.http_call("POST", path, json.dumps(TEXT).encode(), head, timeout_s=0.2)
        assert graph.sent == []


def test_a_slow_answer_is_late(graph):
    graph.fail_next(stand_in.slow(0.2))
    began = time.monotonic()
    assert send(graph, TEXT)[0] == 200
    assert time.monotonic() - began >= 0.2


# The webhooks that it sends. The vectors are those of the vendor's scheme, made with another program.


@pytest.mark.parametrize(
    "body, signature",
    [
        (
            rb'{"object":"whatsapp_business_account","entry":[]}',
            "307ec995eb998e41acb53801cd7ab9346646ce7b2a11e12d9b31d9ebce35185e",
        ),
        (
            rb'{"object":"whatsapp_business_account","entry":[{"id":"1","changes":[{"field":"messages",'
            rb'"value":{"t":"ma\u00f1ana \ud83d\ude00 a\/b"}}]}]}',
            "97a300f1cf1cd742f8e7b704138d0b868d329acb9ec68ba621fc820eee1dd393",
        ),
    ],
)
def test_webhooks_are_signed_over_the_bytes(graph, body, signature):
    assert graph.signature(body, "wa-app-secret-for-tests") == "sha256=" + signature


def test_webhooks_are_escaped_as_the_vendor_does(graph):
    body = graph.envelope([graph.text("34655010203", "mañana 😀 a/b", "wamid.T1==")])
    assert rb'"text":{"body":"ma\u00f1ana \ud83d\ude00 a\/b"}' in body
    assert json.loads(body)["entry"][0]["changes"][0]["value"]["messages"][0]["id"] == "wamid.T1=="


def test_a_status_returns_the_reference_of_the_message(graph):
    send(graph, TEXT)
    status = graph.status(graph.sent[0], "delivered")
    assert status["biz_opaque_callback_data"] == "conserje:outbox:88123"
    assert (status["id"], status["recipient_id"]) == (graph.sent[0]["id"], "34655010203")
