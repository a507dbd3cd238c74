"""The laws of payments: a paid order has exactly one payment that fits or was accepted, others none."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.db.models import Count, F, Q, Sum

from partscatalog.orders.models import Order
from partscatalog.payments.models import Refund
from partscatalog.payments.states import GIVEN_BACK

if TYPE_CHECKING:
    from collections.abc import Iterator

HAS_PAID = Q(payments__paid_at__isnull=False)
FITS = Q(payments__amount=F("total_amount"), payments__currency=F("currency")) | Q(
    payments__accepted_at__isnull=False
)


def violations() -> Iterator[str]:
    """Yield a text for each order or payment that breaks a law."""
    yield from _orders()
    yield from _refunds()


def _orders() -> Iterator[str]:
    """An order of 0.00 is paid by none."""
    orders = Order.objects.annotate(
        settled=Count("payments", filter=HAS_PAID), fitting=Count("payments", filter=HAS_PAID & FITS)
    )
    is_right = Q(paid_at=None, settled=0) | Q(total_amount=0, settled=0)
    is_right |= Q(paid_at__isnull=False, settled=1, fitting=1)
    for pk, settled, fitting in (
        orders.exclude(is_right).values_list("pk", "settled", "fitting").order_by("pk")
    ):
        yield f"Order {pk} is paid by {settled} payments, of which {fitting} fit."


def _refunds() -> Iterator[str]:
    """No more was given back here than came in; the provider's own desk may return the buyer's fees, too."""
    given_back = Refund.objects.filter(state__in=GIVEN_BACK).exclude(requested_by=None)
    given_back = given_back.order_by("payment__reference")
    rows = given_back.values_list("payment__reference", "payment__received_minor").annotate(
        returned=Sum("amount_minor")
    )
    for reference, received, returned in rows:
        if returned > (received or 0):
            yield f"Payment {reference} gave back more than it received."
