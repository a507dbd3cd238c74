"""Run the demo shop as a site would be run: gunicorn, a Celery worker and beat: ``make stack``."""

from __future__ import annotations

import contextlib
import os
import signal
import subprocess
import sys
import threading
import time
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

if __name__ == "__main__":
    # While the rest is loaded there is nothing that a Ctrl-C would have to put in order.
    signal.signal(signal.SIGINT, signal.SIG_DFL)

import django
import kombu
import redis
from django.db import connection

from config import environment
from demo import (
    announce,
    end_with_parent,
    interruptible,
    port_from_arguments,
    prepare,
    refuse_taken_port,
    told_password,
)

if TYPE_CHECKING:
    from collections.abc import Callable

NEEDED = {
    "DATABASE_URL": "postgres://user:password@127.0.0.1:5432/shop or mysql://...",
    "REDIS_URL": "redis://127.0.0.1:6379/1",
    "CELERY_BROKER_URL": "redis://127.0.0.1:6379/2",
}
HERE = Path(__file__).resolve().parent
# Seconds a process may take to end by itself before it is killed.
GRACE = 10


def refuse_missing() -> None:
    """Name every variable that is not set, then stop."""
    missing = [
        f"{name} is not set, for example {example}"
        for name, example in NEEDED.items()
        if not environment.text(name)
    ]
    if not missing and environment.text("DATABASE_URL").startswith("sqlite"):
        missing = ["DATABASE_URL names SQLite; name PostgreSQL or MariaDB, or use `make demo`"]
    if missing:
        sys.exit("make stack cannot start:\n" + "\n".join(f"  {line}." for line in missing))


def ask_database() -> None:
    with connection.cursor() as cursor:
        cursor.execute("SELECT 1")


def ask_redis() -> None:
    timeout = environment.CONNECT_TIMEOUT
    with redis.Redis.from_url(
        environment.text("REDIS_URL"), socket_connect_timeout=timeout, socket_timeout=timeout
    ) as client:
        client.ping()


def ask_broker() -> None:
    timeout = environment.CONNECT_TIMEOUT
    options = {"socket_connect_timeout": timeout, "socket_timeout": timeout}
    url = environment.text("CELERY_BROKER_URL")
    with kombu.Connection(url, connect_timeout=timeout, transport_options=options) as broker:
        broker.ensure_connection(max_retries=1, timeout=timeout)


def complaint(name: str, question: Callable[[], None]) -> str | None:
    """Return what is wrong with the service that the variable names, or None if it answers."""
    try:
        question()
    except ImportError as err:
        return f"{name}: the module {err.name} is not installed; pip install it"
    except Exception as err:  # noqa: BLE001 - each driver has a family of errors of its own
        reason = " ".join(str(err).split()) or type(err).__name__
        place = urlsplit(environment.text(name))
        return f"{name}: no answer from {place.hostname}:{place.port or 'its default port'} ({reason})"
    return None


def refuse_silent() -> None:
    """Name every service that does not answer, then stop."""
    questions = {"DATABASE_URL": ask_database, "REDIS_URL": ask_redis, "CELERY_BROKER_URL": ask_broker}
    complaints = [line for name, ask in questions.items() if (line := complaint(name, ask))]
    connection.close()
    if complaints:
        sys.exit("make stack cannot start:\n" + "\n".join(f"  {line}." for line in complaints))


def commands(port: int) -> dict[str, list[str]]:
    """Return the command line of each process of the stack."""
    celery = [sys.executable, "-m", "celery", "--app", "config.celery", "--quiet"]
    schedule = str(HERE / "run" / "celerybeat-schedule")
    return {
        "gunicorn": [sys.executable, "-m", "gunicorn", "--bind", f"127.0.0.1:{port}"],
        "worker": [*celery, "worker", "--concurrency", "2", "--loglevel", "warning", "--without-mingle"],
        "beat": [*celery, "beat", "--schedule", schedule, "--pidfile=", "--loglevel", "warning"],
    }


def start(command: list[str]) -> subprocess.Popen[bytes]:
    """Start a process in a session of its own: Ctrl-C reaches this one alone, which ends the rest."""
    return subprocess.Popen(command, cwd=HERE, start_new_session=True)


def first_ended(processes: dict[str, subprocess.Popen[bytes]], stopping: threading.Event) -> str | None:
    """Wait until a process ended by itself and name it, or return None when a signal came first."""
    while not stopping.wait(0.3):
        for name, process in processes.items():
            if process.poll() is not None:
                return name
    return None


def stop(processes: dict[str, subprocess.Popen[bytes]]) -> None:
    """End every process, and its children with it, at the latest when the grace is over."""
    for process in processes.values():
        process.terminate()
    deadline = time.monotonic() + GRACE
    for process in processes.values():
        with contextlib.suppress(subprocess.TimeoutExpired):
            process.wait(max(0.0, deadline - time.monotonic()))
    for process in processes.values():
        with contextlib.suppress(ProcessLookupError):
            os.killpg(process.pid, signal.SIGKILL)
        process.wait()


def run(port: int, password: str) -> str | None:
    """Run the stack until a signal ends it; return the name of a process that ended before."""
    stopping = threading.Event()
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, lambda *_: stopping.set())
    end_with_parent()
    processes: dict[str, subprocess.Popen[bytes]] = {}
    try:
        for name, command in commands(port).items():
            processes[name] = start(command)
        announce(port, password)
        return first_ended(processes, stopping)
    finally:
        stop(processes)


def main() -> None:
    port = port_from_arguments("Serve the demo shop with gunicorn, a Celery worker and beat.")
    refuse_missing()
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")
    django.setup()
    refuse_taken_port(port)
    refuse_silent()
    prepare()
    password = told_password()
    connection.close()
    ended = run(port, password)
    if ended:
        sys.exit(f"{ended} ended by itself; the rest was stopped.")


if __name__ == "__main__":
    interruptible(main)
