"""Stand-in of WAHA, the WhatsApp HTTP API: takes what the host sends, and sends signed webhooks.

Refuses what WAHA refuses (waha_rules.py) in WAHA's shape; answers as each of its four engines does. Written from its OpenAPI
and documentation (July 2026), without a line of the plugin's.
"""

import hashlib
import hmac
import itertools
import json
import queue
import re
import threading
import time
import urllib.parse

import waha_rules
from graph_api import http_call
from stand_in import Answer, StandIn, answering

VERSION = "2026.7.1"
OWN = "34910552010"
ENGINES = ("GOWS", "NOWEB", "WEBJS", "WPP")
IDEMPOTENT = ("GOWS", "NOWEB")  # These know a message by the id that the client gave it.

# The errors that tests script: (HTTP status, body).
ERRORS = {
    "busy": (429, {"message": "Too Many Requests", "statusCode": 429}),
    "unauthorized": (401, {"message": "Unauthorized", "statusCode": 401}),
    "forbidden": (403, {"message": "Forbidden resource", "statusCode": 403}),
    "bad_gateway": (502, {}),
    "restarting": (503, {}),
    "crashed": (500, {"statusCode": 500, "timestamp": "2026-08-05T09:00:00Z", "version": {"version": VERSION},
                      "exception": {"message": "Evaluation failed: t", "name": "Error", "stack": "at ..."},
                      "request": {"path": "/api/sendText", "body": {"text": "what the guest was told"}}}),
    "no_lid": (500, {"statusCode": 500, "exception": {"message": "No LID for user", "name": "Error"}}),
}  # fmt: skip

NOT_JSON = answering(502, b"<html><body>Bad Gateway</body></html>", Content_Type="text/html")
A_LOGIN_PAGE = answering(200, b"<html><body>Please log in</body></html>", Content_Type="text/html")

STATUSES = ("STOPPED", "STARTING", "SCAN_QR_CODE", "PASSKEY_REQUIRED", "PASSKEY_CONFIRMATION_REQUIRED", "WORKING", "FAILED")
ACKS = {-1: "ERROR", 0: "PENDING", 1: "SERVER", 2: "DEVICE", 3: "READ", 4: "PLAYED"}


def error(name, **headers):
    """A fault of ERRORS: the request is refused so, and not acted upon."""
    status, body = ERRORS[name]
    return answering(status, json.dumps(body).encode(), Content_Type="application/json", **headers)


class WahaApi(StandIn):
    """One session. `sent` holds each message that was accepted: {"id", "chat", "ack", "endpoint", "body"}.

    `hook`: where webhooks go by themselves, each ack of what is sent; None: only what a test delivers.
    `deaf`: connected but deaf. The status says WORKING and sends are accepted, but nothing leaves and nothing comes in.
    """

    def __init__(self, engine="GOWS", key="waha-key-for-tests", hmac_key="waha-hmac-key", session="default"):
        self.engine = engine
        self.key = key
        self.hmac_key = hmac_key
        self.session = session
        self.status = "WORKING"
        self.rights = {"read", "send", "control"}
        self.me = {"id": f"{OWN}@c.us", "pushName": "Hotel Sol"}
        self.deaf = False
        self.hook = None
        self.files = {}  # path below /api/files/ -> (MIME type, bytes)
        self.refetched = {}  # message id -> the `media` that asking for the message again gives.
        self.lids = {}  # lid -> number, both digits
        self.registered = {}  # number -> the digits under which WhatsApp knows it; None: not on WhatsApp
        self.sent = []
        self.seen = []  # Chats that were marked as seen.
        self.restarts = []  # The status that each restart or start found.
        self.after_restart = "WORKING"
        self.history = []  # The payload of each message of the phone, both ways, in order.
        self._ids = itertools.count(1)
        self._events = itertools.count(1)
        self._outbox = queue.SimpleQueue()
        super().__init__()
        threading.Thread(target=self._send_webhooks, daemon=True).start()

    # What the host asks.

    def may_fail(self, request):
        return request.path.startswith("/api/send")

    def handle(self, request):
        path = request.path
        if path == "/ping":
            return Answer.json({"message": "pong"})
        if path.startswith("/s3/"):
            return self._presigned(request)
        if request.headers.get("x-api-key") != self.key:
            return Answer.json({"message": "Unauthorized", "statusCode": 401}, 401)
        if path.startswith("/api/files/"):
            return self._file(path.removeprefix("/api/files/"))
        right = "read" if request.method == "GET" else "control" if "/sessions" in path else "send"
        if right not in self.rights:
            return Answer.json({"message": "Forbidden resource", "statusCode": 403}, 403)
        for method, pattern, act in self._routes():
            found = re.fullmatch(pattern, path)
            if found and method == request.method:
                return act(request, *found.groups())
        return Answer.json({"message": f"Cannot {request.method} {path}", "error": "Not Found", "statusCode": 404}, 404)

    def _routes(self):
        return (
            ("GET", r"/api/server/version", self._version),
            ("GET", r"/api/sessions/([^/]+)", self._session),
            ("POST", r"/api/sessions", self._create),
            ("POST", r"/api/sessions/([^/]+)/(start|stop|restart)", self._control),
            ("GET", r"/api/contacts/check-exists", self._check_exists),
            ("GET", r"/api/([^/]+)/lids/([^/]+)", self._lid),
            ("GET", r"/api/([^/]+)/chats/overview", self._overview),
            ("GET", r"/api/([^/]+)/chats/([^/]+)/messages", self._messages),
            ("GET", r"/api/([^/]+)/chats/([^/]+)/messages/([^/]+)", self._message),
            ("POST", r"/api/(\w+)", self._act),
        )

    def texts_to(self, guest):
        """The texts that `guest` (digits, or a JID) was sent, in order; of a poll its question."""
        chats = {guest, f"{guest}@c.us", *(f"{lid}@lid" for lid, number in self.lids.items() if number == guest)}
        own = [message["body"] for message in self.sent if message["chat"] in chats]
        return [body.get("text") or body["poll"]["name"] for body in own if {"text", "poll"} & set(body)]

    def _version(self, _):
        return Answer.json({"version": VERSION, "engine": self.engine, "tier": "CORE", "browser": None})

    def _no_session(self, name):
        return Answer.json({"message": f'Session "{name}" not found', "error": "Not Found", "statusCode": 404}, 404)

    def _session(self, _, name):
        return Answer.json(self.session_object()) if name == self.session else self._no_session(name)

    def session_object(self):
        me = self.me if self.status == "WORKING" else None
        return {"name": self.session, "status": self.status, "config": {"webhooks": []}, "me": me, "presence": "offline",
                "timestamps": {"activity": int(time.time() * 1000)}, "assignedWorker": ""}  # fmt: skip

    def _create(self, request):
        """Makes the session with its webhook, and links it at once."""
        try:
            webhook = waha_rules.webhook_of(request.json(), self.session)
        except waha_rules.Refused as refused:
            return Answer.json({"message": refused.details, "statusCode": refused.status}, refused.status)
        self.hook = webhook["url"]
        self.hmac_key = webhook["hmac"]["key"]
        return Answer.json(self.session_object(), 201)

    def _control(self, _, name, action):
        if name != self.session:
            return self._no_session(name)
        if action == "stop":
            self.status = "STOPPED"
        elif action == "restart" or self.status == "STOPPED":
            self.restarts.append(self.status)
            self.status = self.after_restart
            self.deaf = False
        return Answer.json(self.session_object(), 201)

    def _check_exists(self, request):
        phone = request.query.get("phone", "")
        if request.query.get("session") != self.session or not re.fullmatch(r"\d{7,15}", phone):
            return Answer.json({"message": "phone, session", "statusCode": 422}, 422)
        known = self.registered.get(phone, phone)
        return Answer.json({"numberExists": known is not None, "chatId": f"{known}@c.us" if known else None})

    def _lid(self, _, session, lid):
        found = re.fullmatch(r"(\d+)%40lid", lid)
        if session != self.session or not found:
            return self._no_session(session)
        number = self.lids.get(found[1])
        return Answer.json({"lid": f"{found[1]}@lid", "pn": f"{number}@c.us" if number else None})

    def _overview(self, request, session):
        if session != self.session:
            return self._no_session(session)
        chats = {}
        for payload in self.history:
            chats[chat_of(payload)] = payload
        latest = sorted(chats.items(), key=lambda item: -item[1]["timestamp"])
        rows = [{"id": chat, "name": None, "picture": None, "lastMessage": last, "_chat": {}} for chat, last in latest]
        return Answer.json(page(rows, request.query))

    def _messages(self, request, session, chat):
        if session != self.session or "@" in chat:
            return self._no_session(session)
        after = float(request.query.get("filter.timestamp.gte", 0))
        own = request.query.get("filter.fromMe")
        rows = [payload for payload in self.history
                if chat_of(payload) == urllib.parse.unquote(chat) and payload["timestamp"] >= after
                and own in (None, str(payload["fromMe"]).lower())]  # fmt: skip
        return Answer.json(page(rows[::-1], request.query))

    def _message(self, request, session, chat, message_id):
        if session != self.session or "@" in chat + message_id:  # Both parts are escaped.
            return self._no_session(session)
        chat, message_id = urllib.parse.unquote(chat), urllib.parse.unquote(message_id)
        for payload in self.history:
            if chat_of(payload) == chat and payload["id"] == message_id:
                media = self.refetched.get(message_id) if request.query.get("downloadMedia") == "true" else None
                return Answer.json(payload | ({"media": media} if media else {}))
        return Answer.json({"message": "Message not found", "statusCode": 404}, 404)

    def _file(self, name):
        if name not in self.files:
            return Answer.json({"error": {"code": 404, "key": "FILE_NOT_FOUND", "message": "File not found"}}, 404)
        mime_type, content = self.files[name]
        return Answer(200, content, {"Content-Type": mime_type})

    def _presigned(self, request):
        """A bucket beside WAHA: the URL is the right, and a key that is sent along leaks."""
        name = request.path.removeprefix("/s3/")
        if "x-api-key" in request.headers or request.query.get("X-Amz-Signature") != "abc" or name not in self.files:
            return Answer(403)
        mime_type, content = self.files[name]
        return Answer(200, content, {"Content-Type": mime_type})

    def _act(self, request, endpoint):
        if endpoint not in waha_rules.KEYS:
            return Answer.json({"message": f"Cannot POST {request.path}", "statusCode": 404}, 404)
        if request.headers.get("content-type", "").split(";")[0] != "application/json":
            return Answer.json({"message": "the body is not JSON", "statusCode": 415}, 415)
        try:
            body = request.json()
            waha_rules.check(endpoint, body)
        except waha_rules.Refused as refused:
            return Answer.json({"message": refused.details, "statusCode": refused.status}, refused.status)
        except ValueError:
            return Answer.json({"message": "Unexpected token in JSON", "statusCode": 400}, 400)
        if body["session"] != self.session:
            return Answer.json({"error": f'Session "{body["session"]}" does not exist'}, 422)
        if self.status != "WORKING":
            return Answer.json({"error": "Session status is not as expected. Try again later or restart the session",
                                "session": self.session, "status": self.status, "expected": ["WORKING"]}, 422)  # fmt: skip
        if endpoint in {"sendSeen", "startTyping", "stopTyping"}:
            self.seen += [body["chatId"]] if endpoint == "sendSeen" else []
            return Answer.json({"result": True}, 201)
        return Answer.json(self.answer_of(self._take(endpoint, body)), 201)

    def _take(self, endpoint, body):
        """Accepts a message; with an id that is known already, it is that message."""
        given = body.get("id") if self.engine in IDEMPOTENT else None
        for message in self.sent:
            if message["id"] == given:
                return message
        message = {"id": given or f"3EB0{next(self._ids):016X}", "chat": body["chatId"], "ack": 0, "endpoint": endpoint,
                   "body": body}  # fmt: skip
        self.sent.append(message)
        text = body.get("text") or body.get("caption")
        self.history.append(self._payload(True, body["chatId"], message["id"], text) | {"source": "api", "ack": 0})
        if not self.deaf and self.registered.get(body["chatId"].split("@")[0], "") is not None:
            self._acknowledge(message, 1)
            if self.hook:
                self._outbox.put(("message.ack", self.ack(message, 1)))
        return message

    def answer_of(self, message):
        """What this engine answers to a send."""
        chat, own = message["chat"], message["id"]
        full = f"true_{chat}_{own}"
        if self.engine == "NOWEB":
            internal = chat.replace("@c.us", "@s.whatsapp.net")
            return {"key": {"remoteJid": internal, "fromMe": True, "id": own}, "message": {}, "status": "PENDING",
                    "messageTimestamp": str(int(time.time()))}  # fmt: skip
        if self.engine == "GOWS":
            return {"id": full, "timestamp": int(time.time()), "to": chat, "fromMe": True, "_data": {"Info": {"ID": own}}}
        return {"id": {"fromMe": True, "remote": chat, "id": own, "_serialized": full}, "ack": 0}

    def _acknowledge(self, message, ack):
        message["ack"] = ack
        for payload in self.history:
            if payload["id"] == f"true_{message['chat']}_{message['id']}":
                payload |= {"ack": ack, "ackName": ACKS[ack]}

    # What WAHA sends.

    def new_id(self):
        """A bare message id that was never given before, as a guest's phone makes them."""
        return f"3EB0C431C26A{next(self._ids):08X}"

    def text(self, guest, body, lid=None, message_id=None, at=None):
        """A guest's message, for `deliver`. `guest`: digits of the number, or None when only `lid` is known."""
        chat = f"{lid}@lid" if lid else f"{guest}@c.us"
        payload = self._payload(False, chat, message_id or self.new_id(), body, at)
        payload["_data"] = self._raw(payload, guest, lid)
        return payload

    def _payload(self, from_me, chat, bare, body, at=None):
        payload = {"id": f"{'true' if from_me else 'false'}_{chat}_{bare}", "timestamp": int(at or time.time()), "from": chat,
                   "fromMe": from_me, "source": "app", "body": body, "hasMedia": False, "media": None, "ack": 1,
                   "ackName": "SERVER", "location": None, "vCards": None, "replyTo": None}  # fmt: skip
        if self.engine != "NOWEB":
            payload |= {"to": None if self.engine == "GOWS" else self.me["id"], "participant": None}
        return payload

    def _raw(self, payload, guest, lid):
        """The engine's own message, where it names the guest and, with a hidden number, perhaps his number."""
        bare = payload["id"].split("_")[2]
        jid = f"{guest}@s.whatsapp.net" if guest else None
        if self.engine == "GOWS":
            raw = {"Chat": payload["from"], "Sender": f"{lid}@lid" if lid else jid, "IsFromMe": False, "ID": bare, "PushName": "Lucía"}
            return {"Info": raw | ({"SenderAlt": jid} if lid and jid else {})}
        if self.engine == "NOWEB":
            key = {"remoteJid": f"{lid}@lid" if lid else jid, "fromMe": False, "id": bare}
            return {"key": key | ({"remoteJidAlt": jid} if lid and jid else {}), "pushName": "Lucía"}
        return {"notifyName": "Lucía"}

    def vote(self, guest, sent, option):
        """`guest` chooses in a poll of `sent`; None: he takes his vote back."""
        return {
            "vote": {"id": f"false_{guest}@c.us_{self.new_id()}", "from": f"{guest}@c.us", "to": self.me["id"], "fromMe": False,
                     "participant": None, "selectedOptions": [option] if option else [], "timestamp": int(time.time() * 1000)},
            "poll": {"id": f"true_{sent['chat']}_{sent['id']}", "from": self.me["id"], "to": sent["chat"], "fromMe": True,
                     "participant": None},
        }  # fmt: skip

    def ack(self, sent, ack):
        """What became of a message in `sent`, for `deliver`."""
        return {"id": f"true_{sent['chat']}_{sent['id']}", "from": sent["chat"], "to": None if self.engine == "GOWS" else self.me["id"],
                "participant": None, "fromMe": True, "ack": ack, "ackName": ACKS[ack]}  # fmt: skip

    def session_status(self, status):
        return {"name": self.session, "status": status, "statuses": [{"status": status, "timestamp": int(time.time() * 1000)}],
                "data": None}  # fmt: skip

    def envelope(self, event, payload, at_ms=None, **changes):
        """The body of one webhook, as bytes."""
        value = {"id": f"evt_{next(self._events):026d}", "timestamp": at_ms or int(time.time() * 1000), "event": event,
                 "session": self.session, "me": self.me, "payload": payload, "engine": self.engine,
                 "environment": {"version": VERSION, "engine": self.engine, "tier": "CORE", "browser": None}}  # fmt: skip
        return json.dumps(value | changes, ensure_ascii=False, separators=(",", ":")).encode()

    def signature(self, body, key=None):
        return hmac.new((key or self.hmac_key).encode(), body, hashlib.sha512).hexdigest()

    def deliver(self, url, event, payload):
        """Posts one signed event to `url` -> (status, body) of the host's answer; None when deaf. OSError: no answer."""
        if event in {"message", "message.any"} and payload["id"] not in {known["id"] for known in self.history}:
            self.history.append(payload)
        if self.deaf:
            return None
        return self.post(url, self.envelope(event, payload))

    def lose(self, payload):
        """A guest's message whose webhook never arrives; the phone has it."""
        self.history.append(payload)

    def post(self, url, body, signature=None):
        """Posts `body` as WAHA would; `signature` replaces the right one."""
        headers = {
            "Content-Type": "application/json",
            "User-Agent": f"WAHA/{VERSION}",
            "X-Webhook-Request-Id": "01K3V9M2Q8X7C5B4N3A2S1D0FZ",
            "X-Webhook-Timestamp": str(int(time.time() * 1000)),
            "X-Webhook-Hmac": self.signature(body) if signature is None else signature,
            "X-Webhook-Hmac-Algorithm": "sha512",
        }
        return http_call("POST", url, body, headers)

    def carry(self, url, body, attempts=15, delay_s=0.05):
        """Posts as often as WAHA would, after anything that is no 2xx -> the status of each try, None for no answer."""
        tries = []
        for _ in range(attempts):
            try:
                tries.append(self.post(url, body)[0])
            except OSError:
                tries.append(None)
            if tries[-1] is not None and 200 <= tries[-1] < 300:
                break
            self._closing.wait(delay_s)
        return tries

    def _send_webhooks(self):
        """Fire and forget, beside the requests."""
        while not self._closing.is_set():
            try:
                event, payload = self._outbox.get(timeout=0.1)
            except queue.Empty:
                continue
            self.carry(self.hook, self.envelope(event, payload))


def chat_of(payload):
    return payload["id"].split("_")[1]


def page(rows, query):
    offset = int(query.get("offset", 0))
    return rows[offset : offset + int(query.get("limit", 10))]
