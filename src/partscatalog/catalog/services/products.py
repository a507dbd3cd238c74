"""Products: many at once."""

from __future__ import annotations

from itertools import islice
from typing import TYPE_CHECKING

from django.db import IntegrityError

from partscatalog.catalog import slugs
from partscatalog.catalog.models import Product
from partscatalog.catalog.services import stock
from partscatalog.transactions import writing

if TYPE_CHECKING:
    from collections.abc import Iterable

#: Products of one transaction. Slugs are looked up in one statement, within every database's limits.
BATCH = 500


def bulk_add(products: Iterable[Product]) -> int:
    """Add any number of new products and return how many; the call for importers.

    Each batch of 500 is one transaction: rows, slugs (for those without one, made from their names) and
    first movements. A batch that is refused leaves nothing behind, those before it stand. No
    ``post_save`` is sent. Categories and brands must be saved already.

    :raises IntegrityError: when a slug that was given, or brand and number, are taken.
    """
    products = iter(products)
    count = 0
    while batch := list(islice(products, BATCH)):
        _add_batch(batch)
        count += len(batch)
    return count


def _add_batch(batch: list[Product]) -> None:
    """Insert a batch; the unique column decides about slugs, so a slug taken meanwhile is made anew."""
    nameless = [product for product in batch if not product.slug]
    while True:
        slugs.name_all(
            nameless,
            fallback="product",
            kept={product.slug for product in batch} - {product.slug for product in nameless},
        )
        try:
            return _insert(batch)
        except IntegrityError:
            if not slugs.taken(Product, [product.slug for product in nameless]):
                raise


@writing
def _insert(batch: list[Product]) -> None:
    for product in batch:
        # A first try that was rolled back has given out keys.
        product.pk = None
    Product.objects.bulk_create(batch)
    stock.book_initial(batch)
