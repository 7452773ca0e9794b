"""What the host does about its channels unasked: it finds what no webhook brought, restarts what hangs, learns what became of
a reply, and keeps the files that guests send."""

import re

import hotel as hotels
import pytest
import stand_in
import test_twilio_flow as by_twilio
import twilio_api
import waha_api

GUEST = "34655010203"
OFTEN = {"channels": {"health_every_s": 1, "reconcile_every_s": 1}}


@pytest.fixture
def waha():
    with waha_api.WahaApi() as api:
        yield api


@pytest.fixture
def linked(config, waha, make_host):
    """A host that watches WAHA closely; it has looked at it once."""
    config["plugins"].pop("whatsapp")
    config["plugins"]["waha"] = {"use": "channel/waha", "required": True,
                                 "config": {"url": waha.url, "api_key": waha.key, "hmac_key": waha.hmac_key}}  # fmt: skip
    config["pipeline"][0]["channels"] = ["waha"]
    config["limits"] = OFTEN
    host = make_host(config)
    host.start()
    host.wait_for_log("the channel is online")
    return host


@pytest.fixture
def twilio():
    with twilio_api.TwilioApi() as api:
        yield api


@pytest.fixture
def open_hotel(twilio, receiver, make_host):
    """open_hotel(limits) -> TwilioHotel, open."""

    def make(limits):
        twilio.contents[by_twilio.YES_NO] = {"types": {"twilio/quick-reply": {"body": "{{1}}", "actions": [
            {"type": "QUICK_REPLY", "title": "Sí", "id": "{{2}}"}, {"type": "QUICK_REPLY", "title": "No", "id": "{{3}}"}]}}}  # fmt: skip
        config = by_twilio.configuration(twilio, receiver, "sqlite:data/hotel-sol.db")
        config["limits"] = limits
        host = make_host(config)
        host.start()
        return by_twilio.TwilioHotel(host, twilio, receiver)

    return make


def test_a_message_that_no_webhook_brought_is_answered(linked, waha):
    waha.lose(waha.text(GUEST, "Hola"))
    waha.wait_for(lambda: waha.texts_to(GUEST))
    linked.wait_for_log("messages that no webhook had brought were fetched from the provider's list")
    assert 'messages_recovered_total{channel="waha"} 1' in linked.get('/metrics')[1].decode()


def test_a_message_that_a_webhook_brought_is_answered_once(linked, waha):
    assert waha.deliver(linked.url + "/webhooks/waha", "message.any", waha.text(GUEST, "Hola"))[0] == 200
    waha.wait_for(lambda: waha.texts_to(GUEST))
    waha.lose(waha.text(GUEST, "Gracias"))  # A whole round after it.
    waha.wait_for(lambda: waha.texts_to(GUEST)[1:])
    assert len(waha.texts_to(GUEST)) == 2


def test_a_message_whose_webhook_was_lost_for_good_is_answered(open_hotel, twilio):
    """Twilio repeats nothing that it got a wrong answer to."""
    hotel = open_hotel(OFTEN)
    twilio.wait_for(lambda: hotel.rows("SELECT 1 FROM reconciliations"))
    twilio.inbound(GUEST, "Hola")
    twilio.wait_for(lambda: twilio.texts_to(GUEST))
    hotel.host.wait_for_log("messages that no webhook had brought were fetched from the provider's list")


def test_a_session_that_has_failed_is_restarted_and_what_it_missed_is_answered(linked, waha):
    waha.status = "FAILED"
    waha.lose(waha.text(GUEST, "Hola"))
    waha.wait_for(lambda: waha.texts_to(GUEST))
    assert waha.restarts == ["FAILED"]
    linked.wait_for_log("the channel's provider is asked to restart")


def test_a_reply_whose_answer_was_lost_is_known_by_the_list(open_hotel, twilio):
    hotel = open_hotel({"delivery": {"unknown_outcome_wait_s": 1}})
    twilio.fail_next(stand_in.DROP)
    hotel.say(GUEST, "Hola")
    twilio.wait_for(lambda: hotel.rows("SELECT 1 FROM outbox WHERE kind = 'reply' AND state = 'sent'"))
    assert len(twilio.sent) == 1


def test_a_file_is_kept_beside_the_store(open_hotel, twilio):
    hotel = open_hotel({})
    receipt = twilio_api.Media(twilio.new_sid("ME"), "image/jpeg", b"\xff\xd8jpeg\xff\xd9", not_yet=1)
    sid = hotel.say(GUEST, "Aquí está el comprobante", media=[receipt])
    twilio.wait_for(lambda: hotel.rows("SELECT 1 FROM media_files WHERE state = 'kept'"), timeout_s=60)
    ((name, kind, size, message),) = hotel.rows("SELECT lane, mime_type, size_bytes, message_id FROM media_files")
    assert (kind, size, message) == ("image/jpeg", str(len(receipt.content)), sid)
    assert re.fullmatch(r"m_\w+", name)
    assert (hotel.host.folder / "data/media" / name).read_bytes() == receipt.content


def test_a_file_that_is_too_large_is_not_kept(open_hotel, twilio):
    hotel = open_hotel({"media": {"max_bytes": 1024}})
    video = twilio_api.Media(twilio.new_sid("ME"), "video/mp4", b"v" * 1025)
    hotel.say(GUEST, "Mire", media=[video])
    twilio.wait_for(lambda: hotel.rows("SELECT 1 FROM media_files WHERE state = 'failed'"))
    assert not (hotel.host.folder / "data/media").exists()
