"""Ports behind which there is no Redis: closed, silent, or answering in their own way."""

from __future__ import annotations

import socket
from contextlib import contextmanager, suppress
from threading import Thread
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator

HTTP = b"HTTP/1.1 400 Bad Request\r\nContent-Type: text/html\r\nConnection: close\r\n\r\n<html>No.</html>"
#: What a port answers to whatever it is asked; none for never a word, empty for a closed connection.
ANSWERS: dict[str, bytes | None] = {
    "silent": None,
    "closing": b"",
    "an HTTP server": HTTP,
    "another protocol": b"220 mail.example.com ESMTP ready\r\n",
    "bytes": bytes(range(128, 256)) * 4,
    "zeros": b"\x00" * 64,
    "a reply that breaks off": b"$100\r\nhal",
    "a length that is none": b"$many\r\n",
    "a number that is none": b":one\r\n",
    "an error": b"-ERR no such thing\r\n",
    "a Redis that loads": b"-LOADING Redis is loading the dataset in memory\r\n",
    "a read-only Redis": b"-READONLY You can't write against a read only replica.\r\n",
    "always a number": b":5\r\n",
    "always a short text": b"$1\r\n5\r\n",
    "always a bad text": b"$3\r\n\xff\xfe\xfd\r\n",
    "always OK": b"+OK\r\n",
    "always a list": b"*2\r\n$1\r\n1\r\n$2\r\n[]\r\n",
    "always nothing": b"$-1\r\n",
}
#: After these a connection is closed: the answer is not whole, or nobody would go on.
CLOSES = {"closing", "an HTTP server", "a reply that breaks off"}


class Port:
    """A port that answers each question in the same way, and how many connections it was asked for."""

    def __init__(self, kind: str) -> None:
        self._answer, self._closes = ANSWERS[kind], kind in CLOSES
        self._server = socket.create_server(("127.0.0.1", 0), backlog=128)
        self._held: list[socket.socket] = []
        self.url = f"redis://127.0.0.1:{self._server.getsockname()[1]}/0"
        self.connections = 0
        Thread(target=self._take_all, daemon=True).start()

    def close(self) -> None:
        with suppress(OSError):
            self._server.shutdown(socket.SHUT_RDWR)
        for connection in [self._server, *self._held]:
            connection.close()

    def _take_all(self) -> None:
        with suppress(OSError):
            while True:
                connection = self._server.accept()[0]
                self.connections += 1
                self._held.append(connection)
                if self._answer is not None:
                    Thread(target=self._talk, args=(connection, self._answer), daemon=True).start()

    def _talk(self, connection: socket.socket, answer: bytes) -> None:
        with suppress(OSError):
            while asked := connection.recv(65_536):
                # One for each command that came, as a pipeline's are counted.
                connection.sendall(answer * max(1, asked.count(b"\r\n*") + asked.startswith(b"*")))
                if self._closes:
                    break
            connection.shutdown(socket.SHUT_RDWR)


@contextmanager
def no_redis(kind: str) -> Iterator[Port]:
    """Yield a port that is no Redis."""
    port = Port(kind)
    try:
        yield port
    finally:
        port.close()


@contextmanager
def closed_port() -> Iterator[str]:
    """Yield the URL of a port that refuses connections."""
    with socket.socket() as closed:
        closed.bind(("127.0.0.1", 0))
        yield f"redis://127.0.0.1:{closed.getsockname()[1]}/0"
