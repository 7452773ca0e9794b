"""What Twilio's own library signs is accepted by the host; what it did not sign is refused, and the log says why.

Its signatures are recorded (twilio_library/signatures.json), so that these tests run where there is no Node 20 or no network.
Where the library can be had, it must sign as it did; with CONSERJE_RECORD=1 what it signs is recorded anew.
"""

import fcntl
import json
import os
import pathlib
import shutil
import subprocess
import urllib.parse

import graph_api
import host_process
import hotel as hotels
import pytest
import twilio_api

LIBRARY = pathlib.Path(__file__).parent / "twilio_library"
FORM = "application/x-www-form-urlencoded; charset=UTF-8"
PATH = "/webhooks/twilio"
PUBLIC = "https://guest.example.com"
INSTALL_S = 300
RECORD = LIBRARY / "signatures.json"


@pytest.fixture(scope="session")
def installed():
    """The folder with the library, as its lock file says, made once in the build folder; None: it cannot be had here."""
    if not shutil.which("npm") or not has_node_20():
        return None
    folder = pathlib.Path(host_process.HOST).resolve().parent.parent / "twilio_library"
    folder.mkdir(exist_ok=True)
    with (folder / "lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)  # Other tests may want it at the same time.
        wanted = (LIBRARY / "package-lock.json").read_text()
        done = folder / "installed"
        if not done.exists() or done.read_text() != wanted:
            for name in ("package.json", "package-lock.json"):
                shutil.copy(LIBRARY / name, folder)
            got = subprocess.run(["npm", "ci", "--ignore-scripts", "--no-audit", "--no-fund"], cwd=folder,
                                 timeout=INSTALL_S, capture_output=True, text=True, check=False)  # fmt: skip
            if got.returncode != 0:
                return None
            done.write_text(wanted)
    return folder


def has_node_20():
    if not shutil.which("node"):
        return False
    version = subprocess.run(["node", "--version"], capture_output=True, text=True, timeout=60, check=True).stdout
    return int(version.lstrip("v").partition(".")[0]) >= 20


def sign_by_library(folder, requests):
    done = subprocess.run(["node", str(LIBRARY / "sign.mjs"), str(folder)], input=json.dumps(requests), capture_output=True,
                          text=True, timeout=60, check=False)  # fmt: skip
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout)


def recorded(requests):
    """What the library once answered; None of a request that it was never asked."""
    known = json.loads(RECORD.read_text()) if RECORD.exists() else []
    return [next((row["answer"] for row in known if row["request"] == request), None) for request in requests]


def record(requests, answers):
    known = json.loads(RECORD.read_text()) if RECORD.exists() else []
    rows = [{"request": request, "answer": answer} for request, answer in zip(requests, answers, strict=True)]
    known = [row for row in known if row["request"] not in requests] + rows
    RECORD.write_text("[\n" + ",\n".join(json.dumps(row, ensure_ascii=False) for row in known) + "\n]\n")


@pytest.fixture
def signed(installed):
    """signed(requests) -> the library's signatures: [{"url", "signature"}]."""

    def sign(requests, token=twilio_api.TOKEN):
        requests = [{"token": token} | request for request in requests]
        answers = sign_by_library(installed, requests) if installed else recorded(requests)
        if installed and os.environ.get("CONSERJE_RECORD"):
            record(requests, answers)
        assert answers == recorded(requests), f"not what is recorded; with CONSERJE_RECORD=1 it becomes so: {requests}"
        assert None not in answers
        return answers

    return sign


@pytest.fixture
def host(graph, receiver, config, make_host):
    """A host whose one channel is Twilio by SMS."""
    config["plugins"]["twilio"] = {"use": "channel/twilio", "required": True, "config": {
        "account_sid": twilio_api.ACCOUNT, "auth_token": twilio_api.TOKEN, "sender": "+34910552010",
        "api_url": graph.url}}  # fmt: skip
    del config["plugins"]["whatsapp"]
    config["pipeline"][0]["channels"] = ["twilio"]
    config["public_url"] = PUBLIC
    made = make_host(config)
    made.start()
    return made


def message(sid="SM" + "0" * 32, **fields):
    return {"MessageSid": sid, "SmsStatus": "received", "AccountSid": twilio_api.ACCOUNT, "From": "+34655010203",
            "To": "+34910552010", "Body": "¿Mesa para 2? it's ok & +1\n ", "NumMedia": "0", "FromCity": ""} | fields  # fmt: skip


def post(host, url, body, signature, content_type=FORM):
    """Posts to the host what was signed for `url`, as a proxy hands it on -> status."""
    target = urllib.parse.urlsplit(url)
    query = f"?{target.query}" if target.query else ""
    headers = {"Content-Type": content_type, "X-Twilio-Signature": signature, "Host": target.netloc}
    return graph_api.http_call("POST", f"{host.url}{target.path}{query}", body, headers)[0]


def encoded(params):
    return urllib.parse.urlencode(params, doseq=True).encode()


def stored(host):
    return hotels.query(host.config["store"], host.folder, "SELECT count(*) FROM inbox")[0][0]


URLS = [f"{PUBLIC}{PATH}", f"{PUBLIC}:443{PATH}", f"{PUBLIC}{PATH}?tenant=lobby", f"{PUBLIC}:443{PATH}?tenant=lobby&b=%C3%B1",
        f"{PUBLIC}{PATH}?q=a%20b&q=c"]  # fmt: skip
FORMS = [message(), message(Tag=["b", "a", "a"], Zed="1", abc="2"), message(Body=""), message(Body="a=b&c=d%41+%2B 😀")]


def test_signed_forms_are_accepted_and_forged_ones_refused(host, signed):
    requests = [{"url": url, "params": form | {"MessageSid": f"SM{n:032x}"}}
                for n, (url, form) in enumerate((url, form) for url in URLS for form in FORMS)]  # fmt: skip
    signatures = [answer["signature"] for answer in signed(requests)]
    for request, signature in zip(requests, signatures, strict=True):
        assert post(host, request["url"], encoded(request["params"]), signature) == 200, request
    assert stored(host) == str(len(requests))
    for n, request in enumerate(requests):
        forged = request["params"] | {"From": "+34655010299", "MessageSid": f"SM9{n:031x}"}
        assert post(host, request["url"], encoded(forged), signatures[n]) == 401, request
    assert stored(host) == str(len(requests))


def test_signed_json_is_accepted_and_forged_json_refused(host, signed):
    body = json.dumps({"specversion": "1.0", "type": "com.twilio.messaging.message.sent", "text": "ñ"}, ensure_ascii=False)
    for url in URLS:
        (answer,) = signed([{"url": url, "body": body}])
        assert post(host, answer["url"], body.encode(), answer["signature"], "application/json") == 200, url
        assert post(host, answer["url"], body.encode() + b" ", answer["signature"], "application/json") == 401
        assert post(host, url, body.encode(), answer["signature"], "application/json") == 401


def test_what_another_account_signed_is_refused(host, signed):
    form = message()
    (answer,) = signed([{"url": URLS[0], "params": form}], token="another token")
    assert post(host, URLS[0], encoded(form), answer["signature"]) == 401
    assert stored(host) == "0"


def test_what_was_signed_for_another_address_is_refused_and_the_log_says_which_was_expected(host, signed):
    form = message()
    (answer,) = signed([{"url": "http://10.0.0.7:8080/webhooks/twilio?secret=s3cret", "params": form}])
    assert post(host, f"{PUBLIC}{PATH}?secret=s3cret", encoded(form), answer["signature"]) == 401
    host.wait_for_log("webhook refused: Twilio will not repeat it")
    assert f"{PUBLIC}{PATH}?secret=..." in host.log
    assert "s3cret" not in host.log


@pytest.mark.parametrize("port", [8443])
def test_a_port_of_its_own_is_signed_as_well(graph, receiver, config, make_host, signed, port):
    config["plugins"]["twilio"] = {"use": "channel/twilio", "required": True, "config": {
        "account_sid": twilio_api.ACCOUNT, "auth_token": twilio_api.TOKEN, "sender": "+34910552010",
        "api_url": graph.url}}  # fmt: skip
    del config["plugins"]["whatsapp"]
    config["pipeline"][0]["channels"] = ["twilio"]
    config["public_url"] = f"{PUBLIC}:{port}"
    host = make_host(config)
    host.start()
    url = f"{PUBLIC}:{port}{PATH}"
    (answer,) = signed([{"url": url, "params": message()}])
    assert post(host, url, encoded(message()), answer["signature"]) == 200
