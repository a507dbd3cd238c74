"""Ask the gateways about everything that no webhook has settled; any number of workers at once."""

from __future__ import annotations

import logging
from typing import TYPE_CHECKING

from django.db import connection
from django.utils import timezone

from partscatalog.exceptions import GatewayUnavailable, PartsCatalogError
from partscatalog.payments.models import Payment
from partscatalog.payments.services import asking
from partscatalog.payments.services.schedule import (
    ATTEMPT_LIFETIME,
    HINT_CHECKS,
    LONGEST_GAP,
    REFUND_LIFETIME,
    following,
)
from partscatalog.payments.states import UNCERTAIN, RefundState
from partscatalog.transactions import writing

if TYPE_CHECKING:
    from collections.abc import Iterator
    from datetime import datetime

logger = logging.getLogger(__name__)

BATCH = 50
OPEN = UNCERTAIN | {RefundState.PENDING}


def reconcile(*, ignore_schedule: bool = False) -> int:
    """Ask about every payment that is due, and return of how many an answer came. Outside a transaction.

    Each is claimed by moving its next time on, in a transaction of its own, and asked about afterwards: a
    worker that dies leaves it to the next time. A gateway that does not answer delays nobody else's.
    """
    return sum(_is_answered(payment) for payment in _claimed(ignore_schedule=ignore_schedule))


def _claimed(*, ignore_schedule: bool) -> Iterator[Payment]:
    """Yield the payments that are due, each once."""
    until = None if ignore_schedule else timezone.now()
    last = 0
    while batch := _claim(until, last):
        yield from batch
        last = batch[-1].pk


@writing
def _claim(until: datetime | None, after: int) -> list[Payment]:
    rows = Payment.objects.due(until).filter(pk__gt=after).order_by("pk")
    rows = rows.select_for_update(skip_locked=connection.features.has_select_for_update_skip_locked)
    batch = list(rows[:BATCH])
    for payment in batch:
        payment.next_check_at = _next_time(payment)
        payment.checks += 1
    Payment.objects.bulk_update(batch, ["next_check_at", "checks"])
    return batch


def _next_time(payment: Payment) -> datetime | None:
    now = timezone.now()
    refund = payment.refunds.filter(state__in=OPEN).order_by("-pk").first()
    if refund is not None:
        until = refund.created_at + REFUND_LIFETIME
    elif _is_hint(payment):
        until = now + LONGEST_GAP if payment.checks < HINT_CHECKS else now
    else:
        until = payment.created_at + ATTEMPT_LIFETIME
    return following(now=now, checks=payment.checks, until=until)


def _is_hint(payment: Payment) -> bool:
    """Tell whether money that came in is due because a webhook hinted at more."""
    return payment.is_settled or payment.needs_review


def _is_answered(payment: Payment) -> bool:
    try:
        _look_at(payment)
    except GatewayUnavailable:
        return False
    except PartsCatalogError:
        logger.exception("Payment %s could not be reconciled; it is tried again.", payment.reference)
        return False
    return True


def _look_at(payment: Payment) -> None:
    planned = payment.next_check_at
    if not _is_hint(payment):
        payment = asking.ask(payment)
    if payment.received_minor is not None:
        payment = asking.ask_refunds(payment)
    if _is_hint(payment) and not payment.refunds.filter(state__in=OPEN).exists():
        # Unless another hint came meanwhile.
        Payment.objects.filter(pk=payment.pk, next_check_at=planned).update(next_check_at=None)
