"""Fill django-oscar with the same parts: each with one stock record, one category and its pictures."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.contrib.auth import get_user_model
from django.utils.text import slugify
from oscar.core.loading import get_model

from benchmarks.loading import bulk, rows
from shop.demo.tree import ROOTS

if TYPE_CHECKING:
    from shop.demo.spec import Group

BUYER = "buyer@example.com"
PASSWORD = "three-blue-pistons"  # noqa: S105 - of a database that lives for a run
COUNTRY = "NG"

Category = get_model("catalogue", "Category")
Country = get_model("address", "Country")
Partner = get_model("partner", "Partner")
Product = get_model("catalogue", "Product")
ProductCategory = get_model("catalogue", "ProductCategory")
ProductClass = get_model("catalogue", "ProductClass")
ProductImage = get_model("catalogue", "ProductImage")
StockRecord = get_model("partner", "StockRecord")


def load(products: int) -> None:
    if Product.objects.exists():
        return
    categories = _categories()
    kind = ProductClass.objects.create(name="Part")
    partner = Partner.objects.create(name="Shop")
    Country.objects.create(iso_3166_1_a2=COUNTRY, printable_name="Nigeria", is_shipping_country=True)
    get_user_model().objects.create_user("buyer", BUYER, PASSWORD)
    bulk.write(
        Product,
        ["id", "product_class", "upc", "title", "slug", "description", "date_created"],
        (
            (
                row.pk,
                kind.pk,
                f"{row.part.number} {row.pk}",
                row.part.name,
                row.part.slug,
                row.part.description,
                bulk.moment(row.created_at),
            )
            for row in rows.rows(products)
        ),
    )
    bulk.write(
        StockRecord,
        ["product", "partner", "partner_sku", "price_currency", "price", "num_in_stock"],
        (
            (row.pk, partner.pk, str(row.pk), "NGN", str(row.part.price), row.stock)
            for row in rows.rows(products)
        ),
    )
    bulk.write(
        ProductCategory,
        ["product", "category"],
        ((row.pk, categories[row.part.category]) for row in rows.rows(products)),
    )
    bulk.write(
        ProductImage,
        ["product", "original", "caption", "display_order"],
        (
            (picture.product, f"images/{picture.name}.png", picture.alt_text, picture.position)
            for picture in rows.pictures(products)
        ),
    )


def _categories() -> dict[str, int]:
    """Make the demo's tree and return its keys by slug."""
    keys: dict[str, int] = {}
    for root in ROOTS:
        _plant(root, None, keys)
    return keys


def _plant(group: Group, parent: Any, keys: dict[str, int]) -> None:
    made = _category(group.name, group.about, parent, keys)
    for part_type in group.types:
        _category(part_type.category, part_type.about, made, keys)
    for smaller in group.groups:
        _plant(smaller, made, keys)


def _category(name: str, about: str, parent: Any, keys: dict[str, int]) -> Any:
    fields = {"name": name, "slug": slugify(name), "description": about}
    made = Category.add_root(**fields) if parent is None else parent.add_child(**fields)
    keys[made.slug] = made.pk
    return made
