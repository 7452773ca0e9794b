"""What the Graph API demands of a message that is sent, and of a file that is uploaded: WhatsApp Cloud API, "Sending",
"Media" and their tables of limits.

Pure: `check` and `check_upload` raise Refused with the vendor's error code and its reason.
"""

import dataclasses
import re

TYPES = {
    "text", "image", "video", "audio", "document", "sticker", "location", "contacts", "reaction", "interactive",
    "template",
}  # fmt: skip
COMMON = {"messaging_product", "recipient_type", "to", "recipient", "type", "context", "biz_opaque_callback_data"}

UNKNOWN, MISSING, INVALID, RECIPIENT_IS_SENDER = 100, 131008, 131009, 131021
MEDIA_UPLOAD, WINDOW_CLOSED = 131053, 131047
TEMPLATE_COUNT, TEMPLATE_NOT_FOUND, TEMPLATE_TOO_LONG, TEMPLATE_FORMAT = 132000, 132001, 132005, 132012

MB = 1024 * 1024
DOCUMENT = 100 * MB
# Kind -> (MIME types, bytes at most). A document may be of any type.
MEDIA = {
    "image": ({"image/jpeg", "image/png"}, 5 * MB),
    "audio": ({"audio/aac", "audio/amr", "audio/mpeg", "audio/mp4", "audio/ogg"}, 16 * MB),
    "video": ({"video/mp4", "video/3gpp"}, 16 * MB),
    "sticker": ({"image/webp"}, 500 * 1024),
}
NOT_A_DOCUMENT = {"application/octet-stream", ""}


@dataclasses.dataclass(frozen=True)
class Template:
    """An approved template: how many parameters its body has, and how many quick-reply buttons it has."""

    parameters: int = 0
    buttons: int = 0
    length: int = 0  # Of its body without the parameters.
    header: str | None = None  # image, video or document: a file stands at its head.
    names: tuple = ()  # Of its parameters, where they go by names.


@dataclasses.dataclass(frozen=True)
class Account:
    """What a number knows when a message is sent."""

    number: str
    templates: dict = dataclasses.field(default_factory=dict)  # (name, language) -> Template
    media: dict = dataclasses.field(default_factory=dict)  # id -> (MIME type, bytes)
    open_windows: object = None  # Guests (digits or user id) who wrote within 24 hours; None: everybody.


class Refused(Exception):
    """The message breaks a rule; `code` is the vendor's."""

    def __init__(self, code, details):
        super().__init__(details)
        self.code = code
        self.details = details


def check(body, account):
    """Raises Refused unless the vendor would accept `body` (the decoded JSON) from this Account."""
    demand(isinstance(body, dict), UNKNOWN, "the body is no object")
    demand(body.get("messaging_product") == "whatsapp", MISSING, "messaging_product")
    demand("recipient_type" in body, MISSING, "recipient_type")
    demand(body["recipient_type"] in {"individual", "group"}, INVALID, "recipient_type")
    check_recipient(body, account.number)
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
        check_media(kind, content, account.media)
    elif kind == "template":
        check_template(content, account.templates, account.media)
    else:
        {"text": check_text, "location": check_location, "reaction": check_reaction, "contacts": check_contacts,
         "interactive": check_interactive}[kind](content)  # fmt: skip
    guest = body.get("recipient") or body["to"].lstrip("+")
    is_open = account.open_windows is None or guest in account.open_windows
    demand(is_open or kind == "template", WINDOW_CLOSED, "more than 24 hours have passed since the customer last replied")


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


def check_media(kind, content, uploaded):
    extra = {"image": {"caption"}, "video": {"caption"}, "document": {"caption", "filename"}, "audio": {"voice"}}
    only(content, {"id", "link"} | extra.get(kind, set()), kind)
    demand(("id" in content) != ("link" in content), MISSING, f"{kind}: exactly one of id and link")
    if "link" in content:
        demand(str(content["link"]).startswith("https://"), INVALID, f"{kind}: link is public HTTPS")
    else:
        demand(content["id"] in uploaded, INVALID, f"{kind}: no media {content['id']}")
        mime_type, data = uploaded[content["id"]]
        types, most = MEDIA.get(kind, (None, DOCUMENT))
        mime_type = mime_type.split(";")[0]
        demand(types is None or mime_type in types, MEDIA_UPLOAD, f"{kind}: not of type {mime_type}")
        demand(len(data) <= most, MEDIA_UPLOAD, f"{kind}: at most {most} bytes")
    if "caption" in content:
        text(content, "caption", 1024)
    if "filename" in content:
        text(content, "filename", 240)
    if "voice" in content:
        demand(isinstance(content["voice"], bool), INVALID, "audio: voice")


def check_upload(mime_type, data):
    """Raises Refused unless the vendor would keep this file."""
    plain = mime_type.split(";")[0]
    demand(re.fullmatch(r"[\w.+-]+/[\w.+-]+", plain) and plain not in NOT_A_DOCUMENT, UNKNOWN, f"type: {mime_type}")
    demand(mime_type != "audio/ogg", UNKNOWN, "type: audio/ogg without codecs=opus")
    limits = [most for types, most in MEDIA.values() if plain in types]
    # A file of any type may go as a document.
    demand(0 < len(data) <= max([*limits, DOCUMENT]), MEDIA_UPLOAD, "the size of the file")


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
        check_media(header["type"], header.get(header["type"], {}), {})


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


def check_template(content, templates, media):
    only(content, {"name", "language", "components"}, "template")
    text(content, "name", 512)
    demand(re.fullmatch(r"[a-z0-9_]+", content["name"]), INVALID, "template: name")
    only(content.get("language"), {"code", "policy"}, "language")
    text(content["language"], "code", 16)
    key = (content["name"], content["language"]["code"])
    demand(key in templates, TEMPLATE_NOT_FOUND, f"no template {key}")
    template = templates[key]
    header, body, buttons = [], [], []
    for component in content.get("components", []):
        only(component, {"type", "sub_type", "index", "parameters"}, "component")
        demand(component.get("type") in {"header", "body", "button"}, INVALID, "component: type")
        parameters = component.get("parameters")
        demand(isinstance(parameters, list) and parameters, INVALID, "component: parameters")
        if component["type"] == "header":
            header += parameters
        if component["type"] == "body":
            body += parameters
        if component["type"] == "button":
            demand(str(component.get("index")).isdigit(), MISSING, "button: index")
            demand(component.get("sub_type") in {"quick_reply", "url"}, INVALID, "button: sub_type")
            buttons.append(int(component["index"]))
        for parameter in parameters:
            check_parameter(parameter, media)
    wanted = [template.header] if template.header else []
    demand([parameter["type"] for parameter in header] == wanted, TEMPLATE_FORMAT, f"the header takes {wanted}")
    names = tuple(parameter["parameter_name"] for parameter in body if "parameter_name" in parameter)
    demand(names == template.names, UNKNOWN, f"the parameters are named {template.names}")
    demand(len(body) == template.parameters, TEMPLATE_COUNT, f"{template.parameters} parameters are expected")
    demand(all(index < template.buttons for index in buttons), TEMPLATE_COUNT, "a button that it does not have")
    unique(buttons, "buttons")
    length = template.length + sum(len(parameter.get("text", "")) for parameter in body)
    demand(length <= 1024, TEMPLATE_TOO_LONG, "the body is over 1024 characters")


def check_parameter(parameter, media):
    kind = parameter.get("type")
    demand(kind in {"text", "currency", "date_time", "image", "video", "document", "location", "payload"},
           TEMPLATE_FORMAT, "parameter: type")  # fmt: skip
    if kind in {"image", "video", "document"}:
        check_media(kind, parameter.get(kind, {}), media)
    if kind == "payload":
        text(parameter, "payload", 256)
    if kind == "text":
        demand(isinstance(parameter.get("text"), str) and parameter["text"], TEMPLATE_FORMAT, "parameter: text")
        found = re.search(r"[\n\t]| {5}", parameter["text"])
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
