"""A hotel whose guests write mails: the host between the Gmail API's stand-in, or mail servers, and a receiver."""

import copy
import json

import hotel as hotels


def configuration(base, settings):
    """The flow tests' pipeline with the channel `mail` in the place of WhatsApp."""
    config = copy.deepcopy(base)
    del config["plugins"]["whatsapp"]
    config["plugins"]["mail"] = {"use": "channel/gmail", "required": True, "config": settings}
    config["pipeline"][0]["channels"] = ["mail"]
    return config


def api_settings(gmail):
    return {
        "transport": "api", "mailbox": gmail.mailbox, "display_name": "Hotel Sol", "poll_s": 10,
        "client_id": gmail.client_id, "client_secret": gmail.client_secret, "refresh_token": gmail.refresh_token,
        "topic": gmail.topic, "push_audience": gmail.audience, "push_service_account": gmail.push_account,
        "api_url": gmail.url, "token_url": gmail.url + "/token", "keys_url": gmail.url + "/certs",
    }  # fmt: skip


class MailHotel(hotels.Hotel):
    """Guests are addresses. The mails go by the Gmail API."""

    def __init__(self, host, gmail, receiver):
        super().__init__(host, None, receiver)
        self.gmail = gmail

    @property
    def webhook(self):
        return self.host.url + "/webhooks/mail"

    def open(self):
        """Starts the host, and waits until it knows where the mailbox ends: what comes from now on is its to answer."""
        self.host.start()
        self.gmail.wait_for(lambda: self.gmail.watches and self.rows("SELECT 1 FROM plugin_kv WHERE key = 'history'"))

    def push(self, **claims):
        """Announces, again and again as Pub/Sub does until it is acknowledged -> the status."""
        return self.gmail.wait_for(lambda: (status := self.gmail.push(self.webhook, **claims)[0]) != 503 and status)

    def say(self, guest, text, **about):
        mail = self.gmail.receive(text, sender=guest, **about)
        assert self.push() == 200
        return mail

    def ask(self, guest, text, **about):
        before = len(self.gmail.texts_to(guest))
        self.say(guest, text, **about)
        return self.gmail.wait_for(lambda: self.gmail.texts_to(guest)[before:], timeout_s=60)[0]

    def messages(self):
        """What the host has stored, in order: the decoded messages."""
        return [json.loads(row[0]) for row in self.rows("SELECT payload FROM inbox ORDER BY seq")]
