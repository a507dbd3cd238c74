"""Products as the API shows them, made from rows without objects: the same bytes as by the serializer.

The serializer stays the declared shape; a site's own subclass of it is used in place of this.
"""

from __future__ import annotations

from collections import defaultdict
from functools import partial
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

from partscatalog import money
from partscatalog.api.fields import format_moment
from partscatalog.api.pagination import absolute_url
from partscatalog.catalog.models import ProductImage
from partscatalog.conf import get_settings

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from rest_framework.request import Request

#: The columns that a product's answer is made of.
COLUMNS = (
    "id",
    "name",
    "slug",
    "number",
    "brand_id",
    "brand__name",
    "brand__slug",
    "category_id",
    "category__name",
    "category__slug",
    "price",
    "stock",
    "description",
    "attributes",
    "is_active",
    "created_at",
)


def show(rows: Sequence[Mapping[str, Any]], request: Request) -> list[dict[str, Any]]:
    """Return the products of the rows, with their pictures by one more statement."""
    pictures = _pictures([row["id"] for row in rows], partial(_address, request))
    currency = get_settings().CURRENCY
    return [_product(row, pictures[row["id"]], currency) for row in rows]


def _product(row: Mapping[str, Any], images: list[dict[str, Any]], currency: str) -> dict[str, Any]:
    return {
        "id": row["id"],
        "name": row["name"],
        "slug": row["slug"],
        "number": row["number"],
        "brand": None if row["brand_id"] is None else _group(row, "brand"),
        "category": _group(row, "category"),
        "price": money.format_amount(row["price"], currency),
        "currency": currency,
        "stock": row["stock"],
        "description": row["description"],
        "attributes": row["attributes"],
        "images": images,
        "is_active": row["is_active"],
        "created_at": format_moment(row["created_at"]),
    }


def _group(row: Mapping[str, Any], name: str) -> dict[str, Any]:
    return {"id": row[f"{name}_id"], "name": row[f"{name}__name"], "slug": row[f"{name}__slug"]}


def _pictures(products: list[int], address: Callable[[str], str]) -> dict[int, list[dict[str, Any]]]:
    pictures: dict[int, list[dict[str, Any]]] = defaultdict(list)
    rows = ProductImage.objects.filter(product__in=products).order_by("position", "pk")
    for pk, product, name, text, position, thumbnails in rows.values_list(
        "pk", "product_id", "image", "alt_text", "position", "thumbnails"
    ):
        pictures[product].append(
            {
                "id": pk,
                "image": address(name),
                "alt_text": text,
                "position": position,
                "thumbnails": {size: address(thumbnail) for size, thumbnail in thumbnails.items()},
            }
        )
    return pictures


def _address(request: Request, name: str) -> str:
    url: str = ProductImage._meta.get_field("image").storage.url(name)
    return url if urlsplit(url).netloc else absolute_url(request, url)
