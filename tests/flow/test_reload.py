"""Reloading plugins of a host that is at work: nothing is lost, nothing doubled, and the result is the true one."""

import os
import signal
import threading

import hotel as hotels
import pytest

RELOADS = 100 if os.environ.get("CONSERJE_ALL") else 12
GUESTS = 3


@pytest.fixture
def host(graph, receiver, config, make_host):
    host = make_host(config | {"admin": {"listen": "127.0.0.1:0"}})
    host.start()
    return host


@pytest.fixture
def hotel(host, graph, receiver):
    return hotels.Hotel(host, graph, receiver)


def reload(host, *plugin):
    return host.run("reload", host.config_file, *plugin)


def set_up(host, change):
    """The configuration file with `change(config)` made."""
    change(host.config)
    host.write_config()


def names_of(host):
    """The plugins that can be reloaded in the middle of things: not the PMS, whose rooms are in the mock's memory."""
    return [name for name, plugin in host.config["plugins"].items() if not plugin["use"].startswith("pms/")]


def test_guests_book_while_plugins_are_reloaded(hotel, host):
    vendor = hotels.Vendor(hotel)
    stopping = threading.Event()
    booked = []

    def book(lane):
        while not stopping.is_set():
            guest = f"346{lane}{len(booked):07d}"
            booked.append(guest)
            for answers, text in enumerate(hotels.BOOKING, start=1):
                assert vendor.carry([hotel.graph.text(guest, text)])
                hotel.graph.wait_for(lambda: len(hotel.graph.texts_to(guest)) >= answers, timeout_s=60)

    threads = [threading.Thread(target=book, args=(lane,)) for lane in range(GUESTS)]
    for thread in threads:
        thread.start()
    names = names_of(host)
    for turn in range(RELOADS):
        done = reload(host, names[turn % len(names)])
        assert done.returncode == 0, done.stdout + done.stderr
    stopping.set()
    for thread in threads:
        thread.join(120)

    assert len(booked) >= GUESTS
    for guest in booked:
        assert len(hotel.graph.texts_to(guest)) == len(hotels.BOOKING)
    assert hotel.rows("SELECT count(*) FROM reservations") == [(str(len(booked)),)]


def test_a_reload_takes_what_has_changed_and_leaves_the_rest(hotel, host):
    assert reload(host).stdout == "nothing has changed\n"
    set_up(host, lambda config: config["plugins"]["whatsapp"].update(deadline_ms=4321))
    done = reload(host)
    assert done.returncode == 0, done.stdout + done.stderr
    assert done.stdout.startswith("whatsapp: reloaded, generation 2 serves")
    assert len(done.stdout.splitlines()) == 1
    assert hotel.ask("34655010203", hotels.ASK)


def test_a_reload_that_cannot_be_done_keeps_what_ran(hotel, host):
    set_up(host, lambda config: config["plugins"]["whatsapp"]["config"].update(phone_number_id=["?"]))
    done = reload(host, "whatsapp")
    assert done.returncode == 1
    assert "phone_number_id" in done.stderr
    assert hotel.ask("34655010203", hotels.ASK)


def test_what_is_more_than_plugins_is_told_to_need_a_restart(host):
    set_up(host, lambda config: config["hotel"].update(name="Hotel Luna"))
    done = reload(host)
    assert done.returncode == 1
    assert "restart the host" in done.stderr


def test_sighup_reloads(hotel, host):
    set_up(host, lambda config: config["plugins"]["whatsapp"].update(deadline_ms=4321))
    os.kill(host.process.pid, signal.SIGHUP)
    host.wait_for_log("plugin reloaded")
    assert hotel.ask("34655010203", hotels.ASK)
