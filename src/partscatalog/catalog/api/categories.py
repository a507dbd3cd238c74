"""Pages of the products of several categories."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, TypeVar

from django.db import connections
from django.db.models import BigIntegerField, Model, OuterRef, Subquery

from partscatalog.api.pagination import Keyset

if TYPE_CHECKING:
    from django.db.models import QuerySet

    from partscatalog.catalog.querysets import CategoryQuerySet

M = TypeVar("M", bound=Model)


class _Each(Subquery):
    """Every row of a subquery, as a column of as many rows."""

    template = "unnest(ARRAY(%(subquery)s))"
    output_field = BigIntegerField()


@dataclass(frozen=True, kw_only=True)
class CategoryPages(Keyset):
    """The pages of the products of the categories, in any ordering.

    No index has the products of several categories in one order, and to look through one of all products may
    find few or none. So PostgreSQL takes the first products of each category, by the index of that one, and
    of these the first.
    """

    categories: CategoryQuerySet

    def whole(self, queryset: QuerySet[M]) -> QuerySet[M]:
        return queryset.of_categories(self.categories)  # type: ignore[attr-defined,no-any-return]  # of products

    def first(self, ordered: QuerySet[M], number: int) -> QuerySet[M]:
        if connections[ordered.db].vendor != "postgresql":
            return super().first(ordered, number)
        of_each = ordered.filter(category=OuterRef("pk")).values("pk")[:number]
        ids = self.categories.order_by().annotate(product=_Each(of_each)).values("product")
        return ordered.filter(pk__in=ids)[:number]


def among(categories: CategoryQuerySet | None, pages: Keyset) -> Keyset:
    """Return the same pages of the products of the categories alone; None are all of them."""
    if categories is None:
        return pages
    return CategoryPages(ordering=pages.ordering, categories=categories)
