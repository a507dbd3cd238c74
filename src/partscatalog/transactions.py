"""Writing transactions, run again when the database chose them as victims of a conflict; whole inserts."""

from __future__ import annotations

import random
import sqlite3
import time
from contextlib import contextmanager
from functools import wraps
from typing import TYPE_CHECKING, ParamSpec, TypeVar

import django
from django.db import OperationalError, transaction

from partscatalog.exceptions import Busy

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

P = ParamSpec("P")
R = TypeVar("R")

ATTEMPTS = 4
#: Serialization failure and deadlock, by PostgreSQL's SQLSTATE.
POSTGRESQL_CONFLICTS = frozenset({"40001", "40P01"})
#: Deadlock, and a row that changed since the snapshot, by MariaDB's error number.
MARIADB_CONFLICTS = frozenset({1213, 1020})


def writing(service: Callable[P, R]) -> Callable[P, R]:
    """Run the service in one transaction, up to three more times after a deadlock or serialization failure.

    Inside a caller's own transaction it runs once and the caller decides: a conflict has ended that
    transaction as a whole.

    :raises Busy: when the conflict outlasts the retries or the database its lock timeout.
    """

    @wraps(service)
    def run(*args: P.args, **kwargs: P.kwargs) -> R:
        if transaction.get_connection().in_atomic_block:
            with transaction.atomic():
                return service(*args, **kwargs)
        for attempt in range(ATTEMPTS):
            try:
                with transaction.atomic():
                    return service(*args, **kwargs)
            except OperationalError as error:
                if not _is_conflict(error) or attempt == ATTEMPTS - 1:
                    raise Busy from error
            time.sleep(random.uniform(0.005, 0.02) * 2**attempt)  # noqa: S311  # jitter, not a secret
        raise AssertionError("unreachable")

    return run


@contextmanager
def whole_inserts() -> Iterator[None]:
    """Let ``bulk_create`` write its rows in one statement on SQLite, too. Call it inside a transaction.

    Django 5.2 splits them at 999 parameters, whatever SQLite was built to take; later ones ask it.
    """
    connection = transaction.get_connection()
    if connection.vendor != "sqlite" or django.VERSION >= (6, 0):
        yield
        return
    features, most = connection.features, connection.features.max_query_params
    features.max_query_params = connection.connection.getlimit(sqlite3.SQLITE_LIMIT_VARIABLE_NUMBER)
    try:
        yield
    finally:
        features.max_query_params = most


def _is_conflict(error: OperationalError) -> bool:
    cause = error.__cause__
    if getattr(cause, "sqlstate", None) in POSTGRESQL_CONFLICTS:
        return True
    return bool(error.args) and error.args[0] in MARIADB_CONFLICTS
