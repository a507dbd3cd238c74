"""Named reads of the catalog."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.db import models

if TYPE_CHECKING:
    from partscatalog.catalog.models import Category, Product  # noqa: F401

AFTER_DIGITS = "A"


class CategoryQuerySet(models.QuerySet["Category"]):
    def visible(self) -> CategoryQuerySet:
        """Those that are active with all their ancestors."""
        return self.filter(is_visible=True)

    def subtree(self, category: Category) -> CategoryQuerySet:
        """The category and all that stands below it."""
        return self.filter(path__gte=category.path, path__lt=category.path + AFTER_DIGITS)


class ProductQuerySet(models.QuerySet["Product"]):
    def visible(self) -> ProductQuerySet:
        """Those that the public may see: active, in a category that is active with all its ancestors."""
        return self.filter(is_active=True, category__is_visible=True)

    def below(self, category: Any) -> ProductQuerySet:
        """Those of the category and of all that stands below it."""
        return self.filter(category__in=type(category).objects.subtree(category).order_by())
