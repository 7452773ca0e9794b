"""The webhook receiver takes what is signed as the standard says, and refuses everything else."""

import http.client

import graph_api
import pytest
import stand_in
import webhook_receiver

SECRET = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"
NOW = 1614265330
EVENT = b'{"type":"reservation.created","timestamp":"2021-02-25T15:02:10.000+00:00","data":{"reservation_id":"R-1"}}'

# Made with openssl: the HMAC of id, timestamp and EVENT, and of EVENT alone, with the same key.
HEADERS = {
    "Content-Type": "application/json",
    "webhook-id": "msg_p5jXN8AQM9LWM0D4loKWxJek",
    "webhook-timestamp": str(NOW),
    "webhook-signature": "v1,hRSvoaZ6KthZSpbxKstYFcCaN0r81XQFRP9Df0rmffQ=",
    "X-Signature": "sha256=1fc74dbef4b5bffa93f93696225cbcbddcb23ce6925eeb672041f92bc3297113",
}


@pytest.fixture
def receiver():
    with webhook_receiver.WebhookReceiver(SECRET, clock=lambda: NOW) as server:
        yield server


def post(receiver, body=EVENT, **changes):
    """Posts with HEADERS, some changed (None: left out) -> status."""
    headers = HEADERS | {name.replace("_", "-"): text for name, text in changes.items()}
    present = {name: text for name, text in headers.items() if text is not None}
    return graph_api.http_call("POST", receiver.url + "/hook", body, present)[0]


def test_the_standards_public_vector():
    request = stand_in.Request("POST", "/", {}, {
        "webhook-id": HEADERS["webhook-id"], "webhook-timestamp": str(NOW),
        "webhook-signature": "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE="}, b'{"test": 2432232314}')  # fmt: skip
    assert webhook_receiver.signed(request, SECRET)


def test_the_public_vector_of_x_signature():
    wanted = "sha256=757107ea0eb2509fc211221cce984b8a37570b6d7586c22c46f4379c8b043e17"
    assert webhook_receiver.x_signature("It's a Secret to Everybody", b"Hello, World!") == wanted


def test_an_event_is_taken_once_however_often_it_comes(receiver):
    assert [post(receiver), post(receiver)] == [204, 204]
    assert [event["data"] for event in receiver.of_type("reservation.created")] == [{"reservation_id": "R-1"}]
    assert receiver.attempts == {HEADERS["webhook-id"]: 2}


RIGHT = HEADERS["webhook-signature"]


@pytest.mark.parametrize("signature", [RIGHT, f"v1a,AAAA {RIGHT}", f"v1,AAAA {RIGHT}"])
def test_one_right_token_is_enough(receiver, signature):
    assert post(receiver, webhook_signature=signature) == 204


@pytest.mark.parametrize(
    "status, changes",
    [
        (400, {"webhook_id": None}),
        (400, {"webhook_timestamp": None}),
        (400, {"webhook_signature": None}),
        (400, {"X_Signature": None}),
        (400, {"webhook_id": "a.b"}),
        (400, {"webhook_timestamp": f"{NOW}.0"}),
        (400, {"Content_Type": "text/plain"}),
        (401, {"webhook_id": "msg_other"}),
        (401, {"webhook_timestamp": str(NOW - 300)}),  # Within the tolerance, but not what was signed.
        (401, {"webhook_timestamp": str(NOW - 301)}),
        (401, {"webhook_timestamp": str(NOW + 301)}),
        (401, {"webhook_signature": RIGHT.rstrip("=")}),
        (401, {"webhook_signature": RIGHT.replace("v1,", "v1=")}),
        (401, {"webhook_signature": RIGHT.replace("v1,", "v2,")}),
        (401, {"X_Signature": "sha256=" + "0" * 64}),
        (401, {"X_Signature": HEADERS["X-Signature"].replace("sha256=", "sha1=")}),
    ],
)
def test_what_does_not_verify_is_refused(receiver, status, changes):
    assert post(receiver, **changes) == status
    assert receiver.events == []


def test_another_body_of_the_same_length_is_refused(receiver):
    assert post(receiver, EVENT.replace(b"R-1", b"R-2")) == 401


@pytest.mark.parametrize(
    "body",
    [
        b"{",
        b"[]",
        b'{"type":"reservation created","timestamp":"2021-02-25T15:02:10+00:00","data":{}}',
        b'{"type":"reservation.created","timestamp":1614265330,"data":{}}',
        b'{"type":"reservation.created","timestamp":"2021-02-25T15:02:10+00:00"}',
    ],
)
def test_a_body_that_is_no_event(body):
    assert webhook_receiver.malformed(body) == (400, "not an event")


def test_an_event_that_is_too_long_is_refused(receiver):
    assert post(receiver, b" " * (20 * 1024) + EVENT) == 400


@pytest.mark.parametrize(
    "fault, status",
    [
        (webhook_receiver.ERROR, 500),
        (webhook_receiver.GONE, 410),
        (webhook_receiver.REDIRECT, 302),
        (webhook_receiver.too_many(2), 429),
    ],
)
def test_a_scripted_fault_is_met_once(receiver, fault, status):
    receiver.fail_next(fault)
    assert post(receiver) == status
    assert receiver.events == []
    assert post(receiver) == 204


def test_retry_after_is_told(receiver):
    receiver.fail_next(webhook_receiver.too_many(2))
    connection = http.client.HTTPConnection(receiver.url.removeprefix("http://"))
    connection.request("POST", "/hook", EVENT, HEADERS)
    assert connection.getresponse().headers["Retry-After"] == "2"
    connection.close()


def test_a_stall(receiver):
    receiver.fail_next(stand_in.STALL)
    with pytest.raises(TimeoutError):
        graph_api.http_call("POST", receiver.url + "/hook", EVENT, HEADERS, timeout_s=0.2)
