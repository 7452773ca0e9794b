"""Stand-in of a customer's webhook receiver: verifies Standard Webhooks 1.0 and the older `X-Signature`.

A delivery that does not verify is refused as a careful receiver would: 400 for what is missing or malformed, 401
for a signature or a time that is wrong. Source: https://www.standardwebhooks.com.
As a program it serves until its input ends: webhook_receiver.py [SECRET]; the first line that it prints is its URL.
"""

import base64
import binascii
import datetime
import hashlib
import hmac
import json
import re
import sys
import time

from stand_in import Answer, StandIn, answering

TOLERANCE_S = 300
LONGEST = 20 * 1024  # Bytes of a body.

GONE = answering(410)
ERROR = answering(500)
REDIRECT = answering(302, b"", Location="http://127.0.0.1:9/elsewhere")


def too_many(retry_after):
    """429; `retry_after` as in the header: seconds, or an HTTP date."""
    return answering(429, b"", Retry_After=str(retry_after))


class WebhookReceiver(StandIn):
    """`events` holds each event once, by its webhook-id; `attempts` counts the deliveries of each id."""

    def __init__(self, secret="whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw", clock=time.time):
        self.secret = secret
        self.events = []
        self.attempts = {}
        self._clock = clock
        super().__init__()

    def handle(self, request):
        refused = refusal(request, self.secret, self._clock())
        if refused:
            return Answer(refused[0], refused[1].encode(), {"Content-Type": "text/plain"})
        event_id = request.headers["webhook-id"]
        self.attempts[event_id] = self.attempts.get(event_id, 0) + 1
        if self.attempts[event_id] == 1:
            self.events.append(request.json())
        return Answer(204)

    def of_type(self, name):
        """The events of this type, in order of arrival."""
        return [event for event in self.events if event["type"] == name]


def refusal(request, secret, now):
    """None, or (status, reason)."""
    if request.method != "POST":
        return 400, "not a POST"
    if request.headers.get("content-type", "").split(";")[0] != "application/json":
        return 400, "not JSON"
    if len(request.body) > LONGEST:
        return 400, "more than 20 KiB"
    for name in ("webhook-id", "webhook-timestamp", "webhook-signature", "x-signature"):
        if not request.headers.get(name):
            return 400, f"no {name}"
    if "." in request.headers["webhook-id"]:
        return 400, "a full stop in webhook-id"
    timestamp = request.headers["webhook-timestamp"]
    if not re.fullmatch(r"[1-9]\d{0,10}", timestamp):
        return 400, "webhook-timestamp is not in seconds"
    if abs(now - int(timestamp)) > TOLERANCE_S:
        return 401, "webhook-timestamp is too far off"
    if not signed(request, secret):
        return 401, "webhook-signature does not match"
    if not hmac.compare_digest(request.headers["x-signature"], x_signature(secret, request.body)):
        return 401, "x-signature does not match"
    return malformed(request.body)


def signed(request, secret):
    """True when a v1 token of the header matches; tokens of other versions are skipped."""
    head = f"{request.headers['webhook-id']}.{request.headers['webhook-timestamp']}."
    wanted = hmac.new(key_of(secret), head.encode() + request.body, hashlib.sha256).digest()
    for token in request.headers["webhook-signature"].split(" "):
        version, _, text = token.partition(",")
        try:
            given = base64.b64decode(text, validate=True)
        except binascii.Error:
            continue
        if version == "v1" and hmac.compare_digest(given, wanted):
            return True
    return False


def key_of(secret):
    """The bytes behind `whsec_`; of any other secret its text."""
    if secret.startswith("whsec_"):
        return base64.b64decode(secret.removeprefix("whsec_"), validate=True)
    return secret.encode()


def x_signature(secret, body):
    """For receivers older than the standard; the same key, the body alone."""
    return "sha256=" + hmac.new(key_of(secret), body, hashlib.sha256).hexdigest()


def malformed(body):
    """None, or (400, reason) when the body is no event: {"type", "timestamp", "data"}."""
    try:
        event = json.loads(body)
        datetime.datetime.fromisoformat(event["timestamp"])
        right = re.fullmatch(r"\w+(\.\w+)*", event["type"]) and isinstance(event["data"], dict)
    except (ValueError, KeyError, TypeError):
        right = False
    return None if right else (400, "not an event")


if __name__ == "__main__":
    with WebhookReceiver(*sys.argv[1:2]) as receiver:
        print(receiver.url, flush=True)
        sys.stdin.read()
