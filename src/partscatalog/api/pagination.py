"""Pages by key: their cost does not grow with their depth, and ties lose no row.

A cursor holds the ordering and the values of the row where the page ends. The condition leads with the
first column alone, so that an index on (column, id) is sought and not scanned.
"""

from __future__ import annotations

import base64
import json
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import TYPE_CHECKING, Any, TypeVar
from urllib.parse import urlencode

from django.core.exceptions import FieldDoesNotExist, ValidationError
from django.db.models import F, IntegerField, Model, Q, QuerySet, Subquery
from django.utils.translation import gettext as _
from rest_framework import exceptions
from rest_framework.response import Response

from partscatalog.conf import get_settings

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from rest_framework.request import Request

M = TypeVar("M", bound=Model)

DEFAULT_SIZE = 50
MAX_SIZE = 200
COUNT_LIMIT = 1_000
MAX_CURSOR_LENGTH = 2_000


@dataclass(frozen=True)
class Page:
    """The rows of one page, the cursors of its neighbours, and how many rows there are, if it was asked."""

    rows: list[Any]
    next: str | None
    previous: str | None
    total: int | None = None


@dataclass(frozen=True)
class Cursor:
    """Where a page begins: after a row, or before it when paging back."""

    ordering: tuple[str, ...]
    values: tuple[Any, ...]
    back: bool

    def encode(self) -> str:
        text = json.dumps([*self.ordering, self.back, *map(_write, self.values)], separators=(",", ":"))
        return base64.urlsafe_b64encode(text.encode()).decode().rstrip("=")


@dataclass(frozen=True, kw_only=True)
class Keyset:
    """How a list is paged: its total order (the last column is unique) and the size of its pages."""

    ordering: tuple[str, ...]
    default_size: int = DEFAULT_SIZE
    max_size: int = MAX_SIZE

    def respond(
        self,
        request: Request,
        queryset: QuerySet[M],
        represent: Callable[[Sequence[M]], Any],
    ) -> Response:
        """Answer the page that the request asks for, with its ``Link`` header.

        :raises ValidationError: for a page size, cursor or count that is none.
        """
        size = page_size(request, default=self.default_size, most=self.max_size)
        counted = flag(request, "count")
        page = self.page(queryset, size=size, cursor=request.query_params.get("cursor"), counted=counted)
        response = Response(represent(page.rows))
        links = [
            f'<{page_url(request, cursor)}>; rel="{rel}"'
            for rel, cursor in (("next", page.next), ("prev", page.previous))
            if cursor
        ]
        if links:
            response.headers["Link"] = ", ".join(links)
        if page.total is not None:
            response.headers["X-Total-Count"] = _bounded(page.total)
        return response

    def page(self, queryset: QuerySet[M], *, size: int, cursor: str | None, counted: bool = False) -> Page:
        """Return one page; a single query of at most one row more than the page holds, counting or not.

        :raises ValidationError: for a cursor that is broken or of another ordering.
        """
        at = self.decode(cursor, queryset.model) if cursor else None
        back = at is not None and at.back
        terms = [(name.removeprefix("-"), name.startswith("-") != back) for name in self.ordering]
        listed = queryset
        if at is not None:
            queryset = queryset.filter(_beyond(terms, at.values))
        if counted:
            count = _Count(_countable(listed))
            queryset = queryset.annotate(total_count=count)  # type: ignore[assignment]  # the same rows
        order = [F(name).desc() if descending else F(name).asc() for name, descending in terms]
        rows = list(queryset.order_by(*order)[: size + 1])
        more = len(rows) > size
        rows = rows[:size]
        if back:
            rows.reverse()
        return Page(
            rows,
            next=self._cursor(rows[-1], back=False) if rows and (more or back) else None,
            previous=self._cursor(rows[0], back=True)
            if rows and (more if back else at is not None)
            else None,
            total=_total(rows, listed, at) if counted else None,
        )

    def decode(self, text: str, model: type[Model]) -> Cursor:
        """Return the cursor that the text stands for.

        :raises ValidationError: when it is broken or of another ordering.
        """
        try:
            return self._parse(text, model)
        except (ValueError, TypeError, KeyError, ArithmeticError, RecursionError, ValidationError) as error:
            raise exceptions.ValidationError({"cursor": [_("This is no cursor of this list.")]}) from error

    def _parse(self, text: str, model: type[Model]) -> Cursor:
        count = len(self.ordering)
        if len(text) > MAX_CURSOR_LENGTH:
            raise ValueError("A cursor is never as long as this.")
        parts = json.loads(base64.b64decode(text + "=" * (-len(text) % 4), altchars=b"-_", validate=True))
        if parts[:count] != list(self.ordering) or len(parts) != 2 * count + 1:
            raise ValueError("The cursor is of another ordering.")
        names = [name.removeprefix("-") for name in self.ordering]
        values = [_read(model, name, value) for name, value in zip(names, parts[count + 1 :], strict=True)]
        return Cursor(self.ordering, tuple(values), bool(parts[count]))

    def _cursor(self, row: Any, *, back: bool) -> str:
        values = [_value(row, name.removeprefix("-")) for name in self.ordering]
        return Cursor(self.ordering, tuple(values), back).encode()


def page_size(request: Request, *, default: int = DEFAULT_SIZE, most: int = MAX_SIZE) -> int:
    """Return the page size asked for.

    :raises ValidationError: unless it is a whole number from 1 to the most.
    """
    text = request.query_params.get("page_size")
    if text is None:
        return default
    if not (text.isascii() and text.isdigit() and len(text) < 10 and 1 <= int(text) <= most):
        message = _("Write a whole number from 1 to {most}.").format(most=most)
        raise exceptions.ValidationError({"page_size": [message]})
    return int(text)


def flag(request: Request, name: str) -> bool:
    """Return a parameter that is true or false, false where it is not given.

    :raises ValidationError: for anything else.
    """
    text = request.query_params.get(name, "false")
    if text not in {"true", "false"}:
        raise exceptions.ValidationError({name: [_("Write true or false.")]})
    return text == "true"


class _Count(Subquery):
    """How many rows a query has, as a column of another one's statement."""

    template = "(SELECT COUNT(*) FROM (%(subquery)s) counted)"
    output_field = IntegerField()


def _countable(queryset: QuerySet[M]) -> QuerySet[M, Any]:
    """Return the rows to count, of which no more are looked at than can be told."""
    return queryset.order_by().values("pk")[: COUNT_LIMIT + 1]


def _total(rows: list[Any], listed: QuerySet[M], at: Cursor | None) -> int:
    """Return what the page's rows say of the whole list; an empty page knows only that it is the first."""
    if rows:
        total: int = _value(rows[0], "total_count")
        return total
    return 0 if at is None else _countable(listed).count()


def _bounded(count: int) -> str:
    """Return a count as it is told: exact up to the limit, then the limit and a plus."""
    return str(count) if count <= COUNT_LIMIT else f"{COUNT_LIMIT:,}+"


def absolute_url(request: Request, path: str) -> str:
    """Return the public URL of a path: below ``SITE_URL``, else the request's own scheme and host."""
    site = get_settings().SITE_URL
    return f"{site.rstrip('/')}{path}" if site else request.build_absolute_uri(path)


def page_url(request: Request, cursor: str) -> str:
    parameters = [(key, value) for key, value in request.query_params.items() if key != "cursor"]
    return absolute_url(request, f"{request.path}?{urlencode([*parameters, ('cursor', cursor)])}")


def _beyond(terms: list[tuple[str, bool]], values: tuple[Any, ...]) -> Q:
    """Return the condition for rows after the values: ``a <= x AND (a < x OR (a = x AND ...))``."""
    (name, descending), *rest = terms
    strict = Q(**{f"{name}__{'lt' if descending else 'gt'}": values[0]})
    if not rest:
        return strict
    lead = Q(**{f"{name}__{'lte' if descending else 'gte'}": values[0]})
    return lead & (strict | (Q(**{name: values[0]}) & _beyond(rest, values[1:])))


def _value(row: Any, name: str) -> Any:
    return row[name] if isinstance(row, dict) else getattr(row, name)


def _write(value: Any) -> Any:
    if isinstance(value, datetime):
        return value.isoformat()
    return str(value) if isinstance(value, Decimal) else value


def _read(model: type[Model], name: str, value: Any) -> Any:
    """Return a cursor's value as the column's own type."""
    try:
        field = model._meta.get_field(name)
    except FieldDoesNotExist:
        if not isinstance(value, int):
            raise TypeError(name) from None
        return value
    if isinstance(value, bool) or not isinstance(value, int | str):
        raise TypeError(name)
    read = field.to_python(value)  # type: ignore[union-attr]
    if isinstance(read, Decimal) and not read.is_finite():
        raise ValueError(name)
    if isinstance(read, int) and abs(read) >= 2**63:
        raise ValueError(name)
    if isinstance(read, datetime) and read.tzinfo is None:
        raise ValueError(name)
    return read
