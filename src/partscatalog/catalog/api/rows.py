"""Products as the API shows them, made from rows without objects: the same bytes as by the serializer.

The serializer stays the declared shape; a site's own subclass of it is used in place of this.
"""

from __future__ import annotations

import re
from collections import defaultdict
from functools import lru_cache
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

from django.core.files.storage import FileSystemStorage
from django.db.models import F
from django.db.models.lookups import In

from partscatalog import money
from partscatalog.api.fields import format_moment
from partscatalog.api.pagination import absolute_url
from partscatalog.catalog.models import Product, ProductImage
from partscatalog.conf import get_settings
from partscatalog.statements import KEPT, Rows, numbered, several

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from rest_framework.request import Request

#: Names that are their own URL: nothing to quote, and no part that begins with a dot.
PLAIN_NAME = re.compile(r"\w[\w.-]*(?:/\w[\w.-]*)*", re.ASCII)
#: The columns that the answers are made of, as they follow each other there.
CATEGORY = ("id", "name", "slug", "description", "parent__slug", "is_active")
BRAND = ("id", "name", "slug")
#: And those of a product's.
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
    pictures = _pictures([row["id"] for row in rows], _addresses(request))
    currency = get_settings().CURRENCY
    return [_product(row, pictures[row["id"]], currency) for row in rows]


def show_groups(rows: Sequence[Mapping[str, Any]], columns: Sequence[str]) -> list[dict[str, Any]]:
    """Return the categories or brands of the rows; a column of another table has the name of the relation."""
    return [{name.partition("__")[0]: row[name] for name in columns} for row in rows]


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
    if not products:
        return pictures
    found = _pictures_of(len(products)).run(**numbered("product", products))
    for pk, product, name, text, position, thumbnails in found:
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


@lru_cache(maxsize=KEPT)
def _pictures_of(products: int) -> Rows:
    """Return the query for the pictures of so many products."""
    keys = several("product", Product._meta.get_field("id"), products)
    # A relation's own lookup takes keys alone, no expressions.
    pictures = ProductImage.objects.filter(In(F("product_id"), keys)).order_by("position", "pk")
    return Rows(pictures.values_list("pk", "product_id", "image", "alt_text", "position", "thumbnails"))


def _addresses(request: Request) -> Callable[[str], str]:
    """Return what gives the URL of a file by its name.

    Django's own storage puts its base before a plain name, which need not be worked out 160 times a page.
    """
    storage = ProductImage._meta.get_field("image").storage

    def address(name: str) -> str:
        url: str = storage.url(name)
        return url if urlsplit(url).netloc else absolute_url(request, url)

    if storage.__class__.url is not FileSystemStorage.url:
        return address
    base = address("")
    return lambda name: base + name if PLAIN_NAME.fullmatch(name) else address(name)
