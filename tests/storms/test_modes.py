"""The storms run in the modes that they name: each thread's connection is set as the host's is."""

from __future__ import annotations

import pytest
from django.db import connection, transaction

from partscatalog.testing.storms import storm

from .conftest import MODES, REPEATABLE_READ

pytestmark = pytest.mark.django_db(transaction=True)

LEVEL = {"postgresql": "SHOW transaction_isolation", "mysql": "SELECT @@tx_isolation"}


def ask(statement: str) -> str:
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(statement)
        return str(cursor.fetchone()[0])


@pytest.mark.skipif(connection.vendor != "sqlite", reason="A mode of SQLite.")
@pytest.mark.parametrize(
    ("mode", "transaction_mode", "journal"),
    [(MODES.get("immediate"), "IMMEDIATE", "wal"), (MODES.get("deferred"), None, "delete")],
    indirect=["mode"],
)
def test_threads_begin_their_transactions_as_the_host_has_set_it(transaction_mode, journal):
    def look() -> tuple[str | None, str]:
        journal = ask("PRAGMA journal_mode")
        return connection.transaction_mode, journal  # type: ignore[attr-defined]  # SQLite's own

    assert storm([look] * 2).values == [(transaction_mode, journal)] * 2


@pytest.mark.skipif(REPEATABLE_READ is None, reason="SQLite has one isolation level.")
@pytest.mark.parametrize(
    "mode", [{**MODES.get("the site's own", {}), "isolation_level": REPEATABLE_READ}], indirect=True
)
def test_threads_read_repeatably_where_the_host_has_set_it():
    levels = storm([lambda: ask(LEVEL[connection.vendor])] * 2).values

    assert [level.lower().replace("-", " ") for level in levels] == ["repeatable read"] * 2
