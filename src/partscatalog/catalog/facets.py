"""Facets: what a list of products can be narrowed to, and how many products each choice would leave.

A facet leaves its own choice out and keeps all others, so that its numbers say what another choice in its
place would list. One statement counts by category and brand; tree and slugs are applied to its rows. Where a
price was chosen, the facet of prices is asked for by itself, so that this statement looks at the products of
that price alone. Where neither a search nor a price was chosen, PostgreSQL has the numbers already
(:mod:`partscatalog.catalog.counts`).
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, NamedTuple

from django.db.models import Count, Max, Min, OuterRef, Q, Subquery

from partscatalog.catalog import counts, tree
from partscatalog.catalog.models import Brand, Category
from partscatalog.exceptions import NotFound

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Mapping
    from decimal import Decimal

    from django.db.models import QuerySet

    from partscatalog.catalog.querysets import ProductQuerySet

#: The most categories or brands that are told, those with the most products first.
MOST = 1_000
#: Of so many categories at most the prices are looked up one by one.
MOST_ALONE = 50


@dataclass(frozen=True, kw_only=True)
class Choices:
    """What was chosen already; ``category`` and ``brand`` are slugs, empty where none was.

    ``is_search`` tells that the products were searched for, which costs more than to look at what was found.
    """

    category: str = ""
    brand: str = ""
    min_price: Decimal | None = None
    max_price: Decimal | None = None
    in_stock: bool | None = None
    is_search: bool = False

    @property
    def has_prices_apart(self) -> bool:
        """Whether the facet of prices is asked for by itself."""
        return bool(self.price) and not self.is_search

    @property
    def price(self) -> Q:
        """The condition that the price fits."""
        least = Q() if self.min_price is None else Q(price__gte=self.min_price)
        return least if self.max_price is None else least & Q(price__lte=self.max_price)

    @property
    def stock(self) -> Q:
        """The condition that the stock fits."""
        if self.in_stock is None:
            return Q()
        return Q(stock__gt=0) if self.in_stock else Q(stock=0)


@dataclass(frozen=True)
class Choice:
    """A category or brand, and how many products it would leave."""

    slug: str
    name: str
    count: int


@dataclass(frozen=True, kw_only=True)
class Facets:
    """What can be chosen. Prices are None where there is none; ``found`` products fit all that was chosen."""

    categories: list[Choice]
    brands: list[Choice]
    lowest: Decimal | None
    highest: Decimal | None
    in_stock: int
    found: int


class _Category(NamedTuple):
    path: str
    slug: str
    name: str


class _Brand(NamedTuple):
    slug: str
    name: str


class _Group(NamedTuple):
    """Products of one category and brand; each figure leaves its own choice out."""

    category: int
    brand: int | None
    fitting: int
    stocked: int
    lowest: Decimal | None = None
    highest: Decimal | None = None


def count(products: ProductQuerySet, choices: Choices, *, below: str = "") -> Facets:
    """Return the facets of active products, in three statements or four; ``below`` is a category's slug.

    :raises NotFound: when the public sees no such category.
    """
    categories = _visible_categories(below)
    if below:
        products = products.filter(category__in=categories)
    is_counted = not (choices.is_search or choices.price) and counts.are_ready(products.db)
    groups, brands = _counted(products.db, categories, choices) if is_counted else _groups(products, choices)
    groups = [group for group in groups if group.category in categories]
    chosen = _subtree(categories, choices.category) if choices.category else categories
    of_category = [group for group in groups if group.category in chosen]
    of_brand = [group for group in groups if _fits(group, brands, choices.brand)]
    of_both = [group for group in of_category if _fits(group, brands, choices.brand)]
    if is_counted or choices.has_prices_apart:
        lowest, highest = _prices(products, choices, chosen)
    else:
        lowest = min((group.lowest for group in of_both if group.lowest is not None), default=None)
        highest = max((group.highest for group in of_both if group.highest is not None), default=None)
    return Facets(
        categories=_by_category(of_brand, categories),
        brands=_by_brand(of_category, brands),
        lowest=lowest,
        highest=highest,
        in_stock=sum(group.stocked for group in of_both),
        found=sum(group.fitting for group in of_both),
    )


def _visible_categories(below: str) -> dict[int, _Category]:
    rows = Category.objects.visible().order_by().values_list("pk", "path", "slug", "name")
    categories = {pk: _Category(*columns) for pk, *columns in rows}
    if below and not (categories := _subtree(categories, below)):
        raise NotFound
    return categories


def _subtree(categories: Mapping[int, _Category], slug: str) -> dict[int, _Category]:
    """Return the category of the slug and all that stands below it; nothing where there is none."""
    top = next((each.path for each in categories.values() if each.slug == slug), None)
    return {} if top is None else {pk: each for pk, each in categories.items() if each.path.startswith(top)}


def _counted(
    using: str, categories: Mapping[int, _Category], choices: Choices
) -> tuple[list[_Group], dict[int, _Brand]]:
    """Return the groups, without their prices, and their brands by the numbers that are kept."""
    found = counts.read(using, categories, in_stock=choices.in_stock)
    brands = {
        each.brand: _Brand(each.brand_slug, each.brand_name)
        for each in found
        if each.brand is not None and each.brand_slug is not None and each.brand_name is not None
    }
    return [_Group(each.category, each.brand, each.fitting, each.stocked) for each in found], brands


def _groups(products: ProductQuerySet, choices: Choices) -> tuple[list[_Group], dict[int, _Brand]]:
    """Return the groups of the products, and their brands."""
    rows: QuerySet[Any, Any] = products.order_by().values_list("category", "brand")
    if choices.has_prices_apart:
        rows = rows.filter(choices.price).annotate(
            fitting=Count("pk", filter=choices.stock or None), stocked=Count("pk", filter=Q(stock__gt=0))
        )
    else:
        rows = rows.annotate(
            fitting=Count("pk", filter=choices.price & choices.stock or None),
            stocked=Count("pk", filter=choices.price & Q(stock__gt=0)),
            lowest=Min("price", filter=choices.stock or None),
            highest=Max("price", filter=choices.stock or None),
        )
    groups = [_Group(*row) for row in rows]
    ids = {group.brand for group in groups if group.brand is not None}
    brands = Brand.objects.filter(pk__in=ids).order_by().values_list("pk", "slug", "name")
    return groups, {pk: _Brand(slug, name) for pk, slug, name in brands}


def _prices(
    products: ProductQuerySet, choices: Choices, categories: Collection[int]
) -> tuple[Decimal | None, Decimal | None]:
    """Return the lowest and the highest price, whatever price was chosen; an index has both at its ends.

    That of all products, that of a brand, or, of few categories, those of each.
    """
    fitting = products if choices.in_stock is None else products.in_stock(choices.in_stock)
    if choices.brand or len(categories) > MOST_ALONE:
        rows = fitting.filter(category__in=categories)
        rows = rows.of_brand(choices.brand) if choices.brand else rows
        found = rows.order_by().aggregate(lowest=Min("price"), highest=Max("price"))
    else:
        prices = fitting.filter(category=OuterRef("pk")).values("price")
        found = (
            Category.objects.filter(pk__in=categories)
            .order_by()
            .annotate(least=Subquery(prices.order_by("price", "id")[:1]))
            .annotate(most=Subquery(prices.order_by("-price", "-id")[:1]))
            .aggregate(lowest=Min("least"), highest=Max("most"))
        )
    return found["lowest"], found["highest"]


def _fits(group: _Group, brands: Mapping[int, _Brand], slug: str) -> bool:
    brand = None if group.brand is None else brands.get(group.brand)
    return not slug or (brand is not None and brand.slug == slug)


def _by_category(groups: list[_Group], categories: Mapping[int, _Category]) -> list[Choice]:
    """Count a product under its category and under all that stand above that one."""
    fitting: Counter[int] = Counter()
    for group in groups:
        for pk in tree.ancestor_ids(categories[group.category].path):
            fitting[pk] += group.fitting
    return _ordered(
        Choice(categories[pk].slug, categories[pk].name, number)
        for pk, number in fitting.items()
        if pk in categories
    )


def _by_brand(groups: list[_Group], brands: Mapping[int, _Brand]) -> list[Choice]:
    fitting: Counter[int] = Counter()
    for group in groups:
        if group.brand is not None:
            fitting[group.brand] += group.fitting
    return _ordered(
        Choice(brands[pk].slug, brands[pk].name, number) for pk, number in fitting.items() if pk in brands
    )


def _ordered(choices: Iterable[Choice]) -> list[Choice]:
    """Return the choices that leave something, those that leave the most first."""
    left = [choice for choice in choices if choice.count]
    return sorted(left, key=lambda choice: (-choice.count, choice.name, choice.slug))[:MOST]
