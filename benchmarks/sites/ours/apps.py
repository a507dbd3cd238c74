"""An app that logs the statements of a server's processes when BENCHMARK_STATEMENTS names a file."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING, Any

from django.apps import AppConfig
from django.db.backends.signals import connection_created

if TYPE_CHECKING:
    from collections.abc import Callable

VARIABLE = "BENCHMARK_STATEMENTS"


class OursConfig(AppConfig):
    name = "benchmarks.sites.ours"
    label = "benchmarks_ours"

    def ready(self) -> None:
        if VARIABLE in os.environ:
            connection_created.connect(_log, dispatch_uid="benchmarks")


def _log(*, connection: Any, **_: object) -> None:
    """Append a line per statement from now on; appends of one line from many processes do not mix."""
    if _append not in connection.execute_wrappers:
        connection.execute_wrappers.append(_append)


def _append(execute: Callable[..., Any], sql: str, params: Any, many: bool, context: Any) -> Any:  # noqa: FBT001 - Django's signature
    line = " ".join(sql.split()) + "\n"
    file = os.open(os.environ[VARIABLE], os.O_WRONLY | os.O_APPEND | os.O_CREAT)
    os.write(file, line.encode())
    os.close(file)
    return execute(sql, params, many, context)
