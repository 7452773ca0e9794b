"""Stand-in of a transcription server with OpenAI's API, or of whisper.cpp's: says what a test laid down.

Refuses what the servers refuse: a wrong key, a form without its parts, a type that it does not know, too much. Written
from the vendor's documents (https://platform.openai.com/docs/api-reference/audio), without a line of the plugin's.
"""

import json
import re

from stand_in import Answer, StandIn, answering

LARGEST = 25 * 1024 * 1024
FORMATS = {
    "flac": "audio/flac", "mp3": "audio/mpeg", "mp4": "video/mp4", "m4a": "audio/mp4", "ogg": "audio/ogg", "wav": "audio/wav",
    "webm": "audio/webm",
}  # fmt: skip
LANGUAGES = {"es": "spanish", "en": "english", "pt": "portuguese"}

NOT_JSON = answering(502, b"<html><body>Bad gateway</body></html>", Content_Type="text/html")


def error(status, message, param=None, code=None, kind="invalid_request_error"):
    """The API's refusal."""
    return Answer.json({"error": {"message": message, "type": kind, "param": param, "code": code}}, status)


def too_many(retry_after):
    """A fault: 429 with that many seconds to wait."""
    body = json.dumps({"error": {"message": "Rate limit reached", "type": "requests", "param": None, "code": "rate_limit_exceeded"}})
    return answering(429, body.encode(), Retry_After=str(retry_after), Content_Type="application/json")


def segment(text, avg_logprob=-0.2, compression_ratio=1.1, no_speech_prob=0.01):
    """A segment of verbose_json; a second long."""
    return {"text": text, "avg_logprob": avg_logprob, "compression_ratio": compression_ratio, "no_speech_prob": no_speech_prob}


class WhisperServer(StandIn):
    """`say` lays down what is heard in an audio, by its bytes. `uploads` holds the form of each transcription."""

    def __init__(self, api_key="sk-whisper-for-tests", path="/v1/audio/transcriptions", knows_segments=True):
        self.api_key = api_key  # None: it asks for none.
        self.path = path
        self.knows_segments = knows_segments
        self.uploads = []
        self._heard = {}
        super().__init__()

    def say(self, audio, *segments, language="es"):
        """From now on `audio` (bytes) says `segments`: texts, or what segment() makes."""
        self._heard[audio] = (language, [segment(part) if isinstance(part, str) else part for part in segments])

    def handle(self, request):
        if request.method != "POST" or request.path != self.path:
            return error(404, f"Invalid URL ({request.method} {request.path})")
        if self.api_key and request.headers.get("authorization") != f"Bearer {self.api_key}":
            return error(401, "Incorrect API key provided", code="invalid_api_key")
        form = parse_form(request)
        refused = self._refusal(form)
        if refused:
            return refused
        self.uploads.append(form)
        return self._transcription(form)

    def _refusal(self, form):
        if form is None:
            return error(400, "Could not parse multipart form")
        if "file" not in form:
            return error(400, "no file", param="file")
        if "model" not in form:
            return error(400, "you must provide a model parameter", param="model")
        name, kind, audio = form["file"]
        extension = name.rpartition(".")[2]
        if FORMATS.get(extension) != kind or not audio:
            return error(400, f"Invalid file format. Supported formats: {sorted(FORMATS)}", param="file")
        if len(audio) > LARGEST:
            return error(413, f"Maximum content size limit ({LARGEST}) exceeded")
        if not re.fullmatch(r"[a-z]{2}", form.get("language", "es")):
            return error(400, "Invalid language", param="language")
        wanted = form.get("response_format", "json")
        if wanted not in ({"json", "verbose_json"} if self.knows_segments else {"json"}):
            return error(400, f"response_format '{wanted}' is not compatible", param="response_format", code="unsupported_value")
        return None

    def _transcription(self, form):
        language, segments = self._heard.get(form["file"][2], ("en", []))
        text = "".join(part["text"] for part in segments)
        if form.get("response_format", "json") == "json":
            return Answer.json({"text": text})
        placed = [{"id": at, "seek": 0, "start": float(at), "end": at + 1.0, "tokens": [], **part} for at, part in enumerate(segments)]
        return Answer.json(
            {"task": "transcribe", "language": LANGUAGES.get(language, language), "duration": float(len(placed)), "text": text,
             "segments": placed})  # fmt: skip


def parse_form(request):
    """{name: text, "file": (file name, type, bytes)}; None when it is no form. Strict, as RFC 7578 has it."""
    kind = re.fullmatch(r"multipart/form-data; boundary=([A-Za-z0-9-]{1,70})", request.headers.get("content-type", ""))
    if not kind:
        return None
    line = b"--" + kind[1].encode()
    parts = (b"\r\n" + request.body).split(b"\r\n" + line)
    if parts[0] or parts[-1] not in (b"--", b"--\r\n"):
        return None
    form = {}
    for part in parts[1:-1]:
        head, _, body = part.removeprefix(b"\r\n").partition(b"\r\n\r\n")
        named = re.match(r'Content-Disposition: form-data; name="([^"\r\n]+)"(?:; filename="([^"\r\n]+)")?', head.decode())
        if not named or named[1] in form:
            return None
        typed = re.search(r"\r\nContent-Type: (\S+)", head.decode())
        form[named[1]] = (named[2], typed[1] if typed else "", body) if named[2] else body.decode()
    return form
