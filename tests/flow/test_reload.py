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


def test_guests_book_while_plugins_and_the_whole_file_are_reloaded(hotel, host):
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
        if turn % 2 == 0:
            done = reload(host, names[turn // 2 % len(names)])
        else:
            set_up(host, lambda config: config["hotel"].update(name=f"Hotel {turn}"))
            set_up(host, lambda config: config["plugins"]["whatsapp"].update(deadline_ms=10_000 + turn))
            done = reload(host)
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


def test_the_whole_file_is_followed(hotel, host):
    assert "Hotel Sol" in hotel.ask("34655010203", "Hola")
    set_up(host, lambda config: config["hotel"].update(name="Hotel Luna"))
    done = reload(host)
    assert done.returncode == 0, done.stdout + done.stderr
    assert done.stdout.startswith("(pipeline): reloaded, generation 2 serves")
    assert "Hotel Luna" in hotel.ask("34655010204", "Hola")


def test_plugins_are_added_and_removed(hotel, host, receiver):
    other = dict(host.config["plugins"]["crm"])

    def exchange(config):
        config["plugins"]["owner"] = other
        del config["plugins"]["crm"]
        config["notify"] = [{"to": "owner", "events": ["reservation.*"]}]

    set_up(host, exchange)
    done = reload(host)
    assert done.returncode == 0, done.stdout + done.stderr
    assert [line.split(",")[0] for line in done.stdout.splitlines() if not line.startswith(" ")] == [
        "owner: reloaded", "crm: reloaded", "(pipeline): reloaded"]  # fmt: skip
    hotel.book("34655010203")
    hotel.wait_for_event("reservation.created")
    assert hotel.rows("SELECT DISTINCT target FROM outbox WHERE kind = 'event'") == [("owner",)]


def test_a_channel_comes_and_goes_with_its_webhook(hotel, host, graph):
    door = host.url + "/webhooks/second"
    body = graph.envelope([graph.text("34655010203", "Hola")])
    assert graph.post(door, body)[0] == 404

    def add(config):
        config["plugins"]["second"] = config["plugins"]["whatsapp"]
        config["pipeline"][0]["channels"] = ["whatsapp", "second"]

    set_up(host, add)
    assert reload(host).returncode == 0
    assert graph.post(door, body)[0] == 200
    graph.wait_for(lambda: graph.texts_to("34655010203"))

    def remove(config):
        del config["plugins"]["second"]
        config["pipeline"][0]["channels"] = ["whatsapp"]

    set_up(host, remove)
    assert reload(host).returncode == 0
    assert graph.post(door, body)[0] == 404


def test_one_failure_keeps_all_that_ran(hotel, host):
    def change(config):
        config["hotel"].update(name="Hotel Luna")
        config["plugins"]["whatsapp"].update(deadline_ms=4321)
        config["plugins"]["crm"]["config"].update(secret="whsec_!")

    set_up(host, change)
    done = reload(host)
    assert done.returncode == 1
    assert "crm: not reloaded" in done.stderr
    assert "whatsapp: not reloaded, generation 1 serves" in done.stderr
    assert "Hotel Sol" in hotel.ask("34655010203", "Hola")
    hotel.book("34655010204")
    hotel.wait_for_event("reservation.created")


def test_what_only_a_start_can_change_is_refused_by_name(hotel, host):
    def change(config):
        config["hotel"].update(name="Hotel Luna")
        config["tenant"] = "hotel-luna"
        config["listen"] = "127.0.0.1:1"

    set_up(host, change)
    done = reload(host)
    assert done.returncode == 1
    assert "other values for: tenant, listen" in done.stderr
    assert "restart the host" in done.stderr
    assert "Hotel Sol" in hotel.ask("34655010203", "Hola")


def test_sighup_reloads(hotel, host):
    set_up(host, lambda config: config["plugins"]["whatsapp"].update(deadline_ms=4321))
    os.kill(host.process.pid, signal.SIGHUP)
    host.wait_for_log("reloaded")
    assert hotel.ask("34655010203", hotels.ASK)
