"""What a channel's README says works as it stands there: its settings are checked and run, its commands are given, and a guest
is answered. Only the provider's addresses are a stand-in's."""

import base64
import json
import os
import pathlib
import re
import shutil
import tempfile
import textwrap

import gmail_api
import gmail_hotel
import graph_api
import hotel as hotels
import mail_server
import pytest
import twilio_api
import vapi_caller
import waha_api
import yaml

CHANNELS = pathlib.Path(__file__).parents[2] / "plugins/channel"
GUEST = "34655010203"
MAIL_GUEST = "lucia@example.com"


def blocks(channel, language):
    """The README's examples of one language, in order."""
    found = []
    inside = None  # The language of the example that the line stands in.
    for line in (CHANNELS / channel / "README.md").read_text().splitlines(keepends=True):
        fence = re.fullmatch(r" *```(\w*)\n", line)
        if fence and inside is None:
            inside = fence[1]
            found.append((inside, ""))
        elif fence:
            inside = None
        elif inside is not None:
            found[-1] = (inside, found[-1][1] + line)
    return [textwrap.dedent(body) for name, body in found if name == language]


def settings(channel):
    return [yaml.safe_load(block) for block in blocks(channel, "yaml")]


@pytest.fixture
def open_readme(config, make_host, monkeypatch):
    """open_readme(example, secrets, keep_whatsapp, **addresses) -> Host that runs the example; its one plugin also has
    `addresses`. The command `check` has nothing against it."""

    def make(example, secrets, keep_whatsapp=False, **addresses):
        for name, value in secrets.items():
            monkeypatch.setenv(name, value)
        ((name, plugin),) = example["plugins"].items()
        plugin["config"] |= addresses
        if not keep_whatsapp:
            del config["plugins"]["whatsapp"]
        config["plugins"] |= {name: plugin | {"required": True}}
        config["pipeline"] = example.get("pipeline", [config["pipeline"][0] | {"channels": [name]}])
        config["public_url"] = example.get("public_url", "https://host.example")
        host = make_host(config)
        host.write_config()
        checked = host.run("check", host.config_file)
        assert checked.returncode == 0, checked.stderr
        host.start()
        return host

    return make


def test_whatsapp(open_readme, graph):
    example, templates = settings("whatsapp")
    config = example["plugins"]["whatsapp"]["config"]
    assert (config["phone_number_id"], config["business_account_id"]) == (graph.phone_number_id, graph.business_account_id)
    secrets = {"WA_TOKEN": graph.token, "WA_APP_SECRET": graph.app_secret, "WA_VERIFY_TOKEN": graph.verify_token}
    host = open_readme(example, secrets, api_url=graph.url + "/v23.0", **templates)
    hook = host.url + "/webhooks/whatsapp"
    query = f"?hub.mode=subscribe&hub.challenge=1158201444&hub.verify_token={graph.verify_token}"
    assert graph_api.http_call("GET", hook + query) == (200, b"1158201444")
    assert graph.deliver(hook, [graph.text(GUEST, "Hola")])[0] == 200
    graph.wait_for(lambda: graph.texts_to(GUEST))


def test_waha(open_readme):
    (example,) = settings("waha")
    command = re.fullmatch(r"POST (\S+)\n(.*)", blocks("waha", "")[0].strip(), re.DOTALL)
    with waha_api.WahaApi() as waha:
        secrets = {"WAHA_API_KEY": waha.key, "WAHA_HMAC_KEY": "the key that the operator has chosen"}
        host = open_readme(example, secrets, url=waha.url)
        body = command[2].replace("https://<your host>", host.url).replace("<hmac_key>", secrets["WAHA_HMAC_KEY"])
        headers = {"X-Api-Key": waha.key, "Content-Type": "application/json"}
        assert graph_api.http_call("POST", waha.url + command[1], body.encode(), headers)[0] == 201
        assert waha.deliver(waha.hook, "message.any", waha.text(GUEST, "Hola"))[0] == 200
        waha.wait_for(lambda: waha.texts_to(GUEST))


def test_twilio(open_readme):
    (example,) = settings("twilio")
    config = example["plugins"]["twilio"]["config"]
    (content,) = map(json.loads, blocks("twilio", "json"))
    with twilio_api.TwilioApi(config["sender"], config["account_sid"], public_url=example["public_url"]) as twilio:
        twilio.contents[config["choices"][0]["content_sid"]] = content
        host = open_readme(example, {"TWILIO_AUTH_TOKEN": twilio.token}, api_url=twilio.url, messaging_url=twilio.url)
        hook = host.url + config["webhook_url"].removeprefix(example["public_url"])
        for text in hotels.BOOKING[:2]:
            before = len(twilio.sent)
            assert twilio.deliver(hook, twilio.inbound(GUEST, text))[0] == 200
            twilio.wait_for(lambda: twilio.sent[before:])  # noqa: B023
        assert [option["title"] for option in twilio.shown(twilio.sent[-1])["options"]] == ["Sí", "No"]


SECRET = base64.b64encode(b"vapi-hmac-key-for-tests!").decode()


def test_vapi(open_readme):
    example, tools, _ = settings("vapi")
    with vapi_caller.VapiCaller("standard_webhooks", SECRET) as vapi:
        host = open_readme(example, {"VAPI_WEBHOOK_SECRET": SECRET}, keep_whatsapp=True, api_url=vapi.url, **tools)
        call = vapi.call("+" + GUEST, host.url + "/webhooks/phone")
        assert call.ring() == example["plugins"]["phone"]["config"]["assistant"]
        assert call.transfer() == example["plugins"]["phone"]["config"]["transfer"]
        assert "Doble" in call.tool("check_room", date="mañana", nights=2, guests=2)
        assert "¡De nada!" in call.tool("ask_hotel", question="¡Gracias!")


def test_vapi_that_calls_guests(open_readme):
    *_, example = settings("vapi")
    with vapi_caller.VapiCaller("standard_webhooks", SECRET) as vapi:
        vapi.phone_number_id = example["plugins"]["phone"]["config"]["phone_number_id"]
        host = open_readme(example, {"VAPI_WEBHOOK_SECRET": SECRET, "VAPI_API_KEY": vapi.api_key}, api_url=vapi.url)
        call = vapi.call("+" + GUEST, host.url + "/webhooks/phone")
        assert call.tool("thanks")


def test_gmail_by_its_api(open_readme):
    example, _ = settings("gmail")
    with gmail_api.GmailApi() as gmail:
        config = example["plugins"]["mail"]["config"]
        gmail.client_id, gmail.topic = config["client_id"], config["topic"]
        gmail.audience, gmail.push_account = config["push_audience"], config["push_service_account"]
        secrets = {"GMAIL_CLIENT_SECRET": gmail.client_secret, "GMAIL_REFRESH_TOKEN": gmail.refresh_token}
        host = open_readme(example, secrets, api_url=gmail.url, token_url=gmail.url + "/token", keys_url=gmail.url + "/certs")
        hotel = gmail_hotel.MailHotel(host, gmail, None)
        gmail.wait_for(lambda: gmail.watches and hotel.rows("SELECT 1 FROM plugin_kv WHERE key = 'history'"))
        hotel.ask(MAIL_GUEST, "Hola")


@pytest.mark.skipif(os.geteuid() != 0, reason="Postfix and Dovecot are started by root alone")
def test_gmail_by_imap(open_readme):
    _, example = settings("gmail")
    folder = tempfile.mkdtemp(prefix="cjmail")
    with mail_server.MailServer(folder) as server:
        host = open_readme(example, {"GMAIL_APP_PASSWORD": server.password}, authserv_id="mail.example.org",
                           ca_file=server.ca_file, imap_host="localhost", imap_port=server.imap_port,
                           smtp_host="localhost", smtp_port=server.smtps_port)  # fmt: skip
        store = host.config["store"]
        server.wait_for(lambda: hotels.query(store, host.folder, "SELECT 1 FROM plugin_kv WHERE key = 'imap'"))
        server.receive("Hola", sender=MAIL_GUEST)
        server.wait_for(lambda: server.texts_to(MAIL_GUEST))
    shutil.rmtree(folder)


def test_console(make_host, tmp_path):
    (example,) = settings("console")
    demo = yaml.safe_load((CHANNELS.parents[1] / "config/dev.yaml").read_text())
    ((name, plugin),) = example["plugins"].items()
    console = next(key for key, used in demo["plugins"].items() if used["use"] == plugin["use"])
    demo["plugins"][console] = plugin
    assert name == console
    host = make_host(demo)
    host.write_config()
    done = host.run("run", host.config_file, stdin="Hello\n")
    assert done.returncode == 0, done.stderr
    assert "> Hello" in done.stdout
