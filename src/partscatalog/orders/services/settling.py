"""What later money does to an order: it is refunded, or paid after it was released."""

from __future__ import annotations

from typing import TYPE_CHECKING

from partscatalog.catalog.models import StockMovement
from partscatalog.catalog.services import stock
from partscatalog.exceptions import IllegalMove, OutOfStock
from partscatalog.orders.services import moving
from partscatalog.orders.services.releasing import give_back, pieces
from partscatalog.orders.states import RELEASED, Party, Status
from partscatalog.transactions import writing

if TYPE_CHECKING:
    from django.contrib.auth.base_user import AbstractBaseUser

    from partscatalog.orders.models import Order


@writing
def refund(
    *, order: Order, by: Party, reason: str, restock: bool = False, actor: AbstractBaseUser | None = None
) -> bool:
    """Move a paid order to refunded and tell whether this call did it; False when it was refunded before.

    Its stock returns with ``restock`` alone.

    :raises IllegalMove: when it was never paid.
    """
    try:
        moving.move(order=order, to=Status.REFUNDED, by=by, reason=reason)
    except IllegalMove:
        if order.status == Status.REFUNDED:
            return False
        raise
    if restock:
        give_back(order, reason=StockMovement.Reason.RETURN, actor=actor)
    return True


@writing
def accept_payment(*, order: Order, actor: AbstractBaseUser | None = None) -> None:
    """Take a payment that staff accept: a pending order becomes paid, a released one with its stock again.

    :raises IllegalMove: when the order is paid or refunded.
    :raises OutOfStock: when the stock of a released order is gone; nothing is changed.
    """
    event = moving.move(order=order, to=Status.PAID, by=Party.STAFF, sources={Status.PENDING, *RELEASED})
    if event.from_status in RELEASED:
        _take_again(order, actor)


def _take_again(order: Order, actor: AbstractBaseUser | None) -> None:
    quantities = pieces(order)
    if not quantities:
        return
    if not stock.subtract(quantities):
        raise OutOfStock(items=[vars(shortage) for shortage in stock.shortages(quantities)])
    taken = {pk: -quantity for pk, quantity in quantities.items()}
    stock.book(taken, reason=StockMovement.Reason.SALE, order_id=order.pk, actor=actor)
