"""A Redis of a test's own, to be frozen, killed and started again."""

from __future__ import annotations

import os
import signal
import subprocess
import time
from contextlib import contextmanager
from typing import TYPE_CHECKING

import redis

from tests.example.site import free_port

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path


class RedisServer:
    """A process on a free port; it keeps nothing on the disk but what :meth:`save` writes."""

    def __init__(self, folder: Path) -> None:
        self.folder, self.port = folder, free_port()
        self.url = f"redis://127.0.0.1:{self.port}/0"
        self.start()

    def start(self) -> None:
        """Start it with what was saved last and return once it answers."""
        options = ["--port", str(self.port), "--bind", "127.0.0.1", "--save", "", "--dir", str(self.folder)]
        self.process = subprocess.Popen(["redis-server", *options], stdout=subprocess.DEVNULL)
        deadline = time.monotonic() + 10
        while True:
            try:
                self.client().ping()
            except redis.ConnectionError:
                assert time.monotonic() < deadline, "Redis does not start."
                time.sleep(0.02)
            else:
                return

    def client(self) -> redis.Redis:
        return redis.Redis(port=self.port)

    def save(self) -> None:
        self.client().save()

    def flush(self) -> None:
        self.client().flushall()

    def freeze(self) -> None:
        os.kill(self.process.pid, signal.SIGSTOP)

    def thaw(self) -> None:
        os.kill(self.process.pid, signal.SIGCONT)

    def kill(self) -> None:
        self.process.kill()
        self.process.wait(10)


@contextmanager
def redis_server(folder: Path) -> Iterator[RedisServer]:
    """Run a server until the end of the block."""
    folder.mkdir()
    server = RedisServer(folder)
    try:
        yield server
    finally:
        server.kill()
