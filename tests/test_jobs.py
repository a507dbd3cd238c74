"""Jobs: after the commit, inline or by Celery, with ids for arguments, and never in the caller's way."""

from __future__ import annotations

import ast
import logging
import time
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from celery import Celery, Task
from celery.app import app_or_default
from django.core import mail
from django.core.management import get_commands
from django.db import transaction

from partscatalog import beat, jobs
from partscatalog.conf import swap
from partscatalog.orders.models import OrderEvent
from partscatalog.orders.tasks import send_mail
from partscatalog.testing import make_cart, make_product, make_user

if TYPE_CHECKING:
    from collections.abc import Iterator

ROOT = Path(__file__).resolve().parent.parent
DELIVERY = {"shipping_address": "123 Main St, City", "phone": "+234123456789"}
ran: list[tuple[int | str, ...]] = []


def note(*ids: int | str) -> None:
    """A task that writes down its arguments."""
    ran.append(ids)


def fail(*ids: int | str) -> None:
    """A task that cannot do its work."""
    raise RuntimeError("out of paper")


NOTE = f"{__name__}.note"
FAIL = f"{__name__}.fail"


@pytest.fixture(autouse=True)
def _nothing_ran() -> None:
    ran.clear()


@pytest.fixture
def celery() -> Iterator[Celery]:
    """A host's Celery whose broker is a queue in this process."""
    before = app_or_default()
    app = Celery("host", broker="memory://", set_as_current=True)
    yield app
    app.close()
    before.set_current()


def queued(app: Celery) -> list[tuple[str, list[int | str]]]:
    """Return what lies in the queue, by task and arguments."""
    with app.connection_for_read() as connection, connection.SimpleQueue("celery") as queue:
        messages = [queue.get_nowait() for _ in range(queue.qsize())]
        for message in messages:
            message.ack()
        return [(message.headers["task"], message.payload[0]) for message in messages]


def test_there_is_no_broker_where_nothing_names_one():
    """With nothing configured Celery itself would look for one on this machine."""
    assert jobs.has_broker() is False


@pytest.mark.django_db(transaction=True)
def test_runs_inline_after_the_commit_without_a_broker():
    with transaction.atomic():
        jobs.later(NOTE, 7, "c0ffee")
        before = list(ran)

    assert (before, ran) == ([], [(7, "c0ffee")])


@pytest.mark.django_db(transaction=True)
def test_runs_at_once_outside_of_a_transaction():
    jobs.later(NOTE, 7)

    assert ran == [(7,)]


@pytest.mark.django_db(transaction=True)
def test_does_not_run_when_the_transaction_is_rolled_back():
    with transaction.atomic():
        jobs.later(NOTE, 7)
        transaction.set_rollback(True)

    assert ran == []


@pytest.mark.django_db(transaction=True)
def test_a_task_that_fails_is_logged_and_the_next_one_runs(caplog):
    with transaction.atomic():
        jobs.later(FAIL, 7)
        jobs.later(NOTE, 8)

    assert ran == [(8,)]
    (record,) = caplog.records
    assert (record.name, record.levelno) == ("partscatalog.jobs", logging.ERROR)
    assert record.getMessage() == f"The task {FAIL} failed for (7,)."


@pytest.mark.django_db(transaction=True)
def test_hands_the_task_to_celery_where_a_broker_is_set_up(celery):
    with transaction.atomic():
        jobs.later("partscatalog.orders.tasks.send_mail", 7)
        before = queued(celery)

    assert before == []
    assert queued(celery) == [("partscatalog.orders.tasks.send_mail", [7])]


@pytest.mark.django_db(transaction=True)
def test_an_order_sends_the_event_id_and_nothing_else_to_the_broker(celery, signed_in):
    """T-LOG-2: no address, name or amount is in a task's arguments."""
    buyer = make_user("buyer@example.com")
    make_cart({make_product(): 1}, user=buyer)

    answer = signed_in(buyer).post("/api/orders/orders/create/", DELIVERY, format="json")

    event = OrderEvent.objects.get()
    assert answer.status_code == 201
    assert queued(celery) == [("partscatalog.orders.tasks.send_mail", [event.pk])]
    assert mail.outbox == []

    send_mail(event.pk)
    send_mail(event.pk)

    assert len(mail.outbox) == 1


@pytest.mark.django_db(transaction=True)
def test_a_broker_that_is_away_holds_nobody_up(celery, caplog):
    celery.conf.update(
        broker_url="redis://127.0.0.1:1/0", broker_transport_options={"socket_connect_timeout": 1}
    )
    began = time.monotonic()

    jobs.later("partscatalog.orders.tasks.send_mail", 7)

    assert time.monotonic() - began < 5
    assert [record.getMessage() for record in caplog.records if record.name == "partscatalog.jobs"] == [
        "The task partscatalog.orders.tasks.send_mail failed for (7,)."
    ]


def test_without_celery_a_task_is_the_function_itself(monkeypatch):
    monkeypatch.setattr(jobs, "find_spec", lambda name: None if name == "celery" else find_spec(name))

    assert jobs.task(note) is note
    assert jobs.has_broker() is False


def calls() -> Iterator[tuple[str, ast.Call]]:
    """Yield each call of ``jobs.later`` in the package, with the file that it stands in."""
    for path in (ROOT / "src").rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_text())):
            if isinstance(node, ast.Call) and ast.unparse(node.func) == "jobs.later":
                yield str(path.relative_to(ROOT)), node


def test_every_job_names_a_task_and_hands_over_keys_alone():
    found = list(calls())

    assert len(found) >= 3
    for file, call in found:
        path, *arguments = call.args
        assert isinstance(path, ast.Constant), file
        assert isinstance(swap(str(path.value)), Task), file
        assert [text for text in map(ast.unparse, arguments) if "pk" not in text] == [], file


def test_every_periodic_task_has_a_command_for_sites_without_celery():
    tasks = {entry["task"].rpartition(".")[2] for entry in beat.SCHEDULE.values()}

    assert tasks - set(get_commands()) == set()
