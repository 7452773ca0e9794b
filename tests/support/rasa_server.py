"""Stand-in of a Rasa server's HTTP API: understands what a test laid down, and nothing else.

Written from the vendor's documents (https://rasa.com/docs/rasa/pages/http-api), without a line of the plugin's.
"""

from stand_in import Answer, StandIn, answering

NOT_JSON = answering(502, b"<html><body>Bad gateway</body></html>", Content_Type="text/html")
VERSION = "3.6.20"


def failure(status, reason):
    """The API's refusal."""
    return Answer.json({"version": VERSION, "status": "failure", "reason": reason, "message": reason, "code": status}, status)


def entity(text, surface, name, value=None, **more):
    """`surface` of `text` as an entity; offsets count characters."""
    start = text.index(surface)
    return {"entity": name, "start": start, "end": start + len(surface), "value": surface if value is None else value, **more}


class RasaServer(StandIn):
    """`teach` lays down what a text means. Everything else falls back, as the FallbackClassifier does."""

    def __init__(self, token="rasa-token-for-tests", has_model=True):
        self.token = token  # None: it asks for none.
        self.has_model = has_model
        self.asked = []  # The texts, in order.
        self._meanings = {}
        super().__init__()

    def teach(self, text, intent, confidence=0.95, entities=(), key=None):
        """From now on `text` means `intent`. `key`: the full label of a retrieval intent."""
        self._meanings[text] = (intent, confidence, list(entities), key)

    def handle(self, request):
        if request.method == "GET" and request.path == "/":
            return Answer(200, f"Hello from Rasa: {VERSION}".encode(), {"Content-Type": "text/html"})
        if self.token and request.query.get("token") != self.token:
            return failure(401, "NotAuthenticated")
        if request.method != "POST" or request.path != "/model/parse":
            return failure(404, "NotFound")
        if "emulation_mode" in request.query:
            return failure(400, "BadRequest")
        try:
            text = request.json()["text"]
        except (ValueError, KeyError, TypeError):
            return failure(400, "BadRequest")
        if not isinstance(text, str):
            return failure(400, "BadRequest")
        self.asked.append(text)
        return Answer.json(self._parse(text))

    def _parse(self, text):
        if not self.has_model or not text.strip():
            return {"text": text, "intent": {"name": None, "confidence": 0.0}, "entities": [], "text_tokens": []}
        intent, confidence, entities, key = self._meanings.get(text, ("nlu_fallback", 1.0, [], None))
        ranking = [{"name": intent, "confidence": confidence}]
        if intent == "nlu_fallback":
            ranking.append({"name": "greeting", "confidence": 0.21})
        selector = {intent: {"response": {"intent_response_key": key}}} if key else {}
        return {"text": text, "intent": ranking[0], "entities": entities, "text_tokens": [[0, len(text)]],
                "intent_ranking": ranking, "response_selector": {"all_retrieval_intents": [], **selector}}  # fmt: skip
