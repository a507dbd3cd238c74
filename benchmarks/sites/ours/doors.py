"""The doors of the package: those of every shop, and those whose cost must not grow with the catalog."""

from __future__ import annotations

from functools import cache, partial
from typing import TYPE_CHECKING
from urllib.parse import quote

from benchmarks.doors import CATEGORIES, FACETS, LIST, Absent, Shop, forgotten
from partscatalog.catalog.api.filters import NEWEST, ORDERINGS
from partscatalog.catalog.models import Product

if TYPE_CHECKING:
    from benchmarks.doors import Door
    from benchmarks.inprocess import Client, Request
    from partscatalog.api.pagination import Keyset

#: A category with many others below it, and one of parts.
GROUP = "engine-parts"
LEAF = "brake-discs"
#: A brand of many parts, and the one of the fewest: a hundredth of all.
BRAND = "kestrane"
SMALL_BRAND = "glimvar"


def doors(client: Client) -> dict[str, Door]:
    return {**Shop(client).doors(), **sized(client)}


def sized(client: Client) -> dict[str, Door]:
    """Return the doors that are asked of shops of every size, each answered from the database."""
    shop = Shop(client)
    found = f"{LIST}&search="
    paths = {
        "first page": LIST,
        "detail": shop.detail,
        "category page": f"/api/categories/{GROUP}/products/?page_size=20",
        "page of a small category": f"/api/categories/{LEAF}/products/?page_size=20",
        "category by parameter": f"{LIST}&category={GROUP}",
        "small category by parameter": f"{LIST}&category={LEAF}",
        "brand page": f"{LIST}&brand={BRAND}",
        "page of a small brand": f"{LIST}&brand={SMALL_BRAND}",
        "price ordering": f"{LIST}&ordering=price",
        "price range": f"{LIST}&min_price=5000&max_price=6000",
        "search: a word of many": f"{found}gasket",
        "search: two words": f"{found}brake+kestrane",
        "search: nothing found": f"{found}zeppelin",
        "count": f"{LIST}&count=true",
    }
    return {
        **{name: partial(forgotten, client, path) for name, path in paths.items()},
        "page by cursor, in the middle": lambda: forgotten(client, f"{LIST}&cursor={_cursor(NEWEST, 2)}"),
        "page by cursor, near the end": lambda: forgotten(client, f"{LIST}&cursor={_cursor(NEWEST, 50)}"),
        "price ordering, in the middle": lambda: forgotten(
            client, f"{LIST}&ordering=price&cursor={_cursor(ORDERINGS['price'], 2)}"
        ),
        "search: a part number": lambda: forgotten(client, found + quote(_middle(2).number or "")),
        "facets": lambda: _facets(client, FACETS),
        "facets of a category": lambda: _facets(client, f"/api/categories/{GROUP}/products/facets/"),
        "facets of a search": lambda: _facets(client, f"{FACETS}?search=gasket"),
        # A tree of categories does not grow with the products, so it stands here as a check of the harness.
        "categories": partial(forgotten, client, CATEGORIES),
    }


@cache
def _middle(part: int) -> Product:
    """Return the product that stands about so deep, counted by parts of the whole from the oldest."""
    last = Product.objects.order_by("-pk").values_list("pk", flat=True)[0]
    return Product.objects.visible().filter(pk__gte=last // part).order_by("pk")[0]


@cache
def _cursor(pages: Keyset, part: int) -> str:
    return quote(pages.encode([_middle(part)], Product, back=False))


def _facets(client: Client, path: str) -> Request:
    if client.get(path).status == 404:
        raise Absent
    return forgotten(client, path)
