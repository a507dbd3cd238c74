"""The laws of the catalog: the ledger gives the stock, and the tree is what its parents say."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.db.models import F, Q, Sum
from django.db.models.functions import Coalesce

from partscatalog.catalog import tree
from partscatalog.catalog.models import Category, Product
from partscatalog.catalog.slugs import RESERVED

if TYPE_CHECKING:
    from collections.abc import Iterator


def violations() -> Iterator[str]:
    """Yield a text for each product or category that breaks a law."""
    yield from _stock()
    yield from _slugs()
    yield from _tree()


def _stock() -> Iterator[str]:
    booked = Product.objects.annotate(booked=Coalesce(Sum("movements__delta"), 0)).order_by("pk")
    for pk, stock, total in booked.exclude(booked=F("stock")).values_list("pk", "stock", "booked"):
        yield f"Product {pk} has a stock of {stock}, but its movements add up to {total}."


def _slugs() -> Iterator[str]:
    unusable = Q(slug="") | Q(slug__in=RESERVED)
    for model in (Product, Category):
        for pk in model._base_manager.filter(unusable).values_list("pk", flat=True):
            yield f"{model.__name__} {pk} has a slug that no URL can hold."


def _tree() -> Iterator[str]:
    """Compare each category with its parent alone: then all paths are right, and no cycle can be."""
    for category in Category.objects.select_related("parent").order_by("pk").iterator():
        parent = category.parent
        path = (parent.path if parent else "") + tree.step(category.pk)
        visible = category.is_active and (parent is None or parent.is_visible)
        if (category.path, category.is_visible) != (path, visible):
            yield f"Category {category.pk} has another path or visibility than its parent gives it."
