"""Run the demo site in processes of its own, with an environment made for the test."""

from __future__ import annotations

import os
import socket
import subprocess
import sys
import time
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

import requests

if TYPE_CHECKING:
    from collections.abc import Iterator

ROOT = Path(__file__).resolve().parents[2]
PROJECT = ROOT / "example_project"
#: Everything that the site reads from its environment: none of the test run's own gets in.
VARIABLES = {
    "DATABASE_URL",
    "REDIS_URL",
    "CELERY_BROKER_URL",
    "DEBUG",
    "SECRET_KEY",
    "ALLOWED_HOSTS",
    "HTTPS",
    "THROTTLES",
    "SITE_URL",
    "TRUSTED_PROXIES",
    "SANDBOX_OUTSIDE_DEBUG",
    "PAYSTACK_SECRET_KEY",
    "PAYSTACK_BASE_URL",
    "STRIPE_SECRET_KEY",
    "STRIPE_WEBHOOK_SECRET",
    "STRIPE_BASE_URL",
    "PAYMENT_GATEWAY",
    "PAYMENT_TIMEOUT",
    "DEMO_PASSWORD",
    "DJANGO_SETTINGS_MODULE",
}
KEY = "a-key-for-the-tests-that-is-long-enough-for-every-signature-made-with-it"
PRODUCTION = {"DEBUG": "0", "SECRET_KEY": KEY, "ALLOWED_HOSTS": "127.0.0.1"}


def environment(**variables: str) -> dict[str, str]:
    """Return the environment of a process of the site: the given variables and no others that it reads."""
    inherited = {name: value for name, value in os.environ.items() if name not in VARIABLES}
    return {**inherited, "PYTHONPATH": str(ROOT / "src"), **variables}


def manage(*arguments: str, **variables: str) -> subprocess.CompletedProcess[str]:
    """Run a management command of the demo site to its end."""
    return subprocess.run(
        [sys.executable, "manage.py", *arguments],
        cwd=PROJECT,
        env=environment(**variables),
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def wait_for(url: str, *, seconds: float = 30) -> None:
    """Return once the address answers.

    :raises TimeoutError: when it does not in time.
    """
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        try:
            requests.get(url, timeout=5)
        except (requests.ConnectionError, requests.Timeout):
            time.sleep(0.1)
        else:
            return
    raise TimeoutError(url)


@contextmanager
def served(application: str = "config.wsgi", **variables: str) -> Iterator[str]:
    """Serve the site with gunicorn and yield its address."""
    address = f"127.0.0.1:{free_port()}"
    with _running(address, "-m", "gunicorn", "--workers", "1", "--bind", address, application, **variables):
        yield f"http://{address}"


@contextmanager
def served_in_development(**variables: str) -> Iterator[str]:
    """Serve the site with ``runserver`` and yield its address."""
    address = f"127.0.0.1:{free_port()}"
    with _running(address, "manage.py", "runserver", "--noreload", address, **variables):
        yield f"http://{address}"


@contextmanager
def _running(address: str, *arguments: str, **variables: str) -> Iterator[None]:
    """Run a server of the site at the address until the block ends."""
    process = subprocess.Popen([sys.executable, *arguments], cwd=PROJECT, env=environment(**variables))
    try:
        wait_for(f"http://{address}/api/")
        yield
    finally:
        process.terminate()
        process.wait(20)
