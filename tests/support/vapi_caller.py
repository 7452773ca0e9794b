"""Stand-in of VAPI: leads telephone calls, posts the signed messages of their assistant, and takes what is said into
them. Drops what VAPI drops (vapi_rules.py). Written from the vendor's documents, without a line of the plugin's.
"""

import base64
import dataclasses
import datetime
import hashlib
import hmac
import http.client
import itertools
import json
import threading
import time
import urllib.parse
import uuid

import vapi_rules
from stand_in import Answer, StandIn, answering

NOT_JSON = answering(502, b"<html><body>Bad gateway</body></html>", Content_Type="text/html")


def refusal(status, message):
    """A fault: the API refuses so, in its own shape."""
    return answering(status, json.dumps(_error(status, message)).encode(), Content_Type="application/json")


def _error(status, message):
    return {"message": message, "error": "Error", "statusCode": status}


@dataclasses.dataclass(frozen=True)
class ServerAnswer:
    """What our server answered to a message."""

    status: int
    body: bytes
    elapsed_s: float


class VapiCaller(StandIn):
    """One organisation. `auth` says how it proves that it is VAPI: bearer, secret, oauth2, hmac, x_vapi_signature or
    standard_webhooks. `key` is the secret as the account's owner sees it. `calls` are those of guests and ours; ours are in
    `begun` as well."""

    def __init__(self, auth="standard_webhooks", key=None):
        self.auth = auth
        self.key = key or base64.b64encode(b"vapi-hmac-key-for-tests!").decode()
        self.api_key = "vapi-private-key-for-tests"
        self.phone_number_id = str(uuid.uuid4())
        self.calls = {}
        self.begun = []
        self._tokens = {}  # By the secret that they were got with.
        self._ids = itertools.count(1)
        super().__init__()

    def call(self, number="+34655010203", server=None):
        """A guest calls. `number` None: he hides it. `server`: the server URL."""
        call = PhoneCall(self, number, server)
        self.calls[call.id] = call
        return call

    # What the host asks.

    def may_fail(self, request):
        return request.path.startswith("/control/") or (request.method, request.path) == ("POST", "/call")

    def handle(self, request):
        if request.path == "/call":
            if request.headers.get("authorization") != f"Bearer {self.api_key}":
                return Answer.json(_error(401, "Invalid Key."), 401)
            return self._begin(request) if request.method == "POST" else self._list(request)
        if request.path.startswith("/control/"):
            return self._control(request)
        return Answer.json(_error(404, "Not found"), 404)

    def _list(self, request):
        calls = [call for call in self.calls.values() if call.created_at > request.query.get("createdAtGt", "")]
        return Answer.json([call.description() for call in calls][: int(request.query["limit"])])

    def _begin(self, request):
        try:
            wanted = vapi_rules.begun(request.json(), self.phone_number_id)
        except (ValueError, vapi_rules.Refused) as refused:
            return Answer.json(_error(400, [str(refused)]), 400)
        call = PhoneCall(self, wanted["customer"]["number"], None, wanted)
        self.calls[call.id] = call
        self.begun.append(call)
        return Answer.json(call.description(), 201)

    def _control(self, request):
        call = self.calls.get(request.path.removeprefix("/control/"))
        if call is None or call.status == "ended":
            return Answer.json(_error(404, "Call not found"), 404)
        if request.method != "POST":
            return Answer.json(_error(405, "Method not allowed"), 405)
        try:
            kind, content = vapi_rules.command(request.json())
        except (ValueError, vapi_rules.Refused) as refused:
            return Answer.json(_error(400, [str(refused)]), 400)
        if kind == "say":
            call.spoken.append(content)
        return Answer.json({})

    # What it sends.

    def signed(self, body, at=None, key=None):
        """The headers that prove `body`."""
        key = key or self.key
        timestamp = str(int(time.time()) if at is None else at)
        hexadecimal = lambda text: hmac.new(key.encode(), text, hashlib.sha256).hexdigest()  # noqa: E731
        if self.auth == "bearer":
            return {"Authorization": f"Bearer {key}"}
        if self.auth == "secret":
            return {"X-Vapi-Secret": key}
        if self.auth == "oauth2":
            return {"Authorization": f"Bearer {self._tokens.get(key, 'none')}"}
        if self.auth == "hmac":
            return {"x-timestamp": timestamp, "x-signature": hexadecimal(timestamp.encode() + b"." + body)}
        if self.auth == "x_vapi_signature":
            return {"X-VAPI-Signature": "sha256=" + hexadecimal(body)}
        message_id = f"msg_{next(self._ids)}"
        text = f"{message_id}.{timestamp}.".encode() + body
        digest = hmac.new(base64.b64decode(key), text, hashlib.sha256).digest()
        return {"webhook-id": message_id, "webhook-timestamp": timestamp,
                "webhook-signature": "v1," + base64.b64encode(digest).decode()}  # fmt: skip

    def get_token(self, url, key=None):
        """Asks our server for a token, as before the first delivery -> the status."""
        fields = {"grant_type": "client_credentials", "client_id": "vapi", "client_secret": key or self.key}
        status, answer = _http_post(url, urllib.parse.urlencode(fields).encode(),
                                    {"Content-Type": "application/x-www-form-urlencoded"}, vapi_rules.SERVER_S)  # fmt: skip
        if status == 200:
            self._tokens[key or self.key] = vapi_rules.token(json.loads(answer))
        return status

    def post(self, url, message, headers=None, timeout_s=vapi_rules.SERVER_S):
        """Posts one server message -> ServerAnswer. OSError: no answer came in time."""
        body = json.dumps({"message": message}, ensure_ascii=False).encode()
        headers = self.signed(body) if headers is None else headers
        began = time.monotonic()
        status, answer = _http_post(url, body, {"Content-Type": "application/json"} | headers, timeout_s)
        return ServerAnswer(status, answer, time.monotonic() - began)


class PhoneCall:
    """One call. `spoken` holds what was said into it through its control URL; `wanted` is what we began it with."""

    def __init__(self, vapi, number, server, wanted=None):
        self.wanted = wanted
        self.created_at = datetime.datetime.now(datetime.UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")
        self.vapi = vapi
        self.id = str(uuid.uuid4())
        self.number = number
        self.server = server
        self.status = "ringing"
        self.spoken = []
        self._tool_ids = itertools.count(1)
        self._lock = threading.Lock()

    @property
    def control_url(self):
        return f"{self.vapi.url}/control/{self.id}"

    @property
    def type(self):
        return "outboundPhoneCall" if self.wanted else "inboundPhoneCall"

    @property
    def variables(self):
        """What the assistant of a call of ours knows."""
        return self.wanted["assistantOverrides"]["variableValues"]

    def description(self):
        """As the API shows it."""
        customer = {"number": self.number} if self.number else {}
        named = {"name": self.wanted["name"]} if self.wanted else {}
        return {"id": self.id, "orgId": "org", "type": self.type, "status": self.status, "createdAt": self.created_at,
                "phoneNumberId": self.vapi.phone_number_id, "customer": customer} | named  # fmt: skip

    def message(self, kind, **members):
        customer = {"number": self.number} if self.number else {}
        call = {"id": self.id, "orgId": "org", "type": self.type, "status": self.status,
                "phoneCallProvider": "twilio", "phoneCallProviderId": "CA" + self.id.replace("-", ""),
                "phoneNumberId": self.vapi.phone_number_id, "customer": customer,
                "monitor": {"controlUrl": self.control_url}}  # fmt: skip
        return {"type": kind, "timestamp": int(time.time() * 1000), "call": call, "customer": customer} | members

    def new_tool_call(self, name, arguments=None):
        with self._lock:
            number = next(self._tool_ids)
        return {"id": f"call_{self.id[:4]}{number}", "type": "function",
                "function": {"name": name, "arguments": arguments or {}}}  # fmt: skip

    def tools_message(self, *tool_calls):
        with_tools = [{"type": "function", "async": False, "function": {"name": call["function"]["name"]},
                       "toolCall": call} for call in tool_calls]  # fmt: skip
        return self.message("tool-calls", toolCallList=list(tool_calls), toolWithToolCallList=with_tools)

    def ring(self):
        """-> which assistant takes the call. vapi_rules.Refused: the call drops."""
        return vapi_rules.assistant(self.vapi.post(self.server, self.message("assistant-request")))

    def begin(self):
        self.status = "in-progress"
        vapi_rules.acknowledged(self.vapi.post(self.server, self.message("status-update", status=self.status)))

    def tools(self, *tool_calls):
        """The assistant calls tools -> what it is told of each. Refused: it is told nothing."""
        answer = self.vapi.post(self.server, self.tools_message(*tool_calls))
        return vapi_rules.results(answer, [(call["id"], call["function"]["name"]) for call in tool_calls])

    def tool(self, tool, /, **arguments):
        return self.tools(self.new_tool_call(tool, arguments))[0]

    def ask_knowledge(self, words):
        messages = [{"role": "system", "content": "You are a receptionist."}, {"role": "user", "content": words}]
        message = self.message("knowledge-base-request", messagesOpenAIFormatted=messages)
        return vapi_rules.documents(self.vapi.post(self.server, message))

    def transfer(self):
        return vapi_rules.destination(self.vapi.post(self.server, self.message("transfer-destination-request")))

    def hear(self, role, words):
        """A final transcript."""
        message = self.message("transcript", role=role, transcriptType="final", transcript=words)
        vapi_rules.acknowledged(self.vapi.post(self.server, message))

    def end(self, transcript="User: Hola. AI: Hola.", reason="customer-ended-call"):
        self.status = "ended"
        update = self.message("status-update", status="ended", endedReason=reason)
        vapi_rules.acknowledged(self.vapi.post(self.server, update))
        report = self.message("end-of-call-report", endedReason=reason,
                              artifact={"transcript": transcript}, analysis={"summary": "A call."})  # fmt: skip
        vapi_rules.acknowledged(self.vapi.post(self.server, report))


def _http_post(url, body, headers, timeout_s):
    parts = urllib.parse.urlsplit(url)
    connection = http.client.HTTPConnection(parts.hostname, parts.port, timeout=timeout_s)
    try:
        connection.request("POST", parts.path, body, headers)
        response = connection.getresponse()
        return response.status, response.read()
    finally:
        connection.close()
