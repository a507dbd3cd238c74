"""Ask the gateways about everything that no webhook has settled; any number of workers at once."""

from __future__ import annotations

import logging
from collections import Counter
from typing import TYPE_CHECKING

from django.db import connection
from django.utils import timezone

from partscatalog.exceptions import GatewayUnavailable
from partscatalog.payments.models import Payment
from partscatalog.payments.services import asking, early
from partscatalog.payments.services.applying import apply_early
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
#: How often in a row a gateway may give no answer before its other payments wait for the next run.
PATIENCE = 3
OPEN = UNCERTAIN | {RefundState.PENDING}


def reconcile(*, ignore_schedule: bool = False) -> int:
    """Ask about every payment that is due, and return of how many an answer came. Outside a transaction.

    Each is claimed, by moving its next time on, only when its turn has come, and asked about afterwards: a
    worker that dies leaves it to the next time and the others to other workers. A gateway that gives no
    answer several times in a row is left alone until the next run, so that it delays nobody else's.
    """
    _settle_early()
    until = None if ignore_schedule else timezone.now()
    silences: Counter[str] = Counter()
    answered = 0
    for payment in _due(until):
        if silences[payment.gateway] >= PATIENCE or not _is_claimed(payment):
            continue
        if _is_answered(payment):
            silences[payment.gateway] = 0
            answered += 1
        else:
            silences[payment.gateway] += 1
    return answered


def _settle_early() -> None:
    """Carry out what was told of payments before they were known, where that moment was missed."""
    for payment in early.waiting():
        try:
            apply_early(payment)
        except Exception:
            logger.exception("What was told early of payment %s is applied later.", payment.reference)
    early.forget_old()


def _due(until: datetime | None) -> Iterator[Payment]:
    last = 0
    while batch := list(Payment.objects.due(until).filter(pk__gt=last).order_by("pk")[:BATCH]):
        yield from batch
        last = batch[-1].pk


def _is_claimed(payment: Payment) -> bool:
    """Move the payment's next time on, and tell whether it was this worker that did."""
    planned, payment.next_check_at = payment.next_check_at, _next_time(payment)
    payment.checks += 1
    return _move_on(payment, planned)


@writing
def _move_on(payment: Payment, planned: datetime | None) -> bool:
    """The write carries the time that was planned: of several workers it lets one through.

    Where the database can tell, a payment that somebody is at work on is passed over: nobody waits for it.
    """
    found = Payment.objects.filter(pk=payment.pk, next_check_at=planned, checks=payment.checks - 1)
    can_skip = connection.features.has_select_for_update_skip_locked
    if can_skip and not found.select_for_update(skip_locked=True):
        return False
    return bool(found.update(next_check_at=payment.next_check_at, checks=payment.checks))


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
    except Exception:
        # Whatever a gateway or an answer does, the others are still asked about.
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
