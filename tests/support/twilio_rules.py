"""What Twilio demands of a message that is sent: the Messages resource of its REST API, and its Content templates.

Pure: `check` raises Refused with the vendor's code. Parameters that Twilio would silently ignore are refused too: to
send one is a mistake of ours.
"""

import json
import re
import urllib.parse

KNOWN = {
    "To", "From", "MessagingServiceSid", "Body", "MediaUrl", "ContentSid", "ContentVariables", "StatusCallback",
    "PersistentAction", "ValidityPeriod",
}  # fmt: skip
REPEATABLE = {"MediaUrl", "PersistentAction"}

BAD_PARAMETER, NO_TO, BAD_TO, NO_FROM, BAD_FROM, NO_CHANNEL = 20001, 21604, 21211, 21603, 21606, 63007
NO_BODY, BODY_TOO_LONG, SAME_NUMBER, MIXED_CHANNELS, OPTED_OUT = 21602, 21617, 21266, 21910, 21610
BAD_CALLBACK, BAD_MEDIA_URL, TOO_MANY_MEDIA, BAD_CONTENT, BAD_VARIABLES = 21609, 21620, 21623, 21655, 21656


class Refused(Exception):
    """The message breaks a rule; `code` is the vendor's."""

    def __init__(self, code, details):
        super().__init__(details)
        self.code = code
        self.details = details


def check(form, senders, services, contents, opted_out):
    """Raises Refused unless Twilio would accept `form` (pairs of texts) -> the form as {name: text or list}.
    `senders`: our addresses; `services`: {service: its sender}; `contents`: {sid: the Content resource}."""
    fields = {}
    for name, text in form:
        demand(name in KNOWN, BAD_PARAMETER, f"unknown parameter {name}")
        if name in REPEATABLE:
            fields.setdefault(name, []).append(text)
        else:
            demand(name not in fields, BAD_PARAMETER, f"{name} is there twice")
            fields[name] = text
    sender = check_sender(fields, senders, services)
    check_recipient(fields, sender, opted_out)
    check_content(fields, sender, contents)
    check_options(fields)
    return fields


def check_sender(fields, senders, services):
    demand("From" in fields or "MessagingServiceSid" in fields, NO_FROM, "a 'From' phone number is required")
    if "MessagingServiceSid" in fields:
        demand(fields["MessagingServiceSid"] in services, BAD_FROM, "the Messaging Service is not known")
    if "From" in fields:
        code = NO_CHANNEL if ":" in fields["From"] else BAD_FROM
        demand(fields["From"] in senders, code, "'From' is not a sender of this account")
        return fields["From"]
    return services[fields["MessagingServiceSid"]]


def check_recipient(fields, sender, opted_out):
    demand(fields.get("To"), NO_TO, "a 'To' phone number is required")
    channel, number = split(fields["To"])
    hidden = channel == "whatsapp" and re.fullmatch(r"[A-Z]{2}\.[0-9A-Za-z.]+", number)
    demand(hidden or re.fullmatch(r"\+[1-9]\d{6,14}", number), BAD_TO, "'To' is not a valid phone number")
    demand(channel == split(sender)[0], MIXED_CHANNELS, "'From' and 'To' are of different channels")
    demand(fields["To"] != sender, SAME_NUMBER, "'To' and 'From' are the same")
    demand(fields["To"] not in opted_out, OPTED_OUT, "attempt to send to unsubscribed recipient")


def check_content(fields, sender, contents):
    is_whatsapp = split(sender)[0] == "whatsapp"
    body, media = fields.get("Body", ""), fields.get("MediaUrl", [])
    demand(body or media or "ContentSid" in fields, NO_BODY, "Body, MediaUrl or ContentSid is required")
    demand(len(body.encode("utf-16-le")) // 2 <= 1600, BODY_TOO_LONG, "the body has more than 1600 characters")
    demand(len(media) <= (1 if is_whatsapp else 10), TOO_MANY_MEDIA, "too many media")
    for url in media:
        demand(is_absolute(url), BAD_MEDIA_URL, "a media URL is not absolute")
    if "ContentSid" in fields:
        demand(not body and not media, BAD_CONTENT, "ContentSid beside Body or MediaUrl")
        demand(fields["ContentSid"] in contents, BAD_CONTENT, "the ContentSid is not known")
        check_variables(fields, contents[fields["ContentSid"]])
    else:
        demand("ContentVariables" not in fields, BAD_VARIABLES, "ContentVariables without ContentSid")
    for action in fields.get("PersistentAction", []):
        number = r"-?\d+(\.\d+)?"
        demand(is_whatsapp and body and re.fullmatch(rf"geo:{number},{number}(\|[^|]+)?", action), BAD_PARAMETER,
               "PersistentAction is geo:LATITUDE,LONGITUDE|LABEL with a Body, to WhatsApp")  # fmt: skip


def check_variables(fields, content):
    try:
        variables = json.loads(fields.get("ContentVariables", "{}"))
    except ValueError:
        raise Refused(BAD_VARIABLES, "ContentVariables is not JSON") from None
    demand(isinstance(variables, dict), BAD_VARIABLES, "ContentVariables is no object")
    for value in variables.values():
        demand(isinstance(value, str) and value.strip(), BAD_VARIABLES, "a variable is no text, or empty")
    demand(set(variables) == placeholders(content), BAD_VARIABLES,
           f"variables {sorted(variables)}, the content has {sorted(placeholders(content))}")  # fmt: skip
    shown = json.loads(rendered(json.dumps(content["types"]), {k: json.dumps(v)[1:-1] for k, v in variables.items()}))
    for kind, limits in (("twilio/quick-reply", {"title": 20, "id": 200}),
                         ("twilio/list-picker", {"item": 24, "id": 200, "description": 72})):  # fmt: skip
        for option in shown.get(kind, {}).get("actions", []) + shown.get(kind, {}).get("items", []):
            for name, longest in limits.items():
                demand(len(option.get(name, "")) <= longest, BAD_VARIABLES, f"{name} is too long")
    for kind in shown.values():
        demand(len(kind["body"]) <= 1024 or len(shown) == 1 and "twilio/text" in shown, BAD_VARIABLES, "body too long")


def check_options(fields):
    callback = fields.get("StatusCallback")
    if callback is not None:
        host = urllib.parse.urlsplit(callback).hostname or ""
        demand(is_absolute(callback) and "_" not in host, BAD_CALLBACK, "'StatusCallback' is not a valid URL")
    validity = fields.get("ValidityPeriod", "600")
    demand(validity.isdigit() and 1 <= int(validity) <= 36000, BAD_PARAMETER, "ValidityPeriod is 1 to 36000")


def placeholders(content):
    return set(re.findall(r"\{\{(\w+)\}\}", json.dumps(content["types"])))


def rendered(text, variables):
    return re.sub(r"\{\{(\w+)\}\}", lambda found: variables.get(found[1], ""), text)


def split(address):
    """-> (channel, number); the channel of a plain number is empty."""
    channel, _, number = address.rpartition(":")
    return channel, number


def is_absolute(url):
    parts = urllib.parse.urlsplit(url)
    return parts.scheme in {"http", "https"} and bool(parts.hostname)


def demand(holds, code, details):
    if not holds:
        raise Refused(code, details)
