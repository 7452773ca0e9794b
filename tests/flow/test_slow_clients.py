"""Slow clients do not change the answers of honest ones."""

import resource
import selectors
import socket
import time

import pytest

GUEST = "34655010203"


@pytest.fixture
def many_files():
    """This process may hold as many sockets as the machine lets it."""
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (hard, hard))
    yield hard
    resource.setrlimit(resource.RLIMIT_NOFILE, (soft, hard))


class SlowClients:
    """Connections that send a request letter by letter and never end it; when cut off they come back."""

    def __init__(self, address, count):
        self._address = address
        self._selector = selectors.DefaultSelector()
        for _ in range(count):
            self._connect()

    def _connect(self):
        connection = socket.create_connection(self._address, timeout=20)
        connection.sendall(b"POST /webhooks/whatsapp HTTP/1.1\r\nHost: a\r\nX-Slow: ")
        connection.setblocking(False)
        self._selector.register(connection, selectors.EVENT_READ)

    def trickle(self):
        """One more letter each; those that were cut off connect again."""
        for key, _ in self._selector.select(0):
            self._selector.unregister(key.fileobj)
            key.fileobj.close()
            self._connect()
        for key in list(self._selector.get_map().values()):
            try:
                key.fileobj.send(b"a")
            except OSError:
                pass  # Cut off just now; the next call sees it.

    def close(self):
        for key in list(self._selector.get_map().values()):
            key.fileobj.close()
        self._selector.close()


def honest_answers(hotel, count=40):
    """-> ({status}, the longest time of one in seconds) of this many signed deliveries."""
    statuses, longest = set(), 0.0
    for _ in range(count):
        began = time.monotonic()
        statuses.add(hotel.graph.deliver(hotel.webhook, [hotel.graph.text(GUEST, "Hola")])[0])
        longest = max(longest, time.monotonic() - began)
    return statuses, longest


@pytest.mark.parametrize("count", [500, 5000])
def test_slow_clients_do_not_change_the_answers_of_honest_ones(small_hotel, many_files, count):
    if many_files < count + 200:
        pytest.skip(f"this machine allows {many_files} open files")
    host, port = small_hotel.host.url.removeprefix("http://").split(":")
    slow = SlowClients((host, int(port)), count)
    try:
        for _ in range(5):
            statuses, longest = honest_answers(small_hotel)
            assert statuses == {200}
            assert longest < 5.0  # Meta gives up after that; a second is what it asks for.
            slow.trickle()
    finally:
        slow.close()
    small_hotel.ask("34655010204", "Gracias")  # The other one has written more than the host answers.
