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

    def of_money(self, event: Event) -> Payment | None:
        """The one whose money a provider's event speaks of, by the provider's name of it or by the order."""
        if event.provider_id:
            payment = self.filter(provider_id=event.provider_id).first()
            if payment is not None and payment.provider_id == event.provider_id:
                return payment
        if event.order_number:
            of_order = self.filter(order__number=event.order_number).select_related("order")
            payment = of_order.order_by("-pk").first()
            if payment is not None and payment.order.number == event.order_number:
                return payment
        return None

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
