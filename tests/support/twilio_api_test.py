"""The stand-in of Twilio accepts what the vendor accepts, and refuses what the vendor refuses."""

import base64
import http.client
import json
import urllib.parse

import graph_api
import pytest
import stand_in
import twilio_api

CONTENT = "HX00112233445566778899aabbccddeeff"
TEXT = {"To": "whatsapp:+34655010203", "From": "whatsapp:+34910552010", "Body": "Su mesa está confirmada."}
TEMPLATE = {"To": TEXT["To"], "From": TEXT["From"], "ContentSid": CONTENT,
            "ContentVariables": '{"1":"21:30","2":"confirm"}'}  # fmt: skip
LOCATION = TEXT | {"Body": "Hotel Sol", "PersistentAction": "geo:40.41678,-3.70379|Hotel Sol"}


@pytest.fixture
def twilio():
    with twilio_api.TwilioApi() as api:
        api.contents[CONTENT] = {"types": {"twilio/quick-reply": {
            "body": "¿Confirma su mesa a las {{1}}?",
            "actions": [{"type": "QUICK_REPLY", "title": "Confirmar", "id": "{{2}}"}]}}}  # fmt: skip
        api.services["MG00112233445566778899aabbccddeeff"] = TEXT["From"]
        yield api


def basic(user, password):
    return {"Authorization": "Basic " + base64.b64encode(f"{user}:{password}".encode()).decode()}


def call(twilio, method, path, body=None, **headers):
    """-> (status, decoded JSON)."""
    head = basic(twilio.account, twilio.token) | headers
    status, text = graph_api.http_call(method, f"{twilio.url}{path}", body, head)
    return status, json.loads(text)


def messages(twilio):
    return f"/2010-04-01/Accounts/{twilio.account}/Messages.json"


def send(twilio, form, **headers):
    body = urllib.parse.urlencode(form, doseq=True).encode()
    return call(twilio, "POST", messages(twilio), body,
                **{"Content-Type": "application/x-www-form-urlencoded"} | headers)  # fmt: skip


@pytest.mark.parametrize("form", [TEXT, TEMPLATE, LOCATION, TEXT | {"MediaUrl": "https://cdn.example.org/a.jpg"},
                                  TEXT | {"StatusCallback": "https://guest.example.com/hooks/twilio?ref=YQ"},
                                  TEXT | {"ValidityPeriod": "600"}, TEXT | {"To": "whatsapp:ES.10293847561029384756"}])  # fmt: skip
def test_what_the_documents_show_is_accepted(twilio, form):
    status, answer = send(twilio, form)
    assert (status, answer["status"], answer["error_code"]) == (201, "queued", None)
    assert twilio.sent[0]["sid"] == answer["sid"]
    assert call(twilio, "GET", answer["uri"]) == (200, answer)


def test_a_messaging_service_accepts(twilio):
    form = {"To": TEXT["To"], "MessagingServiceSid": "MG00112233445566778899aabbccddeeff", "Body": "Hola"}
    assert send(twilio, form)[1]["status"] == "accepted"


REFUSED = [
    (TEXT, {"To": None}, 21604),
    (TEXT, {"To": "whatsapp:34655010203"}, 21211),
    (TEXT, {"To": "whatsapp:ana"}, 21211),
    (TEXT, {"To": "+34655010203"}, 21910),
    (TEXT, {"To": TEXT["From"]}, 21266),
    (TEXT, {"From": None}, 21603),
    (TEXT, {"From": "whatsapp:+34910552099"}, 63007),
    (TEXT, {"From": "+34910552099"}, 21606),
    (TEXT, {"MessagingServiceSid": "MG1"}, 21606),
    (TEXT, {"Body": None}, 21602),
    (TEXT, {"Body": ""}, 21602),
    (TEXT, {"Body": "a" * 1601}, 21617),
    (TEXT, {"Body": "😀" * 801}, 21617),
    (TEXT, {"Boby": "Hola"}, 20001),
    (TEXT, {"Body": ["Hola", "Hola"]}, 20001),
    (TEXT, {"MediaUrl": "a.jpg"}, 21620),
    (TEXT, {"MediaUrl": ["https://a.example/1", "https://a.example/2"]}, 21623),
    (TEXT, {"StatusCallback": "/webhooks/twilio"}, 21609),
    (TEXT, {"StatusCallback": "https://a_b.example.com/"}, 21609),
    (TEXT, {"ValidityPeriod": "0"}, 20001),
    (TEXT, {"ValidityPeriod": "36001"}, 20001),
    (TEXT, {"ContentVariables": "{}"}, 21656),
    (TEXT, {"ContentSid": CONTENT}, 21655),
    (TEMPLATE, {"ContentSid": "HX1"}, 21655),
    (TEMPLATE, {"ContentVariables": None}, 21656),
    (TEMPLATE, {"ContentVariables": "{"}, 21656),
    (TEMPLATE, {"ContentVariables": "[]"}, 21656),
    (TEMPLATE, {"ContentVariables": '{"1":"21:30","2":7}'}, 21656),
    (TEMPLATE, {"ContentVariables": '{"1":"21:30","2":""}'}, 21656),
    (TEMPLATE, {"ContentVariables": '{"1":"21:30"}'}, 21656),
    (TEMPLATE, {"ContentVariables": '{"1":"a","2":"b","3":"c"}'}, 21656),
    (TEMPLATE, {"ContentVariables": json.dumps({"1": "a", "2": "b" * 201})}, 21656),
    (LOCATION, {"PersistentAction": "40.41678,-3.70379"}, 20001),
    (LOCATION, {"Body": None, "MediaUrl": "https://cdn.example.org/a.jpg"}, 20001),
]


@pytest.mark.parametrize("form, change, code", REFUSED)
def test_what_breaks_a_rule_is_refused_with_the_vendors_code(twilio, form, change, code):
    changed = {name: text for name, text in (form | change).items() if text is not None}
    status, answer = send(twilio, changed)
    assert (status, answer["code"], answer["status"]) == (400, code, 400)
    assert twilio.sent == []


@pytest.mark.parametrize("longest", ["a" * 1600, "😀" * 800])
def test_a_text_of_the_longest_length_is_accepted(twilio, longest):
    assert send(twilio, TEXT | {"Body": longest})[0] == 201


def test_a_guest_who_said_stop_is_refused(twilio):
    twilio.opted_out.add(TEXT["To"])
    assert send(twilio, TEXT)[1]["code"] == 21610


@pytest.mark.parametrize("head", [{"Authorization": ""}, basic("AC1", twilio_api.TOKEN), basic(twilio_api.ACCOUNT, "x")])
def test_other_credentials_are_refused(twilio, head):
    status, answer = send(twilio, TEXT, **head)
    assert (status, answer["code"], twilio.sent) == (401, 20003, [])


def test_an_api_key_is_accepted(twilio):
    twilio.api_keys["SK1"] = "s3cret"
    assert send(twilio, TEXT, **basic("SK1", "s3cret"))[0] == 201


def test_json_is_refused(twilio):
    assert call(twilio, "POST", messages(twilio), json.dumps(TEXT).encode(), **{"Content-Type": "application/json"})[0] == 400


def test_another_account_is_not_found(twilio):
    assert call(twilio, "GET", "/2010-04-01/Accounts/AC1/Messages.json")[0] == 404


def test_the_list_is_newest_first_filtered_and_in_pages(twilio):
    for n in range(5):
        twilio.inbound("34655010203", f"Hola {n}")
    send(twilio, TEXT)
    to_us = urllib.parse.quote(twilio.sender)
    status, first = call(twilio, "GET", f"{messages(twilio)}?To={to_us}&PageSize=3")
    assert (status, [m["body"] for m in first["messages"]]) == (200, ["Hola 4", "Hola 3", "Hola 2"])
    _, second = call(twilio, "GET", first["next_page_uri"])
    assert ([m["body"] for m in second["messages"]], second["next_page_uri"]) == (["Hola 1", "Hola 0"], None)
    assert call(twilio, "GET", f"{messages(twilio)}?Sender={to_us}")[0] == 400


def test_a_date_hides_what_is_queued(twilio):
    twilio.clock = lambda: 1_785_920_400.0
    send(twilio, TEXT)
    path = f"{messages(twilio)}?DateSent%3E=2026-08-01"
    assert call(twilio, "GET", path)[1]["messages"] == []
    twilio.status(twilio.sent[0], "sent")
    assert len(call(twilio, "GET", path)[1]["messages"]) == 1
    assert call(twilio, "GET", f"{messages(twilio)}?DateSent=2026-08-04")[1]["messages"] == []


def test_the_health_of_account_and_sender(twilio):
    assert call(twilio, "GET", f"/2010-04-01/Accounts/{twilio.account}.json")[1]["status"] == "active"
    _, senders = call(twilio, "GET", "/v2/Channels/Senders?Channel=whatsapp")
    assert [(s["sender_id"], s["status"]) for s in senders["senders"]] == [(twilio.sender, "ONLINE")]
    assert call(twilio, "GET", "/v2/Channels/Senders")[0] == 400


def test_media_comes_by_a_redirect_without_the_credential(twilio):
    file = twilio_api.Media("ME" + "a" * 32, "audio/ogg", b"OggS", not_yet=1)
    form = twilio.inbound("34655010203", media=[file])
    own = basic(twilio.account, twilio.token)
    assert graph_api.http_call("GET", form["MediaUrl0"], headers=own)[0] == 404  # In the first second.
    status, _, headers = graph_api.http_exchange("GET", form["MediaUrl0"], headers=own)
    assert status == 307
    assert graph_api.http_call("GET", headers["location"], headers=own)[0] == 400
    assert graph_api.http_call("GET", headers["location"]) == (200, b"OggS")
    assert graph_api.http_call("GET", headers["location"].partition("?")[0])[0] == 403
    assert graph_api.http_call("GET", form["MediaUrl0"])[0] == 401
    listed = call(twilio, "GET", f"/2010-04-01/Accounts/{twilio.account}/Messages/{form['MessageSid']}/Media.json")[1]
    assert [(m["sid"], m["content_type"]) for m in listed["media_list"]] == [(file.sid, "audio/ogg")]


@pytest.mark.parametrize("name, status, code", [(name, *error[:2]) for name, error in twilio_api.ERRORS.items()])
def test_a_scripted_error_is_answered_once_and_not_acted_upon(twilio, name, status, code):
    twilio.fail_next(twilio_api.error(name))
    got, answer = send(twilio, TEXT)
    assert (got, answer["code"], twilio.sent) == (status, code, [])
    assert send(twilio, TEXT)[0] == 201


def test_an_answer_that_is_not_json(twilio):
    twilio.fail_next(twilio_api.NOT_JSON)
    with pytest.raises(ValueError):
        send(twilio, TEXT)


@pytest.mark.parametrize("fault, acts", [(stand_in.CLOSE, False), (stand_in.CUT, True), (stand_in.DROP, True)])
def test_an_answer_that_is_lost(twilio, fault, acts):
    twilio.fail_next(fault)
    with pytest.raises((OSError, http.client.HTTPException)):
        send(twilio, TEXT)
    assert len(twilio.sent) == acts


def test_what_a_guest_sees_and_presses(twilio):
    send(twilio, TEMPLATE)
    assert twilio.texts_to("34655010203") == ["¿Confirma su mesa a las 21:30?"]
    pressed = twilio.press("34655010203", twilio.sent[0])
    assert (pressed["ButtonText"], pressed["ButtonPayload"]) == ("Confirmar", "confirm")
    assert pressed["OriginalRepliedMessageSid"] == twilio.sent[0]["sid"]


# The webhooks that it sends. The vectors were made with the vendor's own library.

HOOK = "https://guest.example.com/hooks/twilio"
FORM = ("MessageSid=SM00000000000000000000000000000001&From=whatsapp%3A%2B34600111222&To=whatsapp%3A%2B34910000000"
        "&Body=%C2%BFMesa+para+2%3F+it%27s+ok+%26+%2B1&NumMedia=0&EmptyField=")  # fmt: skip


@pytest.mark.parametrize("url, body, signature", [
    (f"{HOOK}?tenant=lobby", FORM, "tLflJ87QM7QOkkCn/safFlz/2EE="),
    ("https://guest.example.com:443/hooks/twilio?tenant=lobby", FORM, "Gh76OiAmYfNVOdl0CUVQxjKl/4c="),
    ("https://guest.example.com:8443/hooks/twilio?tenant=lobby", FORM, "zAdc2FU0m4ghLA29NRqVoOBRA4Q="),
    (HOOK, "MediaUrl=b&MediaUrl=a&MediaUrl=a&Zed=1&abc=2", "G18ArCX94sglQmQdRRDuVkGmRyA="),
    (HOOK + "?bodySHA256=93a23971a914e5eacbf0a8d25154cda309c3c1c72fbb9914d47c60f3cb681588", "",
     "8tzBtjdE0rms2CI74Y3Fhkv4HGQ=")])  # fmt: skip
def test_webhooks_are_signed_over_the_url_and_the_fields(twilio, url, body, signature):
    assert twilio.signature(url, urllib.parse.parse_qsl(body, keep_blank_values=True)) == signature
