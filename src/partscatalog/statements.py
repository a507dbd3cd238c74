"""Statements that are compiled once: what the busiest requests send to the database.

Django makes the SQL of a query anew each time that it runs, which takes several times as long as a database
needs for a row that it finds by its key. Here a query is written as ever, with :class:`Given` in place of
the values that differ from one run to the next, and its SQL is kept for each connection.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple
from weakref import WeakKeyDictionary

from django.db import connections, router
from django.db.models import Expression
from django.db.models.sql import UpdateQuery

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping, Sequence

    from django.db.backends.base.base import BaseDatabaseWrapper
    from django.db.models import Field, Model, QuerySet
    from django.db.models.sql.compiler import SQLCompiler

#: Of statements that are of any length, those of so many lengths are kept.
KEPT = 64


class Given(Expression):
    """A value of a field's type, given by its name when the statement runs; null is no such value."""

    def __init__(self, name: str, output_field: Field[Any, Any]) -> None:
        super().__init__(output_field=output_field)
        self.name = name

    def as_sql(self, compiler: Any, connection: Any, *_: Any, **__: Any) -> Any:
        return "%s", (self,)

    def prepared(self, value: Any, connection: BaseDatabaseWrapper) -> Any:
        """Return the value as the database takes it."""
        field = self.output_field
        # An AutoField of MariaDB takes no 0, which may be looked for all the same.
        return field.get_db_prep_value(field.get_prep_value(value), connection, prepared=True)


def several(name: str, field: Field[Any, Any], count: int) -> list[Any]:
    """Return so many values of a field's type; :func:`numbered` gives them."""
    return [Given(f"{name}{place}", field) for place in range(count)]


def numbered(name: str, values: Iterable[Any]) -> dict[str, Any]:
    """Return what gives :func:`several` values of this name."""
    return {f"{name}{place}": value for place, value in enumerate(values)}


class SQL(NamedTuple):
    """The text of a statement, and its parameters with :class:`Given` among them."""

    text: str
    params: Sequence[Any]


class Rows:
    """A query for rows, ``values_list()``, but for the values given always the same."""

    def __init__(self, rows: QuerySet[Any, Any]) -> None:
        self._rows = rows

    @property
    def using(self) -> str:
        """The database that is asked."""
        return self._rows.db

    def run(self, **given: Any) -> Iterable[Sequence[Any]]:
        """Run it with the values, and return the rows found."""
        connection = connections[self.using]
        reading: _Reading = _compiled(self, connection, self._made)
        with connection.cursor() as cursor:
            cursor.execute(reading.sql.text, _filled(reading.sql.params, given, connection))
            found: list[Sequence[Any]] = cursor.fetchall()
        return reading.compiler.apply_converters(found, reading.converters) if reading.converters else found

    def _made(self, connection: BaseDatabaseWrapper) -> _Reading:
        compiler = self._rows.query.get_compiler(connection=connection)
        sql = SQL(*compiler.as_sql())
        columns = [column for column, *_ in compiler.select]
        return _Reading(sql, compiler, compiler.get_converters(columns))


class _Reading(NamedTuple):
    """What one connection needs to read a query's rows."""

    sql: SQL
    compiler: SQLCompiler
    converters: Any


class Objects:
    """A query for objects, and for those that they refer to by the related names, as ``select_related``."""

    def __init__(self, objects: QuerySet[Any], *related: str) -> None:
        self._parts = [_Part.of(objects.model, name) for name in ("", *related)]
        self._rows = Rows(objects.values_list(*(column for part in self._parts for column in part.columns)))

    def run(self, **given: Any) -> list[Any]:
        """Run it with the values, and return the objects found."""
        using = self._rows.using
        return [self._object(row, using) for row in self._rows.run(**given)]

    def _object(self, row: Sequence[Any], using: str) -> Any:
        objects: dict[str, Any] = {}
        begin = 0
        for name, model, columns, attributes in self._parts:
            values = row[begin : begin + len(columns)]
            begin += len(columns)
            objects[name] = None if values[0] is None else model.from_db(using, attributes, values)
            if name:
                parent, _underscores, attribute = name.rpartition("__")
                if objects[parent] is not None:
                    setattr(objects[parent], attribute, objects[name])
        return objects[""]


class _Part(NamedTuple):
    """Objects of one model that a query returns: their relation's name, and their columns, the key first."""

    name: str
    model: type[Model]
    columns: list[str]
    attributes: list[str]

    @classmethod
    def of(cls, model: Any, name: str) -> _Part:
        for step in filter(None, name.split("__")):
            model = model._meta.get_field(step).related_model
        fields = sorted(model._meta.concrete_fields, key=lambda field: not field.primary_key)
        attributes = [field.attname for field in fields]
        return cls(name, model, [f"{name}__{each}" if name else each for each in attributes], attributes)


class Statement:
    """A write to a model's table, made into SQL when a connection first runs it."""

    def __init__(self, model: type[Model], made: Callable[[BaseDatabaseWrapper], SQL]) -> None:
        self._model = model
        self._made = made

    def run(self, **given: Any) -> int:
        """Run it with the values, and return how many rows it wrote."""
        connection = connections[router.db_for_write(self._model)]
        sql: SQL = _compiled(self, connection, self._made)
        with connection.cursor() as cursor:
            cursor.execute(sql.text, _filled(sql.params, given, connection))
            rows: int = cursor.rowcount
            return rows


def update(rows: QuerySet[Any, Any], **values: Any) -> Statement:
    """Return the statement of what ``rows.update(**values)`` does."""

    def made(connection: BaseDatabaseWrapper) -> SQL:
        query: Any = rows.query.chain(UpdateQuery)
        query.add_update_values(values)
        return SQL(*query.get_compiler(connection=connection).as_sql())

    return Statement(rows.model, made)


def insert(objects: Sequence[Model]) -> None:
    """Write new objects of one model in one statement, and give each the key that the database made.

    As ``bulk_create`` does, which parts a statement of many parameters on SQLite.
    """
    if not objects:
        return
    meta: Any = type(objects[0])._meta
    connection = connections[router.db_for_write(type(objects[0]))]
    quote = connection.ops.quote_name
    fields = [field for field in meta.local_concrete_fields if not (field.primary_key or field.generated)]
    columns = ", ".join(quote(field.column) for field in fields)
    row = f"({', '.join(['%s'] * len(fields))})"
    rows = ", ".join([row] * len(objects))
    params = [
        field.get_db_prep_save(field.pre_save(each, add=True), connection)
        for each in objects
        for field in fields
    ]
    with connection.cursor() as cursor:
        cursor.execute(
            f"INSERT INTO {quote(meta.db_table)} ({columns}) VALUES {rows}"  # noqa: S608  # names alone
            f" RETURNING {quote(meta.pk.column)}",
            params,
        )
        keys = cursor.fetchall()
    for each, (key,) in zip(objects, keys, strict=True):
        each.pk = key
        each._state.adding = False
        each._state.db = connection.alias


def select(rows: QuerySet[Any, Any], connection: BaseDatabaseWrapper) -> SQL:
    """Return the SQL of a query that is a part of a statement."""
    return SQL(*rows.query.get_compiler(connection=connection).as_sql())


def _compiled(
    statement: Rows | Statement, connection: BaseDatabaseWrapper, made: Callable[[BaseDatabaseWrapper], Any]
) -> Any:
    """Return what was made of a statement for a connection: it refers to the connection, and ends with it."""
    kept: WeakKeyDictionary[Rows | Statement, Any] = vars(connection).setdefault(
        "partscatalog_statements", WeakKeyDictionary()
    )
    found = kept.get(statement)
    if found is None:
        found = kept[statement] = made(connection)
    return found


def _filled(params: Iterable[Any], given: Mapping[str, Any], connection: BaseDatabaseWrapper) -> list[Any]:
    return [
        param.prepared(given[param.name], connection) if isinstance(param, Given) else param
        for param in params
    ]
