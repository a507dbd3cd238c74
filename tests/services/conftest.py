"""The three services, asked for by name: without one of them the suite fails, it never skips."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import urlsplit
from uuid import uuid4

import pytest
from django.db import connection

from tests.example.site import PROJECT, environment, free_port, wait_for

if TYPE_CHECKING:
    from collections.abc import Iterator

    from pytest_django import DjangoDbBlocker

NEEDED = ("DATABASE_URL", "REDIS_URL", "CELERY_BROKER_URL")


@dataclass(frozen=True, kw_only=True)
class Stack:
    """A running stack; ``mark`` stands in the environment of each of its processes."""

    base: str
    mark: str
    supervisor: subprocess.Popen[bytes]

    def processes(self) -> list[int]:
        """Return the ids of all its processes, wherever they have gone."""
        return [
            int(path.parent.name)
            for path in Path("/proc").glob("[0-9]*/environ")
            if self.mark.encode() in _read(path)
        ]

    def interrupt(self) -> int:
        """Do what Ctrl-C does and return the exit status."""
        self.supervisor.send_signal(signal.SIGINT)
        return self.supervisor.wait(30)


def _read(path: Path) -> bytes:
    try:
        return path.read_bytes()
    except OSError:
        return b""


@pytest.fixture(scope="session")
def services(django_db_blocker: DjangoDbBlocker) -> Iterator[dict[str, str]]:
    """The addresses of the services, with a database of the suite's own that is dropped afterwards."""
    addresses = {name: os.environ.get(name, "") for name in NEEDED}
    missing = [name for name, address in addresses.items() if not address]
    assert not missing, f"The service suite needs {', '.join(missing)}."
    url = urlsplit(addresses["DATABASE_URL"])
    name = f"{url.path.strip('/')}_stack"
    with django_db_blocker.unblock():
        _run_sql(f"DROP DATABASE IF EXISTS {name}")
        _run_sql(f"CREATE DATABASE {name}")
        yield {**addresses, "DATABASE_URL": url._replace(path=f"/{name}").geturl()}
        _run_sql(f"DROP DATABASE {name}")


def _run_sql(statement: str) -> None:
    with connection._nodb_cursor() as cursor:  # how Django makes its test databases
        cursor.execute(statement)


@contextmanager
def running(services: dict[str, str]) -> Iterator[Stack]:
    """Start the stack as ``make stack`` does, and end it."""
    port, mark = free_port(), f"PARTSCATALOG_STACK={uuid4().hex}"
    name, _, value = mark.partition("=")
    process = subprocess.Popen(
        [sys.executable, "stack.py", "--port", str(port)],
        cwd=PROJECT,
        env=environment(**services, THROTTLES="off", **{name: value}),
    )
    stack = Stack(base=f"http://127.0.0.1:{port}", mark=mark, supervisor=process)
    try:
        wait_for(f"{stack.base}/api/", seconds=180)
        yield stack
    finally:
        if process.poll() is None:
            stack.interrupt()


@pytest.fixture(scope="session")
def stack(services: dict[str, str]) -> Iterator[Stack]:
    with running(services) as started:
        yield started
