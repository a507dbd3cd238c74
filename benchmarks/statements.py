"""Count the SQL statements of a block, as a budget counts them: without transaction marks."""

from __future__ import annotations

import re
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

from django.db import connection

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

MARK = re.compile(r"\s*(BEGIN|COMMIT|ROLLBACK|SAVEPOINT|RELEASE)\b", re.IGNORECASE)


def is_mark(sql: str) -> bool:
    """Tell whether a statement only begins, ends or marks a transaction."""
    return MARK.match(sql) is not None


@contextmanager
def recorded() -> Iterator[list[tuple[str, Any]]]:
    """Collect each statement with its parameters."""
    ran: list[tuple[str, Any]] = []

    def keep(execute: Callable[..., Any], sql: str, params: Any, many: bool, context: Any) -> Any:  # noqa: FBT001 - Django's signature
        if not is_mark(sql):
            ran.append((sql, params))
        return execute(sql, params, many, context)

    with connection.execute_wrapper(keep):
        yield ran
