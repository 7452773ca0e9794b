"""Stand-in of Twilio's REST API (SMS and WhatsApp): takes what the host sends, and sends signed webhooks.

Refuses what the vendor refuses (twilio_rules.py) in the vendor's shape. Written from the vendor's documents
(https://www.twilio.com/docs/messaging/api/message-resource, https://www.twilio.com/docs/usage/webhooks/webhooks-security),
without a line of the plugin's.
"""

import base64
import dataclasses
import email.utils
import hashlib
import hmac
import itertools
import json
import re
import time
import urllib.parse

import graph_api
import twilio_rules
from stand_in import Answer, StandIn, answering

ACCOUNT = "AC00112233445566778899aabbccddeeff"
TOKEN = "0f1e2d3c4b5a69788796a5b4c3d2e1f0"

# The errors that tests script, in the vendor's shape: (HTTP status, code, message).
ERRORS = {
    "concurrency": (429, 20429, "Too Many Requests"),
    "unavailable": (503, 20503, "Service Unavailable"),
    "unknown": (500, 20500, "Internal Server Error"),
    "window": (400, 63016, "Failed to send freeform message because you are outside the allowed window"),
    "queue_full": (400, 21611, "This 'From' number has exceeded the maximum number of queued messages"),
    "credentials": (401, 20003, "Authenticate"),
}


def error(name):
    """A fault of ERRORS: the request is refused so, and not acted upon."""
    status, code, message = ERRORS[name]
    return answering(status, json.dumps(error_body(code, message, status)).encode(), Content_Type="application/json")


NOT_JSON = answering(502, b"<html><body>Bad Gateway</body></html>", Content_Type="text/html")


def error_body(code, message, status=400):
    return {"code": code, "message": message, "more_info": f"https://www.twilio.com/docs/errors/{code}", "status": status}


def rfc2822(seconds):
    return email.utils.formatdate(seconds).replace("-0000", "+0000")


@dataclasses.dataclass
class Media:
    sid: str
    mime_type: str
    content: bytes
    not_yet: int = 0  # So many requests are answered with 404 before it is there.


class TwilioApi(StandIn):
    """One account with one sender. `sent` holds the form of each message that was accepted, with its sid."""

    def __init__(self, sender="whatsapp:+34910552010", account=ACCOUNT, token=TOKEN, public_url="https://guest.example.com"):
        self.sender = sender
        self.account = account
        self.token = token
        self.public_url = public_url  # Where the host is told that it is reached; what signatures cover.
        self.api_keys = {}  # SK… -> secret
        self.senders = {sender}
        self.services = {}
        self.contents = {}
        self.opted_out = set()
        self.account_status = "active"
        self.sender_status = "ONLINE"
        self.clock = time.time
        self.sent = []
        self.records = {}  # sid -> the Message resource, inbound and outbound, oldest first
        self.media = {}  # sid of a message -> [Media]
        self._ids = itertools.count(1)
        super().__init__()

    # What the host asks.

    def may_fail(self, request):
        return request.path.endswith("/Messages.json") and request.method == "POST"

    def handle(self, request):
        if request.path.startswith("/cdn/"):
            return self._download(request)
        if not self._is_authorised(request):
            return Answer.json(error_body(20003, "Authenticate", 401), 401)
        if request.path == "/v2/Channels/Senders":
            return self._list_senders(request)
        base = f"/2010-04-01/Accounts/{self.account}"
        if request.path == f"{base}.json":
            return Answer.json({"sid": self.account, "status": self.account_status, "type": "Full"})
        if request.path == f"{base}/Messages.json":
            return self._create(request) if request.method == "POST" else self._list(request)
        found = re.fullmatch(rf"{base}/Messages/([SM]M[0-9a-f]{{32}})(/Media(?:/(ME[0-9a-f]{{32}}))?)?(\.json)?", request.path)
        if not found or found[1] not in self.records or request.method != "GET":
            return Answer.json(error_body(20404, f"The requested resource {request.path} was not found", 404), 404)
        if not found[2]:
            return Answer.json(self.records[found[1]])
        return self._media(found[1], found[3], found[4])

    def texts_to(self, guest):
        """The texts that `guest` (digits) was sent, in order; of a template its body as it is shown."""
        own = [form for form in self.sent if twilio_rules.split(form["To"])[1] == f"+{guest}"]
        return [self.shown(form)["body"] for form in own]

    def shown(self, form):
        """What the guest sees of a message in `sent`: {"body", "options"}."""
        if "ContentSid" not in form:
            return {"body": form.get("Body", ""), "options": []}
        variables = {k: json.dumps(v)[1:-1] for k, v in json.loads(form.get("ContentVariables", "{}")).items()}
        types = json.loads(twilio_rules.rendered(json.dumps(self.contents[form["ContentSid"]]["types"]), variables))
        content = next(iter(types.values()))
        return {"body": content["body"], "options": content.get("actions") or content.get("items") or []}

    def _is_authorised(self, request):
        kind, _, given = request.headers.get("authorization", "").partition(" ")
        pairs = {self.account: self.token} | self.api_keys
        return kind == "Basic" and given in {base64.b64encode(f"{u}:{p}".encode()).decode() for u, p in pairs.items()}

    def _create(self, request):
        if request.headers.get("content-type", "").split(";")[0] != "application/x-www-form-urlencoded":
            return Answer.json(error_body(21604, "A 'To' phone number is required."), 400)
        try:
            pairs = urllib.parse.parse_qsl(request.body.decode(), keep_blank_values=True, strict_parsing=True)
            form = twilio_rules.check(pairs, self.senders, self.services, self.contents, self.opted_out)
        except ValueError:
            return Answer.json(error_body(20001, "The body is not a form"), 400)
        except twilio_rules.Refused as refused:
            return Answer.json(error_body(refused.code, refused.details), 400)
        sid = self.new_sid("SM")
        self.sent.append(form | {"sid": sid})
        sender = form.get("From") or self.services[form["MessagingServiceSid"]]
        status = "queued" if "From" in form else "accepted"
        self.records[sid] = self._record(sid, sender, form["To"], self.shown(form)["body"], "outbound-api", status)
        return Answer.json(self.records[sid], 201)

    def _record(self, sid, sender, to, body, direction, status):
        now = rfc2822(self.clock())
        return {
            "sid": sid, "account_sid": self.account, "api_version": "2010-04-01", "body": body, "date_created": now,
            "date_sent": now if direction == "inbound" else None, "date_updated": now, "direction": direction,
            "error_code": None, "error_message": None, "from": sender, "to": to, "messaging_service_sid": None,
            "num_media": str(len(self.media.get(sid, []))), "num_segments": "1", "price": None, "price_unit": "USD",
            "status": status, "uri": f"/2010-04-01/Accounts/{self.account}/Messages/{sid}.json",
        }  # fmt: skip

    def _list(self, request):
        """Newest first. A filter of DateSent hides what has not been sent yet."""
        known = {"To", "From", "DateSent", "DateSent>", "DateSent<", "PageSize", "Page", "PageToken"}
        if unknown := set(request.query) - known:
            return Answer.json(error_body(20001, f"unknown filters {sorted(unknown)}"), 400)
        size = int(request.query.get("PageSize", 50))
        if not 1 <= size <= 1000:
            return Answer.json(error_body(20001, "PageSize is 1 to 1000"), 400)
        found = [record for record in reversed(self.records.values()) if self._passes(record, request.query)]
        page = int(request.query.get("Page", 0))
        more = len(found) > (page + 1) * size
        following = urllib.parse.urlencode(request.query | {"Page": page + 1, "PageToken": f"PA{page}"})
        return Answer.json({"messages": found[page * size : (page + 1) * size], "page": page, "page_size": size,
                            "next_page_uri": f"{request.path}?{following}" if more else None})  # fmt: skip

    @staticmethod
    def _passes(record, query):
        if any(record[name.lower()] != query[name] for name in ("To", "From") if name in query):
            return False
        dates = {name: text for name, text in query.items() if name.startswith("DateSent")}
        if not dates or record["date_sent"] is None:
            return not dates
        day = time.strftime("%Y-%m-%d", time.gmtime(email.utils.parsedate_to_datetime(record["date_sent"]).timestamp()))
        return (day == dates.get("DateSent", day) and day >= dates.get("DateSent>", day)
                and day <= dates.get("DateSent<", day))  # fmt: skip

    def _list_senders(self, request):
        if request.query.get("Channel") != "whatsapp":
            return Answer.json(error_body(20001, "Channel"), 400)
        found = [{"sid": f"XE{n:032x}", "sender_id": sender, "status": self.sender_status}
                 for n, sender in enumerate(sorted(self.senders)) if sender.startswith("whatsapp:")]  # fmt: skip
        return Answer.json({"senders": found, "meta": {"key": "senders", "page": 0, "next_page_url": None}})

    def _media(self, message, media, is_list):
        files = self.media.get(message, [])
        uri = f"/2010-04-01/Accounts/{self.account}/Messages/{message}/Media"
        if not media and is_list:
            listed = [{"sid": f.sid, "parent_sid": message, "content_type": f.mime_type, "uri": f"{uri}/{f.sid}.json"}
                      for f in files]  # fmt: skip
            return Answer.json({"media_list": listed, "next_page_uri": None})
        file = next((file for file in files if file.sid == media), None)
        if file and file.not_yet > 0:
            file.not_yet -= 1
            file = None
        if not file or is_list:
            return Answer.json(error_body(20404, "The requested resource was not found", 404), 404)
        return Answer(307, b"", {"Location": f"{self.url}/cdn/{message}/{media}?Signature=abc"})

    def _download(self, request):
        """The CDN refuses a request with a credential, as S3 does."""
        if "authorization" in request.headers:
            return Answer(400, b"<Error><Code>InvalidArgument</Code></Error>")
        _, _, message, media = request.path.split("/")
        file = next((file for file in self.media.get(message, []) if file.sid == media), None)
        if not file or request.query.get("Signature") != "abc":
            return Answer(403)
        return Answer(200, file.content, {"Content-Type": file.mime_type})

    # What guests do.

    def new_sid(self, prefix):
        return f"{prefix}{next(self._ids):032x}"

    def address(self, guest):
        """`guest` (digits) as the sender's channel writes it."""
        channel = twilio_rules.split(self.sender)[0]
        return f"{channel}:+{guest}" if channel else f"+{guest}"

    def inbound(self, guest, body="", **fields):
        """The fields of a guest's message, in the order in which Twilio has been seen to send them. It is in the list of
        messages from now on, whether a webhook tells of it or not."""
        files = fields.pop("media", [])
        sid = fields.pop("sid", None) or self.new_sid("MM" if files else "SM")
        self.media[sid] = files
        self.records[sid] = self._record(sid, self.address(guest), self.sender, body, "inbound", "received")
        form = {"SmsMessageSid": sid, "NumMedia": str(len(files)), "SmsSid": sid, "SmsStatus": "received", "Body": body,
                "To": self.sender, "NumSegments": "1", "MessageSid": sid, "AccountSid": self.account,
                "From": self.address(guest), "ApiVersion": "2010-04-01"}  # fmt: skip
        for n, file in enumerate(files):
            form[f"MediaContentType{n}"] = file.mime_type
            form[f"MediaUrl{n}"] = f"{self.url}/2010-04-01/Accounts/{self.account}/Messages/{sid}/Media/{file.sid}"
        if self.sender.startswith("whatsapp:"):
            form |= {"ProfileName": "Lucía", "WaId": guest, "MessageType": "text"}
        return form | fields

    def press(self, guest, sent, index=0):
        """`guest` presses an option of a message in `sent`."""
        option = self.shown(sent)["options"][index]
        title = option.get("title") or option["item"]
        return self.inbound(guest, title, MessageType="button", ButtonText=title, ButtonPayload=option["id"],
                            OriginalRepliedMessageSid=sent["sid"], OriginalRepliedMessageSender=self.sender)  # fmt: skip

    def status(self, sent, name, code=None):
        """The fields of a status callback about a message in `sent`. The list of messages says the same."""
        record = self.records[sent["sid"]]
        record |= {"status": name, "error_code": code, "date_sent": record["date_sent"] or rfc2822(self.clock())}
        form = {"MessageSid": sent["sid"], "SmsSid": sent["sid"], "MessageStatus": name, "SmsStatus": name,
                "To": sent["To"], "From": record["from"], "AccountSid": self.account, "ApiVersion": "2010-04-01"}  # fmt: skip
        return form | ({"ErrorCode": str(code)} if code else {})

    # How it is delivered.

    def signature(self, url, pairs=(), token=None):
        """X-Twilio-Signature of a form POST to `url`. `pairs`: of decoded texts."""
        values = {}
        for name, text in pairs:
            values.setdefault(name, set()).add(text)
        text = url + "".join(name + value for name in sorted(values) for value in sorted(values[name]))
        return base64.b64encode(hmac.new((token or self.token).encode(), text.encode(), hashlib.sha1).digest()).decode()

    def deliver(self, url, form, called=None, signature=None, token=None):
        """Posts a signed form to `url` -> (status, body). `called`: the URL that is signed, when it is not the one
        that `public_url` makes of the path; `signature` replaces the right one. OSError: no answer."""
        pairs = list(form.items()) if isinstance(form, dict) else list(form)
        target = urllib.parse.urlsplit(url)
        query = f"?{target.query}" if target.query else ""
        called = called or f"{self.public_url}{target.path}{query}"
        headers = {"Content-Type": "application/x-www-form-urlencoded; charset=UTF-8", "User-Agent": "TwilioProxy/1.1",
                   "I-Twilio-Idempotency-Token": self.new_sid(""),
                   "X-Twilio-Signature": self.signature(called, pairs, token) if signature is None else signature}  # fmt: skip
        return graph_api.http_call("POST", url, urllib.parse.urlencode(pairs).encode(), headers)

    def callback(self, url, sent, name, code=None):
        """Posts a status callback as the message asked for it: to the StatusCallback's path and query -> (status, body)."""
        callback = urllib.parse.urlsplit(sent["StatusCallback"])
        target = urllib.parse.urlsplit(url)
        query = f"?{callback.query}" if callback.query else ""
        return self.deliver(f"{target.scheme}://{target.netloc}{callback.path}{query}", self.status(sent, name, code),
                            called=sent["StatusCallback"])  # fmt: skip
