"""Fill the naive shop."""

from __future__ import annotations

from django.utils.text import slugify

from benchmarks.loading import bulk, rows
from benchmarks.sites.naive.models import Category, Product, ProductImage
from shop.demo.tree import ROOTS


def load(products: int) -> None:
    if Product.objects.exists():
        return
    keys = _categories()
    bulk.write(
        Product,
        ["id", "category", "name", "slug", "description", "price", "stock", "is_active", "created_at"],
        (
            (
                row.pk,
                keys[row.part.category],
                row.part.name,
                row.part.slug,
                row.part.description,
                str(row.part.price),
                row.stock,
                row.is_active,
                bulk.moment(row.created_at),
            )
            for row in rows.rows(products)
        ),
    )
    bulk.write(
        ProductImage,
        ["product", "image", "alt_text"],
        (
            (picture.product, f"products/{picture.name}.png", picture.alt_text)
            for picture in rows.pictures(products)
        ),
    )


def _categories() -> dict[str, int]:
    """Make the demo's categories, all on one level, and return their keys by slug."""
    made = [
        Category(name=name, slug=slugify(name), description=about)
        for root in ROOTS
        for group in root.walk()
        for name, about in [(group.name, group.about), *((t.category, t.about) for t in group.types)]
    ]
    Category.objects.bulk_create(made)
    return dict(Category.objects.values_list("slug", "pk"))
