"""The transcription server's stand-in says what was laid down, and refuses what the servers refuse."""

import json

import graph_api
import pytest
import whisper_server

NOTE = b"OggS\x00\r\n--voice"


@pytest.fixture
def server():
    with whisper_server.WhisperServer() as made:
        made.say(NOTE, " Hola.", whisper_server.segment(" Gracias.", no_speech_prob=0.9, avg_logprob=-1.3))
        yield made


def form(model="whisper-1", file=NOTE, name="voice.ogg", kind="audio/ogg", **fields):
    """A body by its parts; None: left out."""
    parts = [(key, text.encode(), "") for key, text in {"model": model, **fields}.items() if text is not None]
    if file is not None:
        parts.append((f'file"; filename="{name}', file, f"\r\nContent-Type: {kind}"))
    body = b"".join(b'--xyz\r\nContent-Disposition: form-data; name="%s"%s\r\n\r\n%s\r\n' % (key.encode(), more.encode(), text)
                    for key, text, more in parts)  # fmt: skip
    return body + b"--xyz--\r\n"


def post(server, body, path="/v1/audio/transcriptions", key="sk-whisper-for-tests", kind="multipart/form-data; boundary=xyz"):
    """-> (status, the answer as JSON)."""
    headers = {"Content-Type": kind, "Authorization": f"Bearer {key}"}
    status, answer = graph_api.http_call("POST", server.url + path, body, headers)[:2]
    return status, json.loads(answer)


def test_an_audio_says_what_was_laid_down(server):
    assert post(server, form()) == (200, {"text": " Hola. Gracias."})
    status, answer = post(server, form(response_format="verbose_json", language="es", prompt="Hotel Sol"))
    assert status == 200 and answer["language"] == "spanish"
    assert [part["avg_logprob"] for part in answer["segments"]] == [-0.2, -1.3]
    assert server.uploads[-1] == {
        "model": "whisper-1", "language": "es", "prompt": "Hotel Sol", "response_format": "verbose_json",
        "file": ("voice.ogg", "audio/ogg", NOTE)}  # fmt: skip


def test_another_audio_says_nothing(server):
    assert post(server, form(file=b"OggS")) == (200, {"text": ""})


@pytest.mark.parametrize(
    "status, parts",
    [
        (400, {"file": None}),
        (400, {"file": b""}),
        (400, {"model": None}),
        (400, {"name": "voice.oga"}),
        (400, {"name": "voice.mp3"}),
        (400, {"kind": "application/octet-stream"}),
        (400, {"language": "spanish"}),
        (400, {"response_format": "yaml"}),
    ],
)
def test_what_servers_do_not_take_is_refused(server, status, parts):
    assert post(server, form(**parts))[0] == status
    assert server.uploads == []


def test_a_wrong_key_path_or_form_is_refused(server):
    assert post(server, form(), key="sk-other")[0] == 401
    assert post(server, form(), path="/inference")[0] == 404
    assert post(server, b"{}", kind="application/json")[0] == 400


def test_a_server_without_segments_says_which_parameter_it_refuses():
    with whisper_server.WhisperServer(knows_segments=False) as server:
        status, answer = post(server, form(response_format="verbose_json"))
        assert (status, answer["error"]["param"]) == (400, "response_format")
