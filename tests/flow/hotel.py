"""A hotel with its neighbours: the host, the Graph API's stand-in that carries its guests, a webhook receiver."""

import http.client
import pathlib
import sqlite3
import subprocess
import threading

ASK = "¿Tienen habitación para 2 personas del 10 al 12 de diciembre?"
BOOK = "Sí, reservá la doble a nombre de Ana Pérez"
BOOKING = [ASK, BOOK, "Sí"]  # The last one makes the reservation.


def configuration(graph, receiver, store, plugin_path):
    """The pipeline of the flow tests: WhatsApp, the builtin understanding, the mock PMS and one webhook."""
    # fmt: off
    return {
        "version": 1,
        "tenant": "hotel-sol",
        "time_zone": "America/Argentina/Buenos_Aires",
        "languages": ["es", "en"],
        "hotel": {"name": "Hotel Sol"},
        "data_dir": "data",
        "store": store,
        "listen": "127.0.0.1:0",
        "plugin_path": [str(pathlib.Path(plugin_path).resolve())],
        "plugins": {
            "whatsapp": {
                "use": "channel/whatsapp",
                "required": True,
                "config": {
                    "phone_number_id": graph.phone_number_id,
                    "access_token": graph.token,
                    "app_secret": graph.app_secret,
                    "verify_token": graph.verify_token,
                    "api_url": graph.url + "/v23.0",
                },
                "reply_template": {"name": "reply_waiting"},
            },
            "builtin": {"use": "nlu/builtin"},
            "frontdesk": {"use": "pms/mock", "config": {"persist": True, "rooms": [
                {"type": "double", "name": "Doble", "capacity": 2, "count": 10_000, "price_minor": 9000},
                {"type": "suite", "name": "Suite", "capacity": 4, "count": 2, "price_minor": 18000}]}},
            "crm": {
                "use": "sink/webhook",
                "config": {
                    "url": receiver.url,
                    "secret": receiver.secret,
                    "allow_private_addresses": True,
                    "timeout_ms": 2000,
                },
            },
        },
        "pipeline": [{"channels": ["whatsapp"], "understand": "builtin", "pms": "frontdesk", "handlers": "all"}],
        "notify": [{"to": "crm", "events": ["reservation.*"]}],
        "flags": {"reservation.code": "off"},  # A code is an image; tests of texts want texts.
        # Short waits: what a test waits for is an event, never the time.
        "limits": {
            "conversation": {"lease_s": 5, "retry_s": [0, 1, 1, 1, 1]},
            "delivery": {
                "lease_s": 5,
                "unknown_outcome_wait_s": 3,
                "retry_replies_s": [0, 1, 1, 1, 1],
                "retry_events_s": [0, 1, 1, 1, 1],
            },
        },
    }
    # fmt: on


class Hotel:
    def __init__(self, host, graph, receiver):
        self.host = host
        self.graph = graph
        self.receiver = receiver

    @property
    def webhook(self):
        return self.host.url + "/webhooks/whatsapp"

    def say(self, guest, text):
        """`guest` writes; the host acknowledges -> the message's id."""
        message = self.graph.text(guest, text)
        assert self.graph.deliver(self.webhook, [message])[0] == 200
        return message["id"]

    def ask(self, guest, text):
        """`guest` writes, and is answered -> the answer's text."""
        before = len(self.graph.texts_to(guest))
        self.say(guest, text)
        return self.graph.wait_for(lambda: self.graph.texts_to(guest)[before:])[0]

    def book(self, guest):
        """`guest` asks, books and confirms -> the last answer."""
        return [self.ask(guest, text) for text in BOOKING][-1]

    def events(self, name):
        return self.receiver.of_type(name)

    def wait_for_event(self, name, count=1):
        return self.receiver.wait_for(lambda: self.events(name)[count - 1 :] and self.events(name), timeout_s=60)

    def rows(self, sql):
        """What the store answers: a list of tuples of texts."""
        return query(self.host.config["store"], self.host.folder, sql)


class Vendor:
    """Carries messages as the vendor does: each one again until it is acknowledged, whatever happens to the host.
    Afterwards `acknowledged` holds their ids."""

    def __init__(self, hotel):
        self.acknowledged = set()
        self._hotel = hotel
        self._stopped = threading.Event()

    def carry(self, messages=(), statuses=()):
        """True: acknowledged. False: stopped before."""
        body = self._hotel.graph.envelope(messages, statuses)
        while not self._stopped.is_set():
            try:
                if self._hotel.graph.post(self._hotel.webhook, body)[0] == 200:
                    self.acknowledged |= {message["id"] for message in messages}
                    return True
            except (OSError, http.client.HTTPException):
                pass
            self._stopped.wait(0.02)  # The host is away, or busy.
        return False

    def stop(self):
        self._stopped.set()


def query(store, folder, sql):
    """Asks the store of a host beside the host. SQLite: its file; PostgreSQL: its server, by psql."""
    if store.startswith("sqlite:"):
        path = (folder / store.removeprefix("sqlite:")).resolve()
        database = sqlite3.connect(f"file:{path}?mode=ro", uri=True, timeout=10)
        try:
            return [tuple(map(str, row)) for row in database.execute(sql)]
        finally:
            database.close()
    found = subprocess.run(["psql", "-X", "-A", "-t", "-F", "\t", "-d", store, "-c", sql],
                           capture_output=True, text=True, check=True)  # fmt: skip
    return [tuple(line.split("\t")) for line in found.stdout.splitlines()]


