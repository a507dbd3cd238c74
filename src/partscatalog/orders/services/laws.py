"""The laws of orders: totals, lines, stock, history and mails agree."""

from __future__ import annotations

from collections import defaultdict
from datetime import timedelta
from typing import TYPE_CHECKING

from django.db.models import Count, DecimalField, F, Q, Sum
from django.db.models.functions import Round
from django.utils import timezone

from partscatalog import money
from partscatalog.catalog.models import StockMovement
from partscatalog.orders.models import Order, OrderEvent
from partscatalog.orders.states import RELEASED, Status, is_allowed

if TYPE_CHECKING:
    from collections.abc import Iterator

#: A mail that waits longer was swallowed, and no periodic task has found it.
MAIL_WAITS = timedelta(hours=1)
BATCH = 500


def violations() -> Iterator[str]:
    """Yield a text for each order that breaks a law."""
    yield from _totals()
    yield from _movements()
    yield from _histories()
    yield from _mails()


def _totals() -> Iterator[str]:
    orders = Order.objects.annotate(
        lines_count=Count("lines"),
        # Rounded: SQLite multiplies as floating point, where three times 0.10 is not 0.30.
        lines_total=Round(
            Sum(F("lines__quantity") * F("lines__price")),
            precision=money.DECIMAL_PLACES,
            output_field=DecimalField(),
        ),
    )
    broken = orders.filter(Q(lines_count=0) | Q(currency="") | ~Q(lines_total=F("total_amount")))
    for pk in broken.values_list("pk", flat=True):
        yield f"Order {pk} has no lines or another total than they have."


def _movements() -> Iterator[str]:
    """What an order took from the ledger is what its lines say, and nothing once it was released."""
    last = 0
    while batch := list(Order.objects.filter(pk__gt=last).order_by("pk").prefetch_related("lines")[:BATCH]):
        last = batch[-1].pk
        booked = _booked([order.pk for order in batch])
        for line in (line for order in batch for line in order.lines.all() if line.product_id):
            if booked[line.order_id, line.product_id] not in _expected(line.order, line.quantity):
                yield f"Order {line.order_id} has other pieces of product {line.product_id} than were booked."


def _booked(orders: list[int]) -> dict[tuple[int | None, int | None], int]:
    booked: dict[tuple[int | None, int | None], int] = defaultdict(int)
    rows = StockMovement.objects.filter(order_id__in=orders).exclude(product=None)
    for order, product, delta in (
        rows.values_list("order_id", "product").annotate(sum=Sum("delta")).order_by()
    ):
        booked[order, product] = delta
    return booked


def _expected(order: Order, quantity: int) -> set[int]:
    if order.status in RELEASED:
        return {0}
    # A refund returns stock only where staff said so.
    return {-quantity, 0} if order.status == Status.REFUNDED else {-quantity}


def _histories() -> Iterator[str]:
    orders = Order.objects.order_by("pk").values_list("pk", "status")
    states = dict(orders)
    reached: dict[int, str | None] = {}
    events = OrderEvent.objects.order_by("order_id", "pk").values_list("order_id", "from_status", "to_status")
    for order, source, target in events.iterator():
        before = reached.get(order)
        is_first = order not in reached
        if source != before or not (is_first or source == target or is_allowed(str(source), target)):
            yield f"Order {order} went from {before} to {target} by a move that is none."
        reached[order] = target
    for order, status in states.items():
        if reached.get(order) != status:
            yield f"Order {order} is {status}, but its history ends with {reached.get(order)}."


def _mails() -> Iterator[str]:
    late = OrderEvent.objects.exclude(mail="").filter(mail_sent_at=None, at__lt=timezone.now() - MAIL_WAITS)
    for pk in late.values_list("pk", flat=True):
        yield f"The mail of event {pk} was never sent."
