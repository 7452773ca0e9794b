"""Bad input, each a clear error and nothing lost: files, plugins, disks, ports and bodies."""

import json
import pathlib
import re
import shutil
import socket
import sqlite3

import graph_api
import host_process
import hotel as hotels
import pytest

GUEST = "34655010203"


def check(host, text=None):
    """`conserje check` of this text, or of the host's configuration -> what it said; it must refuse."""
    host.config_file.write_text(json.dumps(host.config, indent=1) if text is None else text)
    done = host.run("check", host.config_file)
    said = done.stdout + done.stderr
    assert done.returncode == 1, f"status {done.returncode}: {said}"
    return said


def refused(host):
    """`conserje run` must end by itself -> what it said."""
    host.start(wait=False)
    status = host.wait_end()
    assert status == 1, f"status {status}: {host.log}"
    return host.log


# The file.


def test_broken_yaml_is_refused_with_its_place(make_host, config):
    said = check(make_host(config), "version: 1\ntenant: hotel-sol\npipeline: [\nnotify: }\n")
    assert "conserje.yaml:4:" in said


@pytest.mark.parametrize("text", ["", "- 1\n", "42\n", "version: 2\n", "\x00\x01", "a: &a [*a, *a]\n"])
def test_a_file_that_is_no_pipeline_is_refused(make_host, config, text):
    assert "conserje.yaml" in check(make_host(config), text)


def test_an_unknown_key_is_refused_with_the_nearest_one(make_host, config):
    config["tennant"] = config.pop("tenant")
    said = check(make_host(config))
    assert '"tennant"' in said and 'did you mean "tenant"' in said and "conserje.yaml:" in said


def test_an_unknown_key_of_a_plugin_is_refused_with_the_nearest_one(make_host, config):
    settings = config["plugins"]["whatsapp"]["config"]
    settings["verify_tokem"] = settings.pop("verify_token")
    said = check(make_host(config))
    assert '"verify_tokem"' in said and "verify_token" in said and "conserje.yaml:" in said


def test_all_that_is_wrong_is_said_at_once(make_host, config):
    config |= {"listen": "nowhere", "time_zone": "Mars/Olympus", "languages": ["xx"]}
    said = check(make_host(config))
    assert all(word in said for word in ("nowhere", "Mars/Olympus", "xx"))


def test_run_refuses_what_check_refuses(make_host, config):
    config["time_zone"] = "Mars/Olympus"
    host = make_host(config)
    assert "Mars/Olympus" in check(host)
    assert "Mars/Olympus" in refused(host)


def test_a_file_that_is_not_there_is_refused(make_host, config):
    done = make_host(config).run("run", "nowhere.yaml")
    assert done.returncode == 1
    assert "nowhere.yaml" in done.stderr


# Plugins.


def test_a_missing_plugin_is_refused_with_where_it_was_looked_for(make_host, config):
    config["plugins"]["whatsapp"]["use"] = "channel/whatsap"
    said = check(make_host(config))
    assert "channel/whatsap" in said and config["plugin_path"][0] in said


def plugin(host, config, change):
    """The configuration demands a copy of the webhook sink with `change`d bytes."""
    original = pathlib.Path(host_process.PLUGINS, "sink_webhook.so").read_bytes()
    copy = host.folder / "vendor.so"
    copy.write_bytes(change(original))
    config["plugins"]["crm"] |= {"use": "./vendor.so", "required": True}


def for_abi_9(content):
    """The manifest says that the plugin was built for ABI 9."""
    abi = rb'("abi"\s*:\s*\{\s*"m\w+"\s*:\s*)1(\s*,\s*"m\w+"\s*:\s*)1'
    changed, count = re.subn(abi, rb"\g<1>9\g<2>9", content)
    assert count == 1
    return changed


@pytest.mark.parametrize(
    "change, words",
    [
        (lambda _: b"hello", ["not an ELF file"]),
        (lambda _: b"", ["empty"]),
        (lambda content: content[: len(content) // 2], ["damaged"]),
        (for_abi_9, ["ABI", "9"]),
    ],
    ids=["not ELF", "empty", "half", "another ABI"],
)
def test_a_file_that_is_no_plugin_is_refused_before_its_code_runs(make_host, config, change, words):
    host = make_host(config)
    plugin(host, config, change)
    said = check(host)
    assert all(word in said for word in words + ["vendor.so", "needed:", "who must act:", "do:"]), said


def test_a_shared_object_without_a_manifest_is_refused(make_host, config):
    host = make_host(config)
    shutil.copy("/lib/x86_64-linux-gnu/libz.so.1", host.folder / "vendor.so")
    config["plugins"]["crm"] |= {"use": "./vendor.so", "required": True}
    assert "manifest" in check(host)


def test_a_plugin_that_is_not_required_is_done_without(make_host, config, graph, receiver):
    config["plugins"]["crm"]["use"] = "sink/nothing"
    host = make_host(config)
    host.start()
    assert "sink/nothing is not installed" in host.log
    hotels.Hotel(host, graph, receiver).ask(GUEST, "Hola")


# Disks.


def test_a_corrupt_database_is_refused_and_left_as_it_is(make_host, config):
    host = make_host(config)
    database = host.folder / "data/hotel-sol.db"
    database.parent.mkdir()
    database.write_bytes(b"This is no database at all.\n" * 1000)
    said = refused(host)
    assert "hotel-sol.db" in said
    assert database.read_bytes() == b"This is no database at all.\n" * 1000


def test_a_database_that_lost_a_page_is_refused_and_left_as_it_is(small_hotel):
    small_hotel.ask(GUEST, "Hola")
    small_hotel.host.stop()
    path = small_hotel.host.folder / "data/hotel-sol.db"
    with sqlite3.connect(path) as database:  # Back into one file.
        database.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    content = bytearray(path.read_bytes())
    content[4096 : 4096 * 4] = b"\xff" * 4096 * 3
    path.write_bytes(content)
    assert "hotel-sol.db" in refused(small_hotel.host)
    assert path.read_bytes() == content


def test_a_full_disk_refuses_and_what_was_acknowledged_is_done(graph, receiver, make_host, tmp_path):
    """The store's disk is a tmpfs of 2 MiB, in a mount namespace of the host's own. Full, webhooks are refused, so
    that the vendor keeps them; with room again they are taken."""
    disk = tmp_path / "disk"
    disk.mkdir()
    config = hotels.configuration(graph, receiver, f"sqlite:{disk}/hotel-sol.db", host_process.PLUGINS)
    host = make_host(config)
    mount = f'mount -t tmpfs -o size=2m tmpfs {disk} && exec "$0" "$@"'
    host.start(prefix=["unshare", "--user", "--map-root-user", "--mount", "--", "sh", "-c", mount])
    hotel = hotels.Hotel(host, graph, receiver)
    hotel.ask(GUEST, "Hola")

    ballast = pathlib.Path(f"/proc/{host.process.pid}/root{disk}/ballast")
    with ballast.open("wb", buffering=0) as file, pytest.raises(OSError, match="No space left"):
        while True:
            file.write(bytes(64 * 1024))
    taken, refusals = [], []
    for number in range(300):
        guest = f"3465502{number:04d}"
        status = graph.deliver(hotel.webhook, [graph.text(guest, "Hola " * 100)])[0]
        (taken if status == 200 else refusals).append((guest, status))
        if len(refusals) >= 3:
            break
    assert [status for _, status in refusals] == [503] * 3

    ballast.unlink()
    vendor = hotels.Vendor(hotel)
    for guest, _ in refusals:
        vendor.carry([graph.text(guest, "Hola")])
    everyone = [guest for guest, _ in taken + refusals]
    graph.wait_for(lambda: all(graph.texts_to(guest) for guest in everyone), timeout_s=60)


# Ports.


def test_a_port_in_use_is_refused(make_host, config):
    with socket.create_server(("127.0.0.1", 0)) as other:
        port = other.getsockname()[1]
        said = refused(make_host(config | {"listen": f"127.0.0.1:{port}"}))
    assert f"127.0.0.1 port {port}" in said and "in use" in said


# Bodies.


def test_a_body_over_the_limit_is_413_before_it_is_read(small_hotel):
    """Meta sends up to 3 MB."""
    target = small_hotel.host.url.removeprefix("http://").split(":")
    with socket.create_connection((target[0], int(target[1])), timeout=20) as connection:
        connection.sendall(b"POST /webhooks/whatsapp HTTP/1.1\r\nHost: a\r\nContent-Length: 99999999\r\n\r\n")
        assert connection.recv(1024).startswith(b"HTTP/1.1 413 ")
    assert small_hotel.graph.post(small_hotel.webhook, b" " * 3_500_000)[0] == 413
    small_hotel.ask(GUEST, "Hola")


DEEP = b"[" * 10_000 + b"]" * 10_000


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"{",
        b"null",
        b'{"object":"whatsapp_business_account","entry":[{"changes":[{"value":{"messages":[{"id":"\xff\xfe"}]}}]}]}',
        b'{"object":"whatsapp_business_account","entry":' + DEEP + b"}",
        DEEP,
    ],
    ids=["empty", "cut", "null", "invalid UTF-8", "deep inside", "deep"],
)
def test_a_signed_body_that_is_not_the_vendors_is_400_and_the_host_goes_on(small_hotel, body):
    assert small_hotel.graph.post(small_hotel.webhook, body)[0] == 400
    assert small_hotel.rows("SELECT count(*) FROM inbox") == [("0",)]
    small_hotel.ask(GUEST, "Hola")


def test_an_unsigned_body_is_401_whatever_it_holds(small_hotel):
    for body in (b"", b"\xff\xfe", DEEP):
        assert small_hotel.graph.post(small_hotel.webhook, body, "sha256=" + "0" * 64)[0] == 401


def test_odd_texts_are_answered(small_hotel):
    """Right JSON with any text in it: NUL, half of a surrogate pair, right-to-left marks, 4,096 characters."""
    for number, text in enumerate(["\x00", "\ud83d", "\u202eHola", "a" * 4096, " ", "👍"]):
        guest = f"3465501030{number}"
        small_hotel.say(guest, text)
        small_hotel.graph.wait_for(lambda: small_hotel.graph.texts_to(guest))


@pytest.mark.parametrize(
    "path", ["/", "/webhooks/", "/webhooks/other", "/webhooks/crm", "/health", "/webhooks/../health/live"]
)
def test_another_path_is_404(small_hotel, path):
    assert small_hotel.host.get(path)[0] == 404


def test_another_method_is_405(small_hotel):
    assert graph_api.http_call("DELETE", small_hotel.webhook)[0] == 405
