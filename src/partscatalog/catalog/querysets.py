"""Named reads of the catalog."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.db import connections, models
from django.db.models.functions import Concat
from django.db.models.lookups import Exact

from partscatalog import numbers
from partscatalog.catalog import tree
from partscatalog.catalog.search import fulltext, setup

if TYPE_CHECKING:
    from partscatalog.catalog.models import Brand, Category, Product  # noqa: F401
    from partscatalog.catalog.search import Query
    from partscatalog.statements import Given


class Written(Exact):
    """Equal as it is written: MariaDB's collations ignore letter case, accents and blanks at the end."""

    def as_mysql(self, compiler: Any, connection: Any) -> Any:
        # The first comparison has the index.
        sql, params = self.as_sql(compiler, connection)
        return f"({sql} AND BINARY {sql})", (*params, *params)


def of_slug(slug: str | Given, column: str = "slug") -> Written:
    """Return the condition that a column is exactly this slug."""
    return Written(models.F(column), slug)


class CategoryQuerySet(models.QuerySet["Category"]):
    def visible(self) -> CategoryQuerySet:
        """Those that are active with all their ancestors."""
        return self.filter(is_visible=True)

    def subtree_of(self, slug: str | Given) -> CategoryQuerySet:
        """The visible category of this slug and all that stands below it, in the one statement."""
        top = models.Subquery(
            self.model._default_manager.filter(of_slug(slug), is_visible=True).values("path")
        )
        return self.filter(path__gte=top, path__lt=Concat(top, models.Value(tree.AFTER_DIGITS)))


class ProductQuerySet(models.QuerySet["Product"]):
    def visible(self) -> ProductQuerySet:
        """Those that the public may see: active, in a category that is active with all its ancestors."""
        return self.filter(is_active=True, category__is_visible=True)

    def of_categories(self, categories: CategoryQuerySet) -> ProductQuerySet:
        """Those of the categories.

        That there is any is asked for by itself, too: else databases look through all products for none.
        """
        categories = categories.order_by()
        return self.filter(models.Exists(categories), category__in=categories)

    def at(self, category_slug: str | Given) -> ProductQuerySet:
        """Those whose own category has this slug."""
        return self.filter(of_slug(category_slug, "category__slug"))

    def of_brand(self, slug: str) -> ProductQuerySet:
        """Those of the brand of this slug.

        By its key, which a subquery finds: after a join no database walks the index of a brand's newest.
        """
        brands = self.model._meta.get_field("brand").related_model._default_manager
        return self.filter(brand=models.Subquery(brands.filter(of_slug(slug)).order_by().values("pk")[:1]))

    def of_number(self, brand: Brand, number: str) -> ProductQuerySet:
        """That of the brand whose number this is, in whatever spelling the database takes for the same."""
        return self.filter(brand=brand, number_normalised=numbers.normalised(models.Value(number)))

    def in_stock(self, is_in_stock: bool) -> ProductQuerySet:  # noqa: FBT001 - what is asked
        """Those of which there is some, or none.

        As a comparison, which every database finds in an index; Django writes a boolean without one.
        """
        return self.filter(Exact(models.F("is_in_stock"), models.Value(is_in_stock)))

    def for_display(self) -> ProductQuerySet:
        """With all that an answer shows, in two statements."""
        return self.select_related("category", "brand").prefetch_related("images")

    def holding(self, query: Query) -> ProductQuerySet:
        """Those that a search finds."""
        if setup.is_ready(self.db):
            return self.filter(fulltext.Found(fulltext.prepare(query, self.db).anywhere))
        return self.filter(query.condition(connections[self.db].vendor))

    def matching(self, query: Query) -> ProductQuerySet:
        """Those that a search finds, with ``exact``: 0 where the whole query is the part number, else 1."""
        exact = models.When(query.is_number, then=models.Value(0))
        return self.holding(query).annotate(
            exact=models.Case(exact, default=models.Value(1), output_field=models.IntegerField())
        )
