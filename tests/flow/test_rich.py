"""What a channel can carry beside words: lists, the place on the map, a code, a voice; and a word after the stay."""

import sqlite3

import hotel as hotels
import pytest
import whisper_server

GUEST = "34655010203"
NOTE = b"OggS\x00\x02 a voice note"


@pytest.fixture
def open_hotel(graph, receiver, config, make_host):
    """open_hotel(**changes) -> a hotel whose configuration has them."""

    def make(plugins=(), flow=(), **changes):
        config["plugins"] |= dict(plugins)
        config["pipeline"][0] |= dict(flow)
        host = make_host(config | changes)
        host.start()
        return hotels.Hotel(host, graph, receiver)

    return make


@pytest.fixture
def ears():
    with whisper_server.WhisperServer() as stand_in:
        yield stand_in


def speak(hotel, ears, words):
    """A guest speaks, and something goes to him -> the messages."""
    graph = hotel.graph
    before = len(graph.messages_to(GUEST))
    note = NOTE + words.encode()
    ears.say(note, words)
    assert graph.deliver(hotel.webhook, [graph.file(GUEST, "audio", "audio/ogg; codecs=opus", note)])[0] == 200
    graph.wait_for(lambda: graph.messages_to(GUEST)[before:], timeout_s=60)
    return graph.messages_to(GUEST)[before:]


def with_voice(ears, **mouth):
    return {
        "plugins": {
            "ears": {"use": "speech/whisper", "config": {"url": ears.url + "/v1", "api_key": ears.api_key}},
            "mouth": {"use": "speech/espeak", "config": mouth},
        },
        "flow": {"speech": "ears", "speak": "mouth"},
    }


def test_rooms_come_as_a_list_with_their_prices(open_hotel):
    hotel = open_hotel()
    hotel.ask(GUEST, hotels.ASK)
    interactive = hotel.graph.messages_to(GUEST)[-1]["interactive"]
    (section,) = interactive["action"]["sections"]
    assert (interactive["type"], interactive["action"]["button"]) == ("list", "Ver habitaciones")
    assert [row["title"] for row in section["rows"]] == ["Doble", "Suite"]
    assert all(row["description"] for row in section["rows"])


def test_who_asks_where_the_hotel_is_sees_it_on_the_map(open_hotel, config):
    house = config["hotel"] | {"address": "Calle Mayor 1", "location": {"latitude": -24.7883, "longitude": -65.4106}}
    hotel = open_hotel(hotel=house)
    assert "Calle Mayor 1" in hotel.ask(GUEST, "¿Dónde está el hotel?")
    place = [message["location"] for message in hotel.graph.messages_to(GUEST) if message["type"] == "location"]
    assert place == [{"latitude": -24.7883, "longitude": -65.4106, "name": "Hotel Sol", "address": "Calle Mayor 1"}]


def test_a_reservation_is_shown_as_a_code(open_hotel):
    hotel = open_hotel(flags={})
    for text in hotels.BOOKING:
        before = len(hotel.graph.messages_to(GUEST))
        hotel.say(GUEST, text)
        hotel.graph.wait_for(lambda before=before: hotel.graph.messages_to(GUEST)[before:])
    made = hotel.graph.messages_to(GUEST)[-1]
    code = hotel.wait_for_event("reservation.created")[0]["data"]["reservation_id"]
    assert made["type"] == "image" and code in made["image"]["caption"]
    mime_type, png = hotel.graph.media[made["image"]["id"]]
    assert mime_type == "image/png" and png.startswith(b"\x89PNG")


def test_who_speaks_is_answered_aloud(open_hotel, ears):
    hotel = open_hotel(**with_voice(ears))
    (answer,) = speak(hotel, ears, "Hola")
    assert answer["type"] == "audio" and answer["audio"]["voice"]
    assert hotel.graph.media[answer["audio"]["id"]][1].startswith(b"OggS")
    assert hotel.ask(GUEST, "Hola"), "who writes is answered in writing"


def test_what_cannot_be_spoken_is_written(open_hotel, ears):
    hotel = open_hotel(**with_voice(ears, max_characters=10))
    (answer,) = speak(hotel, ears, "Hola")
    assert answer["type"] == "text"


def test_who_stayed_is_asked_once_for_a_review(open_hotel):
    hotel = open_hotel(reviews={"links": {"Google": "https://g.page/r/hotel-sol"}})
    hotel.book(GUEST)
    hotel.wait_for_event("reservation.created")
    hotel.host.stop()
    database = sqlite3.connect(hotel.host.folder / "data/hotel-sol.db")
    with database:
        database.execute("UPDATE reservations SET last_day = date('now', '-3 days')")
    database.close()
    before = len(hotel.graph.texts_to(GUEST))
    hotel.host.start()
    hotel.graph.wait_for(lambda: hotel.graph.texts_to(GUEST)[before:])
    hotel.host.restart()
    hotel.ask(GUEST, "Gracias")
    asked = [text for text in hotel.graph.texts_to(GUEST)[before:] if "https://g.page/r/hotel-sol" in text]
    assert len(asked) == 1
