"""What the Graph API demands of a message that is sent: WhatsApp Cloud API, "Sending" and its table of limits.

Pure: `refusal(body, ...)` is None, or the vendor's error code with its reason.
"""

import re

TYPES = {
    "text", "image", "video", "audio", "document", "sticker", "location", "contacts", "reaction", "interactive",
    "template",
}  # fmt: skip
COMMON = {"messaging_product", "recipient_type", "to", "recipient", "type", "context", "biz_opaque_callback_data"}

UNKNOWN, MISSING, INVALID, RECIPIENT_IS_SENDER = 100, 131008, 131009, 131021
TEMPLATE_NOT_FOUND, TEMPLATE_FORMAT = 132001, 132012


class Refused(Exception):
    """The message breaks a rule; `code` is the vendor's."""

    def __init__(self, code, details):
        super().__init__(details)
        self.code = code
        self.details = details


def check(body, own_number, templates):
    """Raises Refused unless the vendor would accept `body` (the decoded JSON). `templates`: {(name, language)}."""
    demand(isinstance(body, dict), UNKNOWN, "the body is no object")
    demand(body.get("messaging_product") == "whatsapp", MISSING, "messaging_product")
    demand("recipient_type" in body, MISSING, "recipient_type")
    demand(body["recipient_type"] in {"individual", "group"}, INVALID, "recipient_type")
    check_recipient(body, own_number)
    kind = body.get("type")
    demand(kind in TYPES, MISSING if kind is None else INVALID, "type")
    only(body, COMMON | {kind}, "message")
    if "biz_opaque_callback_data" in body:
        text(body, "biz_opaque_callback_data", 512)
    if "context" in body:
        demand(kind != "reaction", INVALID, "a reaction has no context")
        only(body["context"], {"message_id"}, "context")
        text(body["context"], "message_id", 128)
    demand(kind in body, MISSING, kind)
    content = body[kind]
    demand(isinstance(content, list if kind == "contacts" else dict), INVALID, kind)
    if kind in {"image", "video", "audio", "document", "sticker"}:
        check_media(kind, content)
    elif kind == "template":
        check_template(content, templates)
    else:
        {"text": check_text, "location": check_location, "reaction": check_reaction, "contacts": check_contacts,
         "interactive": check_interactive}[kind](content)  # fmt: skip


def check_recipient(body, own_number):
    demand(("to" in body) != ("recipient" in body), MISSING, "exactly one of to and recipient")
    if "recipient" in body:
        demand(re.fullmatch(r"[A-Z]{2}\.\d+", str(body["recipient"])), INVALID, "recipient")
    elif body["recipient_type"] == "individual":
        demand(isinstance(body["to"], str) and re.fullmatch(r"\+?\d{7,15}", body["to"]), INVALID, "to")
        demand(body["to"].lstrip("+") != own_number, RECIPIENT_IS_SENDER, "the recipient is the sender")
    else:
        text(body, "to", 128)


def check_text(content):
    only(content, {"body", "preview_url"}, "text")
    text(content, "body", 4096)
    demand(isinstance(content.get("preview_url", False), bool), INVALID, "preview_url")


def check_media(kind, content):
    extra = {"image": {"caption"}, "video": {"caption"}, "document": {"caption", "filename"}, "audio": {"voice"}}
    only(content, {"id", "link"} | extra.get(kind, set()), kind)
    demand(("id" in content) != ("link" in content), MISSING, f"{kind}: exactly one of id and link")
    if "link" in content:
        demand(str(content["link"]).startswith("https://"), INVALID, f"{kind}: link is public HTTPS")
    if "caption" in content:
        text(content, "caption", 1024)


def check_location(content):
    only(content, {"latitude", "longitude", "name", "address"}, "location")
    for key, bound in (("latitude", 90), ("longitude", 180)):
        demand(key in content, MISSING, key)
        try:
            within = abs(float(content[key])) <= bound
        except (TypeError, ValueError):
            within = False
        demand(within, INVALID, key)


def check_reaction(content):
    only(content, {"message_id", "emoji"}, "reaction")
    text(content, "message_id", 128)
    demand(isinstance(content.get("emoji"), str), MISSING, "emoji")


def check_contacts(content):
    demand(content, MISSING, "contacts")
    for contact in content:
        demand(isinstance(contact, dict) and isinstance(contact.get("name"), dict), MISSING, "contacts: name")
        text(contact["name"], "formatted_name", 1024)


def check_interactive(content):
    only(content, {"type", "header", "body", "footer", "action"}, "interactive")
    kind = content.get("type")
    demand(kind in {"button", "list", "cta_url", "location_request_message"}, INVALID, "interactive: type")
    demand(isinstance(content.get("body"), dict), MISSING, "interactive: body")
    text(content["body"], "text", 4096 if kind == "list" else 1024)
    if "header" in content:
        check_header(kind, content["header"])
    if "footer" in content:
        text(content["footer"], "text", 60)
    action = content.get("action")
    demand(isinstance(action, dict), MISSING, "interactive: action")
    if kind == "button":
        check_buttons(action)
    elif kind == "list":
        check_list(action)
    elif kind == "cta_url":
        demand(action.get("name") == "cta_url", INVALID, "action: name")
        text(action.get("parameters", {}), "display_text", 20)
        text(action["parameters"], "url", 2000)
    else:
        demand(action == {"name": "send_location"}, INVALID, "action")


def check_header(kind, header):
    allowed = {"text"} if kind == "list" else {"text", "image", "video", "document"}
    demand(header.get("type") in allowed, INVALID, "header: type")
    if header["type"] == "text":
        text(header, "text", 60)
    else:
        check_media(header["type"], header.get(header["type"], {}))


def check_buttons(action):
    only(action, {"buttons"}, "action")
    buttons = action.get("buttons")
    demand(isinstance(buttons, list) and 1 <= len(buttons) <= 3, INVALID, "1 to 3 buttons")
    for button in buttons:
        only(button, {"type", "reply"}, "button")
        demand(button.get("type") == "reply", INVALID, "button: type")
        only(button.get("reply"), {"id", "title"}, "button: reply")
        text(button["reply"], "id", 256)
        text(button["reply"], "title", 20)
    unique([button["reply"]["id"] for button in buttons], "button ids")
    unique([button["reply"]["title"] for button in buttons], "button titles")


def check_list(action):
    only(action, {"button", "sections"}, "action")
    text(action, "button", 20)
    sections = action.get("sections")
    demand(isinstance(sections, list) and 1 <= len(sections) <= 10, INVALID, "1 to 10 sections")
    rows = []
    for section in sections:
        only(section, {"title", "rows"}, "section")
        if len(sections) > 1 or "title" in section:
            text(section, "title", 24)
        demand(isinstance(section.get("rows"), list), MISSING, "section: rows")
        rows += section["rows"]
    demand(1 <= len(rows) <= 10, INVALID, "1 to 10 rows in total")
    for row in rows:
        only(row, {"id", "title", "description"}, "row")
        text(row, "id", 200)
        text(row, "title", 24)
        if "description" in row:
            text(row, "description", 72)
    unique([row["id"] for row in rows], "row ids")


def check_template(content, templates):
    only(content, {"name", "language", "components"}, "template")
    text(content, "name", 512)
    only(content.get("language"), {"code", "policy"}, "language")
    text(content["language"], "code", 16)
    key = (content["name"], content["language"]["code"])
    demand(key in templates, TEMPLATE_NOT_FOUND, f"no template {key}")
    for component in content.get("components", []):
        for parameter in component.get("parameters", []):
            if parameter.get("type") == "text":
                found = re.search(r"[\n\t]| {5}", parameter.get("text", ""))
                demand(not found, TEMPLATE_FORMAT, "a parameter has a new line, a tab or five spaces")


def demand(holds, code, details):
    if not holds:
        raise Refused(code, details)


def only(value, keys, where):
    """`value` is an object with none but these keys."""
    demand(isinstance(value, dict), MISSING, where)
    demand(not set(value) - keys, UNKNOWN, f"{where}: unknown keys {sorted(set(value) - keys)}")


def text(value, key, longest):
    """`value[key]` is a text of 1 to `longest` UTF-16 units, which is the stricter way to count."""
    demand(isinstance(value, dict) and key in value, MISSING, key)
    demand(isinstance(value[key], str), INVALID, f"{key} is no text")
    demand(1 <= len(value[key].encode("utf-16-le")) // 2 <= longest, INVALID, f"{key}: 1 to {longest} characters")


def unique(values, what):
    demand(len(set(values)) == len(values), INVALID, f"{what} are not unique")
