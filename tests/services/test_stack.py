"""The whole shop under gunicorn, with a real Celery worker and beat, a database server and Redis."""

from __future__ import annotations

import os
import signal
import time
from email import message_from_bytes
from email.policy import default
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest
import redis
import requests

from tests.example.site import PROJECT
from tests.services.conftest import Stack, running

pytestmark = pytest.mark.service

ADDRESS = {"shipping_address": "123 Main St, City", "phone": "+234123456789"}
SUBJECTS = 2  # order placed, order paid


class Buyer:
    """A client with a cookie jar and, once registered, a token."""

    def __init__(self, stack: Stack) -> None:
        self.base = stack.base
        self.session = requests.Session()
        self.email = f"{uuid4().hex}@example.com"

    def call(self, method: str, path: str, status: int = 200, **body: object) -> Any:
        response = self.session.request(method, f"{self.base}/api/{path}", json=body or None, timeout=30)
        assert response.status_code == status, response.text
        return response.json()

    def register(self) -> None:
        person = {"email": self.email, "first_name": "John", "last_name": "Doe"}
        account = self.call("POST", "users/register/", 201, **person, password="three-blue-pistons")
        self.session.headers["Authorization"] = f"Bearer {account['access_token']}"


@pytest.fixture
def buyer(stack):
    return Buyer(stack)


def mails_to(email: str, *, wanted: int, seconds: float = 20) -> list[str]:
    """Return the subjects of the mails to a person, once there are as many as wanted or the time is up."""
    deadline = time.monotonic() + seconds
    subjects: list[str] = []
    while len(subjects) < wanted and time.monotonic() < deadline:
        time.sleep(0.3)
        subjects = [
            str(message_from_bytes(part, policy=default)["Subject"])
            for file in (PROJECT / "run" / "mail").glob("*.log")
            for part in file.read_bytes().split(b"\n" + b"-" * 79 + b"\n")
            if f"To: {email}".encode() in part
        ]
    return subjects


def test_a_part_is_bought_and_the_worker_sends_the_mails(buyer):
    product = buyer.call("GET", "categories/engine-parts/products/piston/")
    buyer.call("POST", f"carts/products/{product['id']}/add/")
    buyer.register()
    order = buyer.call("POST", "orders/orders/create/", 201, **ADDRESS)
    payment = buyer.call("POST", f"payments/create/{order['id']}/")
    requests.post(payment["authorization_url"], data={"action": "pay"}, timeout=30).raise_for_status()

    verified = buyer.call("GET", f"payments/verify/?reference={payment['reference']}")

    assert verified == {"detail": "Payment verified and order marked as paid."}
    assert buyer.call("GET", f"orders/orders/{order['id']}/")["status"] == "paid"
    left = buyer.call("GET", "categories/engine-parts/products/piston/")["stock"]
    assert left == product["stock"] - 1
    assert len(mails_to(buyer.email, wanted=SUBJECTS)) == SUBJECTS


def test_cache_sessions_and_broker_live_in_redis(stack, services, buyer):
    product = buyer.call("GET", "categories/engine-parts/products/piston/")
    buyer.call("POST", f"carts/products/{product['id']}/add/")

    with redis.Redis.from_url(services["REDIS_URL"]) as client:
        assert client.keys("shop-sessions:*")


def test_pages_look_the_same_under_gunicorn(stack):
    admin = requests.get(f"{stack.base}/admin/login/", timeout=10)
    style = requests.get(f"{stack.base}/static/admin/css/base.css", timeout=10)
    product = requests.get(f"{stack.base}/api/categories/engine-parts/products/piston/", timeout=10).json()
    picture = requests.get(product["images"][0]["image"], timeout=10)

    assert (admin.status_code, style.status_code, picture.status_code) == (200, 200, 200)
    assert picture.headers["Content-Type"].startswith("image/")
    assert picture.headers["X-Content-Type-Options"] == "nosniff"


def test_ctrl_c_ends_every_process(services):
    with running(services) as stack:
        assert (
            len(stack.processes()) >= 5
        )  # the supervisor, gunicorn and its workers, Celery's worker and beat

        status = stack.interrupt()

        assert status == 0
        assert stack.processes() == []


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGHUP])
def test_other_signals_end_every_process_too(services, number):
    with running(services) as stack:
        stack.supervisor.send_signal(number)

        assert stack.supervisor.wait(30) == 0
        assert stack.processes() == []


def test_a_process_that_dies_ends_the_whole(services):
    with running(services) as stack:
        beat = next(pid for pid in stack.processes() if b"beat" in Path(f"/proc/{pid}/cmdline").read_bytes())
        os.kill(beat, signal.SIGKILL)

        assert stack.supervisor.wait(30) == 1
        assert stack.processes() == []
