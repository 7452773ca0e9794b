"""A mail becomes a reservation and an answer by IMAP and SMTP, between a real Dovecot and a real Postfix."""

import email.message
import email.policy
import json
import os
import re
import shutil
import sqlite3
import tempfile

import gmail_hotel
import hotel as hotels
import mail_server
import pytest

GUEST = "lucia@example.com"

pytestmark = pytest.mark.skipif(os.geteuid() != 0, reason="Postfix and Dovecot are started by root alone")


def settings(server, **changed):
    return {
        "transport": "imap", "mailbox": server.mailbox, "display_name": "Hotel Sol", "password": server.password,
        "authserv_id": "mail.example.org", "poll_s": 10, "ca_file": server.ca_file,
        "imap_host": "localhost", "imap_port": server.imap_port,
        "smtp_host": "localhost", "smtp_port": server.smtps_port,
    } | changed  # fmt: skip


class ImapHotel(hotels.Hotel):
    def __init__(self, host, server, receiver):
        super().__init__(host, None, receiver)
        self.server = server

    def open(self):
        """Starts the host, and waits until it knows where the mailbox ends."""
        self.host.start()
        self.server.wait_for(lambda: self.rows("SELECT 1 FROM plugin_kv WHERE key = 'imap'"))

    def ask(self, guest, text, **about):
        before = len(self.server.texts_to(guest))
        self.server.receive(text, sender=guest, **about)
        return self.server.wait_for(lambda: self.server.texts_to(guest)[before:])[0]


@pytest.fixture
def server():
    folder = tempfile.mkdtemp(prefix="cjmail")
    with mail_server.MailServer(folder) as running:
        yield running
    shutil.rmtree(folder)


@pytest.fixture
def make_hotel(server, receiver, config, make_host):
    def make(limits=None, **changed):
        configuration = gmail_hotel.configuration(config, settings(server, **changed))
        configuration["limits"] |= limits or {}
        return ImapHotel(make_host(configuration), server, receiver)

    return make


@pytest.fixture
def mail_hotel(make_hotel):
    opened = make_hotel()
    opened.open()
    return opened


def test_a_guest_asks_books_and_cancels(mail_hotel):
    message_id = mail_hotel.server.receive(hotels.ASK, sender=GUEST)
    assert "Doble" in mail_hotel.server.wait_for(lambda: mail_hotel.server.texts_to(GUEST))[0]
    (answer,) = mail_hotel.server.mails_to(GUEST)
    assert (answer["Subject"], answer["In-Reply-To"], answer["References"]) == ("Re: Reserva", message_id, message_id)
    assert "Ana Pérez" in mail_hotel.ask(GUEST, hotels.BOOK)
    code = re.search(r"Código: (\S+)\.", mail_hotel.ask(GUEST, "Sí"))[1]
    (created,) = mail_hotel.wait_for_event("reservation.created")
    assert created["data"]["reservation_id"] == code
    assert code in mail_hotel.ask(GUEST, "Cancelá mi reserva")
    assert code in mail_hotel.ask(GUEST, "Sí")
    mail_hotel.wait_for_event("reservation.cancelled")
    assert len(mail_hotel.server.mails_to(GUEST)) == 5


def test_it_sends_by_starttls(make_hotel, server):
    opened = make_hotel(smtp_tls="starttls", smtp_port=server.submission_port)
    opened.open()
    opened.ask(GUEST, "Hola")


def test_a_connection_that_is_lost_is_made_again(mail_hotel):
    mail_hotel.ask(GUEST, "Hola")
    mail_hotel.server.stop_imap()
    mail_hotel.server.receive("Hola", sender="late@example.com")
    mail_hotel.host.wait_for_log("the mailbox cannot be read")
    mail_hotel.server.start_imap()
    mail_hotel.server.wait_for(lambda: mail_hotel.server.texts_to("late@example.com"))
    assert len(mail_hotel.server.texts_to(GUEST)) == 1


def test_mails_during_a_stop_are_read_at_the_next_start(mail_hotel):
    mail_hotel.host.stop()
    mail_hotel.server.receive("Hola", sender=GUEST)
    mail_hotel.host.start()
    mail_hotel.server.wait_for(lambda: mail_hotel.server.texts_to(GUEST))


def test_an_inbox_that_is_numbered_anew_loses_and_doubles_nothing(mail_hotel):
    mail_hotel.ask(GUEST, "Hola")
    mail_hotel.host.stop()
    mail_hotel.server.stop_imap()
    mail_hotel.server.number_anew()
    mail_hotel.server.receive("Hola", sender="late@example.com")
    mail_hotel.server.start_imap()
    mail_hotel.host.start()
    mail_hotel.server.wait_for(lambda: mail_hotel.server.texts_to("late@example.com"))
    mail_hotel.ask(GUEST, "Gracias")
    assert len(mail_hotel.server.texts_to(GUEST)) == 2


def test_a_submission_server_that_is_away_costs_time_and_no_reply(mail_hotel):
    mail_hotel.server.stop_smtp()
    mail_hotel.server.receive("Hola", sender=GUEST)
    mail_hotel.server.wait_for(lambda: mail_hotel.rows("SELECT 1 FROM outbox WHERE attempts > 0"))
    mail_hotel.server.start_smtp()
    mail_hotel.server.wait_for(lambda: mail_hotel.server.texts_to(GUEST))


def test_a_recipient_that_is_refused_is_a_dead_letter_with_its_reason(mail_hotel):
    mail_hotel.server.stop_smtp()
    mail_hotel.server.refuse(GUEST, "550 5.1.1 no such user")
    mail_hotel.server.start_smtp()
    mail_hotel.server.receive("Hola", sender=GUEST)
    mail_hotel.server.wait_for(lambda: mail_hotel.rows("SELECT 1 FROM dead_letters WHERE reason LIKE '%5.1.1%'"))


def test_a_wrong_password_is_told_and_not_tried_again(make_hotel, server):
    """Nor by the questions about health and for lists: the account would be locked."""
    opened = make_hotel(password="wrong", limits=OFTEN)
    opened.host.start(wait=False)
    opened.host.wait_for_log("an operator must make an app password")
    opened.host.wait_for_log("the channel is down")  # Which takes two questions.
    assert server.wait_for(lambda: str(server).count("auth failed")) == 1


def test_a_password_that_is_no_longer_good_is_not_tried_again(make_hotel, server):
    opened = make_hotel(limits=OFTEN)
    opened.open()
    opened.host.wait_for_log("the channel is online")
    server.change_password("another")
    opened.host.wait_for_log("the channel is down")
    opened.host.wait_for_log("the provider's list could not be read")
    assert str(server).count("auth failed") == 1


def test_a_password_that_no_login_can_carry_is_told(make_hotel):
    opened = make_hotel(password="contraseña", limits=OFTEN)
    opened.host.start(wait=False)
    opened.host.wait_for_log("user or password has other characters than ASCII's")
    opened.host.wait_for_log("the channel is down")


def test_a_certificate_of_another_host_is_refused(make_hotel, tmp_path):
    other = tmp_path / "other"
    other.mkdir()
    mail_server.make_certificate(other)
    opened = make_hotel(ca_file=str(other / "cert.pem"))
    opened.host.start(wait=False)  # A channel that cannot read its mailbox is not ready.
    opened.host.wait_for_log("certificate of localhost is not good")


OFTEN = {"channels": {"health_every_s": 1, "reconcile_every_s": 1}}
RECEIPT = b"%PDF-1.4 pago %%EOF"


def with_receipt(file=RECEIPT):
    """A mail with a file, as bytes."""
    mail = email.message.EmailMessage()
    mail["From"], mail["To"], mail["Subject"], mail["Message-ID"] = GUEST, "reservas@example.org", "Pago", "<pago@example.com>"
    mail.set_content("Hola, aquí está el comprobante")
    mail.add_attachment(file, maintype="application", subtype="pdf", filename="pago.pdf")
    return mail.as_bytes(policy=email.policy.SMTP)


def test_a_file_that_a_guest_sends_is_kept(mail_hotel):
    mail_hotel.server.receive(None, message=with_receipt())
    mail_hotel.server.wait_for(lambda: mail_hotel.rows("SELECT 1 FROM media_files WHERE state = 'kept'"))
    ((name, kind),) = mail_hotel.rows("SELECT lane, mime_type FROM media_files")
    assert kind == "application/pdf"
    assert (mail_hotel.host.folder / "data/media" / name).read_bytes() == RECEIPT


def test_a_file_over_the_hotels_limit_is_not_kept(make_hotel):
    opened = make_hotel(limits={"media": {"max_bytes": 1024}})
    opened.open()
    opened.server.receive(None, message=with_receipt(file=b"x" * 1025))
    opened.server.wait_for(lambda: opened.rows("SELECT 1 FROM media_files WHERE state = 'failed'"))
    assert not (opened.host.folder / "data/media").exists()


def test_a_mail_that_the_receiver_passed_over_is_found_by_the_list(make_hotel):
    opened = make_hotel(limits=OFTEN)
    opened.open()
    opened.server.wait_for(lambda: opened.rows("SELECT 1 FROM reconciliations"))
    opened.host.stop()
    opened.server.receive("Hola", sender=GUEST)
    pass_over(opened, mails=1)
    opened.host.start()
    assert opened.server.wait_for(lambda: opened.server.texts_to(GUEST))
    opened.host.wait_for_log("messages that no webhook had brought were fetched from the provider's list")
    opened.ask("otra@example.com", "Hola")  # Some rounds later.
    assert len(opened.server.texts_to(GUEST)) == 1


def pass_over(hotel, mails):
    """The position in the inbox is `mails` further than it should be."""
    with sqlite3.connect(hotel.host.folder / "data/hotel-sol.db") as database:
        ((value,),) = database.execute("SELECT value FROM plugin_kv WHERE key = 'imap'")
        position = json.loads(value)
        position["uid"] += mails
        database.execute("UPDATE plugin_kv SET value = ? WHERE key = 'imap'", [json.dumps(position).encode()])


def test_a_reply_whose_answer_was_lost_is_found_in_sent_and_goes_once(make_hotel, server):
    with mail_server.LossyRelay(server) as relay:
        opened = make_hotel(smtp_port=relay.port)
        opened.open()
        opened.ask(GUEST, "Hola")
        opened.host.wait_for_log("reply sent with unknown outcome")
        server.wait_for(lambda: opened.rows("SELECT 1 FROM outbox WHERE kind = 'reply' AND state = 'sent'"))
        opened.ask(GUEST, "Gracias")
        assert relay.losses == 0
    assert len(server.texts_to(GUEST)) == 2


@pytest.mark.parametrize("point", ["delivery.before_send", "delivery.after_send"])
def test_a_host_that_dies_about_a_reply_sends_it_once(make_hotel, server, point):
    opened = make_hotel()
    opened.open()
    opened.host.stop()
    opened.host.start(crash_at=point)
    server.receive("Hola", sender=GUEST)
    opened.host.wait_end(timeout_s=60)
    opened.host.start()
    server.wait_for(lambda: opened.rows("SELECT 1 FROM outbox WHERE kind = 'reply' AND state = 'sent'"))
    opened.ask("otra@example.com", "Hola")
    assert len(server.texts_to(GUEST)) == 1


def test_health_says_when_the_mailbox_is_away_and_when_it_is_back(make_hotel, server):
    opened = make_hotel(limits=OFTEN)
    opened.open()
    opened.host.wait_for_log("the channel is online")
    server.stop_imap()
    opened.host.wait_for_log("the channel is degraded")
    server.start_imap()
    server.wait_for(lambda: opened.host.log.count("the channel is online") == 2)


def test_health_says_that_a_password_is_no_longer_good(make_hotel, server):
    opened = make_hotel(limits=OFTEN)
    opened.open()
    opened.host.wait_for_log("the channel is online")
    server.change_password("another")
    opened.host.wait_for_log("the channel is down")
    assert "app password" in opened.host.log


def test_a_connection_that_has_gone_deaf_is_given_up(mail_hotel):
    """Connected and deaf: the connection stands, and nothing comes by it."""
    mail_hotel.ask(GUEST, "Hola")
    mail_hotel.server.deafen()
    mail_hotel.server.receive("Hola", sender="late@example.com")
    mail_hotel.server.wait_for(lambda: mail_hotel.server.texts_to("late@example.com"), timeout_s=150)
    assert len(mail_hotel.server.texts_to(GUEST)) == 1


def test_a_large_attachment_comes_in_as_media(mail_hotel):
    boundary = "b"
    body = (
        f"From: {GUEST}\r\nTo: reservas@example.org\r\nSubject: Pago\r\nMIME-Version: 1.0\r\nMessage-ID: <p@example.com>\r\n"
        f"Content-Type: multipart/mixed; boundary={boundary}\r\n\r\n--{boundary}\r\nContent-Type: text/plain\r\n\r\nHola\r\n"
        f"--{boundary}\r\nContent-Type: application/pdf; name=pago.pdf\r\n\r\n" + "x" * 70 + "\r\n"
    ) + ("y" * 70 + "\r\n") * 30_000 + f"--{boundary}--\r\n"
    mail_hotel.server.receive(None, message=body.encode())
    mail_hotel.server.wait_for(lambda: mail_hotel.server.texts_to(GUEST))
    assert mail_hotel.rows("SELECT count(*) FROM inbox WHERE payload LIKE '%pago.pdf%'") == [("1",)]
