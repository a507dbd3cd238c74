"""The one writer of stock: each change is conditional, and is booked in the ledger."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING, Any

from django.db import connection, transaction
from django.db.models import Case, F, IntegerField, When
from django.utils.translation import gettext_lazy as _

from partscatalog.catalog.cache import changes
from partscatalog.catalog.models import CatalogChange, Product, StockMovement
from partscatalog.catalog.models.fields import MAX_STOCK
from partscatalog.catalog.signals import stock_changed
from partscatalog.exceptions import InvalidField, NotFound, OutOfStock, PartsCatalogError
from partscatalog.statements import KEPT, Statement, insert, numbered, several, update
from partscatalog.transactions import writing

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping

    from django.contrib.auth.base_user import AbstractBaseUser
    from django.db.models import QuerySet
    from django.db.models.expressions import Combinable

Reason = StockMovement.Reason


@dataclass(frozen=True)
class Shortage:
    """What was asked for and what there is of one product."""

    product: int
    name: str
    requested: int
    available: int


def subtract(quantities: Mapping[int, int]) -> bool:
    """Take pieces of several products, all or nothing, and tell whether there were enough of each.

    One statement, rows locked in primary-key order; the condition is in the write, so its row count is
    the verdict. Call it inside a transaction, as late as possible; roll back when it says no, and
    :func:`book` when it says yes.
    """
    return _run(_taking, quantities) == len(quantities)


def add(quantities: Mapping[int, int]) -> None:
    """Give pieces of several products back, in one statement; products deleted since are passed over.

    Call it inside a transaction, and :func:`book` with it.
    """
    _run(_giving, quantities)


def book(
    quantities: Mapping[int, int],
    *,
    reason: StockMovement.Reason,
    order_id: int,
    actor: AbstractBaseUser | None = None,
) -> None:
    """Write the movements of a change made by :func:`subtract` (negative) or :func:`add`, and announce it."""
    actor_id = actor.pk if actor else None
    movements = [
        StockMovement(product_id=pk, delta=delta, reason=reason, order_id=order_id, actor_id=actor_id)
        for pk, delta in sorted(quantities.items())
    ]
    insert(movements)
    changes.record_stock(movements)
    _announce(quantities)


def shortages(quantities: Mapping[int, int]) -> list[Shortage]:
    """Return of which products there are fewer than asked for, as the database says now."""
    found = Product.objects.in_bulk(list(quantities))
    return [
        Shortage(pk, found[pk].name, quantity, found[pk].stock)
        for pk, quantity in sorted(quantities.items())
        if pk in found and found[pk].stock < quantity
    ]


@writing
def adjust(*, product: Product, delta: int, note: str, actor: AbstractBaseUser | None = None) -> None:
    """Change a product's stock by a difference, with staff's reason.

    :raises OutOfStock: when less than nothing would be left.
    :raises InvalidField: when it would be more than the shop can hold.
    :raises NotFound: when the product is gone.
    """
    if not (subtract({product.pk: -delta}) if delta < 0 else _raise(product, delta)):
        raise _refusal(product, delta)
    _book_one(product, delta, reason=Reason.ADJUSTMENT, note=note, actor=actor)


@writing
def set_counted(
    *, product: Product, counted: int, actor: AbstractBaseUser | None = None, note: str = ""
) -> int:
    """Set a product's stock to what a stocktake counted, book the difference and return it.

    :raises NotFound: when the product is gone.
    """
    # A write that changes nothing takes the row's lock on every database, SQLite in its default mode too.
    if not Product.objects.filter(pk=product.pk).update(stock=F("stock")):
        raise NotFound
    delta = counted - Product.objects.values_list("stock", flat=True).get(pk=product.pk)
    if delta:
        Product.objects.filter(pk=product.pk).update(stock=counted)
        _book_one(product, delta, reason=Reason.STOCKTAKE, note=note, actor=actor)
    return delta


def book_initial(products: Iterable[Product]) -> None:
    """Book the stock that new products were made with.

    ``save()`` does it by itself; after a ``bulk_create`` of your own call it with the products, in the
    same transaction.
    """
    products = list(products)
    movements = StockMovement.objects.bulk_create(
        [StockMovement(product=product, delta=product.stock, reason=Reason.INITIAL) for product in products],
        batch_size=1_000,
    )
    ids = [product.pk for product in products]
    changes.record(CatalogChange.Reach.LISTED, ids, movements=movements)
    _announce(ids)


def _raise(product: Product, delta: int) -> int:
    has_room = Product.objects.filter(pk=product.pk, stock__lte=MAX_STOCK - delta)
    return has_room.update(stock=F("stock") + delta)


def _refusal(product: Product, delta: int) -> PartsCatalogError:
    if not Product.objects.filter(pk=product.pk).exists():
        return NotFound()
    if delta > 0:
        return InvalidField("delta", _("The stock would be larger than can be counted."))
    items = [vars(item) for item in shortages({product.pk: -delta})]
    return OutOfStock(_("There are fewer pieces than that."), items=items)


def _book_one(
    product: Product,
    delta: int,
    *,
    reason: StockMovement.Reason,
    note: str,
    actor: AbstractBaseUser | None,
) -> None:
    actor_id = actor.pk if actor else None
    movement = StockMovement.objects.create(
        product=product, delta=delta, reason=reason, note=note, actor_id=actor_id
    )
    changes.record_stock([movement])
    _announce([product.pk])


@lru_cache(maxsize=KEPT)
def _taking(vendor: str, products: int) -> Statement:
    taken = _per_product(products)
    return update(_in_key_order(vendor, products).filter(stock__gte=taken), stock=F("stock") - taken)


@lru_cache(maxsize=KEPT)
def _giving(vendor: str, products: int) -> Statement:
    return update(_in_key_order(vendor, products), stock=F("stock") + _per_product(products))


def _run(statement: Callable[[str, int], Statement], quantities: Mapping[int, int]) -> int:
    if not quantities:
        return 0
    given = numbered("product", quantities) | numbered("quantity", quantities.values())
    return statement(connection.vendor, len(quantities)).run(**given)


def _per_product(products: int) -> Combinable:
    """Return how many pieces were given for the product that a row is."""
    pieces = several("quantity", IntegerField(), products)
    if products == 1:
        only: Combinable = pieces[0]
        return only
    cases = zip(_keys(products), pieces, strict=True)
    return Case(*(When(pk=pk, then=quantity) for pk, quantity in cases), output_field=IntegerField())


def _keys(products: int) -> list[Any]:
    return several("product", Product._meta.get_field("id"), products)


def _in_key_order(vendor: str, products: int) -> QuerySet[Product]:
    """Return the products given as a queryset whose UPDATE locks its rows in primary-key order.

    PostgreSQL updates in the order of its plan, so an inner SELECT takes the locks in order first;
    MariaDB sorts the UPDATE itself; SQLite has one lock.
    """
    found = Product.objects.filter(pk__in=_keys(products))
    if products == 1:
        return found
    if vendor == "postgresql":
        return Product.objects.filter(pk__in=found.order_by("pk").select_for_update().values("pk"))
    return found.order_by("pk")


def _announce(product_ids: Iterable[int]) -> None:
    ids = list(product_ids)
    transaction.on_commit(
        lambda: stock_changed.send_robust(sender=Product, product_ids=ids),
        robust=True,
    )
