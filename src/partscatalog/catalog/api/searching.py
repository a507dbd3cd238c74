"""Pages of a full text search.

Where no ordering was asked for they go tier by tier, in each by rank where few are found, else the newest
first.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from functools import cached_property
from typing import TYPE_CHECKING, Any

from django.db.models import F, Q, Value
from django.db.models.functions import Coalesce

from partscatalog.api.pagination import Cursor, Keyset, Page, beyond, countable, opened
from partscatalog.catalog.search import Query, fulltext, spelling
from partscatalog.catalog.search.fulltext import Found, Tier

if TYPE_CHECKING:
    from collections.abc import Iterator

    from django.db.models import QuerySet

    from partscatalog.catalog.search.fulltext import Prepared

Terms = list[tuple[str, bool]]

#: More than so many are not ranked: that would cost more than the page.
MOST_RANKED = 1_000
#: Among so few products all that is found is ranked.
MOST_LISTED = 5_000
#: In a tier where the database expects no more, all that is found is sorted without a walk.
FEW = 200


class Ranked(StrEnum):
    """What is ranked within its tier; the rest shows the newest first."""

    ALL = "all"
    NAMED = "named"
    NONE = "none"


@dataclass(frozen=True, kw_only=True)
class SearchPages(Keyset):
    """The pages of what a query finds, in an order that was asked for.

    A cursor holds the query, too, what it was taken for when it had typing errors, and what is ranked, so
    that the pages go on as they began.
    """

    query: Query

    def page(
        self, queryset: QuerySet[Any, Any], *, size: int, cursor: str | None, counted: bool = False
    ) -> Page:
        """Return one page of the products of the queryset that the query finds.

        :raises ValidationError: for a cursor that is broken, or of another search or ordering.
        """
        if cursor is not None:
            query, ranked = self._held(cursor)
            self._keyset(query, ranked).decode(cursor, queryset.model)
            return self._page(query, queryset, ranked, size=size, cursor=cursor, counted=counted)
        page = self._page(self.query, queryset, size=size, counted=counted)
        if not page.rows and (mended := spelling.mended(self.query, queryset.db)):
            return self._page(mended, queryset, size=size, counted=counted)
        return page

    def _page(
        self,
        query: Query,
        queryset: QuerySet[Any, Any],
        ranked: Ranked | None = None,
        *,
        size: int,
        cursor: str | None = None,
        counted: bool,
    ) -> Page:
        """Return a page as the cursor says, or the first one."""
        found = queryset.filter(Found(fulltext.prepare(query, queryset.db).anywhere))
        keyset = self._keyset(query, ranked or Ranked.NONE)
        return keyset.page(found, size=size, cursor=cursor, counted=counted)

    def _keyset(self, query: Query, ranked: Ranked) -> Keyset:
        return Keyset(ordering=self.ordering, about="\n".join((self.query.text, query.text, ranked)))

    def _held(self, cursor: str) -> tuple[Query, Ranked]:
        """Return what a cursor of this search holds, and of another one nothing that would decode it."""
        parts, count = opened(cursor), len(self.ordering) + 1
        about = str(parts[count]).split("\n") if parts[1:count] == [*self.ordering] else []
        if len(about) == 3 and about[0] == self.query.text:
            return Query.parse(about[1]), Ranked(about[2])
        return self.query, Ranked.NONE


@dataclass(frozen=True, kw_only=True)
class RankedPages(SearchPages):
    """The pages of what a query finds, what fits best first."""

    ordering: tuple[str, ...] = ("-tier", "-rank", "-created_at", "-id")

    def _page(
        self,
        query: Query,
        queryset: QuerySet[Any, Any],
        ranked: Ranked | None = None,
        *,
        size: int,
        cursor: str | None = None,
        counted: bool,
    ) -> Page:
        search = _Search(fulltext.prepare(query, queryset.db), queryset)
        ranked = ranked or search.decide()
        return search.page(self._keyset(query, ranked), ranked, size=size, cursor=cursor, counted=counted)


@dataclass(frozen=True)
class _Search:
    """A query among the products of a queryset."""

    prepared: Prepared
    queryset: QuerySet[Any, Any]

    def decide(self) -> Ranked:
        """Return what is ranked, as few enough are found."""
        if self.prepared.is_small:
            return Ranked.ALL
        if self.is_narrow and self.queryset.order_by()[: MOST_LISTED + 1].count() <= MOST_LISTED:
            return Ranked.ALL
        expected, _ = self.expected
        if expected.get(Tier.NAMED, MOST_RANKED + 1) > MOST_RANKED:
            return Ranked.NONE
        return Ranked.NAMED if len(self.named) <= MOST_RANKED else Ranked.NONE

    @cached_property
    def expected(self) -> tuple[dict[Tier, int], int]:
        return self.prepared.expect(self.queryset)

    @property
    def is_narrow(self) -> bool:
        """Whether the list holds few of all products already, whatever is searched for."""
        return self.expected[1] < self.prepared.products // 2

    @cached_property
    def named(self) -> list[int]:
        """The ids of the products that the query names, or of too many to be ranked."""
        return self.prepared.ids(self.prepared.tiers[Tier.NAMED], MOST_RANKED + 1)

    def page(self, keyset: Keyset, ranked: Ranked, *, size: int, cursor: str | None, counted: bool) -> Page:
        found = self.queryset.filter(Found(self.prepared.anywhere))
        if ranked is Ranked.ALL:
            whole = found.annotate(tier=self.prepared.tier, rank=self.prepared.rank)
            return keyset.page(whole, size=size, cursor=cursor, counted=counted)
        at = None if cursor is None else keyset.decode(cursor, self.queryset.model)
        _, *terms = keyset.terms(back=at is not None and at.back)
        rows: list[Any] = []
        for tier, start in self._tiers(at):
            if tier is Tier.NAMED and ranked is Ranked.NAMED:
                rows += self._ranked(tier, terms, start, size + 1 - len(rows))
            else:
                rows += self._newest(tier, terms, start, size + 1 - len(rows))
            if len(rows) > size:
                break
        total = countable(found).count() if counted else None
        return keyset.assembled(rows, self.queryset.model, size=size, at=at, total=total)

    def _tiers(self, at: Cursor | None) -> Iterator[tuple[Tier, tuple[Any, ...]]]:
        """Yield the tiers of a page in its order; with the one where it begins, the place in it."""
        back = at is not None and at.back
        begin, *place = (at.values if at else ()) or (None,)
        there = {*self.prepared.tiers, *([Tier.EXACT] if self.prepared.has_exact else [])}
        for tier in sorted(there, reverse=not back):
            if begin is None or (tier > begin if back else tier < begin):
                yield tier, ()
            elif tier == begin:
                yield tier, tuple(place)

    def _of(self, tier: Tier) -> QuerySet[Any, Any]:
        """Return the products that may be in a tier, whatever their text."""
        rows: QuerySet[Any, Any] = self.queryset.annotate(tier=Value(int(tier)))
        exactly = self.prepared.query.is_number
        if tier is Tier.EXACT:
            return rows.filter(exactly)
        return rows.filter(Q(number=None) | ~exactly) if self.prepared.has_exact else rows

    def _ranked(self, tier: Tier, terms: Terms, start: tuple[Any, ...], limit: int) -> list[Any]:
        """Return the first rows of a tier after the place where it begins, ranked."""
        ids = self.named if len(self.named) <= MOST_RANKED else self.prepared.ids(self.prepared.tiers[tier])
        rows = self._of(tier).filter(pk__in=ids).annotate(rank=self.prepared.rank)
        return _sorted(rows.filter(beyond(terms, start)) if start else rows, terms, limit)

    def _newest(self, tier: Tier, terms: Terms, start: tuple[Any, ...], limit: int) -> list[Any]:
        """Return the first rows of a tier after the place where it begins, the newest first."""
        _, *terms = terms
        rows = self._of(tier).annotate(rank=Value(0))
        if start:
            rows = rows.filter(beyond(terms, start[1:]))
        if tier is Tier.EXACT:
            return _sorted(rows, terms, limit)
        condition = self.prepared.tiers[tier]
        order = [f"-{name}" if descending else name for name, descending in terms]
        if self.is_narrow:
            return list(rows.filter(Found(condition)).order_by(*order)[:limit])
        # Had few been named, they were ranked.
        if tier is Tier.NAMED or self.expected[0][tier] > FEW:
            ids = fulltext.walk(rows, condition, order=order, limit=limit)
            if len(ids) == limit:
                return list(rows.filter(pk__in=ids).order_by(*order))
        return _sorted(rows.filter(Found(condition)), terms, limit)


def _sorted(rows: QuerySet[Any, Any], terms: Terms, limit: int) -> list[Any]:
    """Return the first rows after sorting them all: no index of the order is walked in search of a few."""
    columns = [(Coalesce(F(name), F(name)), descending) for name, descending in terms]
    order = [column.desc() if descending else column.asc() for column, descending in columns]
    return list(rows.order_by(*order)[:limit])
