"""What the stand-ins of providers share: an HTTP/1.1 server in this process that records what it is asked and
misbehaves on demand. The provider's rules are each stand-in's own.

Threads: requests are answered on the server's threads; everything public may be called from any thread.
"""

import collections
import dataclasses
import http.server
import json
import socket
import struct
import threading
import time
import urllib.parse


@dataclasses.dataclass(frozen=True)
class Request:
    """One request as it came. Header names are in lower case."""

    method: str
    path: str
    query: dict
    headers: dict
    body: bytes
    at: float = dataclasses.field(default_factory=time.monotonic)

    def json(self):
        return json.loads(self.body)


@dataclasses.dataclass
class Answer:
    status: int = 200
    body: bytes = b""
    headers: dict = dataclasses.field(default_factory=dict)

    @staticmethod
    def json(value, status=200, **headers):
        return Answer(status, json.dumps(value).encode(), {"Content-Type": "application/json", **headers})


@dataclasses.dataclass(frozen=True)
class Fault:
    """One way to misbehave. `answer` replaces the stand-in's own; the request is then not acted upon."""

    kind: str  # answer, stall, close, cut, drop or slow
    answer: Answer = None
    delay_s: float = 0.0


def answering(status, body=b"", **headers):
    """This answer instead of acting: answering(429, b"", Retry_After="2")."""
    return Fault("answer", Answer(status, body, {name.replace("_", "-"): text for name, text in headers.items()}))


STALL = Fault("stall")  # Takes the request, acts not, answers never: the client's time-out.
CLOSE = Fault("close")  # Resets the connection, and acts not.
CUT = Fault("cut")  # Acts, then closes in the middle of the answer.
DROP = Fault("drop")  # Acts, then closes without an answer: the client cannot know.


def slow(delay_s):
    """Acts, and answers after `delay_s`."""
    return Fault("slow", delay_s=delay_s)


class StandIn:
    """A provider on 127.0.0.1 and a port of its own. Subclasses answer in `handle`; use as a context manager."""

    def __init__(self):
        self.requests = []  # Each Request, in order of arrival, also those that met a fault.
        self._faults = collections.deque()
        self._changed = threading.Condition()
        self._closing = threading.Event()
        self._server = _Server(("127.0.0.1", 0), _handler(self))
        self.url = f"http://127.0.0.1:{self._server.server_address[1]}"
        self._thread = threading.Thread(target=self._server.serve_forever, args=(0.05,), daemon=True)
        self._thread.start()

    def handle(self, request):
        """Acts upon `request` -> Answer. Called with the lock held: one at a time."""
        raise NotImplementedError

    def may_fail(self, request):
        """True for the requests that faults are meant for."""
        return True

    def fail_next(self, *faults):
        """The next requests that may fail meet these faults, in order; afterwards the stand-in behaves."""
        with self._changed:
            self._faults.extend(faults)

    def wait_for(self, condition, timeout_s=20.0):
        """Waits until `condition()` is truthy and returns its value; AssertionError after `timeout_s`.
        It is asked again after each request."""
        end = time.monotonic() + timeout_s
        with self._changed:
            while not (value := condition()):
                left = end - time.monotonic()
                assert left > 0, f"not seen within {timeout_s} s; {len(self.requests)} requests, the last ones:\n{self}"
                self._changed.wait(min(left, 0.5))
            return value

    def __str__(self):
        return "\n".join(f"{request.method} {request.path} {request.body[:500]}" for request in self.requests[-10:])

    def close(self):
        self._closing.set()
        self._server.shutdown()
        self._server.server_close()

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.close()

    def _answer(self, request):
        """-> (Answer or None, Fault or None)."""
        with self._changed:
            self.requests.append(request)
            fault = self._faults.popleft() if self._faults and self.may_fail(request) else None
            acts = fault is None or fault.kind in {"cut", "drop", "slow"}
            answer = self.handle(request) if acts else fault.answer
            self._changed.notify_all()
        return answer, fault

    def _misbehave(self, fault, connection):
        """What comes before the answer. True: no answer any more."""
        if fault.kind == "slow":
            self._closing.wait(fault.delay_s)
        elif fault.kind == "stall":
            self._closing.wait()
        elif fault.kind == "close":
            connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        return fault.kind in {"stall", "close", "drop"}


class _Server(http.server.ThreadingHTTPServer):
    daemon_threads = True
    block_on_close = False
    request_queue_size = 1024

    def handle_error(self, request, client_address):
        pass  # A client that went away, often killed by the test.


def _handler(stand_in):
    class Handler(http.server.BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def _serve(self):
            if self.headers.get("Transfer-Encoding"):
                return self._send(Answer(411))
            body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
            target = urllib.parse.urlsplit(self.path)
            answer, fault = stand_in._answer(
                Request(
                    method=self.command,
                    path=target.path,
                    query=dict(urllib.parse.parse_qsl(target.query, keep_blank_values=True)),
                    headers={name.lower(): text for name, text in self.headers.items()},
                    body=body,
                )
            )
            if fault and stand_in._misbehave(fault, self.connection):
                self.close_connection = True
                return None
            return self._send(answer, cut=fault is not None and fault.kind == "cut")

        do_GET = do_POST = do_PUT = do_DELETE = _serve

        def _send(self, answer, cut=False):
            self.send_response(answer.status)
            for name, text in answer.headers.items():
                self.send_header(name, text)
            self.send_header("Content-Length", str(len(answer.body)))
            self.end_headers()
            self.wfile.write(answer.body[: len(answer.body) // 2] if cut else answer.body)
            self.close_connection = self.close_connection or cut

        def log_message(self, *_):
            pass

    return Handler
