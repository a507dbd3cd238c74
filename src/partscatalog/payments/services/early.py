"""Keep what a provider tells of money before the shop knows whose it is, until it does."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

from django.db import IntegrityError, transaction
from django.db.models import Exists, OuterRef
from django.utils import timezone

from partscatalog.payments.models import EarlyEvent, Payment
from partscatalog.payments.services.reports import from_early, from_webhook
from partscatalog.transactions import writing

if TYPE_CHECKING:
    from collections.abc import Iterator

    from partscatalog.payments.gateways.base import Event
    from partscatalog.payments.querysets import PaymentQuerySet
    from partscatalog.payments.services.reports import Report

#: For how long a payment may turn up; after that the money is none of this shop's.
LIFETIME = timedelta(days=30)


def is_early(event: Event) -> bool:
    """Tell whether an event about no known payment may be about one that is not known yet."""
    return bool(event.provider_id) and not event.reference and (event.is_hint or event.dispute is not None)


@writing
def keep(*, alias: str, event: Event, body: bytes) -> None:
    """Write the event down, once however often it is told."""
    report = from_webhook(event, body)
    try:
        with transaction.atomic():
            EarlyEvent.objects.create(
                gateway=alias,
                provider_id=event.provider_id,
                kind=report.kind,
                digest=report.digest,
                body=dict(report.body),
                dispute=event.dispute or "",
                is_hint=event.is_hint,
            )
    except IntegrityError:
        return


def is_there(*, alias: str, provider_id: str) -> Exists:
    """Return the condition that something was told early of this money."""
    return Exists(EarlyEvent.objects.filter(gateway=alias, provider_id=provider_id))


def take(payment: Payment) -> Iterator[Report]:
    """Give what was told early of a locked payment, in its order, and forget it."""
    for event in EarlyEvent.objects.filter(gateway=payment.gateway, provider_id=payment.provider_id):
        if event.provider_id == payment.provider_id:  # Some databases compare without case.
            yield from_early(event)
            event.delete()


def waiting() -> PaymentQuerySet:
    """Return the payments of which something was told early that nobody has taken."""
    told = EarlyEvent.objects.filter(gateway=OuterRef("gateway"), provider_id=OuterRef("provider_id"))
    return Payment.objects.exclude(provider_id="").filter(Exists(told))


def forget_old() -> None:
    """Delete what is about no payment of this shop."""
    EarlyEvent.objects.filter(at__lt=timezone.now() - LIFETIME).delete()
