"""What VAPI takes as an answer and as a command, and what it drops. Written from its documents
(https://docs.vapi.ai/server-url, https://docs.vapi.ai/tools/custom-tools-troubleshooting)."""

import json
import re

ASSISTANT_S = 7.5  # Fixed by the telephone network, whatever is configured.
SERVER_S = 20.0  # server.timeoutSeconds
E164 = re.compile(r"\+[1-9]\d{6,14}")
ASSISTANTS = {"assistantId", "assistant", "squadId", "squad", "workflowId", "destination", "error"}


class Refused(Exception):
    """VAPI takes no notice of the answer, or refuses the command; the text says why."""


def _need(condition, why):
    if not condition:
        raise Refused(why)


def _json(answer, limit_s):
    _need(answer.elapsed_s <= limit_s, f"answered after {answer.elapsed_s:.1f} s, the limit is {limit_s} s")
    _need(answer.status == 200, f"HTTP {answer.status}: No result returned")
    try:
        body = json.loads(answer.body)
    except ValueError:
        raise Refused("the answer is not JSON") from None
    _need(isinstance(body, dict), "the answer is not an object")
    return body


def _is_line(text):
    return isinstance(text, str) and text != "" and not re.search(r"[\r\n\v\f\x85\u2028\u2029]", text)


def results(answer, calls, limit_s=SERVER_S):
    """`calls`: (id, name) of each tool call -> their results in order."""
    body = _json(answer, limit_s)
    _need("error" not in body, f"all calls failed: {body.get('error')}")
    found = body.get("results")
    _need(isinstance(found, list), "results is no list")
    _need(len(found) == len(calls), f"{len(found)} results for {len(calls)} calls")
    texts = []
    for result, (call_id, name) in zip(found, calls):
        _need(result.get("toolCallId") == call_id, f"toolCallId {result.get('toolCallId')} instead of {call_id}")
        _need(result.get("name") == name, f"name {result.get('name')} instead of {name}")
        _need(("result" in result) != ("error" in result), "neither or both of result and error")
        text = result.get("result", result.get("error"))
        _need(_is_line(text), f"the result is not one line of text: {text!r}")
        texts.append(text)
    return texts


def function_result(answer):
    text = _json(answer, SERVER_S).get("result")
    _need(_is_line(text), f"the result is not one line of text: {text!r}")
    return text


def assistant(answer):
    body = _json(answer, ASSISTANT_S)
    _need(len(ASSISTANTS & set(body)) >= 1, "assistant-request-returned-no-assistant")
    if "destination" in body:
        _destination(body["destination"])
    return body


def destination(answer):
    body = _json(answer, SERVER_S)
    _need(("destination" in body) or ("error" in body), "neither destination nor error")
    if "destination" in body:
        _destination(body["destination"])
    return body


def _destination(value):
    _need(isinstance(value, dict) and value.get("type") in {"number", "sip", "assistant"}, "no such destination")
    if value["type"] == "number" and value.get("numberE164CheckEnabled", True):
        _need(E164.fullmatch(value.get("number", "")), "number is not E.164")


def documents(answer):
    found = _json(answer, SERVER_S).get("documents")
    _need(isinstance(found, list), "documents is no list")
    for document in found:
        _need(isinstance(document.get("content"), str) and document["content"], "a document without content")
    return [document["content"] for document in found]


def acknowledged(answer):
    _need(200 <= answer.status < 300, f"HTTP {answer.status}")
    _need(answer.elapsed_s <= SERVER_S, "too late")


def begun(body, phone_number_id):
    """What POST /call takes -> it."""
    _need(isinstance(body, dict), "the body must be an object")
    _need(set(body) <= {"assistantId", "assistantOverrides", "phoneNumberId", "customer", "name", "schedulePlan"},
          f"unknown properties in {sorted(body)}")  # fmt: skip
    _need(body.get("phoneNumberId") == phone_number_id, "phoneNumberId is not the organisation's")
    _need(re.fullmatch(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}", str(body.get("assistantId"))), "assistantId must be a UUID")
    _need(E164.fullmatch(body.get("customer", {}).get("number", "")), "customer.number must be E.164")
    _need(len(body.get("name", "")) <= 40, "name must be shorter than or equal to 40 characters")
    variables = body.get("assistantOverrides", {}).get("variableValues", {})
    _need(all(isinstance(value, str) for value in variables.values()), "variableValues must be texts")
    return body


def token(body):
    """What a token URL answers -> the token."""
    _need(body.get("token_type") == "Bearer" and isinstance(body.get("access_token"), str), "no bearer token")
    _need(isinstance(body.get("expires_in"), int) and body["expires_in"] > 0, "expires_in is no number of seconds")
    return body["access_token"]


def command(body):
    """A command for a running call -> (type, content)."""
    _need(isinstance(body, dict), "message must be an object")
    kind = body.get("type")
    _need(kind in {"say", "add-message", "control", "end-call", "transfer", "handoff"}, "type is not valid")
    if kind == "say":
        _need(isinstance(body.get("content"), str) and body["content"], "content must be a string")
        _need(isinstance(body.get("endCallAfterSpoken", False), bool), "endCallAfterSpoken must be a boolean")
    return kind, body.get("content")
