"""The stand-in of the Gmail API accepts what the vendor accepts, and refuses what the vendor refuses."""

import base64
import json
import urllib.parse

import gmail_api
import pytest
import stand_in
from graph_api import http_call, http_exchange

MAIL = (
    b"From: Hotel Sol <reservas@example.org>\r\nTo: lucia@example.com\r\nSubject: Reserva\r\n"
    b"Date: Wed, 05 Aug 2026 09:00:00 +0000\r\nMessage-ID: <cj.r1@example.org>\r\nMIME-Version: 1.0\r\n"
    b"Auto-Submitted: auto-replied\r\nContent-Type: text/plain; charset=utf-8\r\n\r\nHola\r\n"
)


@pytest.fixture
def gmail():
    with gmail_api.GmailApi() as api:
        yield api


def token(gmail, **changed):
    form = {"client_id": gmail.client_id, "client_secret": gmail.client_secret,
            "refresh_token": gmail.refresh_token, "grant_type": "refresh_token"} | changed  # fmt: skip
    status, body = http_call("POST", gmail.url + "/token", urllib.parse.urlencode(form),
                             {"Content-Type": "application/x-www-form-urlencoded"})  # fmt: skip
    return status, json.loads(body)


def call(gmail, method, path, body=None):
    headers = {"Authorization": "Bearer " + token(gmail)[1]["access_token"], "Content-Type": "application/json"}
    data = None if body is None else json.dumps(body)
    status, answer = http_call(method, f"{gmail.url}/gmail/v1/users/me{path}", data, headers)
    return status, json.loads(answer)


def send(gmail, raw, **more):
    return call(gmail, "POST", "/messages/send", {"raw": base64.urlsafe_b64encode(raw).decode()} | more)


def test_a_token_is_given_for_the_right_credentials_alone(gmail):
    assert token(gmail)[0] == 200
    assert token(gmail, client_secret="another") == (401, {"error": "invalid_client", "error_description": "Unauthorized"})
    assert token(gmail, refresh_token="revoked")[1]["error"] == "invalid_grant"


def test_an_unknown_token_is_refused_in_the_vendors_shape(gmail):
    status, body = http_call("GET", gmail.url + "/gmail/v1/users/me/profile", None, {"Authorization": "Bearer no"})
    assert (status, json.loads(body)["error"]["errors"][0]["reason"]) == (401, "authError")


def test_history_lists_what_came_after_an_id_page_by_page(gmail):
    start = gmail.history_id
    ids = [gmail.receive(f"mail {number}") for number in range(3)]
    gmail.receive("a draft", labels=["DRAFT"])
    gmail.page_size = 2
    _, first = call(gmail, "GET", f"/history?startHistoryId={start}&labelId=INBOX")
    _, second = call(gmail, "GET", f"/history?startHistoryId={start}&labelId=INBOX&pageToken={first['nextPageToken']}")
    found = [record["messages"][0]["id"] for page in (first, second) for record in page["history"]]
    assert found == ids and "nextPageToken" not in second
    assert "history" not in call(gmail, "GET", f"/history?startHistoryId={gmail.history_id}")[1]


def test_forgotten_history_is_404(gmail):
    start = gmail.history_id
    gmail.receive("Hola")
    gmail.forget_history()
    assert call(gmail, "GET", f"/history?startHistoryId={start}")[0] == 404


def test_a_mail_is_sent_and_found_by_its_message_id(gmail):
    status, sent = send(gmail, MAIL)
    assert status == 200 and gmail.texts_to("lucia@example.com") == ["Hola\n"]
    query = urllib.parse.urlencode({"q": "in:sent rfc822msgid:cj.r1@example.org"})
    assert call(gmail, "GET", f"/messages?{query}")[1]["messages"][0]["id"] == sent["id"]


@pytest.mark.parametrize("old, new", [
    (b"To: lucia@example.com\r\n", b""), (b"\r\n", b"\n"), (b"reservas@", b"other@"), (b"Hola", "¡Hola!".encode()),
    (b"Hola", b"a" * 999), (b"Auto-Submitted: auto-replied\r\n", b""), (b"Message-ID: <cj.r1@example.org>\r\n", b"")])  # fmt: skip
def test_a_mail_that_breaks_a_rule_is_refused(gmail, old, new):
    assert send(gmail, MAIL.replace(old, new))[0] == 400 and not gmail.sent


def test_a_thread_needs_its_headers(gmail):
    thread = gmail.receive("Hola")
    assert send(gmail, MAIL, threadId=thread)[0] == 404
    headers = b"In-Reply-To: <a@example.com>\r\nReferences: <a@example.com>\r\nSubject:"
    assert send(gmail, MAIL.replace(b"Subject:", headers), threadId=thread)[0] == 200
    assert send(gmail, MAIL.replace(b"Subject:", headers), threadId="unknown")[0] == 404


def test_a_large_mail_is_an_upload(gmail):
    headers = {"Authorization": "Bearer " + token(gmail)[1]["access_token"], "Content-Type": "message/rfc822"}
    url = gmail.url + "/upload/gmail/v1/users/me/messages/send"
    assert http_call("POST", url + "?uploadType=media", MAIL, headers)[0] == 200
    assert http_call("POST", url, MAIL, headers)[0] == 400


def test_a_watch_needs_the_topic(gmail):
    assert call(gmail, "POST", "/watch", {"topicName": gmail.topic, "labelIds": ["INBOX"]})[0] == 200
    assert call(gmail, "POST", "/watch", {"topicName": "projects/other/topics/x"})[0] == 400


def test_faults_replace_answers_once(gmail):
    gmail.fail_next(gmail_api.error("rate"), stand_in.slow(0))
    assert call(gmail, "GET", "/profile")[0] == 429
    assert call(gmail, "GET", "/profile")[0] == 200


def test_keys_may_be_cached_for_hours(gmail):
    status, body, headers = http_exchange("GET", gmail.url + "/certs")
    assert status == 200 and "max-age=19845" in headers["cache-control"]
    assert [key["kid"] for key in json.loads(body)["keys"]] == ["key-1"]
    assert gmail.rotate_keys() == "key-2"
