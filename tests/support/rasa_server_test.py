"""Rasa's stand-in means what it was taught, falls back otherwise, and refuses what Rasa refuses."""

import json

import graph_api
import pytest
import rasa_server

TABLE = "mesa para 4 mañana"


@pytest.fixture
def rasa():
    with rasa_server.RasaServer() as made:
        made.teach(TABLE, "make_reservation", entities=[rasa_server.entity(TABLE, "4", "party_size")])
        made.teach("wifi?", "faq", key="faq/wifi")
        yield made


def parse(rasa, body, query="?token=rasa-token-for-tests", path="/model/parse"):
    """-> (status, the answer)."""
    status, answer = graph_api.http_call("POST", rasa.url + path + query, body, {"Content-Type": "application/json"})
    return status, json.loads(answer)


def text(words):
    return json.dumps({"text": words}).encode()


def test_a_text_means_what_was_taught(rasa):
    status, answer = parse(rasa, text(TABLE))
    assert status == 200 and answer["intent"] == {"name": "make_reservation", "confidence": 0.95}
    assert answer["entities"] == [{"entity": "party_size", "start": 10, "end": 11, "value": "4"}]
    answer = parse(rasa, text("wifi?"))[1]
    assert answer["response_selector"]["faq"]["response"]["intent_response_key"] == "faq/wifi"


def test_other_texts_fall_back(rasa):
    answer = parse(rasa, text("otra cosa"))[1]
    assert [rank["name"] for rank in answer["intent_ranking"]] == ["nlu_fallback", "greeting"]


def test_a_server_without_a_model_has_an_empty_intent():
    with rasa_server.RasaServer(has_model=False) as rasa:
        assert parse(rasa, text(TABLE))[1]["intent"] == {"name": None, "confidence": 0.0}


@pytest.mark.parametrize(
    "status, body, query, path",
    [
        (401, text(TABLE), "", "/model/parse"),
        (401, text(TABLE), "?token=other", "/model/parse"),
        (400, b"{", "?token=rasa-token-for-tests", "/model/parse"),
        (400, b'{"text": 7}', "?token=rasa-token-for-tests", "/model/parse"),
        (400, text(TABLE), "?token=rasa-token-for-tests&emulation_mode=WIT", "/model/parse"),
        (404, text(TABLE), "?token=rasa-token-for-tests", "/parse"),
    ],
)
def test_what_rasa_does_not_take_is_refused(rasa, status, body, query, path):
    assert parse(rasa, body, query, path)[0] == status
    assert rasa.asked == []
