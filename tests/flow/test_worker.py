"""Plugins in workers: one line of the configuration, and nobody can tell, whatever becomes of the workers."""

import os
import pathlib
import re
import signal
import time

import hotel as hotels
import pytest

GUEST = "34655010203"
GONE_S = 30


@pytest.fixture
def workers(graph, receiver, config, make_host):
    """A hotel that is open, each of its plugins in a worker."""
    for plugin in config["plugins"].values():
        plugin["isolation"] = "process"
    host = make_host(config)
    host.start()
    return hotels.Hotel(host, graph, receiver)


def children(process):
    """The processes that `process` has started, in the order of their ids. [] once it is gone."""
    try:
        tasks = pathlib.Path(f"/proc/{process}/task").iterdir()
        return sorted(int(child) for task in tasks for child in (task / "children").read_text().split())
    except OSError:
        return []


def is_alive(process):
    try:
        return pathlib.Path(f"/proc/{process}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    except OSError:
        return False


def wait_until(condition):
    end = time.monotonic() + GONE_S
    while not condition():
        assert time.monotonic() < end, "it did not come about"
        time.sleep(0.01)


def insist(hotel, text, part):
    """`text` comes as from a vendor, again until it is acknowledged; then some answer has `part` in it. An answer that
    was on its way when its worker died may come twice: its outcome was unknown."""
    message = hotel.graph.text(GUEST, text)
    wait_until(lambda: hotel.graph.deliver(hotel.webhook, [message])[0] == 200)
    hotel.graph.wait_for(lambda: [answer for answer in hotel.graph.texts_to(GUEST) if part in answer])


def test_a_guest_books_and_cancels_through_workers(workers):
    code = re.search(r"Código: (\S+)\.", workers.book(GUEST))[1]
    (created,) = workers.wait_for_event("reservation.created")
    assert created["data"]["reservation_id"] == code
    assert code in workers.ask(GUEST, "Cancelá mi reserva")
    assert code in workers.ask(GUEST, "Sí")
    workers.wait_for_event("reservation.cancelled")
    (launcher,) = children(workers.host.process.pid)
    assert len(children(launcher)) == len(workers.host.config["plugins"])


def test_workers_that_are_killed_are_made_anew(workers):
    (launcher,) = children(workers.host.process.pid)
    workers.ask(GUEST, hotels.ASK)
    for worker in children(launcher):
        os.kill(worker, signal.SIGKILL)
    insist(workers, hotels.BOOK, "Ana Pérez")
    assert "plugin's worker ended" in workers.host.log


def test_a_launcher_that_is_killed_is_made_anew(workers):
    (launcher,) = children(workers.host.process.pid)
    workers.ask(GUEST, hotels.ASK)
    os.kill(launcher, signal.SIGKILL)
    insist(workers, hotels.BOOK, "Ana Pérez")


def test_no_worker_outlives_a_host_that_is_killed(workers):
    (launcher,) = children(workers.host.process.pid)
    family = [launcher, *children(launcher)]
    assert len(family) == 1 + len(workers.host.config["plugins"])
    workers.host.kill9()
    wait_until(lambda: not any(map(is_alive, family)))


def test_a_host_without_workers_has_no_other_process(small_hotel):
    small_hotel.ask(GUEST, "Hola")
    assert children(small_hotel.host.process.pid) == []
