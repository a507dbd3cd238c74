"""Fill the package's own tables: categories and brands by the ORM, the many rows in bulk."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from django.db import connection
from django.utils.text import slugify

from benchmarks.loading import bulk, rows
from partscatalog.catalog.models import Brand, Category, Product, ProductImage, StockMovement
from partscatalog.catalog.search import setup
from shop.demo.brands import MAKERS
from shop.demo.tree import ROOTS

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from shop.demo.spec import Group

FOLDER = "partscatalog/products"


def load(products: int) -> None:
    if Product.objects.exists():
        return
    # The texts of full text search are made at once from all rows, not by triggers.
    setup.remove(connection)
    for root in ROOTS:
        _plant(root, parent=None)
    bulk.write(
        Product,
        [
            "id",
            "category",
            "brand",
            "number",
            "name",
            "slug",
            "description",
            "attributes",
            "price",
            "stock",
            "is_active",
            "created_at",
        ],
        _products(products, dict(Category.objects.values_list("slug", "pk")), _brands()),
    )
    bulk.write(ProductImage, ["product", "image", "alt_text", "position", "thumbnails"], _pictures(products))
    bulk.write(StockMovement, ["product", "delta", "reason", "created_at"], _movements(products))
    setup.install(connection)


def _plant(group: Group, *, parent: Category | None) -> None:
    branch = _category(group.name, group.about, parent)
    for part_type in group.types:
        _category(part_type.category, part_type.about, branch)
    for smaller in group.groups:
        _plant(smaller, parent=branch)


def _category(name: str, about: str, parent: Category | None) -> Category:
    return Category.objects.create(name=name, slug=slugify(name), description=about, parent=parent)


def _brands() -> dict[str, int]:
    """Make the brands and return their keys by name."""
    Brand.objects.bulk_create([Brand(name=maker.name, slug=maker.slug) for maker in MAKERS])
    return dict(Brand.objects.values_list("name", "pk"))


def _products(
    number: int, categories: Mapping[str, int], brands: Mapping[str, int]
) -> Iterator[tuple[Any, ...]]:
    for row in rows.rows(number):
        part = row.part
        yield (
            row.pk,
            categories[part.category],
            brands[part.maker.name],
            part.number,
            part.name,
            part.slug,
            part.description,
            json.dumps(part.attributes),
            str(part.price),
            row.stock,
            row.is_active,
            bulk.moment(row.created_at),
        )


def _pictures(number: int) -> Iterator[tuple[Any, ...]]:
    for picture in rows.pictures(number):
        path = f"{FOLDER}/{picture.name[:2]}/{picture.name}"
        thumbnails = {"small": f"{path}-small.png", "medium": f"{path}-medium.png"}
        yield picture.product, f"{path}.png", picture.alt_text, picture.position, json.dumps(thumbnails)


def _movements(number: int) -> Iterator[tuple[Any, ...]]:
    """Yield the first movement of each product: the sum of movements is the stock."""
    for row in rows.rows(number):
        yield row.pk, row.stock, StockMovement.Reason.INITIAL.value, bulk.moment(row.created_at)
