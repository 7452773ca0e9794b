"""One conversation through every channel, each as a part of the host and in a worker: the same words, the same answers."""

import re

import gmail_api
import gmail_hotel
import hotel as hotels
import pytest
import test_worker
import twilio_api
import vapi_caller
import waha_api

NUMBER = "34655010203"


class ByWhatsApp:
    guest = NUMBER

    def __init__(self, graph):
        self.provider = graph

    def plugin(self):
        return None  # It is the flow tests' own.

    def ask(self, hotel, text):
        return hotel.ask(self.guest, text)


class ByWaha:
    guest = NUMBER

    def __init__(self):
        self.provider = waha_api.WahaApi("GOWS")

    def plugin(self):
        waha = self.provider
        return "channel/waha", {"url": waha.url, "api_key": waha.key, "hmac_key": waha.hmac_key}

    def ask(self, hotel, text):
        waha = self.provider
        before = len(waha.texts_to(self.guest))
        waha.hook = hotel.webhook
        assert waha.deliver(hotel.webhook, "message.any", waha.text(self.guest, text))[0] == 200
        return waha.wait_for(lambda: waha.texts_to(self.guest)[before:])[0]


class ByTwilio:
    guest = NUMBER

    def __init__(self):
        self.provider = twilio_api.TwilioApi("+34910552010")

    def plugin(self):
        twilio = self.provider
        return "channel/twilio", {
            "account_sid": twilio.account, "auth_token": twilio.token, "sender": twilio.sender,
            "webhook_url": f"{twilio.public_url}/webhooks/guests", "api_url": twilio.url,
        }  # fmt: skip

    def ask(self, hotel, text):
        twilio = self.provider
        before = len(twilio.texts_to(self.guest))
        assert twilio.deliver(hotel.webhook, twilio.inbound(self.guest, text))[0] == 200
        return twilio.wait_for(lambda: twilio.texts_to(self.guest)[before:])[0]


class ByGmail:
    guest = "lucia@example.com"

    def __init__(self):
        self.provider = gmail_api.GmailApi()

    def plugin(self):
        return "channel/gmail", gmail_hotel.api_settings(self.provider)

    def ask(self, hotel, text):
        gmail = self.provider
        gmail.wait_for(lambda: gmail.watches and hotel.rows("SELECT 1 FROM plugin_kv WHERE key = 'history'"))
        before = len(gmail.texts_to(self.guest))
        gmail.receive(text, sender=self.guest)
        assert gmail.wait_for(lambda: (status := gmail.push(hotel.webhook)[0]) != 503 and status) == 200
        return gmail.wait_for(lambda: gmail.texts_to(self.guest)[before:], timeout_s=60)[0]


class ByTelephone:
    guest = "+" + NUMBER

    def __init__(self):
        self.provider = vapi_caller.VapiCaller()
        self._call = None

    def plugin(self):
        vapi = self.provider
        return "channel/vapi", {
            "auth": vapi.auth, "secret": vapi.key, "api_url": vapi.url, "api_key": vapi.api_key,
            "control_hosts": ["127.0.0.1"], "language": "es",
            "assistant": {"assistantId": "7a7b7c7d-0001-4002-8003-9a9b9c9d9e9f"},
        }  # fmt: skip

    def ask(self, hotel, text):
        if self._call is None:
            self._call = self.provider.call(self.guest, hotel.webhook)
            self._call.begin()
        return self._call.tool("say", text=text)


CHANNELS = {"whatsapp": ByWhatsApp, "waha": ByWaha, "twilio": ByTwilio, "gmail": ByGmail, "vapi": ByTelephone}


class Hotel(hotels.Hotel):
    """A hotel with one channel, `guests`."""

    @property
    def webhook(self):
        return self.host.url + "/webhooks/guests"


@pytest.fixture(params=CHANNELS)
def channel(request, graph):
    made = CHANNELS[request.param](*([graph] if request.param == "whatsapp" else []))
    yield made
    if request.param != "whatsapp":
        made.provider.close()


@pytest.fixture(params=["in_process", "process"])
def hotel(request, channel, graph, receiver, config, make_host):
    plugins = config["plugins"]
    plugins["guests"] = plugins.pop("whatsapp")
    if made := channel.plugin():
        use, settings = made
        plugins["guests"] = {"use": use, "required": True, "config": settings}
    config["pipeline"][0]["channels"] = ["guests"]
    config["public_url"] = getattr(channel.provider, "public_url", "https://hotel-sol.example")
    for plugin in plugins.values():
        plugin["isolation"] = request.param
    host = make_host(config)
    host.start()
    yield Hotel(host, graph, receiver)
    workers = sum(len(test_worker.children(launcher)) for launcher in test_worker.children(host.process.pid))
    assert workers == (len(plugins) if request.param == "process" else 0)


def test_a_guest_asks_books_and_cancels(channel, hotel):
    def ask(text):
        return channel.ask(hotel, text)

    assert "Doble" in ask(hotels.ASK)
    assert "Ana Pérez" in ask(hotels.BOOK)
    code = re.search(r"Código: (\S+)\.", ask("Sí"))[1]
    (created,) = hotel.wait_for_event("reservation.created")
    assert created["data"]["reservation_id"] == code
    assert channel.guest not in str(created) and "Ana" not in str(created)  # No personal data in events.

    assert code in ask("Cancelá mi reserva")
    assert code in ask("Sí")
    (cancelled,) = hotel.wait_for_event("reservation.cancelled")
    assert cancelled["data"]["reservation_id"] == code
    assert hotel.rows("SELECT count(*) FROM reservations") == [("1",)]
    assert hotel.rows("SELECT count(*) FROM inbox WHERE state = 'done'") == [("5",)]
    assert hotel.rows("SELECT count(*) FROM dead_letters") == [("0",)]
