"""Stand-in of a language model behind OpenAI's chat completions: means what a test laid down.

It knows some of the ways to a structured answer, and refuses the others as servers do. Written from the vendor's documents
(https://platform.openai.com/docs/api-reference/chat/create), without a line of the plugin's.
"""

import json
import re

from stand_in import Answer, StandIn, answering

NOT_JSON = answering(502, b"<html><body>Bad gateway</body></html>", Content_Type="text/html")
WAYS = ("json_schema", "tools", "json_object")


def error(status, message, param=None, code=None):
    """The API's refusal."""
    return Answer.json({"error": {"message": message, "type": "invalid_request_error", "param": param, "code": code}}, status)


class ChatModel(StandIn):
    """`teach` lays down what a guest's text means; everything else is out of scope."""

    def __init__(self, api_key="sk-chat-for-tests", ways=WAYS, takes_temperature=True):
        self.api_key = api_key  # None: it asks for none.
        self.ways = ways
        self.takes_temperature = takes_temperature
        self.asked = []  # The guests' texts, in order.
        self._meanings = {}
        super().__init__()

    def teach(self, text, intent, topic="", language="es", **entities):
        """From now on `text` means `intent`; entities by their type: date="mañana"."""
        found = [{"type": kind, "text": surface} for kind, surface in entities.items()]
        self._meanings[text] = {"intent": intent, "topic": topic, "language": language, "entities": found}

    def handle(self, request):
        if request.method != "POST" or request.path != "/v1/chat/completions":
            return error(404, f"Invalid URL ({request.method} {request.path})")
        if self.api_key and request.headers.get("authorization") != f"Bearer {self.api_key}":
            return error(401, "Incorrect API key provided", code="invalid_api_key")
        try:
            body = request.json()
            system, user = body["messages"]
            right = bool(body["model"]) and (system["role"], user["role"]) == ("system", "user")
        except (ValueError, KeyError, TypeError):
            right = False
        if not right:
            return error(400, "Invalid body")
        return self._refusal(body) or self._completion(body, system["content"], user["content"])

    def _refusal(self, body):
        if "temperature" in body and not self.takes_temperature:
            return error(400, "Unsupported value: 'temperature'", param="temperature", code="unsupported_value")
        wanted = "tools" if "tools" in body else body.get("response_format", {}).get("type")
        if wanted and wanted not in self.ways:
            param = "tools" if wanted == "tools" else "response_format"
            return error(400, f"Unsupported: {wanted}", param=param, code="unsupported_value")
        if wanted == "json_schema":
            return schema_refusal(body["response_format"]["json_schema"])
        if wanted == "json_object" and "JSON" not in body["messages"][0]["content"]:
            return error(400, "'messages' must contain the word 'json'", param="messages")
        return None

    def _completion(self, body, system, user):
        marker, _, rest = user.partition("\n")
        text = rest.removesuffix("\n" + marker)
        if marker not in system or not re.fullmatch(r"\w{16,}", marker) or text == rest:
            return error(400, "the guest's text stands between no markers")  # The stand-in's own rule.
        self.asked.append(text)
        out_of_scope = {"intent": "out_of_scope", "topic": "", "language": "es", "entities": []}
        written = json.dumps(self._meanings.get(text, out_of_scope))
        message = {"role": "assistant", "content": written, "refusal": None}
        if "tools" in body:
            function = {"name": body["tools"][0]["function"]["name"], "arguments": written}
            message |= {"content": None, "tool_calls": [{"id": "call_1", "type": "function", "function": function}]}
        choice = {"index": 0, "finish_reason": "tool_calls" if "tools" in body else "stop", "message": message}
        return Answer.json({"id": "chatcmpl-1", "object": "chat.completion", "created": 1785920400, "model": body["model"],
                            "choices": [choice], "usage": {"prompt_tokens": 1, "completion_tokens": 1, "total_tokens": 2}})  # fmt: skip


def schema_refusal(json_schema):
    """What a strict schema must be, or the API's refusal."""
    def is_strict(schema):
        if schema.get("type") == "array":
            return is_strict(schema["items"])
        if schema.get("type") != "object":
            return True
        parts = schema["properties"]
        return schema.get("additionalProperties") is False and set(schema["required"]) == set(parts) and all(map(is_strict, parts.values()))

    named = re.fullmatch(r"[A-Za-z0-9_-]{1,64}", json_schema.get("name", ""))
    if named and json_schema.get("strict") and is_strict(json_schema["schema"]):
        return None
    return error(400, "Invalid schema for response_format", param="response_format", code="invalid_json_schema")
