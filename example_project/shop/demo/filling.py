"""Put the demo's shop into the database; what is there already is left as it is."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import islice
from typing import TYPE_CHECKING

from django.core.files.base import ContentFile
from django.core.files.storage import default_storage
from django.db import transaction
from django.utils.text import slugify

from partscatalog import numbers
from partscatalog.catalog.models import Brand, Category, Product, ProductImage
from partscatalog.catalog.services import products
from partscatalog.conf import get_settings
from shop.demo.brands import MAKERS
from shop.demo.parts import parts
from shop.demo.pictures import draw_all
from shop.demo.tree import ROOTS

if TYPE_CHECKING:
    from collections.abc import Mapping

    from shop.demo.parts import Part
    from shop.demo.pictures import Drawn
    from shop.demo.progress import Progress
    from shop.demo.spec import Group

#: So many of the first parts have a picture.
PICTURED = 2_000
#: Parts that are looked up and added at a time.
BATCH = 500
FOLDER = "partscatalog/products/demo"


@dataclass(frozen=True, slots=True, kw_only=True)
class Added:
    """How many rows a run has made."""

    categories: int
    brands: int
    products: int
    pictures: int


@transaction.atomic
def fill(*, total: int, progress: Progress) -> Added:
    """Add what is missing of a shop of so many products, all or nothing.

    Categories and brands are known by their slugs, products by their slugs or by brand and number; whatever
    the staff changed in them stays. An interrupted run leaves the shop as it was, never half of one.
    """
    known = Category.objects.count()
    for root in ROOTS:
        _plant(root, parent=None)
    categories = Category.objects.count() - known
    brands = _add_brands()
    added = _add_products(total, progress)
    pictures = _add_pictures(added, progress)
    return Added(categories=categories, brands=brands, products=len(added), pictures=pictures)


def _plant(group: Group, *, parent: Category | None) -> None:
    branch = _category(group.name, group.about, parent=parent, is_active=True)
    for part_type in group.types:
        _category(part_type.category, part_type.about, parent=branch, is_active=part_type.is_active)
    for smaller in group.groups:
        _plant(smaller, parent=branch)


def _category(name: str, about: str, *, parent: Category | None, is_active: bool) -> Category:
    defaults = {"name": name, "description": about, "parent": parent, "is_active": is_active}
    return Category.objects.get_or_create(slug=slugify(name), defaults=defaults)[0]


def _add_brands() -> int:
    known = set(Brand.objects.values_list("slug", flat=True))
    missing = [Brand(name=maker.name, slug=maker.slug) for maker in MAKERS if maker.slug not in known]
    return len(Brand.objects.bulk_create(missing))


def _add_products(total: int, progress: Progress) -> dict[str, int]:
    """Add the parts that are missing and return the keys of their products by slug."""
    keys = _Keys.read()
    added: dict[str, int] = {}
    row = progress.over(islice(parts(), total), label="Products", total=total)
    while batch := list(islice(row, BATCH)):
        made = [keys.product(part) for part in keys.missing(batch)]
        products.bulk_add(made)
        added.update((product.slug, product.pk) for product in made)
    return added


@dataclass(frozen=True, slots=True)
class _Keys:
    """The keys of categories and brands by their slugs."""

    categories: Mapping[str, int]
    brands: Mapping[str, int]

    @classmethod
    def read(cls) -> _Keys:
        categories = Category.objects.values_list("slug", "pk")
        brands = Brand.objects.values_list("slug", "pk")
        return cls(dict(categories), dict(brands))

    def missing(self, batch: list[Part]) -> list[Part]:
        """Return the parts of which neither the slug nor brand and number are in the shop."""
        written = [numbers.normalise(part.number) for part in batch]
        slugs = Product.objects.filter(slug__in=[part.slug for part in batch]).values_list("slug", flat=True)
        pairs = Product.objects.filter(number_normalised__in=written)
        known = {*slugs, *pairs.values_list("brand", "number_normalised")}
        return [
            part
            for part, number in zip(batch, written, strict=True)
            if not known & {part.slug, (self.brands[part.maker.slug], number)}
        ]

    def product(self, part: Part) -> Product:
        return Product(
            category_id=self.categories[part.category],
            brand_id=self.brands[part.maker.slug],
            number=part.number,
            name=part.name,
            slug=part.slug,
            description=part.description,
            attributes=part.attributes,
            price=part.price,
            stock=part.stock,
            is_active=part.is_active,
        )


def _add_pictures(added: Mapping[str, int], progress: Progress) -> int:
    """Hang pictures on those of the products just added that are among the first parts."""
    chosen = [part for part in islice(parts(), PICTURED) if part.slug in added]
    drawn = draw_all(chosen, get_settings().THUMBNAIL_SIZES)
    pictures = progress.over(drawn, label="Pictures", total=len(chosen))
    images = [_image(picture, product_id=added[picture.part.slug]) for picture in pictures]
    return len(ProductImage.objects.bulk_create(images, batch_size=BATCH))


def _image(drawn: Drawn, *, product_id: int) -> ProductImage:
    part = drawn.part
    return ProductImage(
        product_id=product_id,
        image=_store(f"{part.slug}.png", drawn.picture),
        alt_text=f"{part.name}, {part.maker.name} {part.number}",
        thumbnails={
            size: _store(f"{part.slug}-{size}.png", picture) for size, picture in drawn.thumbnails.items()
        },
    )


def _store(name: str, content: bytes) -> str:
    """Store a file in the place of one that an earlier shop, since deleted, may have left behind."""
    path = f"{FOLDER}/{name}"
    if default_storage.exists(path):
        default_storage.delete(path)
    return default_storage.save(path, ContentFile(content))
