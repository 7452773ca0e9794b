"""Voice notes and words that somebody else understands: the host between a transcription server, Rasa, a language model."""

import chat_model
import hotel as hotels
import pytest
import rasa_server
import whisper_server

GUEST = "34655010203"
NOTE = b"OggS\x00\x02 a voice note"


@pytest.fixture
def ears():
    with whisper_server.WhisperServer() as stand_in:
        yield stand_in


@pytest.fixture
def rasa():
    with rasa_server.RasaServer() as stand_in:
        yield stand_in


@pytest.fixture
def model():
    with chat_model.ChatModel(ways=("tools",), takes_temperature=False) as stand_in:
        yield stand_in


@pytest.fixture
def open_hotel(graph, receiver, config, make_host):
    """open_hotel(name, use, config, **flow) -> a hotel with one more plugin, and changes of its flow."""

    def make(name, use, settings, **flow):
        config["plugins"][name] = {"use": use, "config": settings}
        config["pipeline"][0] |= flow
        host = make_host(config)
        host.start()
        return hotels.Hotel(host, graph, receiver)

    return make


def send_note(hotel, note=NOTE):
    """A guest speaks, and is answered -> the answer's text."""
    graph = hotel.graph
    before = len(graph.texts_to(GUEST))
    assert graph.deliver(hotel.webhook, [graph.file(GUEST, "audio", "audio/ogg; codecs=opus", note)])[0] == 200
    return graph.wait_for(lambda: graph.texts_to(GUEST)[before:], timeout_s=60)[0]


def test_a_voice_note_is_answered_like_its_words(open_hotel, ears):
    hotel = open_hotel("ears", "speech/whisper", {"url": ears.url + "/v1", "api_key": ears.api_key}, speech="ears")
    ears.say(NOTE, " " + hotels.ASK, whisper_server.segment(" Subtítulos por la comunidad.", no_speech_prob=0.95, avg_logprob=-1.1))
    assert send_note(hotel) == hotel.ask("34655010204", hotels.ASK)
    assert ears.uploads[0]["file"] == ("voice.ogg", "audio/ogg", NOTE)


def test_a_guest_means_what_rasa_says_and_when_we_say(open_hotel, rasa):
    words = "abracadabra del 10 al 12 de diciembre, 2 personas"
    rasa.teach(words, "check_availability", entities=[rasa_server.entity(words, "10", "time", "1999-01-01")])
    hotel = open_hotel("rasa", "nlu/rasa", {"url": rasa.url, "token": rasa.token}, understand="rasa")
    answer = hotel.ask(GUEST, words)
    assert "10 de diciembre" in answer and "12 de diciembre" in answer
    assert rasa.asked == [words]


def test_a_guest_is_understood_while_rasa_is_away(open_hotel, rasa):
    hotel = open_hotel("rasa", "nlu/rasa", {"url": rasa.url, "token": rasa.token}, understand="rasa")
    rasa.close()
    hotel.book(GUEST)
    hotel.wait_for_event("reservation.created")


def test_a_guest_means_what_a_model_says_and_when_we_say(open_hotel, model):
    words = "abracadabra del 10 al 12 de diciembre, 2 personas"
    model.teach(words, "check_availability", date="del 10 al 12 de diciembre", code="XYZ")
    hotel = open_hotel("llm", "nlu/llm", {"url": model.url + "/v1", "api_key": model.api_key}, understand="llm")
    answer = hotel.ask(GUEST, words)
    assert "10 de diciembre" in answer and "12 de diciembre" in answer
    assert model.asked == [words]
