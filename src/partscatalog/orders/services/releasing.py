"""End an unpaid order: by its customer, by staff or by time; its stock returns exactly once."""

from __future__ import annotations

import logging
from typing import TYPE_CHECKING

from django.utils import timezone

from partscatalog.catalog.models import Product, StockMovement
from partscatalog.catalog.services import stock
from partscatalog.conf import get_settings
from partscatalog.exceptions import IllegalMove
from partscatalog.orders.hooks import ORDER_EXPIRY_CHECKS, Expiry
from partscatalog.orders.models import Order
from partscatalog.orders.services.moving import move
from partscatalog.orders.states import Party, Status
from partscatalog.transactions import writing

if TYPE_CHECKING:
    from collections.abc import Iterator
    from datetime import timedelta

    from django.contrib.auth.base_user import AbstractBaseUser

logger = logging.getLogger(__name__)

BATCH = 100


@writing
def cancel(*, order: Order, by: Party, reason: str = "", actor: AbstractBaseUser | None = None) -> Order:
    """Cancel an unpaid order and give its stock back.

    :raises IllegalMove: when it is not pending.
    """
    move(order=order, to=Status.CANCELLED, by=by, reason=reason)
    give_back(order, actor=actor)
    return order


@writing
def expire(*, order: Order) -> Order:
    """Expire an unpaid order and give its stock back.

    :raises IllegalMove: when it is not pending.
    """
    move(order=order, to=Status.EXPIRED, by=Party.SYSTEM)
    give_back(order)
    return order


def expire_overdue() -> int:
    """Expire all orders that were not paid in time, and return how many.

    Each is asked about outside of any transaction and expires in one of its own; it is safe to run
    several at once and to stop at any moment. An order whose check fails is left for the next run.
    """
    return sum(_expire_if_over(order) for order in _overdue())


def _overdue() -> Iterator[Order]:
    """Yield the overdue orders, oldest first; those that stay pending are passed over only once."""
    due = Order.objects.unpaid_since(timezone.now() - get_settings().ORDER_PAYMENT_WINDOW).order_by("pk")
    last = 0
    while batch := list(due.filter(pk__gt=last)[:BATCH]):
        yield from batch
        last = batch[-1].pk


def _expire_if_over(order: Order) -> bool:
    try:
        if _verdict(order) is not Expiry.EXPIRE:
            return False
        expire(order=order)
    except IllegalMove:
        return False
    except Exception:
        logger.exception("The order %s could not be expired; it is tried again.", order.pk)
        return False
    return True


def _verdict(order: Order) -> Expiry:
    """Ask the checks; waiting for an answer ends after ``ORDER_GATEWAY_WAIT``."""
    for check in ORDER_EXPIRY_CHECKS:
        verdict = check(order)
        if verdict is Expiry.WAIT and not _may_wait(order):
            continue
        if verdict is not Expiry.EXPIRE:
            return verdict
    return Expiry.EXPIRE


def _may_wait(order: Order) -> bool:
    settings = get_settings()
    longest: timedelta = settings.ORDER_PAYMENT_WINDOW + settings.ORDER_GATEWAY_WAIT
    return timezone.now() < order.created_at + longest


def give_back(
    order: Order,
    *,
    reason: StockMovement.Reason = StockMovement.Reason.RELEASE,
    actor: AbstractBaseUser | None = None,
) -> None:
    """Return the order's pieces to the stock. Call it once, in the transaction that ends the order."""
    quantities = pieces(order)
    if not quantities:
        return
    stock.add(quantities)
    # The rows are locked now: a product deleted before this moment has no ledger any more.
    left = Product.objects.filter(pk__in=quantities).values_list("pk", flat=True)
    stock.book(
        {pk: quantities[pk] for pk in left},
        reason=reason,
        order_id=order.pk,
        actor=actor,
    )


def pieces(order: Order) -> dict[int, int]:
    """Return how many pieces the order has of each product that is still there."""
    return dict(order.lines.exclude(product=None).order_by("product").values_list("product", "quantity"))
