"""What all tests share: an empty cache, no throttles unless a test asks for them, and clients."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

import pytest
import time_machine
from django.core.cache import cache
from django.db import connection
from django.test.utils import CaptureQueriesContext
from rest_framework.test import APIClient

from partscatalog import caching
from partscatalog.api import tokens

if TYPE_CHECKING:
    from collections.abc import Callable

    from django.contrib.auth.base_user import AbstractBaseUser

# Its assertions show what they compared, too.
pytest.register_assert_rewrite("partscatalog.testing.gateways")

UNLIMITED = dict.fromkeys(("login", "register", "password", "cart", "checkout", "payment"))


@pytest.fixture(autouse=True)
def _empty_cache():
    caching.wake()
    cache.clear()


@pytest.fixture(autouse=True)
def _no_throttles(settings):
    settings.PARTSCATALOG = {**settings.PARTSCATALOG, "THROTTLES": UNLIMITED}


@pytest.fixture
def api() -> APIClient:
    """A client with a cookie jar of its own, as one browser has."""
    return APIClient()


@pytest.fixture
def signed_in() -> Callable[[AbstractBaseUser], APIClient]:
    """Return a client that sends an access token of the user."""

    def client(user: AbstractBaseUser) -> APIClient:
        api = APIClient()
        api.credentials(HTTP_AUTHORIZATION=f"Bearer {tokens.issue(user, 'access')}")
        return api

    return client


@pytest.fixture
def later() -> Callable[..., time_machine.travel]:
    """``with later(days=2): ...`` runs a block so much later."""
    return lambda **delta: time_machine.travel(datetime.now(UTC) + timedelta(**delta), tick=True)


class Statements(CaptureQueriesContext):
    """The statements run in a block, as a budget counts them: no transaction marks, no session rows."""

    UNCOUNTED = re.compile(r"BEGIN|COMMIT|ROLLBACK|SAVEPOINT|RELEASE|.*\bdjango_session\b", re.DOTALL)

    @property
    def sql(self) -> list[str]:
        return [query["sql"] for query in self.captured_queries if not self.UNCOUNTED.match(query["sql"])]

    def __len__(self) -> int:
        return len(self.sql)


@pytest.fixture
def statements() -> Callable[[], Statements]:
    """``with statements() as ran: ...`` counts what a block costs: ``len(ran)``; ``ran.sql`` shows it."""
    return lambda: Statements(connection)
