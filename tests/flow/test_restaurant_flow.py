"""A restaurant on WhatsApp: a table is reserved, moved and cancelled, and sold once."""

import datetime
import re

import host_process
import hotel as hotels
import pytest

GUEST = "34655010203"
OTHER = "34655010204"
EVERY_DAY = {day: ["12:00-23:30"] for day in ("mon", "tue", "wed", "thu", "fri", "sat", "sun")}


@pytest.fixture
def restaurant(graph, receiver, store, make_host):
    """One table for four, every day, on each store."""
    config = hotels.configuration(graph, receiver, store, host_process.PLUGINS)
    config["hotel"] = {"name": "La Parra"}
    config["plugins"]["frontdesk"]["config"] = {
        "persist": True,
        "restaurant": {
            "tables": [{"area": "indoor", "name": "Salón", "seats": 4, "count": 1}],
            "services": EVERY_DAY,
        },
    }
    config["pipeline"] = [{"channels": ["whatsapp"], "understand": "builtin", "tables": "frontdesk"}]
    host = make_host(config)
    host.start()
    return hotels.Hotel(host, graph, receiver)


def reserve(restaurant, guest):
    """`guest` reserves the table for tomorrow at eight -> the code of his reservation."""
    assert "A nombre de quién" in restaurant.ask(guest, "Reserva 4 personas para mañana a las 20:00")
    assert "Mesa para 4 personas" in restaurant.ask(guest, "A nombre de Ana Pérez")
    return re.search(r"Código: (\S+)\.", restaurant.ask(guest, "Sí"))[1]


def test_a_table_is_reserved_moved_and_cancelled(restaurant):
    code = reserve(restaurant, GUEST)
    (created,) = restaurant.wait_for_event("reservation.created")
    at = created["data"]["date_time"]
    told = {key: created["data"][key] for key in ("reservation_id", "party_size", "restaurant", "status")}
    assert told == {"reservation_id": code, "party_size": 4, "restaurant": "La Parra", "status": "confirmed"}
    assert datetime.datetime.fromisoformat(at).strftime("%H:%M") == "20:00"
    assert restaurant.rows("SELECT date_time, state FROM reservations") == [(at, "confirmed")]

    assert "21:30" in restaurant.ask(GUEST, "Quiero cambiar mi reserva a las 21:30")
    assert "es ahora" in restaurant.ask(GUEST, "Sí")
    (modified,) = restaurant.wait_for_event("reservation.modified")
    assert modified["data"]["date_time"] == at.replace("T20:00", "T21:30")

    assert code in restaurant.ask(GUEST, "Quiero cancelar mi reserva")
    assert code in restaurant.ask(GUEST, "Sí")
    (cancelled,) = restaurant.wait_for_event("reservation.cancelled")
    assert cancelled["data"]["reservation_id"] == code


def test_a_table_is_sold_once_and_the_next_guest_chooses_another_time(restaurant):
    reserve(restaurant, GUEST)
    assert "no queda mesa" in restaurant.ask(OTHER, "Reserva 4 personas para mañana a las 20:00")
    asked = restaurant.graph.sent[-1]
    titles = [button["reply"]["title"] for button in asked["interactive"]["action"]["buttons"]]
    assert titles == ["17:30", "18:00", "22:00"]
    before = len(restaurant.graph.texts_to(OTHER))
    assert restaurant.graph.deliver(restaurant.webhook, [restaurant.graph.button(OTHER, asked, 2)])[0] == 200
    answer = restaurant.graph.wait_for(lambda: restaurant.graph.texts_to(OTHER)[before:])[0]
    assert "A nombre de quién" in answer
    assert "22:00" in restaurant.ask(OTHER, "A nombre de Eva Ruiz")
    assert "Su mesa está reservada" in restaurant.ask(OTHER, "Sí")
    assert len(restaurant.wait_for_event("reservation.created", 2)) == 2
