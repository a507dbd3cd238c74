"""Write many rows of a model: by COPY into PostgreSQL, its indexes built afterwards, by INSERT elsewhere."""

from __future__ import annotations

from contextlib import contextmanager
from itertools import islice
from typing import TYPE_CHECKING, Any

from django.core.management.color import no_style
from django.db import connection, transaction
from django.utils import timezone

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from django.db.models import Field, Model

BATCH = 1_000
#: The indexes that no constraint needs.
INDEXES = """
SELECT indexrelid::regclass::text, pg_get_indexdef(indexrelid) FROM pg_index
WHERE indrelid = %s::regclass AND NOT indisunique AND NOT indisprimary
"""


def write(model: type[Model], names: Sequence[str], rows: Iterable[Sequence[Any]]) -> None:
    """Write rows of the named columns; all other columns get the model's defaults.

    The rows may ask the database for nothing: the connection is busy with them.
    """
    table = model._meta.db_table
    others = _defaults(model, names)
    known = {field.name: str(field.column) for field in model._meta.concrete_fields}
    columns = [*(known[name] for name in names), *others]
    whole = ((*row, *others.values()) for row in rows)
    if connection.vendor == "postgresql":
        with _without_indexes(table):
            _copy(table, columns, whole)
    else:
        _insert(table, columns, whole)
    _reset_sequence(model)


def moment(value: Any) -> Any:
    """Return a moment as this database takes it."""
    return connection.ops.adapt_datetimefield_value(value)


def settle() -> None:
    """Let the database look at what it holds, so that it plans well."""
    with connection.cursor() as cursor:
        cursor.execute("VACUUM ANALYZE" if connection.vendor == "postgresql" else "ANALYZE")


def _defaults(model: type[Model], names: Sequence[str]) -> dict[str, Any]:
    return {
        str(field.column): _default(field)
        for field in model._meta.concrete_fields
        if not field.generated and not field.primary_key and field.name not in names
    }


def _default(field: Field[Any, Any]) -> Any:
    if getattr(field, "auto_now", False) or getattr(field, "auto_now_add", False):
        return moment(timezone.now())
    return field.get_db_prep_save(field.get_default(), connection)


@contextmanager
def _without_indexes(table: str) -> Iterator[None]:
    """Take the table's plain indexes away and build them again at the end, which is faster."""
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("SET LOCAL maintenance_work_mem = '512MB'")
        cursor.execute(INDEXES, [f'"{table}"'])
        indexes = cursor.fetchall()
        for name, _definition in indexes:
            cursor.execute(f"DROP INDEX {name}")
        yield
        # Keys are checked now: a table with checks to come takes no index.
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
        for _name, definition in indexes:
            cursor.execute(definition)


def _copy(table: str, columns: Sequence[str], rows: Iterable[Sequence[Any]]) -> None:
    with connection.cursor() as cursor, cursor.copy(f"COPY {_target(table, columns)} FROM STDIN") as copy:
        for row in rows:
            copy.write_row(row)


def _insert(table: str, columns: Sequence[str], rows: Iterable[Sequence[Any]]) -> None:
    values = ", ".join(["%s"] * len(columns))
    statement = f"INSERT INTO {_target(table, columns)} VALUES ({values})"  # noqa: S608 - names of our own
    with transaction.atomic(), connection.cursor() as cursor:
        row = iter(rows)
        while batch := list(islice(row, BATCH)):
            cursor.executemany(statement, batch)


def _target(table: str, columns: Sequence[str]) -> str:
    quoted = ", ".join(connection.ops.quote_name(column) for column in columns)
    return f"{connection.ops.quote_name(table)} ({quoted})"


def _reset_sequence(model: type[Model]) -> None:
    with connection.cursor() as cursor:
        for statement in connection.ops.sequence_reset_sql(no_style(), [model]):
            cursor.execute(statement)
