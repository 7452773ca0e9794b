"""Fixtures of the flow tests: the real host between stand-ins of its neighbours, on SQLite and on PostgreSQL."""

import os
import pathlib
import subprocess
import sys
import uuid

import pytest

sys.path.insert(0, str(pathlib.Path(__file__).parent.parent / "support"))

import graph_api  # noqa: E402
import host_process  # noqa: E402
import hotel as hotels  # noqa: E402
import webhook_receiver  # noqa: E402

POSTGRES_URL = pathlib.Path(os.environ.get("CONSERJE_POSTGRES_FOLDER", "build/dev/postgres"), "url")


@pytest.fixture
def graph():
    with graph_api.GraphApi() as stand_in:
        yield stand_in


@pytest.fixture
def receiver():
    with webhook_receiver.WebhookReceiver() as stand_in:
        yield stand_in


@pytest.fixture(params=["sqlite", "postgresql"])
def store(request):
    """`store:` of the configuration: a new, empty database."""
    if request.param == "sqlite":
        yield "sqlite:data/hotel-sol.db"
        return
    server = os.environ.get("CONSERJE_TEST_POSTGRES") or POSTGRES_URL.read_text().strip()
    name = f"flow_{uuid.uuid4().hex}"
    psql(server, f"CREATE DATABASE {name}")
    yield f"{server.rpartition('/')[0]}/{name}"
    psql(server, f"DROP DATABASE {name} WITH (FORCE)")


def psql(server, sql):
    subprocess.run(["psql", "-X", "-q", "-d", server, "-c", sql], check=True)


@pytest.fixture
def make_host(tmp_path):
    """make_host(config) -> Host, not started; its end is seen to."""
    hosts = []

    def make(config):
        hosts.append(host_process.Host(tmp_path / f"host{len(hosts)}", config))
        return hosts[-1]

    yield make
    for host in hosts:
        if host.process:
            host.stop()
        host.check_sanitizers()


@pytest.fixture
def config(graph, receiver):
    """The configuration of the flow tests on SQLite, for tests that change it."""
    return hotels.configuration(graph, receiver, "sqlite:data/hotel-sol.db", host_process.PLUGINS)


@pytest.fixture
def hotel(graph, receiver, store, make_host):
    """A hotel that is open, on each store."""
    host = make_host(hotels.configuration(graph, receiver, store, host_process.PLUGINS))
    host.start()
    return hotels.Hotel(host, graph, receiver)


@pytest.fixture
def small_hotel(graph, receiver, config, make_host):
    """A hotel that is open, on SQLite, for what the store does not matter to."""
    host = make_host(config)
    host.start()
    return hotels.Hotel(host, graph, receiver)
