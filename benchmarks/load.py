"""A small load generator: one thread keeps some connections busy and takes little from the server."""

from __future__ import annotations

import selectors
import socket
import time
from collections import Counter
from dataclasses import dataclass, field
from statistics import quantiles
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

CHUNK = 256 * 1024
#: Seconds without any answer after which the load gives up.
SILENCE = 30


@dataclass(frozen=True, slots=True)
class Ask:
    """What is sent, and what kind of request it is counted as."""

    kind: str
    sent: bytes


@dataclass(slots=True)
class Load:
    """What came of it: answers by kind and status, and how long each took, in seconds."""

    seconds: float = 0.0
    answers: Counter[tuple[str, int]] = field(default_factory=Counter)
    times: list[float] = field(default_factory=list)

    @property
    def rate(self) -> float:
        return len(self.times) / self.seconds

    @property
    def failures(self) -> int:
        return sum(number for (_kind, status), number in self.answers.items() if status >= 400)

    def summary(self) -> dict[str, float]:
        """Return the rate, percentiles in milliseconds, and how many were refused."""
        cuts = quantiles(self.times, n=100)
        return {
            "rate": round(self.rate, 1),
            **{f"p{cut}": round(cuts[cut - 1] * 1_000, 2) for cut in (50, 95, 99)},
            "requests": len(self.times),
            "failures": self.failures,
        }


def message(
    path: str, *, method: str = "GET", headers: Mapping[str, str] | None = None, body: bytes = b""
) -> bytes:
    """Return a request as it goes over the wire."""
    lines = [f"{method} {path} HTTP/1.1", "Host: 127.0.0.1", f"Content-Length: {len(body)}"]
    if body:
        lines.append("Content-Type: application/json")
    lines += [f"{name}: {value}" for name, value in (headers or {}).items()]
    return "\r\n".join([*lines, "", ""]).encode() + body


class _Connection:
    """One connection, which asks again as soon as it was answered."""

    def __init__(self, port: int) -> None:
        self._port = port
        self.socket = socket.create_connection(("127.0.0.1", port))
        self._read = b""
        self._began = 0.0
        self.asked: Ask | None = None

    def ask(self, ask: Ask) -> None:
        self.asked, self._read, self._began = ask, b"", time.perf_counter()
        self.socket.sendall(ask.sent)

    def receive(self) -> tuple[int, float] | None:
        """Return the status and the time of an answer that is whole, else nothing.

        :raises ConnectionError: when the server closed the connection.
        """
        chunk = self.socket.recv(CHUNK)
        if not chunk:
            raise ConnectionResetError
        self._read += chunk
        head, mark, body = self._read.partition(b"\r\n\r\n")
        if not mark or len(body) < _length(head):
            return None
        return int(head[9:12]), time.perf_counter() - self._began


def drive(port: int, asks: Iterator[Ask], *, connections: int, seconds: float) -> Load:
    """Keep the connections busy until the seconds or the requests are over; last answers are waited for."""
    load = Load()
    with selectors.DefaultSelector() as selector:
        began = time.perf_counter()
        for _ in range(connections):
            _ask(selector, port, next(asks, None))
        while selector.get_map():
            ready = selector.select(SILENCE)
            if not ready:
                raise TimeoutError("The server does not answer.")
            for key, _ in ready:
                if _is_free(selector, key.data, port, load):
                    is_over = time.perf_counter() - began >= seconds
                    _ask(selector, port, None if is_over else next(asks, None), key.data)
        load.seconds = time.perf_counter() - began
    return load


def _ask(
    selector: selectors.BaseSelector, port: int, ask: Ask | None, connection: _Connection | None = None
) -> None:
    """Ask over a connection, over a new one where the server closed it; with nothing to ask end it."""
    if connection is not None and ask is not None:
        try:
            connection.ask(ask)
        except ConnectionError:
            pass
        else:
            return
    if connection is not None:
        _end(selector, connection)
    if ask is not None:
        fresh = _Connection(port)
        selector.register(fresh.socket, selectors.EVENT_READ, fresh)
        fresh.ask(ask)


def _end(selector: selectors.BaseSelector, connection: _Connection) -> None:
    selector.unregister(connection.socket)
    connection.socket.close()


def _is_free(selector: selectors.BaseSelector, connection: _Connection, port: int, load: Load) -> bool:
    """Take what came over a connection and tell whether its answer is whole."""
    assert connection.asked is not None
    try:
        answer = connection.receive()
    except ConnectionError:
        # A server may close a connection that it kept just when it is asked again.
        _end(selector, connection)
        _ask(selector, port, connection.asked)
        return False
    if answer is None:
        return False
    status, taken = answer
    load.answers[connection.asked.kind, status] += 1
    load.times.append(taken)
    return True


def _length(head: bytes) -> int:
    for line in head.split(b"\r\n")[1:]:
        name, _colon, value = line.partition(b":")
        if name.lower() == b"content-length":
            return int(value)
    return 0
