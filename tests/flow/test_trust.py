"""Whom plugins' files come from: what runs, what is refused, and what an operator types to change it."""

import json
import pathlib
import subprocess

import host_process
import hotel as hotels
import pytest

GUEST = "34655010204"


@pytest.fixture
def host(make_host, config):
    """A host whose webhook sink is a vendor's file, which its build did not make."""
    made = make_host(config)
    original = pathlib.Path(host_process.PLUGINS, "sink_webhook.so").read_bytes()
    (made.folder / "vendor.so").write_bytes(original + b"\0")
    config["plugins"]["crm"] |= {"use": "./vendor.so", "required": True}
    return made


def conserje(host, *arguments):
    """Another command on the host's configuration -> (status, what it said)."""
    host.config_file.write_text(json.dumps(host.config, indent=1))
    done = host.run(*arguments)
    return done.returncode, done.stdout + done.stderr


def minisign(host, *arguments):
    subprocess.run(["minisign", *arguments], cwd=host.folder, stdin=subprocess.DEVNULL, capture_output=True,
                   check=True)  # fmt: skip


def sign(host):
    """The vendor makes a key, and signs its file -> the public key."""
    minisign(host, "-G", "-W", "-p", "vendor.pub", "-s", "vendor.key")
    statement = "conserje id=cj.sink.webhook version=0.1.0 abi=1"
    minisign(host, "-S", "-s", "vendor.key", "-m", "vendor.so", "-t", statement)
    return (host.folder / "vendor.pub").read_text().splitlines()[1]


def test_an_unsigned_plugin_runs_only_when_the_operator_says_so(host):
    status, said = conserje(host, "check", host.config_file)
    assert status == 1 and "vendor.so: it is unsigned" in said, said
    assert "do: if you know where it comes from: plugins: {crm: {allow_unsigned: true}}" in said, said
    host.config["plugins"]["crm"]["allow_unsigned"] = True
    assert conserje(host, "check", host.config_file)[0] == 0


def test_a_plugin_that_a_trusted_vendor_signed_runs(host, graph, receiver):
    key = sign(host)
    status, said = conserje(host, "check", host.config_file)
    assert status == 1 and "which trust.keys does not have" in said, said
    host.config["trust"] = {"keys": [{"name": "vendor", "key": key, "ids": ["cj.sink.*"]}]}
    host.start()
    hotels.Hotel(host, graph, receiver).ask(GUEST, "Hola")


def test_a_file_that_changed_after_it_was_signed_is_refused(host):
    key = sign(host)
    host.config["trust"] = {"keys": [{"name": "vendor", "key": key, "ids": ["cj.sink.*"]}]}
    with (host.folder / "vendor.so").open("ab") as file:
        file.write(b"\0")
    status, said = conserje(host, "check", host.config_file)
    assert status == 1 and "its signature is not of this file" in said, said


def test_the_lock_file_holds_what_was_accepted(host):
    host.config["trust"] = {"lock": "plugins.lock"}
    status, said = conserje(host, "check", host.config_file)
    assert status == 1 and "write it with: conserje plugins lock --config CONFIG" in said, said

    status, said = conserje(host, "plugins", "lock", "--config", host.config_file)
    assert status == 0 and "added cj.sink.webhook 0.1.0 (unsigned)" in said, said
    assert conserje(host, "check", host.config_file)[0] == 0

    with (host.folder / "vendor.so").open("ab") as file:
        file.write(b"\0")
    status, said = conserje(host, "check", host.config_file)
    assert status == 1 and "it is not the file that was accepted as cj.sink.webhook 0.1.0" in said, said

    status, said = conserje(host, "plugins", "lock", "--config", host.config_file, "vendor.so")
    assert (status, said) == (0, "cj.sink.webhook 0.1.0 has another file (unsigned)\n")
    assert conserje(host, "check", host.config_file)[0] == 0


def test_the_list_says_who_vouches_for_each_plugin(host):
    status, said = conserje(host, "plugins", "--config", host.config_file)
    assert status == 0, said
    lines = [line for line in said.splitlines() if ".so: " in line]
    assert len(lines) >= 5 and all(line.endswith(", first-party") for line in lines), said
