"""What the storms share: the modes that hosts run each database in, patient clients, and the laws."""

from __future__ import annotations

import time
from collections import Counter
from functools import partial
from typing import TYPE_CHECKING, Any

import pytest
from django.contrib.auth.models import Permission
from django.db import connection

from partscatalog.laws import LAWS
from partscatalog.testing import make_cart, make_user
from partscatalog.testing.storms import storm

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping

    from rest_framework.test import APIClient

    from partscatalog.catalog.models import Product

#: A database's OPTIONS by what they mean; each storm runs in all modes of its database. SQLite's
#: deferred mode is what Django makes of no OPTIONS at all: a rollback journal and 5 seconds as well.
MODES: Mapping[str, Mapping[str, Any]] = {"the site's own": connection.settings_dict["OPTIONS"]}
if connection.vendor == "sqlite":
    MODES = {"immediate": connection.settings_dict["OPTIONS"], "deferred": {}}

#: What a host may set on the other databases; PostgreSQL's option is psycopg's number of the level.
REPEATABLE_READ = {"postgresql": 3, "mysql": "repeatable read"}.get(connection.vendor)

#: A negative control needs one mode: the guard that it takes away is the same in the others.
control = pytest.mark.parametrize("mode", [next(iter(MODES.values()))], ids=["control"], indirect=True)

#: How often a client does as a 503 tells it before it gives up.
PATIENCE = 20


@pytest.fixture(autouse=True, params=MODES.values(), ids=list(MODES))
def mode(request, transactional_db):
    """Let every connection, those of threads too, work with these OPTIONS."""
    before = connection.settings_dict["OPTIONS"]
    connection.close()
    connection.settings_dict["OPTIONS"] = request.param
    if not request.param and connection.vendor == "sqlite":
        with connection.cursor() as cursor:
            cursor.execute("PRAGMA journal_mode = delete")
    yield
    connection.close()
    connection.settings_dict["OPTIONS"] = before


@pytest.fixture
def client_of(signed_in) -> Callable[[Any], APIClient]:
    """Return a user's client to which a 500 is an answer like others."""

    def client(user: Any) -> APIClient:
        api: APIClient = signed_in(user)
        api.raise_request_exception = False
        return api

    return client


@pytest.fixture
def buyers(client_of) -> Callable[..., list[APIClient]]:
    """Return the clients of so many new users, each with a cart of the same pieces."""

    def clients(count: int, quantities: Mapping[Product, int]) -> list[APIClient]:
        users = [make_user() for _ in range(count)]
        for user in users:
            make_cart(quantities, user=user)
        return [client_of(user) for user in users]

    return clients


@pytest.fixture
def staff(client_of) -> APIClient:
    """The client of somebody who may change the catalog."""
    user = make_user(is_staff=True)
    user.user_permissions.set(Permission.objects.filter(content_type__app_label="partscatalog_catalog"))
    client: APIClient = client_of(user)
    return client


@pytest.fixture
def bare(monkeypatch) -> Callable[[Any, str], None]:
    """Run a service outside of any transaction, for negative controls on SQLite.

    It has one writer: whatever guard a control takes away, the transaction is another one there.
    """

    def strip(module: Any, name: str) -> None:
        if connection.vendor == "sqlite":
            monkeypatch.setattr(module, name, getattr(module, name).__wrapped__)

    return strip


def at_once(sends: Iterable[Callable[[], Any]]) -> list[Any]:
    """Send all requests at one moment and return their answers, in the order of the requests."""
    outcomes = storm([partial(patiently, send) for send in sends])
    assert outcomes.errors == []
    return outcomes.values


def patiently(send: Callable[[], Any]) -> Any:
    """Send a request, and as long as the shop is busy again after the time that it tells."""
    for _ in range(PATIENCE):
        answer = send()
        if answer.status_code != 503:
            break
        time.sleep(int(answer.headers["Retry-After"]))
    return answer


def tally(answers: Iterable[Any]) -> Counter[tuple[int, str]]:
    """Count the answers by status and code; one that is not ours has no code."""
    return Counter((answer.status_code, code(answer)) for answer in answers)


def code(answer: Any) -> str:
    return str((getattr(answer, "data", None) or {}).get("code", ""))


def breaches() -> list[str]:
    """Return what breaks a law of the books, as ``check_invariants`` says it."""
    return [f"{app}: {text}" for app, violations in LAWS.items() for text in violations()]
