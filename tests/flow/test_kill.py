"""kill -9 at each step of a message's life, and at random: what was acknowledged is done, once."""

import collections
import concurrent.futures
import random
import threading

import hotel as hotels
import pytest

GUEST = "34655010203"

# Each step at which the test build can kill itself (host/guard/crash_point.hpp), in the order of a message's life.
CRASH_POINTS = [
    "ingress.before_store",
    "ingress.after_store",
    "conversation.after_lease",
    "conversation.after_understand",
    "conversation.before_act",
    "conversation.after_act",
    "conversation.before_commit",
    "conversation.after_commit",
    "delivery.after_lease",
    "delivery.before_send",
    "delivery.after_send",
    "delivery.after_record",
    "events.before_send",
    "events.after_send",
]

# Killed after the channel took a reply and before that was recorded, the host cannot know, and sends it again
# when no status comes: the one case in which a guest may read a reply twice.
IN_DOUBT = {"delivery.after_send"}


def crash_at(hotel, point):
    """The booking's last message meets a host that kills itself at `point`; the vendor carries it until it is taken."""
    for text in hotels.BOOKING[:-1]:
        hotel.ask(GUEST, text)
    hotel.host.restart(crash_at=point)
    vendor = hotels.Vendor(hotel)
    yes = hotel.graph.text(GUEST, "Sí")
    carrying = threading.Thread(target=vendor.carry, args=([yes],))
    carrying.start()
    assert hotel.host.wait_end() == -9, f"{point} was not reached"
    hotel.host.start()
    carrying.join(30)
    assert vendor.acknowledged == {yes["id"]}


@pytest.mark.parametrize("point", CRASH_POINTS)
def test_a_crash_loses_nothing_and_repeats_nothing(hotel, point):
    crash_at(hotel, point)
    (created,) = hotel.wait_for_event("reservation.created")
    assert hotel.rows("SELECT count(*) FROM reservations") == [("1",)]

    # The next messages are answered after what the crash left: by then all of it is seen.
    code = created["data"]["reservation_id"]
    assert code in hotel.ask(GUEST, "Cancelá mi reserva")
    assert code in hotel.ask(GUEST, "Sí")
    hotel.wait_for_event("reservation.cancelled")

    confirmations = [text for text in hotel.graph.texts_to(GUEST) if f"Código: {code}" in text]
    assert len(confirmations) == 1 or (point in IN_DOUBT and len(confirmations) == 2)
    assert len(hotel.events("reservation.created")) == 1
    assert len(hotel.events("reservation.cancelled")) == 1


def test_a_reply_in_doubt_is_not_repeated_once_its_status_came(hotel):
    crash_at(hotel, "delivery.after_send")
    last = hotel.graph.sent[-1]
    assert "Código" in hotel.graph.texts_to(GUEST)[-1]
    assert hotel.graph.deliver(hotel.webhook, statuses=[hotel.graph.status(last, "sent")])[0] == 200
    hotel.ask(GUEST, "Gracias")
    assert len(hotel.graph.texts_to(GUEST)) == 4


def book_until(hotel, vendor, stopping, lane, booked):
    """Guests of a lane book, one after the other; whoever began is served to the end."""
    while not stopping.is_set():
        guest = f"346{lane}{len(booked):07d}"
        booked.append(guest)
        for answers, text in enumerate(hotels.BOOKING, start=1):
            assert vendor.carry([hotel.graph.text(guest, text)])
            hotel.graph.wait_for(lambda: len(hotel.graph.texts_to(guest)) >= answers, timeout_s=120)


def report_until(hotel, vendor, done):
    """Reports each message that the channel took as sent."""
    reported = 0
    while not done.is_set():
        if new := hotel.graph.sent[reported:]:
            vendor.carry(statuses=[hotel.graph.status(sent, "sent") for sent in new])
            reported += len(new)
        else:
            done.wait(0.01)


@pytest.fixture
def patient_hotel(hotel):
    """Gives nothing up and waits long for what was in doubt: a slow machine may be killed many times in one send."""
    often = [0] + [1] * 49
    hotel.host.stop()
    hotel.host.config["limits"] = {
        "conversation": {"lease_s": 5, "retry_s": often},
        "delivery": {"lease_s": 5, "unknown_outcome_wait_s": 10, "retry_replies_s": often, "retry_events_s": often},
    }
    hotel.host.start()
    return hotel


def test_200_random_kills_lose_nothing_and_repeat_nothing(patient_hotel):
    """Guests book, one after the other in four lanes, while the host is killed again and again. The channel reports
    what it took, as it does, so that even replies in doubt are settled."""
    hotel = patient_hotel
    seed = random.randrange(2**32)
    print(f"seed {seed}")
    dice = random.Random(seed)
    vendor = hotels.Vendor(hotel)
    stopping, done = threading.Event(), threading.Event()
    lanes = [[] for _ in range(4)]
    with concurrent.futures.ThreadPoolExecutor() as threads:
        reporting = threads.submit(report_until, hotel, vendor, done)
        booking = [threads.submit(book_until, hotel, vendor, stopping, lane, booked)
                   for lane, booked in enumerate(lanes)]  # fmt: skip
        try:
            for _ in range(200):
                stopping.wait(dice.choice([0.02, 0.5]) * dice.random())  # A short life or a longer one, ...
                hotel.host.kill9()
                hotel.host.start(wait=dice.random() < 0.8)  # ... also one that ends before it is ready.
            hotel.host.wait_ready()
            stopping.set()
            for lane in booking:
                lane.result(timeout=120)
            guests = [guest for lane in lanes for guest in lane]
            events = hotel.wait_for_event("reservation.created", len(guests))
        finally:
            stopping.set()
            done.set()
            vendor.stop()
        reporting.result(timeout=30)

    print(f"{len(guests)} guests")
    assert len(guests) >= 8  # The host was killed at work, not at rest.
    stored = {message_id for (message_id,) in hotel.rows("SELECT message_id FROM inbox")}
    assert vendor.acknowledged - stored == set()
    assert hotel.rows("SELECT lane FROM reservations GROUP BY lane HAVING count(*) > 1") == []
    assert hotel.rows("SELECT count(*) FROM reservations") == [(str(len(guests)),)]
    assert len(events) == len(guests)
    sent = collections.Counter(message["biz_opaque_callback_data"] for message in hotel.graph.sent)
    assert [reference for reference, times in sent.items() if times > 1] == []
    assert len(sent) == len(guests) * len(hotels.BOOKING)
