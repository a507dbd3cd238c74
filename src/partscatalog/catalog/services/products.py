"""Products: one by one for staff, and many at once for importers."""

from __future__ import annotations

from contextlib import contextmanager
from itertools import islice
from typing import TYPE_CHECKING, Any

from django.db import IntegrityError, connection
from django.db.models import F
from django.utils.translation import gettext_lazy as _

from partscatalog.catalog import slugs
from partscatalog.catalog.models import Product
from partscatalog.catalog.services import stock
from partscatalog.exceptions import Conflict, InvalidField, NotFound
from partscatalog.transactions import writing

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    from django.contrib.auth.base_user import AbstractBaseUser

    from partscatalog.catalog.models import Brand


def create(fields: Mapping[str, Any]) -> Product:
    """Add a product with its columns as given; the stock is booked, the slug made from the name.

    :raises InvalidField: when the brand has another product of this number, also one of this moment.
    """
    with _number_taken(None, fields.get("brand"), fields.get("number")):
        return _create(fields)


def update(product: Product, changes: Mapping[str, Any], *, actor: AbstractBaseUser | None = None) -> Product:
    """Change the columns given; ``stock`` is what a stocktake counted, and the difference is booked.

    :raises InvalidField: when the brand has another product of this number.
    :raises NotFound: when the product is gone.
    """
    columns = dict(changes)
    counted = columns.pop("stock", None)
    brand, number = columns.get("brand", product.brand), columns.get("number", product.number)
    with _number_taken(product, brand, number):
        return _update(product, columns, counted, actor)


@writing
def delete(product: Product) -> None:
    """Delete a product; order lines and movements stay without it, cart lines go with it."""
    # Locked before Django looks for what refers to it, so that no order or cart adds to that meanwhile:
    # on PostgreSQL an UPDATE would let the keys of new rows pass, and SQLite has nothing else.
    row = Product.objects.filter(pk=product.pk)
    if connection.features.has_select_for_update:
        row.select_for_update().first()
    else:
        row.update(stock=F("stock"))
    product.delete()


@writing
def _create(fields: Mapping[str, Any]) -> Product:
    return Product.objects.create(**fields)


@writing
def _update(
    product: Product, columns: Mapping[str, Any], counted: int | None, actor: AbstractBaseUser | None
) -> Product:
    # A write first, which takes the row's lock on every database.
    if not Product.objects.filter(pk=product.pk).update(stock=F("stock")):
        raise NotFound
    for name, value in columns.items():
        setattr(product, name, value)
    product.save(update_fields=[*columns, "updated_at"])
    if counted is not None:
        stock.set_counted(product=product, counted=counted, actor=actor)
    product.refresh_from_db(fields=["stock", "is_in_stock", "number_normalised"])
    return product


@contextmanager
def _number_taken(product: Product | None, brand: Brand | None, number: str | None) -> Iterator[None]:
    """Tell a taken pair of brand and number from other refusals of the database."""
    try:
        yield
    except IntegrityError as error:
        if brand is None or number is None:
            raise Conflict from error
        twins = Product.objects.of_number(brand, number)
        if not (twins.exclude(pk=product.pk) if product else twins).exists():
            raise Conflict from error
        raise InvalidField("number", _("The brand has another product of this number.")) from error


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
