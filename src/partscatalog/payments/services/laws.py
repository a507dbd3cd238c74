"""The laws of payments: a paid order has exactly one payment that fits, an unpaid one has none."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.db.models import Count, F, Q

from partscatalog.orders.models import Order
from partscatalog.payments.models import Payment
from partscatalog.payments.states import HOLDING, SETTLED

if TYPE_CHECKING:
    from collections.abc import Iterator

IS_SETTLED = Q(payments__state__in=SETTLED)
FITS = Q(payments__amount=F("total_amount"), payments__currency=F("currency"))


def violations() -> Iterator[str]:
    """Yield a text for each order or payment that breaks a law."""
    yield from _orders()
    yield from _holding()


def _orders() -> Iterator[str]:
    """An order of 0.00 is paid by none."""
    orders = Order.objects.annotate(
        settled=Count("payments", filter=IS_SETTLED), fitting=Count("payments", filter=IS_SETTLED & FITS)
    )
    is_right = Q(paid_at=None, settled=0) | Q(total_amount=0, settled=0)
    is_right |= Q(paid_at__isnull=False, settled=1, fitting=1)
    for pk, settled, fitting in (
        orders.exclude(is_right).values_list("pk", "settled", "fitting").order_by("pk")
    ):
        yield f"Order {pk} is paid by {settled} payments, of which {fitting} fit."


def _holding() -> Iterator[str]:
    """An attempt that is begun holds its order, so that no other can be begun beside it."""
    loose = Payment.objects.filter(state__in=HOLDING, open_for=None).order_by("pk")
    for reference in loose.values_list("reference", flat=True):
        yield f"Payment {reference} is open and does not hold its order."
