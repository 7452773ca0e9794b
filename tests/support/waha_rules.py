"""What WAHA demands of the requests that its API takes. Written from its OpenAPI and documentation (July 2026).

Pure: `check(path, body)` raises Refused, with the HTTP status and the text that WAHA answers. It refuses keys that WAHA does not
know, where WAHA itself would ignore them: a misspelt key is a fault of the client's.
"""

import base64
import binascii
import re

JID = re.compile(r"(\d{5,20}@(c\.us|s\.whatsapp\.net|lid)|\d{5,20}(-\d{8,12})?@g\.us)")
MESSAGE_ID = re.compile(r"(true|false)_[^@\s]+@[a-z.]+_[0-9A-Za-z]+(_[^@\s]+@[a-z.]+)?")
OWN_ID = re.compile(r"3EB0[0-9A-F]{8,28}")
MOST_OPTIONS = 12  # WhatsApp's own limit of a poll.

COMMON = {"session", "chatId"}
KEYS = {
    "sendText": {"text", "reply_to", "mentions", "linkPreview", "linkPreviewHighQuality", "id"},
    "sendImage": {"file", "caption", "reply_to"},
    "sendFile": {"file", "caption", "reply_to"},
    "sendVoice": {"file", "convert"},
    "sendVideo": {"file", "caption", "asNote", "convert"},
    "sendLocation": {"latitude", "longitude", "title", "reply_to"},
    "sendPoll": {"poll"},
    "sendSeen": {"messageIds", "participant"},
    "startTyping": set(),
    "stopTyping": set(),
}


class Refused(Exception):
    """The request breaks a rule."""

    def __init__(self, details, status=422):
        super().__init__(details)
        self.status = status
        self.details = details


def check(endpoint, body):
    """Raises Refused unless WAHA would take `body` (the decoded JSON) at /api/<endpoint>."""
    demand(isinstance(body, dict), "the body is no object", 400)
    only(body, COMMON | KEYS[endpoint], endpoint)
    text(body, "session")
    text(body, "chatId")
    demand(JID.fullmatch(body["chatId"]), "chatId is no JID with its server")
    if "reply_to" in body:
        demand(MESSAGE_ID.fullmatch(str(body["reply_to"])), "reply_to is no full message id")
    if "file" in body or "file" in KEYS[endpoint]:
        check_file(endpoint, body)
    for key in ("text", "title"):
        if key in KEYS[endpoint] and (key in body or key == "text"):
            text(body, key)
    if "caption" in body:
        text(body, "caption")
    for key in ("linkPreview", "linkPreviewHighQuality", "asNote", "convert"):
        demand(isinstance(body.get(key, False), bool), f"{key} is no boolean")
    if "id" in body:
        demand(OWN_ID.fullmatch(str(body["id"])), "id is no pre-generated message id")
    if endpoint == "sendLocation":
        check_location(body)
    if endpoint == "sendPoll":
        check_poll(body.get("poll"))


EVENTS = set(
    "session.status message message.any message.reaction message.ack message.ack.group message.waiting message.revoked"
    " message.edited group.v2.join group.v2.leave group.v2.update group.v2.participants presence.update poll.vote"
    " poll.vote.failed chat.archive call.received call.accepted call.rejected label.upsert label.deleted label.chat.added"
    " label.chat.deleted event.response event.response.failed engine.event".split()
)


def webhook_of(body, session):
    """The one webhook of a session that is to be made."""
    only(body, {"name", "start", "config"}, "session")
    demand(body.get("name") == session, "name")
    only(body.get("config"), {"webhooks", "metadata", "ignore"}, "config")
    webhooks = body["config"].get("webhooks")
    demand(isinstance(webhooks, list) and len(webhooks) == 1, "webhooks")
    only(webhooks[0], {"url", "events", "hmac", "retries", "customHeaders"}, "webhook")
    text(webhooks[0], "url")
    demand(set(webhooks[0].get("events", [])) <= EVENTS and webhooks[0].get("events"), "events")
    only(webhooks[0].get("hmac"), {"key"}, "hmac")
    text(webhooks[0]["hmac"], "key")
    retries = webhooks[0].get("retries", {"policy": "constant"})
    only(retries, {"policy", "delaySeconds", "attempts"}, "retries")
    demand(retries.get("policy") in {"constant", "linear", "exponential"}, "retries.policy")
    return webhooks[0]


def check_file(endpoint, body):
    file = body.get("file")
    demand(isinstance(file, dict), "file")
    only(file, {"mimetype", "filename", "url", "data"}, "file")
    text(file, "mimetype")
    demand(("url" in file) != ("data" in file), "file: exactly one of url and data")
    if "url" in file:
        demand(re.match(r"https?://", str(file["url"])), "file: url")
    else:
        try:
            demand(base64.b64decode(file["data"], validate=True), "file: data is empty")
        except (binascii.Error, TypeError, ValueError):
            raise Refused("file: data is no base64") from None
    kind = file["mimetype"].split(";")[0]
    if endpoint == "sendImage":
        demand(kind in {"image/jpeg", "image/png"}, "sendImage: JPEG or PNG")
    if endpoint == "sendVoice" and not body.get("convert"):
        demand(kind == "audio/ogg", "sendVoice: OGG with Opus, or convert")
    if endpoint == "sendVideo" and not body.get("convert"):
        demand(kind == "video/mp4", "sendVideo: MP4, or convert")


def check_location(body):
    for key, most in (("latitude", 90), ("longitude", 180)):
        value = body.get(key)
        demand(isinstance(value, (int, float)) and not isinstance(value, bool), f"{key} is no number")
        demand(-most <= value <= most, key)


def check_poll(poll):
    demand(isinstance(poll, dict), "poll")
    only(poll, {"name", "options", "multipleAnswers"}, "poll")
    text(poll, "name")
    options = poll.get("options")
    demand(isinstance(options, list) and 2 <= len(options) <= MOST_OPTIONS, f"poll: 2 to {MOST_OPTIONS} options")
    demand(all(isinstance(option, str) and 1 <= len(option) <= 100 for option in options), "poll: an option")
    demand(len(set(options)) == len(options), "poll: options are not unique")
    demand(isinstance(poll.get("multipleAnswers", False), bool), "poll: multipleAnswers")


def demand(holds, details, status=422):
    if not holds:
        raise Refused(details, status)


def only(value, keys, where):
    demand(not set(value) - keys, f"{where}: unknown keys {sorted(set(value) - keys)}")


def text(value, key):
    demand(isinstance(value.get(key), str) and value[key], f"{key} is missing or empty")
