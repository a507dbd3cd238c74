"""Through gunicorn, as the example is served: reads, reads with orders, a cold rush, Redis hung and away."""

from __future__ import annotations

import itertools
import json
import random
import socket
import subprocess
import sys
import tempfile
import threading
import time
from contextlib import contextmanager
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.request import urlopen

from benchmarks.load import Ask, Load, drive, message
from benchmarks.ordering import BUYING
from benchmarks.sites import OURS, ROOT

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

    from benchmarks.run import Run

CONNECTIONS = 8
RUSH = 40
#: How often what is compared is asked again.
TURNS = 2
#: One request of so many is an order.
ORDER_EVERY = 20
#: Orders that can be placed in a second at most, for the carts to prepare.
MOST_ORDERS = 300
LIST = "/api/products/?page_size=20"
COLD = "/api/products/?page_size=200"
DELIVERY = json.dumps({"shipping_address": "123 Main St, City", "phone": "+234123456789"}).encode()


def serving(run: Run) -> dict[str, Any]:
    """Ask servers of our shop over the loopback, what is compared in turns; the best turn counts."""
    figures: dict[str, Any] = {"connections": CONNECTIONS, "rush": rush(run)}
    with served(run.environment(OURS)) as port:
        reads = _reads(port)
        orders = iter(_orders(run))
        drive(port, reads(), connections=CONNECTIONS, seconds=run.seconds / 4)
        mixed = {"reads": reads, "mixed": lambda: _mixed(reads(), orders)}
        figures |= _best({name: partial(_drive, run, port, asks) for name, asks in mixed.items()})
    with hung() as address:
        caches = {
            "without_redis": "",
            "redis_hung": address,
            "redis_away": f"redis://127.0.0.1:{free_port()}/0",
        }
        figures |= _best({name: partial(_with_cache, run, redis) for name, redis in caches.items()})
    return figures


def _best(turns: Mapping[str, Callable[[], dict[str, float]]]) -> dict[str, dict[str, float]]:
    best: dict[str, dict[str, float]] = {}
    for name, turn in [*turns.items()] * TURNS:
        figures = turn()
        if name not in best or figures["rate"] > best[name]["rate"]:
            best[name] = figures
    return best


def _drive(run: Run, port: int, asks: Callable[[], Iterator[Ask]]) -> dict[str, float]:
    return drive(port, asks(), connections=CONNECTIONS, seconds=run.seconds).summary()


def _with_cache(run: Run, redis: str) -> dict[str, float]:
    """Ask a server with another cache, from its first request on."""
    environment = OURS.environment(database=run.databases.loaded(OURS, run.size), redis=redis)
    with served(environment) as port:
        return _drive(run, port, _reads(port))


def _reads(port: int) -> Callable[[], Iterator[Ask]]:
    """Return a maker of endless requests for what shoppers look at: mostly details and lists."""
    with urlopen(f"http://127.0.0.1:{port}{COLD}", timeout=30) as answer:
        shown = json.load(answer)
    details = [f"/api/categories/{each['category']['slug']}/products/{each['slug']}/" for each in shown]
    categories = sorted(
        {f"/api/categories/{each['category']['slug']}/products/?page_size=20" for each in shown}
    )
    paths = [*details[:100], *([LIST] * 40), *categories[:30], *(["/api/categories/"] * 10)]

    def asks() -> Iterator[Ask]:
        rng = random.Random(1)
        sent = [message(path) for path in paths]
        while True:
            yield Ask("read", rng.choice(sent))

    return asks


def _orders(run: Run) -> list[Ask]:
    """Return orders of carts made for them, enough for every turn."""
    number = int(MOST_ORDERS * run.seconds * TURNS)
    with run.process(OURS, module=BUYING) as buyer:
        first = buyer.ask("make_carts", number=number, hot=False)
        bearers = buyer.ask("bearers", first=first, number=number)
    path = "/api/orders/orders/create/"
    return [
        Ask("order", message(path, method="POST", headers={"Authorization": bearer}, body=DELIVERY))
        for bearer in bearers
    ]


def _mixed(reads: Iterator[Ask], orders: Iterator[Ask]) -> Iterator[Ask]:
    """Let one request of some be an order."""
    for count in itertools.count(1):
        order = next(orders, None) if count % ORDER_EVERY == 0 else None
        yield order or next(reads)


def rush(run: Run) -> dict[str, Any]:
    """Let many ask for one cold page at the same moment, and count how often it was built."""
    with tempfile.TemporaryDirectory() as folder:
        log = Path(folder) / "statements"
        environment = run.environment(OURS, BENCHMARK_STATEMENTS=str(log))
        once = _statements(environment, log, visitors=1)
        load, many = _asked_cold(environment, log, visitors=RUSH)
    return {
        "visitors": RUSH,
        "builds": many / once,
        "slowest": round(max(load.times) * 1_000, 1),
        "failures": load.failures,
    }


def _statements(environment: Mapping[str, str], log: Path, *, visitors: int) -> int:
    return _asked_cold(environment, log, visitors=visitors)[1]


def _asked_cold(environment: Mapping[str, str], log: Path, *, visitors: int) -> tuple[Load, int]:
    """Return how the visitors fared, and how many statements read pictures, which no other page does."""
    with served(environment) as port:
        _forget(environment)
        log.write_bytes(b"")
        asks = iter([Ask("read", message(COLD))] * visitors)
        load = drive(port, asks, connections=visitors, seconds=60)
    read = [line for line in log.read_text().splitlines() if "partscatalog_catalog_productimage" in line]
    return load, len(read)


def _forget(environment: Mapping[str, str]) -> None:
    """Empty Redis; a server that has just started has nothing in its own memory."""
    if environment["REDIS_URL"]:
        import redis

        with redis.Redis.from_url(environment["REDIS_URL"]) as client:
            client.flushdb()


@contextmanager
def served(environment: Mapping[str, str]) -> Iterator[int]:
    """Serve the example project with its own gunicorn settings and give the port."""
    port = free_port()
    command = [sys.executable, "-m", "gunicorn", "--bind", f"127.0.0.1:{port}"]
    server = subprocess.Popen(command, cwd=ROOT / "example_project", env=dict(environment))
    try:
        _wait_for(port)
        yield port
    finally:
        server.terminate()
        server.wait(30)


@contextmanager
def hung() -> Iterator[str]:
    """Give the address of a Redis that takes every connection and never answers."""
    kept: list[socket.socket] = []
    with socket.create_server(("127.0.0.1", 0), backlog=128) as listener:

        def take() -> None:
            while True:
                try:
                    kept.append(listener.accept()[0])
                except OSError:
                    return

        threading.Thread(target=take, daemon=True).start()
        yield f"redis://127.0.0.1:{listener.getsockname()[1]}/0"
        listener.shutdown(socket.SHUT_RDWR)
    for each in kept:
        each.close()


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def _wait_for(port: int, *, seconds: float = 60) -> None:
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        try:
            with urlopen(f"http://127.0.0.1:{port}/api/categories/engine-parts/", timeout=30):
                return
        except OSError:
            time.sleep(0.1)
    raise TimeoutError(f"Nothing answers on port {port}.")
