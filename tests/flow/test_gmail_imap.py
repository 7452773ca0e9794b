"""A mail becomes a reservation and an answer by IMAP and SMTP, between a real Dovecot and a real Postfix."""

import os
import re
import shutil
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
    def make(**changed):
        host = make_host(gmail_hotel.configuration(config, settings(server, **changed)))
        return ImapHotel(host, server, receiver)

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
    opened = make_hotel(password="wrong")
    opened.host.start(wait=False)
    opened.host.wait_for_log("an operator must make an app password")
    assert server.wait_for(lambda: str(server).count("auth failed")) == 1


def test_a_certificate_of_another_host_is_refused(make_hotel, tmp_path):
    other = tmp_path / "other"
    other.mkdir()
    mail_server.make_certificate(other)
    opened = make_hotel(ca_file=str(other / "cert.pem"))
    opened.host.start(wait=False)  # A channel that cannot read its mailbox is not ready.
    opened.host.wait_for_log("certificate of localhost is not good")


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
