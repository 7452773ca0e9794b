"""The chat model's stand-in means what it was taught, and refuses what servers refuse."""

import json

import chat_model
import graph_api
import pytest

MARKER = "guest0123456789abcdef"
SCHEMA = {"type": "object", "properties": {"intent": {"type": "string"}}, "required": ["intent"], "additionalProperties": False}
STRICT = {"type": "json_schema", "json_schema": {"name": "nlu", "strict": True, "schema": SCHEMA}}
TOOL = {"tools": [{"type": "function", "function": {"name": "report", "parameters": SCHEMA}}]}


@pytest.fixture
def model():
    with chat_model.ChatModel() as made:
        made.teach("hay sitio mañana?", "check_availability", date="mañana")
        yield made


def ask(model, text="hay sitio mañana?", key="sk-chat-for-tests", user=None, **more):
    """-> (status, the answer)."""
    user = f"{MARKER}\n{text}\n{MARKER}" if user is None else user
    body = {"model": "m", "messages": [{"role": "system", "content": f"JSON {MARKER}"}, {"role": "user", "content": user}], **more}
    headers = {"Content-Type": "application/json", "Authorization": f"Bearer {key}"}
    status, answer = graph_api.http_call("POST", model.url + "/v1/chat/completions", json.dumps(body).encode(), headers)
    return status, json.loads(answer)


def test_a_text_means_what_was_taught(model):
    status, answer = ask(model, response_format=STRICT)
    said = json.loads(answer["choices"][0]["message"]["content"])
    assert status == 200 and said["intent"] == "check_availability"
    assert said["entities"] == [{"type": "date", "text": "mañana"}]
    assert json.loads(ask(model, "?")[1]["choices"][0]["message"]["content"])["intent"] == "out_of_scope"


def test_a_tool_is_called(model):
    choice = ask(model, **TOOL)[1]["choices"][0]
    assert choice["finish_reason"] == "tool_calls" and choice["message"]["content"] is None
    assert choice["message"]["tool_calls"][0]["function"]["name"] == "report"


@pytest.mark.parametrize(
    "way, more, param",
    [
        ("tools", {"response_format": STRICT}, "response_format"),
        ("json_schema", TOOL, "tools"),
        ("json_schema", {"response_format": {"type": "json_object"}}, "response_format"),
    ],
)
def test_a_way_that_it_does_not_know_is_refused(way, more, param):
    with chat_model.ChatModel(ways=(way,)) as model:
        status, answer = ask(model, **more)
        assert (status, answer["error"]["param"]) == (400, param)


def test_what_servers_refuse_is_refused(model):
    loose = {"type": "json_schema", "json_schema": {"name": "nlu", "strict": True, "schema": SCHEMA | {"required": []}}}
    assert ask(model, response_format=loose)[0] == 400
    assert ask(model, key="sk-other")[0] == 401
    assert ask(model, user="hay sitio mañana?")[0] == 400
    with chat_model.ChatModel(takes_temperature=False) as strict:
        assert ask(strict, temperature=0)[1]["error"]["param"] == "temperature"
