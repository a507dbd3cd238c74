"""Writing transactions, run again when the database chose them as victims of a conflict."""

from __future__ import annotations

import random
import time
from functools import wraps
from typing import TYPE_CHECKING, ParamSpec, TypeVar

from django.db import OperationalError, transaction

from partscatalog.exceptions import Busy

if TYPE_CHECKING:
    from collections.abc import Callable

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


def _is_conflict(error: OperationalError) -> bool:
    cause = error.__cause__
    if getattr(cause, "sqlstate", None) in POSTGRESQL_CONFLICTS:
        return True
    return bool(error.args) and error.args[0] in MARIADB_CONFLICTS
