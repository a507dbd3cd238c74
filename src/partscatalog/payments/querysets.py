"""Named reads of payments."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.db import models

from partscatalog.payments.gateways.base import REFERENCE

if TYPE_CHECKING:
    from datetime import datetime

    from django.contrib.auth.base_user import AbstractBaseUser

    from partscatalog.payments.gateways.base import Event
    from partscatalog.payments.models import Payment


class PaymentQuerySet(models.QuerySet["Payment"]):
    def for_user(self, user: AbstractBaseUser) -> PaymentQuerySet:
        """Those of the user's own orders."""
        return self.filter(order__user=user.pk)

    def of_event(self, event: Event) -> Payment | None:
        """The one that a provider's event speaks of, by our reference or the provider's name of the money."""
        if event.reference or not event.provider_id:
            return self.named(event.reference)
        payment = self.filter(provider_id=event.provider_id).first()
        return payment if payment is not None and payment.provider_id == event.provider_id else None

    def due(self, at: datetime | None) -> PaymentQuerySet:
        """Those about which to ask the gateway by that time; with None all that wait for a time."""
        waiting = self.exclude(next_check_at=None)
        return waiting if at is None else waiting.filter(next_check_at__lte=at)

    def named(self, reference: str) -> Payment | None:
        """The one of exactly that reference; looked at again, as some databases compare without case."""
        if not REFERENCE.fullmatch(reference):
            return None
        payment = self.filter(reference=reference).first()
        return payment if payment is not None and payment.reference == reference else None
