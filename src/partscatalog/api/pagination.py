"""Pages by key: their cost does not grow with their depth, and ties lose no row.

A cursor holds the ordering and the values of the row where the page ends. It is signed, so that no value that
a client made up ever reaches the database. The condition leads with the first column alone, so that an index
on (column, id) is sought and not scanned.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import TYPE_CHECKING, Any, TypeVar
from urllib.parse import urlencode

from django.core import signing
from django.core.exceptions import FieldDoesNotExist
from django.db.models import F, IntegerField, Model, Q, QuerySet, Subquery
from django.utils.translation import gettext as _
from rest_framework import exceptions
from rest_framework.response import Response

from partscatalog.conf import get_settings

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Sequence

    from django.http import QueryDict
    from rest_framework.request import Request

M = TypeVar("M", bound=Model)

DEFAULT_SIZE = 50
MAX_SIZE = 200
COUNT_LIMIT = 1_000
#: What every list can be asked for.
PARAMETERS = ("count", "cursor", "page_size")


@dataclass(frozen=True)
class Page:
    """The rows of one page, the cursors of its neighbours, and how many rows there are, if it was asked."""

    rows: list[Any]
    next: str | None
    previous: str | None
    total: int | None = None

    def headers(self, request: Request, parameters: Collection[str] = ()) -> dict[str, str]:
        """Return the ``Link`` and ``X-Total-Count`` headers; links keep the named parameters alone."""
        links = [
            f'<{page_url(request, cursor, parameters)}>; rel="{rel}"'
            for rel, cursor in (("next", self.next), ("prev", self.previous))
            if cursor
        ]
        headers = {"Link": ", ".join(links)} if links else {}
        if self.total is not None:
            headers["X-Total-Count"] = _bounded(self.total)
        return headers


@dataclass(frozen=True)
class Cursor:
    """Where a page begins: after a row with these values, or before it when paging back.

    Without values it begins where the list does, or at its end when paging back.
    """

    values: tuple[Any, ...]
    back: bool


@dataclass(frozen=True, kw_only=True)
class Keyset:
    """How a list is paged: its total order (the last column is unique) and the size of its pages.

    A cursor is good for lists of the same ordering that are ``about`` the same alone.
    """

    ordering: tuple[str, ...]
    default_size: int = DEFAULT_SIZE
    max_size: int = MAX_SIZE
    about: str = ""

    def respond(
        self,
        request: Request,
        queryset: QuerySet[M],
        represent: Callable[[Sequence[M]], Any],
    ) -> Response:
        """Answer the page that the request asks for, with its ``Link`` header.

        :raises ValidationError: for a page size, cursor or count that is none.
        """
        page = self.asked(request, queryset)
        return Response(represent(page.rows), headers=page.headers(request))

    def asked(self, request: Request, queryset: QuerySet[Any, Any]) -> Page:
        """Return the page that the request asks for.

        :raises ValidationError: for a page size, cursor or count that is none.
        """
        size = page_size(request, default=self.default_size, most=self.max_size)
        counted = flag(request, "count")
        return self.page(queryset, size=size, cursor=request.query_params.get("cursor"), counted=counted)

    def page(self, queryset: QuerySet[M], *, size: int, cursor: str | None, counted: bool = False) -> Page:
        """Return one page; a single query of at most one row more than the page holds, counting or not.

        :raises ValidationError: for a cursor that is broken or of another ordering.
        """
        at = None if cursor is None else self.decode(cursor, queryset.model)
        terms = self.terms(back=at is not None and at.back)
        listed = self.whole(queryset)
        if at is not None and at.values:
            queryset = queryset.filter(beyond(terms, at.values))
        if counted:
            count = _Count(countable(listed))
            queryset = queryset.annotate(total_count=count)  # type: ignore[assignment]  # the same rows
        order = [F(name).desc() if descending else F(name).asc() for name, descending in terms]
        rows = list(self.first(queryset.order_by(*order), size + 1))
        total = _total(rows, listed, at) if counted else None
        return self.assembled(rows, queryset.model, size=size, at=at, total=total)

    def whole(self, queryset: QuerySet[M]) -> QuerySet[M]:
        """Return all rows of the list."""
        return queryset

    def first(self, ordered: QuerySet[M], number: int) -> QuerySet[M]:
        """Return so many of the list's first rows, of rows that are in its order."""
        return self.whole(ordered)[:number]

    def terms(self, *, back: bool) -> list[tuple[str, bool]]:
        """Return each column of the order and whether it descends, paging on or back."""
        return [(name.removeprefix("-"), name.startswith("-") != back) for name in self.ordering]

    def assembled(
        self, rows: list[Any], model: type[Model], *, size: int, at: Cursor | None, total: int | None
    ) -> Page:
        """Return the page of rows that were read in its order, one more than it holds if there are more.

        Of a page that begins at a row something stood on the other side. Where nothing stands on this side
        any more, that is the nearest end of the list: the row itself may be gone.
        """
        back = at is not None and at.back
        more, begun = len(rows) > size, at is not None and bool(at.values)
        rows = rows[:size]
        if back:
            rows.reverse()
        has_next, has_previous = (begun, more) if back else (more, begun)
        if not rows:
            has_next, has_previous = begun and back, begun and not back
        return Page(
            rows,
            next=self.encode(rows[-1:], model, back=False) if has_next else None,
            previous=self.encode(rows[:1], model, back=True) if has_previous else None,
            total=total,
        )

    def encode(self, rows: Sequence[Any], model: type[Model], *, back: bool) -> str:
        """Return the cursor of the page after a row, or before it; without a row, of that at an end."""
        values = [_write(_value(row, name)) for row in rows for name in self._names]
        return _signer().sign_object([*self._list(model), back, *values])

    def decode(self, text: str, model: type[Model]) -> Cursor:
        """Return the cursor that the text stands for.

        :raises ValidationError: when it is broken, or of another list or ordering.
        """
        parts, own = opened(text), self._list(model)
        count = len(own)
        is_whole = len(parts) - count - 1 in {0, len(self.ordering)} and isinstance(parts[count], bool)
        if parts[:count] != own or not is_whole:
            raise exceptions.ValidationError({"cursor": [_("This is no cursor of this list.")]})
        written = zip(self._names, parts[count + 1 :], strict=False)
        return Cursor(tuple(_read(model, name, value) for name, value in written), back=parts[count])

    @property
    def _names(self) -> list[str]:
        return [name.removeprefix("-") for name in self.ordering]

    def _list(self, model: type[Model]) -> list[str]:
        return [model._meta.label_lower, *self.ordering, *([self.about] if self.about else [])]


def opened(cursor: str) -> list[Any]:
    """Return what a cursor of ours holds, nothing of another one."""
    try:
        parts: list[Any] = _signer().unsign_object(cursor)
    except signing.BadSignature:
        return []
    return parts


def _signer() -> signing.Signer:
    return signing.Signer(sep=".", salt="partscatalog.cursor")


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


def countable(queryset: QuerySet[M]) -> QuerySet[M, Any]:
    """Return the rows to count, of which no more are looked at than can be told."""
    return queryset.order_by().values("pk")[: COUNT_LIMIT + 1]


def _total(rows: list[Any], listed: QuerySet[M], at: Cursor | None) -> int:
    """Return what the page's rows say of the whole list; an empty page knows only that it is the first."""
    if rows:
        total: int = _value(rows[0], "total_count")
        return total
    return 0 if at is None else countable(listed).count()


def _bounded(count: int) -> str:
    """Return a count as it is told: exact up to the limit, then the limit and a plus."""
    return str(count) if count <= COUNT_LIMIT else f"{COUNT_LIMIT:,}+"


def absolute_url(request: Request, path: str) -> str:
    """Return the public URL of a path: below ``SITE_URL``, else the request's own scheme and host."""
    site = get_settings().SITE_URL
    return f"{site.rstrip('/')}{path}" if site else request.build_absolute_uri(path)


def page_url(request: Request, cursor: str, parameters: Collection[str] = ()) -> str:
    """Return the URL of another page: the known parameters in one order, whatever else was asked."""
    kept = asked_parameters(request.query_params, {*PARAMETERS, *parameters} - {"cursor"})
    return absolute_url(request, f"{request.path}?{urlencode([*kept, ('cursor', cursor)])}")


def asked_parameters(given: QueryDict, known: Collection[str]) -> list[tuple[str, str]]:
    """Return the known parameters that were given, sorted by name; of one given twice the last value."""
    return [(name, str(given[name])) for name in sorted(known) if name in given]


def beyond(terms: list[tuple[str, bool]], values: tuple[Any, ...]) -> Q:
    """Return the condition for rows after the values: ``a <= x AND (a < x OR (a = x AND ...))``."""
    (name, descending), *rest = terms
    strict = Q(**{f"{name}__{'lt' if descending else 'gt'}": values[0]})
    if not rest:
        return strict
    lead = Q(**{f"{name}__{'lte' if descending else 'gte'}": values[0]})
    return lead & (strict | (Q(**{name: values[0]}) & beyond(rest, values[1:])))


def _value(row: Any, name: str) -> Any:
    return row[name] if isinstance(row, dict) else getattr(row, name)


def _write(value: Any) -> Any:
    if isinstance(value, datetime):
        return value.isoformat()
    return str(value) if isinstance(value, Decimal) else value


def _read(model: type[Model], name: str, value: Any) -> Any:
    """Return a cursor's value as the column's own type; what is no column is a number of the query's own."""
    try:
        field = model._meta.get_field(name)
    except FieldDoesNotExist:
        return value
    return field.to_python(value)  # type: ignore[union-attr]
