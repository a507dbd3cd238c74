"""Named reads of orders."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.db import models

if TYPE_CHECKING:
    from datetime import datetime

    from django.contrib.auth.base_user import AbstractBaseUser

    from partscatalog.orders.models import Order  # noqa: F401


class OrderQuerySet(models.QuerySet["Order"]):
    def for_user(self, user: AbstractBaseUser) -> OrderQuerySet:
        """The user's own."""
        return self.filter(user=user.pk)

    def unpaid_since(self, moment: datetime) -> OrderQuerySet:
        """Those that were placed before and wait for a payment since."""
        return self.filter(status="pending", created_at__lt=moment)
