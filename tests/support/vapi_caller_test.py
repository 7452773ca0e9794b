"""The stand-in of VAPI refuses what VAPI refuses."""

import base64
import hashlib
import hmac
import json
import urllib.error
import urllib.request

import pytest
import vapi_rules
from stand_in import CLOSE, answering
from vapi_caller import ServerAnswer, VapiCaller

CALLS = [("call_1", "check_availability"), ("call_2", "thanks")]


def answer(body, status=200, elapsed_s=0.1):
    return ServerAnswer(status, body if isinstance(body, bytes) else json.dumps(body).encode(), elapsed_s)


def results(*texts):
    return {"results": [{"toolCallId": call, "name": name, "result": text}
                        for (call, name), text in zip(CALLS, texts)]}  # fmt: skip


def test_results_are_one_line_for_each_call_in_order():
    assert vapi_rules.results(answer(results("Two rooms.", "You are welcome!")), CALLS) == [
        "Two rooms.",
        "You are welcome!",
    ]


@pytest.mark.parametrize(
    "refused",
    [
        answer(results("a", "b"), status=201),
        answer(results("a", "b"), status=500),
        answer(results("a", "b"), elapsed_s=20.1),
        answer(results("a")),
        answer(results("a\nb", "c")),
        answer(results("a\u2028b", "c")),
        answer(results("", "c")),
        answer(results({"rooms": 2}, "c")),
        answer({"results": list(reversed(results("a", "b")["results"]))}),
        answer({"error": "busy"}),
        answer(b"<html>"),
        answer([]),
    ],
)
def test_other_results_are_dropped(refused):
    with pytest.raises(vapi_rules.Refused):
        vapi_rules.results(refused, CALLS)


def test_an_assistant_has_seven_and_a_half_seconds():
    good = {"assistantId": "a"}
    assert vapi_rules.assistant(answer(good, elapsed_s=7.4)) == good
    for refused in (answer(good, elapsed_s=7.6), answer({}), answer(b""),
                    answer({"destination": {"type": "number", "number": "910552099"}})):  # fmt: skip
        with pytest.raises(vapi_rules.Refused):
            vapi_rules.assistant(refused)


def test_a_destination_is_a_number_or_a_reason():
    vapi_rules.destination(answer({"error": "closed"}))
    vapi_rules.destination(answer({"destination": {"type": "number", "number": "+34910552099"}}))
    for refused in ({}, {"destination": {"type": "number", "number": "100"}}, {"destination": "reception"}):
        with pytest.raises(vapi_rules.Refused):
            vapi_rules.destination(answer(refused))


def test_documents_have_content():
    assert vapi_rules.documents(answer({"documents": [{"content": "At 8."}]})) == ["At 8."]
    for refused in ({}, {"documents": [{}]}, {"documents": [{"content": ""}]}):
        with pytest.raises(vapi_rules.Refused):
            vapi_rules.documents(answer(refused))


@pytest.mark.parametrize("auth", ["hmac", "x_vapi_signature", "standard_webhooks"])
def test_signatures_are_those_of_the_vectors(auth):
    key = {"standard_webhooks": "MDEyMzQ1Njc4OWFiY2RlZjAxMjM0NTY3"}.get(auth, "vapi-hmac-key")
    with VapiCaller(auth, key) as vapi:
        headers = vapi.signed(b'{"message":{"type":"hang"}}', at=1767225600)
    assert {
        "hmac": "57c7b611b3381e4cfff16d35bd859b3865e0b26699b01f74961ffefd11060549",
        "x_vapi_signature": "sha256=5648d0023ad4d9909dee651b3d6b6ea93ca9235861ee5fd9d3cd017d97b8c3e8",
        "standard_webhooks": "v1,XSsNXml5p/LwV468xgfebDX+MGT9IJoipxIazZvOIoQ=",
    }[auth] in headers.values()


def control(call, body, method="POST"):
    data = body if isinstance(body, bytes) else json.dumps(body).encode()
    request = urllib.request.Request(call.control_url, data, method=method)
    try:
        with urllib.request.urlopen(request, timeout=5) as response:
            return response.status
    except urllib.error.HTTPError as refused:
        return refused.code


OURS = {"assistantId": "7a7b7c7d-0001-4002-8003-9a9b9c9d9e9f", "customer": {"number": "+34655010203"}, "name": "r_1",
        "assistantOverrides": {"variableValues": {"parameter_1": "21:30"}}}  # fmt: skip


def api(vapi, path, body=None, key=None):
    """-> (status, decoded JSON)."""
    data = json.dumps(body).encode() if body is not None else None
    request = urllib.request.Request(vapi.url + path, data, {"Authorization": f"Bearer {key or vapi.api_key}"})
    try:
        with urllib.request.urlopen(request, timeout=5) as response:
            return response.status, json.loads(response.read())
    except urllib.error.HTTPError as refused:
        return refused.code, json.loads(refused.read())


def test_a_call_of_ours_is_begun_and_listed():
    with VapiCaller() as vapi:
        status, call = api(vapi, "/call", OURS | {"phoneNumberId": vapi.phone_number_id})
        assert (status, call["type"], call["customer"]) == (201, "outboundPhoneCall", {"number": "+34655010203"})
        assert [begun.variables for begun in vapi.begun] == [{"parameter_1": "21:30"}]
        assert api(vapi, "/call?limit=100&createdAtGt=2026-01-01T00:00:00.000Z") == (200, [call])
        assert api(vapi, "/call?limit=100&createdAtGt=2999-01-01T00:00:00.000Z") == (200, [])
        assert api(vapi, "/call?limit=1", key="public")[0] == 401


@pytest.mark.parametrize("change", [
    {"phoneNumberId": "another"}, {"assistantId": "reception"}, {"customer": {"number": "655010203"}}, {"name": "r" * 41},
    {"text": "Hola"}, {"assistantOverrides": {"variableValues": {"guests": 2}}}])  # fmt: skip
def test_a_call_that_vapi_would_refuse_is_refused(change):
    with VapiCaller() as vapi:
        assert api(vapi, "/call", OURS | {"phoneNumberId": vapi.phone_number_id} | change)[0] == 400
        assert vapi.begun == []


def test_a_token_is_one_for_some_time():
    assert vapi_rules.token({"access_token": "a", "token_type": "Bearer", "expires_in": 3600}) == "a"
    for refused in ({}, {"access_token": "a", "token_type": "Basic", "expires_in": 3600},
                    {"access_token": "a", "token_type": "Bearer", "expires_in": "soon"}):  # fmt: skip
        with pytest.raises(vapi_rules.Refused):
            vapi_rules.token(refused)


def test_words_go_into_a_call_while_it_lasts():
    with VapiCaller() as vapi:
        call = vapi.call()
        assert control(call, {"type": "say", "content": "Hola."}) == 200
        assert call.spoken == ["Hola."]
        for refused in (b"no", {"type": "shout", "content": "Hola."}, {"type": "say"}, {"type": "say", "content": 7}):
            assert control(call, refused) == 400
        call.status = "ended"
        assert control(call, {"type": "say", "content": "Hola."}) == 404
        assert call.spoken == ["Hola."]


def test_faults_meet_what_is_said():
    with VapiCaller() as vapi:
        call = vapi.call()
        vapi.fail_next(answering(429, b"", Retry_After="1"), CLOSE)
        assert control(call, {"type": "say", "content": "Hola."}) == 429
        with pytest.raises(OSError):
            control(call, {"type": "say", "content": "Hola."})
        assert call.spoken == []


def test_a_standard_signature_covers_id_time_and_body():
    with VapiCaller() as vapi:
        headers = vapi.signed(b"{}", at=5)
        text = f"{headers['webhook-id']}.5.{{}}".encode()
        digest = hmac.new(base64.b64decode(vapi.key), text, hashlib.sha256).digest()
        assert headers["webhook-signature"] == "v1," + base64.b64encode(digest).decode()
