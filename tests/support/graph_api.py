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
import random
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
    "spam": (400, 131048, "Spam rate limit hit"),
    "media": (400, 131053, "Media upload error"),
}

DAY_S = 24 * 3600

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
        self.business_account_id = "302514889610044"
        self.health = dict(HEALTH)
        # The hotel's approved templates.
        self.templates = {("reply_waiting", language): graph_rules.Template(1) for language in ("es", "en")}
        self.media = {}  # id -> (mime type, bytes)
        self.is_subscribed = True  # False: takes what is sent, and says nothing. Nobody is told so.
        self.token_ends = 0  # Unix seconds; 0: never.
        self.keeps_windows = True  # False: whoever it is, he wrote a moment ago.
        self.sent = []
        self.read = []  # Ids of messages that were marked as read.
        self._wrote = {}  # Guest -> when he last wrote, Unix seconds.
        self._links = {}  # Path of a link to a file -> media id.
        self._ids = itertools.count(1)
        super().__init__()

    # What the host asks.

    def may_fail(self, request):
        """Sends, uploads, and the two steps of a download."""
        is_file = request.path.startswith("/media-files/") or request.path.rpartition("/")[2] in self.media
        is_receipt = b'"status":"read"' in request.body
        return is_file or (request.path.endswith(("/messages", "/media")) and not is_receipt)

    def handle(self, request):
        if request.headers.get("authorization") != f"Bearer {self.token}":
            return Answer.json(error_body(190, "Invalid OAuth access token."), 401)
        if request.path.startswith("/media-files/"):
            return self._download(request)
        if re.fullmatch(r"/v\d+\.\d+/debug_token", request.path):
            return self._token()
        path = re.fullmatch(r"/v\d+\.\d+/(\d+)(/messages|/media|/subscribed_apps)?", request.path)
        if not path:
            return Answer.json(error_body(2500, "Unknown path components"), 400)
        target, edge = path.groups()
        if target in self.media:
            return self._media(request, target)
        if (target, edge) == (self.business_account_id, "/subscribed_apps"):
            return self._subscriptions(request)
        if target != self.phone_number_id:
            return Answer.json(error_body(100, f"Object with ID '{target}' does not exist"), 400)
        if (request.method, edge) == ("POST", "/messages"):
            return self._messages(request)
        if (request.method, edge) == ("POST", "/media"):
            return self._upload(request)
        if (request.method, edge) == ("GET", None):
            return self._health(request)
        return Answer.json(error_body(100, "Unsupported request"), 400)

    @property
    def posts(self):
        """The requests to send something, or to mark it as read, in order; not the questions about health."""
        return [request for request in self.requests if request.method == "POST" and request.path.endswith("/messages")]

    def messages_to(self, guest):
        """What `guest` (digits, or a user id) was sent, in order."""
        return [message for message in self.sent if guest in (message.get("to", "").lstrip("+"), message.get("recipient"))]

    def texts_to(self, guest):
        """The texts that he was sent; of a message with buttons its body, of a template its parameters."""
        return [found for message in self.messages_to(guest) if (found := text_of(message))]

    def writes_now(self, guest, at=None):
        """`guest` has written, which opens his window for 24 hours."""
        self._wrote[guest] = time.time() if at is None else at

    def forget_links(self):
        """Five minutes have passed: links to files that were given out are no longer good."""
        self._links.clear()

    def keep_file(self, mime_type, data):
        """A file that a guest sent -> its media id."""
        media_id = str(772201998877000 + next(self._ids))
        self.media[media_id] = (mime_type, data)
        return media_id

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
            graph_rules.check(body, self._account())
        except graph_rules.Refused as refused:
            return Answer.json(error_body(refused.code, "Invalid parameter", refused.details), 400)
        message_id = self.new_id()
        self.sent.append(body | {"id": message_id})
        to = body.get("to") or body["recipient"]
        contact = {"input": to, "wa_id": to.lstrip("+")} if "to" in body else {"input": to, "user_id": to}
        status = {"message_status": "accepted"} if body["type"] == "template" else {}
        return Answer.json(
            {"messaging_product": "whatsapp", "contacts": [contact], "messages": [{"id": message_id} | status]}
        )

    def _account(self):
        now = time.time()
        windows = {guest for guest, at in self._wrote.items() if now - at < DAY_S} if self.keeps_windows else None
        return graph_rules.Account(self.number, self.templates, self.media, windows)

    def _subscriptions(self, request):
        if request.method in ("POST", "DELETE"):
            self.is_subscribed = request.method == "POST"
            return Answer.json({"success": True})
        app = {"whatsapp_business_api_data": {"id": "670843887433847", "name": "Conserje", "link": "https://example.org/"}}
        return Answer.json({"data": [app] if self.is_subscribed else []})

    def _token(self):
        return Answer.json({"data": {"app_id": "670843887433847", "type": "SYSTEM_USER", "is_valid": True,
                                     "expires_at": self.token_ends}})  # fmt: skip

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
        try:
            parts = form_parts(request)
            if parts["messaging_product"][1] != b"whatsapp":
                raise KeyError("messaging_product")
            mime_type, (file_type, data) = parts["type"][1].decode(), parts["file"]
        except KeyError as missing:
            return Answer.json(error_body(100, "Invalid parameter", str(missing)), 400)
        try:
            graph_rules.demand(file_type == mime_type, graph_rules.UNKNOWN, "the file's Content-Type is not its type")
            graph_rules.check_upload(mime_type, data)
        except graph_rules.Refused as refused:
            return Answer.json(error_body(refused.code, "Invalid parameter", refused.details), 400)
        return Answer.json({"id": self.keep_file(mime_type, data)})

    def _media(self, request, media_id):
        if request.query.get("phone_number_id", self.phone_number_id) != self.phone_number_id:
            return Answer.json(error_body(100, "Object does not exist", "another number's media"), 400)
        if request.method == "DELETE":
            del self.media[media_id]
            return Answer.json({"success": True})
        mime_type, content = self.media[media_id]
        link = f"/media-files/{next(self._ids)}"
        self._links[link] = media_id
        return Answer.json(
            {
                "messaging_product": "whatsapp",
                "id": media_id,
                "url": f"{self.url}{link}?mid={media_id}&ext={int(time.time()) + 300}&hash=ATs",
                "mime_type": mime_type,
                "sha256": hashlib.sha256(content).hexdigest(),
                "file_size": str(len(content)),
            }
        )

    def _download(self, request):
        media_id = self._links.get(request.path)
        if not request.headers.get("user-agent") or media_id not in self.media:
            return Answer(404)
        mime_type, content = self.media[media_id]
        return Answer(200, content, {"Content-Type": mime_type})

    # What the vendor sends.

    def new_id(self):
        """A message id that was never given before."""
        return "wamid." + base64.b64encode(b"\x1d\x0b%020d" % next(self._ids)).decode()

    def text(self, guest, body, message_id=None, user_id=None):
        """A guest's message, for `deliver`. `guest`: digits of the number, None when he hides it behind `user_id`."""
        sender = ({"from": guest} if guest else {}) | ({"from_user_id": user_id} if user_id else {})
        return sender | {
            "id": message_id or self.new_id(),
            "timestamp": str(int(time.time())),
            "type": "text",
            "text": {"body": body},
        }

    def file(self, guest, kind, mime_type, data, **more):
        """A guest's message with a file."""
        digest = base64.b64encode(hashlib.sha256(data).digest()).decode()
        content = {"id": self.keep_file(mime_type, data), "mime_type": mime_type, "sha256": digest} | more
        return {"from": guest, "id": self.new_id(), "timestamp": str(int(time.time())), "type": kind, kind: content}

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

    def status(self, sent, name, code=131026, title="Message undeliverable"):
        """What became of a message in `sent`: sent, delivered, read or failed (with `code`); for `deliver`."""
        to = {"recipient_id": sent["to"].lstrip("+")} if "to" in sent else {"recipient_user_id": sent["recipient"]}
        status = {"id": sent["id"], "status": name, "timestamp": str(int(time.time()))} | to
        if "biz_opaque_callback_data" in sent:
            status["biz_opaque_callback_data"] = sent["biz_opaque_callback_data"]
        if name == "failed":
            status["errors"] = [{"code": code, "title": title, "message": title}]
        return status

    def envelope(self, messages=(), statuses=()):
        """The body of one delivery, as bytes: non-ASCII characters and slashes escaped, as the vendor does."""
        value = {
            "messaging_product": "whatsapp",
            "metadata": {"display_phone_number": self.number, "phone_number_id": self.phone_number_id},
        }
        if messages:
            guests = sorted({(message.get("from", ""), message.get("from_user_id", "")) for message in messages})
            value["contacts"] = [{"profile": {"name": "Lucía"}} | ({"wa_id": number} if number else {})
                                 | ({"user_id": user_id} if user_id else {}) for number, user_id in guests]  # fmt: skip
            for guest in itertools.chain(*guests):
                self.writes_now(guest)
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

    def scramble(self, url, messages=(), statuses=(), seed=1):
        """Delivers each message and status by itself, three times, in an order of its own -> the host's answers."""
        bodies = [self.envelope([message]) for message in messages] + [self.envelope(statuses=[it]) for it in statuses]
        bodies = 3 * bodies
        random.Random(seed).shuffle(bodies)
        return [self.post(url, body)[0] for body in bodies]

    def post(self, url, body, signature=None):
        """Posts `body` as the vendor would; `signature` replaces the right one. None: nobody is subscribed."""
        if not self.is_subscribed:
            return None
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


def text_of(message):
    """The words of a sent message as its guest reads them; empty when it has none."""
    content = message[message["type"]]
    if message["type"] == "interactive":
        return content["body"]["text"]
    if message["type"] == "template":
        bodies = [component for component in content.get("components", []) if component["type"] == "body"]
        return " ".join(parameter["text"] for body in bodies for parameter in body["parameters"])
    return content.get("body") or content.get("caption", "")


def form_parts(request):
    """The parts of a multipart/form-data body: name -> (Content-Type, bytes). KeyError: it is none."""
    kind, _, boundary = request.headers.get("content-type", "").partition("; boundary=")
    if kind != "multipart/form-data" or not boundary:
        raise KeyError("Content-Type")
    parts = {}
    delimiter = b"\r\n--" + boundary.strip('"').encode()
    pieces = (b"\r\n" + request.body).split(delimiter)
    if pieces[-1].strip() != b"--":
        raise KeyError("the end of the form")
    for piece in pieces[1:-1]:
        head, _, content = piece.partition(b"\r\n\r\n")
        name = re.search(rb'; name="([^"]+)"', head)
        mime_type = re.search(rb"(?i)\r\nContent-Type: ([^\r]+)", head)
        if not name or (b"filename=" in head) != (name[1] == b"file"):
            raise KeyError("Content-Disposition")
        parts[name[1].decode()] = (mime_type[1].decode() if mime_type else "", content)
    return parts


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
