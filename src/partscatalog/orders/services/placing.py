"""Place an order: close the cart, price it, take the stock, freeze the lines; all or nothing."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from django.db import IntegrityError
from django.utils import timezone

from partscatalog import money
from partscatalog.cart.services import closing, reading
from partscatalog.catalog.models import StockMovement
from partscatalog.catalog.services import stock
from partscatalog.conf import get_settings
from partscatalog.exceptions import (
    Busy,
    CartEmpty,
    OutOfStock,
    PartsCatalogError,
    ProductUnavailable,
    TotalChanged,
    TotalTooLarge,
)
from partscatalog.orders.models import Order, OrderLine
from partscatalog.orders.numbering import new_number
from partscatalog.orders.services import idempotency, moving
from partscatalog.orders.states import Status
from partscatalog.statements import insert
from partscatalog.transactions import writing

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from django.contrib.auth.base_user import AbstractBaseUser

    from partscatalog.cart.models import Cart
    from partscatalog.cart.services.reading import PricedCart, PricedLine

#: How often placing starts anew when stock came back, or a number was taken, in the very moment.
ATTEMPTS = 3

#: SQLite keeps numbers in 15 significant digits: a larger total could not be read back exactly.
LARGEST_TOTAL = Decimal(10) ** (15 - money.DECIMAL_PLACES)


@dataclass(frozen=True, kw_only=True)
class Delivery:
    """Where an order goes and whom to call."""

    shipping_address: str
    billing_address: str
    phone: str
    note: str = ""


@dataclass(frozen=True, kw_only=True)
class Placement:
    """All that placing one order needs.

    ``represent`` makes the answer of a new order, which is stored under ``key``.
    """

    cart: Cart
    user: AbstractBaseUser
    delivery: Delivery
    represent: Callable[[Order], dict[str, Any]]
    expected_total: Decimal | None = None
    key: idempotency.Key | None = None


class _ShortAtLast(Exception):
    """The stock went between reading the cart and taking it."""

    def __init__(self, quantities: Mapping[int, int]) -> None:
        super().__init__()
        self.quantities = quantities


def place_order(placement: Placement) -> dict[str, Any]:
    """Place the order in one transaction and return its answer.

    With a key a repeated placement returns the first one's answer. Every refusal leaves cart and stock
    as they were.

    :raises CartEmpty: when there is nothing to order, or the cart was ordered already.
    :raises ProductUnavailable: when a product of the cart is no longer sold.
    :raises OutOfStock: when there is less of a product than the cart asks for.
    :raises TotalChanged: when the total is not the one expected.
    :raises TotalTooLarge: when the total passes what can be kept.
    :raises IdempotencyMismatch: when the key was used with another body.
    """
    for _attempt in range(ATTEMPTS):
        try:
            return _place(placement)
        except _ShortAtLast as short:
            if shortages := stock.shortages(short.quantities):
                return _first_answer(placement, _out_of_stock(shortages))
        except PartsCatalogError as refusal:
            return _first_answer(placement, refusal)
        except IntegrityError as error:
            # A twin stored its answer first, or the order's number was taken.
            if placement.key and (answer := idempotency.stored_answer(placement.key)):
                return answer
            if _attempt == ATTEMPTS - 1:
                raise Busy from error
    raise Busy


@writing
def _place(placement: Placement) -> dict[str, Any]:
    if not closing.close(placement.cart.pk):
        raise CartEmpty
    priced = reading.load(placement.cart, user=placement.user)
    lines = _orderable(priced)
    order = _create_order(placement, _total(priced, placement.expected_total))
    moving.record_placed(order)
    quantities = {line.product.pk: line.quantity for line in lines}
    if not stock.subtract(quantities):
        raise _ShortAtLast(quantities)
    frozen = _freeze(order, lines)
    insert(frozen)
    taken = {pk: -quantity for pk, quantity in quantities.items()}
    stock.book(taken, reason=StockMovement.Reason.SALE, order_id=order.pk, actor=placement.user)
    order._prefetched_objects_cache = {"lines": frozen}  # type: ignore[attr-defined]  # as a prefetch would
    answer = placement.represent(order)
    if placement.key:
        idempotency.store(placement.key, answer)
    return answer


def _first_answer(placement: Placement, refusal: PartsCatalogError) -> dict[str, Any]:
    """Return the answer of the first request with this key; without one the refusal stands."""
    answer = idempotency.stored_answer(placement.key) if placement.key else None
    if answer is None:
        raise refusal from None
    return answer


def _orderable(priced: PricedCart) -> Sequence[PricedLine]:
    """Return the lines to order, refusing the cart when one of them cannot be had."""
    lines = [line for line in priced.lines if line.quantity]
    if not lines:
        raise CartEmpty
    unsold = [{"product": line.product.pk, "name": line.product.name} for line in lines if not line.is_sold]
    if unsold:
        raise ProductUnavailable(items=unsold)
    short = [
        stock.Shortage(line.product.pk, line.product.name, line.quantity, line.available)
        for line in lines
        if line.available < line.quantity
    ]
    if short:
        raise _out_of_stock(short)
    return lines


def _total(priced: PricedCart, expected: Decimal | None) -> Decimal:
    if expected is not None and expected != priced.total:
        raise TotalChanged(total_amount=money.format_amount(priced.total, get_settings().CURRENCY))
    if priced.total >= LARGEST_TOTAL:
        raise TotalTooLarge
    return priced.total


def _create_order(placement: Placement, total: Decimal) -> Order:
    is_free = total == 0
    return Order.objects.create(
        number=new_number(),
        user_id=placement.user.pk,
        cart=placement.cart,
        currency=get_settings().CURRENCY,
        total_amount=total,
        status=Status.PAID if is_free else Status.PENDING,
        paid_at=timezone.now() if is_free else None,
        **vars(placement.delivery),
    )


def _freeze(order: Order, lines: Sequence[PricedLine]) -> list[OrderLine]:
    return [
        OrderLine(
            order=order,
            product=line.product,
            name=line.product.name,
            number=line.product.number,
            brand=line.product.brand.name if line.product.brand else None,
            quantity=line.quantity,
            price=line.unit_price,
        )
        for line in lines
    ]


def _out_of_stock(shortages: Sequence[stock.Shortage]) -> OutOfStock:
    return OutOfStock(items=[vars(shortage) for shortage in shortages])
