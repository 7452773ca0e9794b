"""The mail servers that tests start behave like a provider's: TLS, logins, mailboxes, refusals."""

import email.message
import imaplib
import os
import shutil
import smtplib
import ssl
import tempfile

import mail_server
import pytest

pytestmark = pytest.mark.skipif(os.geteuid() != 0, reason="Postfix and Dovecot are started by root alone")


@pytest.fixture(scope="module")
def server():
    folder = tempfile.mkdtemp(prefix="cjmail")
    with mail_server.MailServer(folder) as running:
        yield running
    shutil.rmtree(folder)


def context(server):
    return ssl.create_default_context(cafile=server.ca_file)


def imap(server, password=None):
    connection = imaplib.IMAP4_SSL("127.0.0.1", server.imap_port, ssl_context=context(server))
    connection.login(server.mailbox, password or server.password)
    return connection


def mail(server, to="lucia@example.com"):
    message = email.message.EmailMessage()
    message["From"], message["To"], message["Subject"], message["Message-ID"] = server.mailbox, to, "Hola", "<a@example.org>"
    message.set_content("¿Qué tal?")
    return message


def test_a_mail_that_comes_in_is_seen_by_imap(server):
    server.receive("Hola")
    connection = imap(server)
    assert connection.select("INBOX")[0] == "OK"
    assert connection.search(None, "ALL")[1] != [b""]
    connection.logout()


def test_a_wrong_password_is_refused_by_both(server):
    with pytest.raises(imaplib.IMAP4.error, match="AUTHENTICATIONFAILED"):
        imap(server, "wrong")
    with smtplib.SMTP_SSL("127.0.0.1", server.smtps_port, context=context(server)) as smtp:
        with pytest.raises(smtplib.SMTPAuthenticationError) as refused:
            smtp.login(server.mailbox, "wrong")
        assert refused.value.smtp_code == 535


@pytest.mark.parametrize("tls", ["implicit", "starttls"])
def test_a_mail_is_delivered_and_filed(server, tls):
    before = len(server.mails_to("lucia@example.com")), len(server.sent())
    if tls == "implicit":
        smtp = smtplib.SMTP_SSL("127.0.0.1", server.smtps_port, context=context(server))
    else:
        smtp = smtplib.SMTP("127.0.0.1", server.submission_port)
        smtp.starttls(context=context(server))
    smtp.login(server.mailbox, server.password)
    smtp.send_message(mail(server))
    smtp.quit()
    server.wait_for(lambda: len(server.mails_to("lucia@example.com")) == before[0] + 1)
    server.wait_for(lambda: len(server.sent()) == before[1] + 1)


def test_nothing_is_taken_without_a_login(server):
    with smtplib.SMTP_SSL("127.0.0.1", server.smtps_port, context=context(server)) as smtp:
        with pytest.raises(smtplib.SMTPRecipientsRefused):
            smtp.send_message(mail(server))
    with smtplib.SMTP("127.0.0.1", server.submission_port) as smtp:
        assert smtp.ehlo()[0] == 250 and not smtp.has_extn("auth")


def test_a_recipient_is_refused_on_demand(server):
    server.stop_smtp()
    server.refuse("nadie@example.com", "550 5.1.1 no such user")
    server.start_smtp()
    with smtplib.SMTP_SSL("127.0.0.1", server.smtps_port, context=context(server)) as smtp:
        smtp.login(server.mailbox, server.password)
        with pytest.raises(smtplib.SMTPRecipientsRefused) as refused:
            smtp.send_message(mail(server, "nadie@example.com"))
    assert refused.value.recipients["nadie@example.com"][0] == 550


def test_the_inbox_is_numbered_anew_on_demand(server):
    server.receive("Hola")
    numbers = []
    for _ in range(2):
        connection = imap(server)
        connection.select("INBOX")
        numbers.append(connection.response("UIDVALIDITY")[1])
        connection.logout()
        server.stop_imap()
        server.number_anew()
        server.start_imap()
    assert numbers[0] != numbers[1]
