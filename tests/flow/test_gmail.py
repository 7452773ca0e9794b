"""A mail becomes a reservation and an answer in its thread, by the Gmail API; whatever Google does, once."""

import re

import gmail_api
import gmail_hotel
import hotel as hotels
import pytest
import stand_in

GUEST = "lucia@example.com"


@pytest.fixture
def gmail():
    with gmail_api.GmailApi() as stand_in_:
        yield stand_in_


@pytest.fixture
def closed(gmail, receiver, config, make_host):
    """A hotel that is not open yet, on SQLite."""
    host = make_host(gmail_hotel.configuration(config, gmail_hotel.api_settings(gmail)))
    return gmail_hotel.MailHotel(host, gmail, receiver)


@pytest.fixture
def mail_hotel(closed):
    closed.open()
    return closed


def test_a_guest_asks_books_and_cancels_by_mail(mail_hotel):
    thread = mail_hotel.say(GUEST, hotels.ASK)
    gmail = mail_hotel.gmail
    assert "Doble" in gmail.wait_for(lambda: gmail.texts_to(GUEST), timeout_s=60)[0]
    answer = gmail.sent[0]
    assert (answer["Subject"], answer["Auto-Submitted"]) == ("Re: Reserva", "auto-replied")
    assert gmail.mails[list(gmail.mails)[-1]]["threadId"] == thread
    quoted = "\n\nEl mar, 4 ago 2026 a las 10:00, Hotel Sol (<reservas@example.org>) escribió:\n> ¿Dos noches?\n"
    assert "Ana Pérez" in mail_hotel.ask(GUEST, hotels.BOOK + quoted, thread=thread)
    code = re.search(r"Código: (\S+)\.", mail_hotel.ask(GUEST, "Sí" + quoted))[1]
    (created,) = mail_hotel.wait_for_event("reservation.created")
    assert created["data"]["reservation_id"] == code
    assert GUEST not in str(created)
    assert code in mail_hotel.ask(GUEST, "Cancelá mi reserva")
    assert code in mail_hotel.ask(GUEST, "Sí")
    mail_hotel.wait_for_event("reservation.cancelled")
    assert len(gmail.texts_to(GUEST)) == 5


def test_a_mail_that_nobody_announced_is_found_by_the_poll(mail_hotel):
    mail_hotel.gmail.receive("Hola", sender=GUEST)
    mail_hotel.gmail.wait_for(lambda: mail_hotel.gmail.texts_to(GUEST), timeout_s=60)


def test_a_mail_announced_ten_times_is_answered_once(mail_hotel):
    mail_hotel.gmail.receive("Hola", sender=GUEST)
    assert {mail_hotel.push() for _ in range(10)} == {200}
    mail_hotel.gmail.wait_for(lambda: mail_hotel.gmail.texts_to(GUEST), timeout_s=60)
    mail_hotel.ask(GUEST, "Gracias")
    assert len(mail_hotel.gmail.texts_to(GUEST)) == 2


def test_a_burst_over_many_pages_is_answered_whole(mail_hotel):
    mail_hotel.gmail.page_size = 3
    guests = [f"guest{number}@example.com" for number in range(25)]
    for guest in guests:
        mail_hotel.gmail.receive("Hola", sender=guest)
    assert mail_hotel.push() == 200
    mail_hotel.gmail.wait_for(lambda: all(mail_hotel.gmail.texts_to(guest) for guest in guests), timeout_s=120)
    assert len(mail_hotel.gmail.sent) == 25


def test_mails_during_a_stop_are_read_at_the_next_start(mail_hotel):
    mail_hotel.host.stop()
    mail_hotel.gmail.receive("Hola", sender=GUEST)
    mail_hotel.host.start()
    mail_hotel.gmail.wait_for(lambda: mail_hotel.gmail.texts_to(GUEST), timeout_s=60)


def test_a_history_that_is_gone_loses_no_mail(mail_hotel):
    mail_hotel.ask(GUEST, "Hola")
    mail_hotel.host.stop()
    mail_hotel.gmail.receive("Hola", sender="late@example.com")
    mail_hotel.gmail.forget_history()
    mail_hotel.host.start()
    mail_hotel.gmail.wait_for(lambda: mail_hotel.gmail.texts_to("late@example.com"), timeout_s=60)
    assert len(mail_hotel.gmail.texts_to(GUEST)) == 1


@pytest.mark.parametrize("name", ["rate", "user_rate", "backend", "internal", "token"])
def test_a_passing_error_of_the_api_loses_no_mail(mail_hotel, name):
    mail_hotel.gmail.receive("Hola", sender=GUEST)
    mail_hotel.gmail.fail_next(gmail_api.error(name))
    assert mail_hotel.push() == 200
    mail_hotel.gmail.wait_for(lambda: mail_hotel.gmail.texts_to(GUEST), timeout_s=60)


@pytest.mark.parametrize("fault", [gmail_api.NOT_JSON, stand_in.CLOSE, stand_in.CUT], ids=["html", "close", "cut"])
def test_an_answer_that_is_broken_loses_no_mail(mail_hotel, fault):
    mail_hotel.gmail.receive("Hola", sender=GUEST)
    mail_hotel.gmail.fail_next(fault)
    assert mail_hotel.push() == 200
    mail_hotel.gmail.wait_for(lambda: mail_hotel.gmail.texts_to(GUEST), timeout_s=60)


def fail_next_send(gmail, fault):
    may_fail = gmail.may_fail
    gmail.may_fail = lambda request: request.path.endswith("/send") and may_fail(request)
    gmail.fail_next(fault)


def test_a_reply_whose_answer_was_lost_goes_once(mail_hotel):
    gmail = mail_hotel.gmail
    fail_next_send(gmail, stand_in.DROP)
    mail_hotel.say(GUEST, "Hola")
    searched = lambda: [request for request in gmail.requests if "rfc822msgid" in request.query.get("q", "")]  # noqa: E731
    gmail.wait_for(searched, timeout_s=60)
    mail_hotel.ask(GUEST, "Gracias")
    assert len(gmail.texts_to(GUEST)) == 2


def test_an_api_that_never_answers_holds_up_nobody_else(mail_hotel):
    gmail = mail_hotel.gmail
    fail_next_send(gmail, stand_in.STALL)
    mail_hotel.say(GUEST, "Hola")
    gmail.wait_for(lambda: [request for request in gmail.requests if request.path.endswith("/send")], timeout_s=60)
    mail_hotel.ask("otra@example.com", "Hola")


def test_a_mailbox_that_says_that_nothing_is_new_is_found_out_by_the_list(gmail, receiver, config, make_host):
    """Connected and deaf: pushes stay away, and the history is empty."""
    changed = gmail_hotel.configuration(config, gmail_hotel.api_settings(gmail))
    changed["limits"]["channels"] = {"reconcile_every_s": 1}
    hotel = gmail_hotel.MailHotel(make_host(changed), gmail, receiver)
    hotel.open()
    gmail.wait_for(lambda: hotel.rows("SELECT 1 FROM reconciliations"))
    gmail.deaf = True
    gmail.receive("Hola", sender=GUEST)
    gmail.wait_for(lambda: gmail.texts_to(GUEST), timeout_s=60)
    hotel.host.wait_for_log("messages that no webhook had brought were fetched from the provider's list")


@pytest.mark.parametrize("claims", [
    {"aud": "https://other.example/"}, {"email": "other@x.iam.gserviceaccount.com"}, {"email_verified": False},
    {"exp": 1_700_000_000}, {"iss": "https://evil.example"}])  # fmt: skip
def test_a_push_that_is_not_for_us_is_401(mail_hotel, claims):
    assert mail_hotel.push(**claims) == 401
    assert mail_hotel.push() == 200


def test_a_push_without_a_good_token_is_401(mail_hotel):
    gmail = mail_hotel.gmail
    assert mail_hotel.push() == 200
    body = gmail.notification()
    for token in [None, "", "a.b.c", gmail.push_token() + "x"]:
        assert gmail.post(mail_hotel.webhook, body, token)[0] == 401
    assert gmail.post(mail_hotel.webhook, gmail.notification("other@example.org"), gmail.push_token())[0] == 200


def test_a_wrong_audience_is_told_in_the_log(mail_hotel):
    assert mail_hotel.push(aud="https://internal.example/webhooks/mail") == 401
    mail_hotel.host.wait_for_log("https://internal.example/webhooks/mail")


def test_new_keys_of_google_are_fetched_when_they_are_needed(mail_hotel):
    assert mail_hotel.push() == 200
    assert mail_hotel.push(key=mail_hotel.gmail.rotate_keys()) == 200


def test_a_bounce_makes_our_mail_a_failed_one(mail_hotel):
    mail_hotel.ask(GUEST, "Hola")
    (sent,) = mail_hotel.gmail.sent
    report = (
        "From: mailer-daemon@googlemail.com\r\nTo: reservas@example.org\r\nSubject: Delivery Status Notification\r\n"
        "MIME-Version: 1.0\r\nContent-Type: multipart/report; report-type=delivery-status; boundary=b\r\n\r\n"
        "--b\r\n\r\nAddress not found\r\n--b\r\nContent-Type: message/delivery-status\r\n\r\nReporting-MTA: dns; x\r\n\r\n"
        f"Final-Recipient: rfc822; {GUEST}\r\nAction: failed\r\nStatus: 5.1.1\r\n\r\n--b\r\n"
        f"Content-Type: message/rfc822\r\n\r\nMessage-ID: {sent['Message-ID']}\r\n\r\nHola\r\n--b--\r\n"
    ).encode()
    mail_hotel.gmail.receive(None, message=report)
    assert mail_hotel.push() == 200
    mail_hotel.gmail.wait_for(lambda: mail_hotel.rows("SELECT 1 FROM outbox WHERE provider_status = 'failed'"), timeout_s=60)


def test_a_machine_is_never_answered(mail_hotel):
    mail_hotel.say("tienda@example.com", "Ofertas", headers=[("List-Unsubscribe", "<https://example.com/u>")])
    mail_hotel.say("ausente@example.com", "Estoy de vacaciones", headers=[("Auto-Submitted", "auto-replied")])
    mail_hotel.ask(GUEST, "Hola")
    assert len(mail_hotel.gmail.sent) == 1
