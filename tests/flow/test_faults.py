"""The neighbours misbehave, each in one way: the guest is answered and the staff is told all the same, once."""

import graph_api
import hotel as hotels
import pytest
import stand_in
import webhook_receiver

GUEST = "34655010203"


def answers(hotel):
    return hotel.graph.texts_to(GUEST)


@pytest.mark.parametrize("name", ["throughput", "pair_rate", "unavailable", "unknown", "token"])
def test_a_passing_error_of_the_channel_is_tried_again(small_hotel, name):
    small_hotel.graph.fail_next(graph_api.error(name))
    small_hotel.ask(GUEST, "Hola")
    assert len(small_hotel.graph.posts) == 2


def test_an_answer_of_the_channel_that_is_no_json_is_tried_again(small_hotel):
    small_hotel.graph.fail_next(graph_api.NOT_JSON)
    small_hotel.ask(GUEST, "Hola")
    assert len(small_hotel.graph.posts) == 2


def test_a_lasting_error_of_the_channel_is_a_dead_letter_with_its_reason(hotel):
    hotel.graph.fail_next(graph_api.error("undeliverable"))
    hotel.say(GUEST, "Hola")
    hotel.graph.wait_for(lambda: hotel.rows("SELECT 1 FROM dead_letters WHERE reason LIKE '%131026%'"))
    assert len(hotel.graph.posts) == 1


def test_a_window_that_closed_meanwhile_is_passed_by_a_template(hotel):
    hotel.graph.fail_next(graph_api.error("window"))
    assert "Hotel Sol" in hotel.ask(GUEST, "Hola")
    (sent,) = hotel.graph.sent
    assert (sent["type"], sent["template"]["name"]) == ("template", "reply_waiting")


def test_a_closed_window_without_a_template_is_a_dead_letter_that_names_the_setting(graph, receiver, config, make_host):
    del config["plugins"]["whatsapp"]["reply_template"]
    host = make_host(config)
    host.start()
    hotel = hotels.Hotel(host, graph, receiver)
    graph.fail_next(graph_api.error("window"))
    hotel.say(GUEST, "Hola")
    graph.wait_for(lambda: hotel.rows("SELECT 1 FROM dead_letters WHERE reason LIKE '%whatsapp.reply_template%'"))
    assert len(graph.posts) == 1


@pytest.mark.parametrize("fault", [stand_in.CUT, stand_in.DROP], ids=["cut", "drop"])
def test_a_reply_whose_answer_was_lost_is_not_sent_again_once_its_status_came(hotel, fault):
    """The channel took the reply and could not say so; its delivery status settles it."""
    hotel.graph.fail_next(fault)
    hotel.say(GUEST, "Hola")
    sent = hotel.graph.wait_for(lambda: hotel.graph.sent)[0]
    assert hotel.graph.deliver(hotel.webhook, statuses=[hotel.graph.status(sent, "sent")])[0] == 200
    hotel.graph.wait_for(lambda: hotel.rows("SELECT 1 FROM outbox WHERE kind = 'reply' AND state = 'sent'"))
    hotel.ask(GUEST, "Gracias")
    assert len(answers(hotel)) == 2


def test_a_reply_that_the_channel_never_took_is_sent_after_the_wait(hotel):
    hotel.graph.fail_next(stand_in.CLOSE)
    hotel.ask(GUEST, "Hola")
    assert len(answers(hotel)) == 1


def test_a_channel_that_never_answers_holds_up_nobody_else(small_hotel):
    small_hotel.graph.fail_next(stand_in.STALL)
    small_hotel.say(GUEST, "Hola")
    small_hotel.graph.wait_for(lambda: small_hotel.graph.posts)
    small_hotel.ask("34655010204", "Hola")


def test_a_slow_channel_is_waited_for(small_hotel):
    small_hotel.graph.fail_next(stand_in.slow(1.0))
    small_hotel.ask(GUEST, "Hola")
    small_hotel.ask(GUEST, "Gracias")
    assert len(answers(small_hotel)) == 2


@pytest.mark.parametrize(
    "fault",
    [webhook_receiver.ERROR, stand_in.CLOSE, stand_in.DROP, stand_in.STALL, webhook_receiver.REDIRECT],
    ids=["500", "close", "drop", "stall", "redirect"],
)
def test_an_event_that_was_not_taken_is_delivered_again_under_the_same_id(small_hotel, fault):
    small_hotel.receiver.fail_next(fault)
    small_hotel.book(GUEST)
    small_hotel.wait_for_event("reservation.created")
    small_hotel.receiver.wait_for(lambda: len(small_hotel.receiver.requests) == 2)
    ids = {request.headers["webhook-id"] for request in small_hotel.receiver.requests}
    assert len(ids) == 1
    assert len(small_hotel.events("reservation.created")) == 1


def test_a_receiver_that_asks_for_a_pause_gets_it(small_hotel):
    small_hotel.receiver.fail_next(webhook_receiver.too_many(2))
    small_hotel.book(GUEST)
    small_hotel.wait_for_event("reservation.created")
    first, second = small_hotel.receiver.requests
    assert second.at - first.at >= 2.0


def test_a_receiver_that_is_gone_is_not_asked_again(hotel):
    hotel.receiver.fail_next(webhook_receiver.GONE)
    hotel.book(GUEST)
    hotel.receiver.wait_for(lambda: hotel.rows("SELECT 1 FROM dead_letters WHERE reason LIKE '%410%'"))
    assert len(hotel.receiver.requests) == 1
    assert len(answers(hotel)) == 3  # The guest has been served.


@pytest.mark.parametrize(
    "fault",
    [
        {"method": "create", "times": 1, "error": "retry"},
        {"method": "create", "times": 1, "error": "deadline", "after_write": True},
        {"method": "availability", "times": 1, "error": "retry"},
    ],
    ids=["create", "create, unknown outcome", "availability"],
)
def test_a_passing_trouble_of_the_pms_ends_in_one_reservation(config, make_host, graph, receiver, fault):
    config["plugins"]["frontdesk"]["config"]["faults"] = [fault]
    host = make_host(config)
    host.start()
    hotel = hotels.Hotel(host, graph, receiver)
    for text in hotels.BOOKING:
        hotel.ask(GUEST, text)
    hotel.wait_for_event("reservation.created")
    reservations = hotel.ask(GUEST, "¿Cómo está mi reserva?")
    assert reservations.count("Doble") == 1, reservations


def test_attempts_are_logged(hotel):
    hotel.receiver.fail_next(webhook_receiver.ERROR)
    hotel.book(GUEST)
    hotel.wait_for_event("reservation.created")
    hotel.receiver.wait_for(lambda: len(logged(hotel)) == 2)
    assert logged(hotel) == [("1", "failed", "500"), ("2", "sent", "204")]


def logged(hotel):
    return hotel.rows("SELECT attempt, result, http_status FROM notification_logs ORDER BY attempt")
