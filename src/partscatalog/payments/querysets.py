"""Named reads of payments."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.db import models

from partscatalog.payments.gateways.base import REFERENCE

if TYPE_CHECKING:
    from django.contrib.auth.base_user import AbstractBaseUser

    from partscatalog.payments.models import Payment


class PaymentQuerySet(models.QuerySet["Payment"]):
    def for_user(self, user: AbstractBaseUser) -> PaymentQuerySet:
        """Those of the user's own orders."""
        return self.filter(order__user=user.pk)

    def named(self, reference: str) -> Payment | None:
        """The one of exactly that reference; looked at again, as some databases compare without case."""
        if not REFERENCE.fullmatch(reference):
            return None
        payment = self.filter(reference=reference).first()
        return payment if payment is not None and payment.reference == reference else None
