"""Stand-in of Meta's Graph API for the WhatsApp Cloud API: takes what the host sends, and sends signed webhooks.

Refuses what the vendor refuses (graph_rules.py) in the vendor's shape. Written from the vendor's documents
(https://developers.facebook.com/docs/whatsapp/cloud-api), without a line of the plugin's.
As a program it serves until its input ends: graph_api.py [TOKEN]; the first line that it prints is its URL.
"""

import base64
import hashlib
import hmac
import http.client
import itertools
import json
import re
import sys
import time
import urllib.parse

import graph_rules
from stand_in import Answer, StandIn, answering

# The errors that tests script, in the vendor's shape: (HTTP status, code, message).
ERRORS = {
    "throughput": (429, 130429, "Rate limit hit"),
    "pair_rate": (429, 131056, "(Business Account, Consumer Account) pair rate limit hit"),
    "unavailable": (503, 2, "Service temporarily unavailable"),
    "unknown": (500, 131000, "Something went wrong"),
    "window": (400, 131047, "Re-engagement message"),
    "undeliverable": (400, 131026, "Message undeliverable"),
    "token": (401, 190, "Error validating access token: the session has been invalidated"),
}

HEALTH = {
    "id": "415882930112233",
    "display_phone_number": "+34 910 55 20 10",
    "verified_name": "Hotel Sol",
    "quality_rating": "GREEN",
    "code_verification_status": "VERIFIED",
    "throughput": {"level": "STANDARD"},
    "platform_type": "CLOUD_API",
    "name_status": "APPROVED",
    "health_status": {"can_send_message": "AVAILABLE", "entities": []},
}


def error(name):
    """A fault of ERRORS: the request is refused so, and not acted upon."""
    status, code, message = ERRORS[name]
    return answering(status, json.dumps(error_body(code, message)).encode(), Content_Type="application/json")


NOT_JSON = answering(500, b"<html><body>Sorry, something went wrong.</body></html>", Content_Type="text/html")


def error_body(code, message, details=""):
    return {
        "error": {
            "message": f"(#{code}) {message}",
            "type": "OAuthException",
            "code": code,
            "error_data": {"messaging_product": "whatsapp", "details": details or message},
            "fbtrace_id": "Az8or2yhqkZfEZ",
        }
    }


class GraphApi(StandIn):
    """One business phone number. `sent` holds each message that was accepted, as the guest would see it."""

    def __init__(self, token="EAAG-token-for-tests", app_secret="app-secret-for-tests", verify_token="verify-for-tests"):
        self.token = token
        self.app_secret = app_secret
        self.verify_token = verify_token
        self.phone_number_id = HEALTH["id"]
        self.number = "34910552010"
        self.health = dict(HEALTH)
        self.templates = set()  # (name, language) of each approved template
        self.media = {}  # id -> (mime type, bytes)
        self.sent = []
        self.read = []  # Ids of messages that were marked as read.
        self._ids = itertools.count(1)
        super().__init__()

    # What the host asks.

    def may_fail(self, request):
        return request.path.endswith("/messages")

    def handle(self, request):
        if request.headers.get("authorization") != f"Bearer {self.token}":
            return Answer.json(error_body(190, "Invalid OAuth access token."), 401)
        if request.path.startswith("/media-files/"):
            return self._download(request)
        path = re.fullmatch(r"/v\d+\.\d+/(\d+)(/messages|/media)?", request.path)
        if not path:
            return Answer.json(error_body(2500, "Unknown path components"), 400)
        target, edge = path.groups()
        if target in self.media:
            return self._media(request, target)
        if target != self.phone_number_id:
            return Answer.json(error_body(100, f"Object with ID '{target}' does not exist"), 400)
        if (request.method, edge) == ("POST", "/messages"):
            return self._messages(request)
        if (request.method, edge) == ("POST", "/media"):
            return self._upload(request)
        if (request.method, edge) == ("GET", None):
            return self._health(request)
        return Answer.json(error_body(100, "Unsupported request"), 400)

    def texts_to(self, guest):
        """The texts that `guest` (digits) was sent, in order; of a message with buttons its body."""
        own = [message for message in self.sent if message.get("to", "").lstrip("+") == guest]
        return [message["text"]["body"] if "text" in message else message["interactive"]["body"]["text"]
                for message in own if {"text", "interactive"} & set(message)]  # fmt: skip

    def _messages(self, request):
        if request.headers.get("content-type", "").split(";")[0] != "application/json":
            return Answer.json(error_body(100, "Invalid parameter", "Content-Type is not application/json"), 400)
        try:
            body = request.json()
        except ValueError:
            return Answer.json(error_body(100, "Invalid parameter", "the body is not JSON"), 400)
        if isinstance(body, dict) and "status" in body:
            return self._mark_as_read(body)
        try:
            graph_rules.check(body, self.number, self.templates)
        except graph_rules.Refused as refused:
            return Answer.json(error_body(refused.code, "Invalid parameter", refused.details), 400)
        message_id = self.new_id()
        self.sent.append(body | {"id": message_id})
        to = body.get("to") or body["recipient"]
        return Answer.json(
            {
                "messaging_product": "whatsapp",
                "contacts": [{"input": to, "wa_id": to.lstrip("+")}],
                "messages": [{"id": message_id}],
            }
        )

    def _mark_as_read(self, body):
        known = {"messaging_product", "status", "message_id", "typing_indicator"}
        right = body.get("messaging_product") == "whatsapp" and body["status"] == "read" and not set(body) - known
        if not right or not str(body.get("message_id", "")).startswith("wamid."):
            return Answer.json(error_body(100, "Invalid parameter", "status, message_id"), 400)
        self.read.append(body["message_id"])
        return Answer.json({"success": True})

    def _health(self, request):
        fields = request.query.get("fields", "id").split(",")
        if unknown := [field for field in fields if field not in self.health]:
            return Answer.json(error_body(100, f"Tried accessing nonexisting field ({unknown[0]})"), 400)
        return Answer.json({field: self.health[field] for field in ["id", *fields]})

    def _upload(self, request):
        form = request.headers.get("content-type", "")
        kind = re.search(rb'name="type"\r\n\r\n(.+?)\r\n', request.body)
        file = re.search(rb'name="file"; filename="[^"]*"\r\nContent-Type: \S+\r\n\r\n(.*?)\r\n--', request.body, re.S)
        if not form.startswith("multipart/form-data") or b'name="messaging_product"' not in request.body:
            return Answer.json(error_body(100, "Invalid parameter", "messaging_product"), 400)
        if not kind or not file:
            return Answer.json(error_body(100, "Invalid parameter", "type, file"), 400)
        media_id = str(772201998877000 + next(self._ids))
        self.media[media_id] = (kind[1].decode(), file[1])
        return Answer.json({"id": media_id})

    def _media(self, request, media_id):
        if request.method == "DELETE":
            del self.media[media_id]
            return Answer.json({"success": True})
        mime_type, content = self.media[media_id]
        return Answer.json(
            {
                "messaging_product": "whatsapp",
                "id": media_id,
                "url": f"{self.url}/media-files/{media_id}",
                "mime_type": mime_type,
                "sha256": hashlib.sha256(content).hexdigest(),
                "file_size": str(len(content)),
            }
        )

    def _download(self, request):
        media_id = request.path.rpartition("/")[2]
        if not request.headers.get("user-agent") or media_id not in self.media:
            return Answer(404)
        mime_type, content = self.media[media_id]
        return Answer(200, content, {"Content-Type": mime_type})

    # What the vendor sends.

    def new_id(self):
        """A message id that was never given before."""
        return "wamid." + base64.b64encode(b"\x1d\x0b%020d" % next(self._ids)).decode()

    def text(self, guest, body, message_id=None):
        """A guest's message, for `deliver`. `guest`: digits of the number."""
        return {
            "from": guest,
            "id": message_id or self.new_id(),
            "timestamp": str(int(time.time())),
            "type": "text",
            "text": {"body": body},
        }

    def button(self, guest, sent, index=0):
        """`guest` presses a button of a message in `sent`."""
        reply = sent["interactive"]["action"]["buttons"][index]["reply"]
        return {
            "from": guest,
            "id": self.new_id(),
            "timestamp": str(int(time.time())),
            "type": "interactive",
            "context": {"from": self.number, "id": sent["id"]},
            "interactive": {"type": "button_reply", "button_reply": reply},
        }

    def status(self, sent, name):
        """What became of a message in `sent`: sent, delivered, read or failed; for `deliver`."""
        status = {
            "id": sent["id"],
            "status": name,
            "timestamp": str(int(time.time())),
            "recipient_id": sent.get("to", "").lstrip("+"),
        }
        if "biz_opaque_callback_data" in sent:
            status["biz_opaque_callback_data"] = sent["biz_opaque_callback_data"]
        if name == "failed":
            status["errors"] = [{"code": 131026, "title": "Message undeliverable", "message": "Message undeliverable"}]
        return status

    def envelope(self, messages=(), statuses=()):
        """The body of one delivery, as bytes: non-ASCII characters and slashes escaped, as the vendor does."""
        value = {
            "messaging_product": "whatsapp",
            "metadata": {"display_phone_number": self.number, "phone_number_id": self.phone_number_id},
        }
        if messages:
            guests = sorted({message["from"] for message in messages})
            value["contacts"] = [{"profile": {"name": "Lucía"}, "wa_id": guest} for guest in guests]
            value["messages"] = list(messages)
        if statuses:
            value["statuses"] = list(statuses)
        changes = [{"field": "messages", "value": value}]
        body = {"object": "whatsapp_business_account", "entry": [{"id": "302514889610044", "changes": changes}]}
        return json.dumps(body, separators=(",", ":")).replace("/", "\\/").encode()

    def signature(self, body, secret=None):
        return "sha256=" + hmac.new((secret or self.app_secret).encode(), body, hashlib.sha256).hexdigest()

    def deliver(self, url, messages=(), statuses=()):
        """Posts one signed delivery to `url` -> (status, body) of the host's answer. OSError: no answer."""
        return self.post(url, self.envelope(messages, statuses))

    def post(self, url, body, signature=None):
        """Posts `body` as the vendor would; `signature` replaces the right one."""
        headers = {
            "Content-Type": "application/json",
            "User-Agent": "facebookexternalua",
            "X-Hub-Signature": "sha1=" + hmac.new(self.app_secret.encode(), body, hashlib.sha1).hexdigest(),
            "X-Hub-Signature-256": self.signature(body) if signature is None else signature,
        }
        return http_call("POST", url, body, headers)

    def handshake(self, url, verify_token=None, challenge="1158201444"):
        """The dashboard's check of a webhook's address -> (status, body)."""
        query = {"hub.mode": "subscribe", "hub.challenge": challenge,
                 "hub.verify_token": verify_token or self.verify_token}  # fmt: skip
        return http_call("GET", f"{url}?{urllib.parse.urlencode(query)}")


def http_call(method, url, body=None, headers=None, timeout_s=20.0):
    """One request on a connection of its own -> (status, body). OSError or HTTPException: no answer."""
    return http_exchange(method, url, body, headers, timeout_s)[:2]


def http_exchange(method, url, body=None, headers=None, timeout_s=20.0):
    """The same -> (status, body, headers with names in lower case)."""
    target = urllib.parse.urlsplit(url)
    connection = http.client.HTTPConnection(target.hostname, target.port, timeout=timeout_s)
    try:
        connection.request(method, target.path + (f"?{target.query}" if target.query else ""), body, headers or {})
        answer = connection.getresponse()
        return answer.status, answer.read(), {name.lower(): value for name, value in answer.getheaders()}
    finally:
        connection.close()


if __name__ == "__main__":
    with GraphApi(*sys.argv[1:2]) as graph:
        print(graph.url, flush=True)
        sys.stdin.read()
