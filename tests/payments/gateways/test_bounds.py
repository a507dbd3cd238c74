"""A call ends within its bound whatever the name server, the addresses and the handshake do."""

from __future__ import annotations

import socket
import threading
import time
from contextlib import contextmanager
from typing import TYPE_CHECKING

import pytest
from urllib3.connection import HTTPSConnection

from partscatalog.payments.gateways.base import GatewayError, GatewayRefused
from partscatalog.payments.gateways.bounded import _bounded
from partscatalog.payments.gateways.dialing import MOST_LOOKUPS
from partscatalog.payments.gateways.options import Secret
from partscatalog.payments.gateways.paystack import PaystackGateway
from partscatalog.payments.gateways.transport import JsonApi
from tests.payments.fakes import attempt
from tests.payments.fakes.paystack import SECRET_KEY
from tests.payments.gateways.stripe import asking
from tests.payments.gateways.test_transport import Echo

if TYPE_CHECKING:
    from collections.abc import Iterator

HOST = "api.provider.example"
REFERENCE = "ORD_7_a1b2c3d4e5f6g7h8"
real_getaddrinfo = socket.getaddrinfo


class Names:
    """A name server for the one host: it answers when it is let, with the addresses that it is given."""

    def __init__(self) -> None:
        self.addresses: list[tuple[str, int]] = []
        self.delay = 0.0
        self.answering = threading.Event()
        self.answering.set()

    def getaddrinfo(self, host, *args, **kwargs):
        if host != HOST:
            return real_getaddrinfo(host, *args, **kwargs)
        self.answering.wait(30)
        time.sleep(self.delay)
        return [(socket.AF_INET, socket.SOCK_STREAM, 6, "", address) for address in self.addresses]


@pytest.fixture
def names(monkeypatch) -> Iterator[Names]:
    names = Names()
    monkeypatch.setattr(socket, "getaddrinfo", names.getaddrinfo)
    yield names
    names.answering.set()


@contextmanager
def black_hole() -> Iterator[tuple[str, int]]:
    """Give an address that answers no attempt to connect: its queue is full and nobody takes from it."""
    with socket.socket() as server, socket.socket() as first, socket.socket() as second:
        server.bind(("127.0.0.1", 0))
        server.listen(0)
        for client in (first, second):
            client.setblocking(False)
            client.connect_ex(server.getsockname())
        time.sleep(0.1)
        yield server.getsockname()


def api(timeout: float, scheme: str = "http") -> JsonApi:
    return JsonApi(base_url=f"{scheme}://{HOST}", secret=Secret("k"), timeout=timeout)


def ways(timeout: float):
    """Give a question and an order to each provider, at the host."""
    options = {"BASE_URL": f"https://{HOST}", "TIMEOUT": timeout}
    paystack = PaystackGateway(alias="paystack", options={"SECRET_KEY": SECRET_KEY, **options})
    return {
        "paystack fetch": lambda: paystack.fetch(attempt(REFERENCE)),
        "paystack refunds": lambda: paystack.fetch_refunds(attempt(REFERENCE)),
        "paystack start": lambda: paystack.start(asking.request()),
        "stripe fetch": lambda: asking.gateway(**options).fetch(attempt(REFERENCE)),
        "stripe close": lambda: asking.gateway(**options).close(attempt(REFERENCE, access_code="cs_1")),
        "stripe start": lambda: asking.gateway(**options).start(asking.request()),
    }


def seconds_of(call) -> float:
    begun = time.monotonic()
    with pytest.raises(GatewayError):
        call()
    return time.monotonic() - begun


@pytest.mark.parametrize("way", ways(1))
def test_many_dead_addresses_take_no_longer_than_the_bound(names, way):
    call = ways(1)[way]
    with black_hole() as address:
        names.addresses = [address] * 8

        assert seconds_of(call) < 1.4


@pytest.mark.parametrize("way", ways(1))
def test_a_name_server_that_hangs_holds_no_call_beyond_the_bound(names, way):
    call = ways(1)[way]
    names.answering.clear()

    assert seconds_of(call) < 1.4


@pytest.mark.parametrize("way", ways(1))
def test_a_handshake_that_never_comes_holds_no_call_beyond_the_bound(names, way):
    call = ways(1)[way]
    with socket.create_server(("127.0.0.1", 0)) as server:
        names.addresses = [server.getsockname()]

        assert seconds_of(call) < 1.4


def test_connecting_takes_three_seconds_for_all_addresses_together(names):
    with black_hole() as address:
        names.addresses = [address] * 4

        assert 2.9 < seconds_of(lambda: api(15).post("/x", {})) < 3.5


def test_a_slow_lookup_is_part_of_the_time_and_the_call_goes_on_after_it(names):
    names.delay = 0.6
    with Echo().running() as server:
        names.addresses = [("127.0.0.1", int(server.url.rsplit(":", 1)[1]))]
        assert api(5).get("/x").status == 200
        server.faults["/x"] = "drip"

        assert 0.9 < seconds_of(lambda: api(1).get("/x")) < 1.4


def test_a_dead_address_leaves_the_next_its_turn(names):
    with black_hole() as address, Echo().running() as server:
        names.addresses = [address, ("127.0.0.1", int(server.url.rsplit(":", 1)[1]))]

        assert api(2).post("/x", {}).status == 200
        assert len(server.calls) == 1


@pytest.mark.parametrize("addresses", [[], [("127.0.0.1", 9)]])
def test_a_host_that_cannot_be_reached_was_sent_nothing(names, addresses):
    names.addresses = addresses

    with pytest.raises(GatewayRefused):
        api(2).post("/x", {})


def test_a_lookup_without_an_answer_leaves_the_order_unsent(names):
    names.answering.clear()

    with pytest.raises(GatewayRefused):
        api(0.3).post("/x", {})


def test_a_name_server_that_hangs_leaves_few_threads_behind_and_is_asked_again_when_it_answers(names):
    names.answering.clear()

    callers = [
        threading.Thread(target=lambda: seconds_of(lambda: api(0.5).get("/x")))
        for _ in range(3 * MOST_LOOKUPS)
    ]
    for caller in callers:
        caller.start()
    for caller in callers:
        caller.join()

    left_behind = [thread for thread in threading.enumerate() if thread.name == "partscatalog-lookup"]
    assert len(left_behind) == MOST_LOOKUPS
    names.answering.set()
    with Echo().running() as server:
        names.addresses = [("127.0.0.1", int(server.url.rsplit(":", 1)[1]))]
        assert api(5).get("/x").status == 200


def test_a_proxy_is_dialled_in_place_of_the_provider(names, monkeypatch):
    with Echo().running() as server:
        names.addresses = [("127.0.0.1", int(server.url.rsplit(":", 1)[1]))]
        monkeypatch.setenv("HTTP_PROXY", f"http://{HOST}:3128")

        JsonApi(base_url="http://elsewhere.example", secret=Secret("k"), timeout=2).get("/x")

    assert [call.path for call in server.calls] == ["http://elsewhere.example/x"]


def test_a_connection_that_finds_its_own_way_keeps_it():
    """Such as through a SOCKS proxy: nothing is ever dialled past it."""

    class Tunnelled(HTTPSConnection):
        def _new_conn(self):
            raise NotImplementedError

    assert _bounded(Tunnelled, 0.0)._new_conn is Tunnelled._new_conn
    assert _bounded(HTTPSConnection, 0.0)._new_conn is not HTTPSConnection._new_conn
