"""Stand-in of the Gmail API with Google's token endpoint, its signing keys and a Pub/Sub pusher.

One mailbox. Written from the vendor's documents (https://developers.google.com/workspace/gmail/api,
https://cloud.google.com/pubsub/docs/push), without a line of the plugin's; refuses what the vendor refuses.
"""

import base64
import email
import email.policy
import email.utils
import itertools
import json
import re
import time
import urllib.parse

import jwt
from cryptography.hazmat.primitives.asymmetric import rsa
from graph_api import http_call
from stand_in import Answer, StandIn, answering

READ_SCOPE = "https://www.googleapis.com/auth/gmail.modify"
MAX_SEND = 5 * 1024 * 1024  # Of a request with JSON; larger ones are uploads.
MAX_UPLOAD = 35 * 1024 * 1024

# The errors that tests script, in the vendor's shape: (HTTP status, reason, status, message).
ERRORS = {
    "rate": (429, "rateLimitExceeded", "RESOURCE_EXHAUSTED", "User-rate limit exceeded."),
    "user_rate": (403, "userRateLimitExceeded", "PERMISSION_DENIED", "User Rate Limit Exceeded"),
    "daily": (403, "dailyLimitExceeded", "PERMISSION_DENIED", "Daily Limit Exceeded"),
    "scope": (403, "insufficientPermissions", "PERMISSION_DENIED", "Request had insufficient authentication scopes."),
    "token": (401, "authError", "UNAUTHENTICATED", "Invalid Credentials"),
    "invalid": (400, "invalidArgument", "INVALID_ARGUMENT", "Invalid To header"),
    "backend": (503, "backendError", "UNAVAILABLE", "Backend Error"),
    "internal": (500, "backendError", "INTERNAL", "Internal error encountered."),
}


def error_body(code, reason, status, message):
    return {"error": {"code": code, "message": message, "status": status,
                      "errors": [{"message": message, "domain": "global", "reason": reason}]}}  # fmt: skip


def error(name):
    """A fault of ERRORS: the request is refused so, and not acted upon."""
    code, reason, status, message = ERRORS[name]
    body = json.dumps(error_body(code, reason, status, message)).encode()
    return answering(code, body, Content_Type="application/json")


NOT_JSON = answering(502, b"<html><title>Error 502 (Server Error)!!1</title></html>", Content_Type="text/html")


def base64url(data):
    return base64.urlsafe_b64encode(data).decode().rstrip("=")


class GmailApi(StandIn):
    """`sent` holds each mail that was accepted, as email.message.EmailMessage."""

    def __init__(self, mailbox="reservas@example.org"):
        self.mailbox = mailbox
        self.client_id = "client-for-tests.apps.googleusercontent.com"
        self.client_secret = "client-secret-for-tests"
        self.refresh_token = "1//refresh-token-for-tests"
        self.topic = "projects/hotel-sol/topics/gmail"
        self.audience = "https://host.example/webhooks/mail"
        self.push_account = "pubsub-push@hotel-sol.iam.gserviceaccount.com"
        self.deaf = False  # Connected, and says that nothing is new.
        self.mails = {}  # id -> {"raw", "threadId", "labelIds", "internalDate"}
        self.history = []  # (history id, mail id)
        self.history_id = 98_765_400
        self.oldest_history = 0  # History before it is forgotten.
        self.page_size = None  # Smaller pages than were asked for.
        self.sent = []
        self.watches = []
        self.tokens = set()
        self.token_number = itertools.count(1)
        self.push_number = itertools.count(11_223_344_556_677_889)
        self.keys = {"key-1": rsa.generate_private_key(public_exponent=65537, key_size=2048)}
        self.mail_number = itertools.count(0x198A1B2C3D4E5F60)
        super().__init__()

    # What guests do.

    def receive(self, text, sender="Lucía Ferrer <lucia@example.com>", subject="Reserva", labels=("INBOX", "UNREAD"),
                thread=None, verdict="dmarc=pass", headers=(), message=None):  # fmt: skip
        """A mail comes in -> its id. `message`: a whole EmailMessage, or bytes, instead of a text."""
        if message is None:
            message = email.message.EmailMessage()
            message["From"] = sender
            message["To"] = self.mailbox
            message["Subject"] = subject
            message["Date"] = email.utils.formatdate()
            message["Message-ID"] = email.utils.make_msgid(domain="example.com")
            for name, value in headers:
                message[name] = value
            message.set_content(text)
        raw = message if isinstance(message, bytes) else message.as_bytes(policy=email.policy.SMTP)
        raw = f"Authentication-Results: mx.google.com; {verdict} header.from=example.com\r\n".encode() + raw
        with self._changed:
            return self._keep(raw, list(labels), thread)

    def push(self, url, **claims):
        """Pub/Sub announces that the mailbox changed -> (status, body) of the host's answer."""
        return self.post(url, self.notification(), self.push_token(**claims))

    def post(self, url, body, token):
        headers = {"Content-Type": "application/json", "User-Agent": "CloudPubSub-Google"}
        if token is not None:
            headers["Authorization"] = f"Bearer {token}"
        return http_call("POST", url, body, headers)

    def notification(self, mailbox=None):
        data = json.dumps({"emailAddress": mailbox or self.mailbox, "historyId": self.history_id}).encode()
        number = str(next(self.push_number))
        return json.dumps({
            "message": {"data": base64.b64encode(data).decode(), "messageId": number, "message_id": number,
                        "publishTime": "2026-08-05T09:00:00.123Z", "publish_time": "2026-08-05T09:00:00.123Z",
                        "attributes": {}},
            "subscription": "projects/hotel-sol/subscriptions/gmail-push"}).encode()  # fmt: skip

    def push_token(self, key="key-1", algorithm="RS256", **changed):
        now = int(time.time())
        claims = {"aud": self.audience, "azp": "113774264463038321964", "email": self.push_account,
                  "email_verified": True, "exp": now + 3600, "iat": now, "iss": "https://accounts.google.com",
                  "sub": "113774264463038321964"} | changed  # fmt: skip
        return jwt.encode(claims, self.keys[key], algorithm, headers={"kid": key})

    def rotate_keys(self):
        """The keys that were known sign nothing any more."""
        number = len(self.keys) + 1
        self.keys = {f"key-{number}": rsa.generate_private_key(public_exponent=65537, key_size=2048)}
        return f"key-{number}"

    def forget_history(self):
        with self._changed:
            self.oldest_history = self.history_id + 1

    def texts_to(self, guest):
        """The bodies that `guest` was sent, in order."""
        with self._changed:
            return [mail.get_body(("plain",)).get_content().replace("\r\n", "\n") for mail in self.sent
                    if email.utils.parseaddr(mail["To"])[1] == guest]  # fmt: skip

    # What the host asks.

    def may_fail(self, request):
        return request.path.startswith(("/gmail/", "/upload/"))

    def handle(self, request):
        if request.path == "/token":
            return self._token(request)
        if request.path == "/certs":
            return self._certs()
        if request.headers.get("authorization", "").removeprefix("Bearer ") not in self.tokens:
            return self._error("token")
        if request.path == "/upload/gmail/v1/users/me/messages/send":
            return self._upload(request)
        path = re.fullmatch(r"/gmail/v1/users/me/(profile|watch|stop|history|messages)(?:/([^/]+))?", request.path)
        if not path:
            return Answer(404)
        what, detail = path.groups()
        handler = {("GET", "profile"): self._profile, ("POST", "watch"): self._watch, ("GET", "history"): self._history,
                   ("GET", "messages"): self._list}.get((request.method, what))  # fmt: skip
        if what == "messages" and detail:
            return self._send(request) if (request.method, detail) == ("POST", "send") else self._get(request, detail)
        return handler(request) if handler and not detail else Answer(404)

    def _error(self, name, message=None):
        code, reason, status, text = ERRORS[name]
        return Answer.json(error_body(code, reason, status, message or text), code)

    def _token(self, request):
        form = dict(urllib.parse.parse_qsl(request.body.decode()))
        if request.headers.get("content-type", "").split(";")[0] != "application/x-www-form-urlencoded":
            return Answer.json({"error": "invalid_request"}, 400)
        if (form.get("client_id"), form.get("client_secret")) != (self.client_id, self.client_secret):
            return Answer.json({"error": "invalid_client", "error_description": "Unauthorized"}, 401)
        if form.get("grant_type") != "refresh_token" or form.get("refresh_token") != self.refresh_token:
            return Answer.json({"error": "invalid_grant", "error_description": "Token has been revoked."}, 400)
        token = f"ya29.token-{next(self.token_number)}"
        self.tokens.add(token)
        return Answer.json({"access_token": token, "expires_in": 3599, "token_type": "Bearer", "scope": READ_SCOPE})

    def _certs(self):
        def number(value):
            return base64url(value.to_bytes((value.bit_length() + 7) // 8, "big"))

        keys = [{"kty": "RSA", "alg": "RS256", "use": "sig", "kid": kid, "n": number(key.public_key().public_numbers().n),
                 "e": number(key.public_key().public_numbers().e)} for kid, key in self.keys.items()]  # fmt: skip
        return Answer.json({"keys": keys}, **{"Cache-Control": "public, max-age=19845, must-revalidate"})

    def _profile(self, _):
        return Answer.json({"emailAddress": self.mailbox, "messagesTotal": len(self.mails), "threadsTotal": 1,
                            "historyId": str(self.history_id)})  # fmt: skip

    def _watch(self, request):
        body = request.json()
        if body.get("topicName") != self.topic:
            return self._error("invalid", "Invalid topicName does not match projects/hotel-sol/topics/*")
        if set(body) - {"topicName", "labelIds", "labelFilterBehavior", "labelFilterAction"}:
            return self._error("invalid", "Invalid JSON payload received. Unknown name")
        self.watches.append(body)
        expires = int(time.time() * 1000) + 7 * 24 * 3600 * 1000
        return Answer.json({"historyId": str(self.history_id), "expiration": str(expires)})

    def _history(self, request):
        start = request.query.get("startHistoryId", "")
        if not start.isdigit() or not 1 <= int(request.query.get("maxResults", 100)) <= 500:
            return self._error("invalid", "Invalid startHistoryId or maxResults")
        if int(start) < self.oldest_history:
            return Answer.json(error_body(404, "notFound", "NOT_FOUND", "Requested entity was not found."), 404)
        if self.deaf:
            return Answer.json({"historyId": str(self.history_id)})
        records = [{"id": str(number), "messages": [{"id": mail, "threadId": self.mails[mail]["threadId"]}],
                    "messagesAdded": [{"message": {"id": mail, "threadId": self.mails[mail]["threadId"],
                                                   "labelIds": self.mails[mail]["labelIds"]}}]}
                   for number, mail in self.history if number > int(start) and mail in self.mails
                   and request.query.get("labelId", "INBOX") in self.mails[mail]["labelIds"]]  # fmt: skip
        page, rest = self._page(request, records)
        answer = {"historyId": str(self.history_id)} | rest
        return Answer.json(answer | ({"history": page} if page else {}))

    def _list(self, request):
        """Newest first, as the vendor lists."""
        query = request.query.get("q", "")
        if wanted := re.fullmatch(r"in:sent rfc822msgid:(\S+)", query):
            found = [mail for mail, kept in self.mails.items() if "SENT" in kept["labelIds"]
                     and email.message_from_bytes(kept["raw"])["Message-ID"].strip("<>") == wanted[1].strip("<>")]  # fmt: skip
        elif wanted := re.fullmatch(r"in:inbox newer_than:(\d+)d", query):
            since = (time.time() - int(wanted[1]) * 86400) * 1000
            found = [mail for mail, kept in self.mails.items()
                     if "INBOX" in kept["labelIds"] and int(kept["internalDate"]) >= since]  # fmt: skip
        else:
            return self._error("invalid", "the stand-in does not know this query: " + query)
        ids = [{"id": mail, "threadId": self.mails[mail]["threadId"]} for mail in reversed(found)]
        page, rest = self._page(request, ids)
        return Answer.json({"resultSizeEstimate": len(ids)} | ({"messages": page} if page else {}) | rest)

    def _page(self, request, items):
        size = min(self.page_size or 500, int(request.query.get("maxResults", 100)))
        start = int(request.query.get("pageToken", "0"))
        more = start + size < len(items)
        return items[start : start + size], ({"nextPageToken": str(start + size)} if more else {})

    def _get(self, request, mail):
        kept = self.mails.get(mail)
        if kept is None:
            return Answer.json(error_body(404, "notFound", "NOT_FOUND", "Requested entity was not found."), 404)
        about = {"id": mail, "threadId": kept["threadId"], "labelIds": kept["labelIds"], "snippet": "",
                 "historyId": str(self.history_id), "internalDate": kept["internalDate"],
                 "sizeEstimate": len(kept["raw"])}  # fmt: skip
        form = request.query.get("format", "full")
        if form == "raw":
            about["raw"] = base64.urlsafe_b64encode(kept["raw"]).decode()
        elif form == "metadata":
            headers = email.message_from_bytes(kept["raw"])
            about["payload"] = {"mimeType": headers.get_content_type(), "filename": "",
                                "headers": [{"name": name, "value": str(value)} for name, value in headers.items()]}  # fmt: skip
        else:
            return self._error("invalid", "the stand-in knows the formats raw and metadata")
        return Answer.json(about)

    def _send(self, request):
        if len(request.body) > MAX_SEND:
            return Answer(413)
        body = request.json()
        if set(body) - {"raw", "threadId"} or not isinstance(body.get("raw"), str):
            return self._error("invalid", "'raw' RFC822 payload message string or uploading message via /upload/* URL required")
        if re.search(r"[^A-Za-z0-9_=-]", body["raw"]):
            return self._error("invalid", "Invalid value at 'raw' (TYPE_BYTES), Base64 decoding failed")
        raw = base64.urlsafe_b64decode(body["raw"] + "=" * (-len(body["raw"]) % 4))
        return self._accept(raw, body.get("threadId"))

    def _upload(self, request):
        if request.query.get("uploadType") != "media" or request.headers.get("content-type") != "message/rfc822":
            return self._error("invalid", "Media type is not supported")
        return Answer(413) if len(request.body) > MAX_UPLOAD else self._accept(request.body, None)

    def _accept(self, raw, thread):
        """Refuses what no mail may be, and a thread that the mail does not belong to."""
        mail = email.message_from_bytes(raw, policy=email.policy.default)
        if mail.defects or not raw.isascii() or re.search(rb"(?<!\r)\n", raw) or max(map(len, raw.split(b"\r\n"))) > 998:
            return self._error("invalid", "the message is not RFC 5322")
        if not re.fullmatch(r"[^@\s]+@[^@\s]+", email.utils.parseaddr(mail["To"] or "")[1]):
            return self._error("invalid", "Invalid To header")
        if email.utils.parseaddr(mail["From"] or "")[1] != self.mailbox:
            return self._error("invalid", "Invalid From header")
        for name in ("Date", "Message-ID", "Subject", "MIME-Version", "Auto-Submitted"):
            if len(mail.get_all(name, [])) != 1:
                return self._error("invalid", f"one header {name} is needed")
        if thread is not None:
            known = {kept["threadId"] for kept in self.mails.values()}
            if thread not in known or not mail["References"] or not mail["In-Reply-To"]:
                return Answer.json(error_body(404, "notFound", "NOT_FOUND", "Requested entity was not found."), 404)
        self.sent.append(mail)
        kept = self._keep(raw, ["SENT"], thread)
        return Answer.json({"id": kept, "threadId": self.mails[kept]["threadId"], "labelIds": ["SENT"]})

    def _keep(self, raw, labels, thread):
        mail = f"{next(self.mail_number):x}"
        self.history_id += 20
        self.mails[mail] = {"raw": raw, "threadId": thread or mail, "labelIds": labels,
                            "internalDate": str(int(time.time() * 1000))}  # fmt: skip
        self.history.append((self.history_id, mail))
        return mail
