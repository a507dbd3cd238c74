"""Named reads of carts."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.db import models
from django.db.models import Q

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime

    from django.contrib.auth.base_user import AbstractBaseUser

    from partscatalog.cart.models import Cart  # noqa: F401
    from partscatalog.statements import Given


class CartQuerySet(models.QuerySet["Cart"]):
    def open(self) -> CartQuerySet:
        """Those that can still be changed and ordered."""
        return self.filter(status="open")

    def guests(self) -> CartQuerySet:
        """Open carts that belong to no user: only these are opened by session or token."""
        return self.open().filter(user=None)

    def for_user(self, user: AbstractBaseUser) -> CartQuerySet:
        """The user's one open cart."""
        return self.filter(open_for=user.pk)

    def reachable(
        self, *, user: AbstractBaseUser | None, ids: Sequence[int | Given], session: str | Given | None
    ) -> CartQuerySet:
        """The user's open cart, and the guests' carts of these ids or made in this session."""
        guests = Q(pk__in=list(ids)) if session is None else Q(pk__in=list(ids)) | Q(open_in=session)
        reachable = Q(status="open", user=None) & guests
        return self.filter(reachable if user is None else reachable | Q(open_for=user.pk))

    def left_since(self, moment: datetime) -> CartQuerySet:
        """Those that nobody has changed since then and nobody keeps: guests' carts and closed ones."""
        is_kept = Q(status="open", user__isnull=False)
        return self.filter(~is_kept, changed_at__lt=moment)
