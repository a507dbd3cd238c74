"""Take a guest's cart over into the cart of a user who signed in: once, atomically, never past the stock."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from django.db import IntegrityError
from django.utils import timezone

from partscatalog.cart.models import Cart, CartLine
from partscatalog.conf import get_settings
from partscatalog.exceptions import Busy
from partscatalog.transactions import writing

if TYPE_CHECKING:
    from collections.abc import Sequence

    from django.contrib.auth.base_user import AbstractBaseUser

#: How often a merge starts anew when the user's first cart was made at the very moment.
ATTEMPTS = 3


@dataclass(frozen=True, kw_only=True)
class Sum:
    """One product's line in the user's cart after a merge.

    ``line`` is the row that stays, ``gone`` the guest's row where the user had one already.
    """

    line: CartLine
    gone: CartLine | None
    quantity: int
    added_up: int
    wanted: int

    @property
    def is_lowered(self) -> bool:
        return self.quantity < self.added_up


def merge(*, guest: Cart, user: AbstractBaseUser) -> bool:
    """Make the guest's cart the user's, or add its lines to the cart that they have; tell whether any
    quantity had to be lowered.

    Of several calls at once one does it. Prices seen stay as the buyer saw them.

    :raises Busy: when the user's carts kept changing under it.
    """
    for _attempt in range(ATTEMPTS):
        try:
            return _merge(guest=guest, user=user)
        except IntegrityError:
            # The user had no cart to merge into and got one before the guest's could become theirs.
            continue
    raise Busy


@writing
def _merge(*, guest: Cart, user: AbstractBaseUser) -> bool:
    if not _claim(guest):
        return False
    if not Cart.objects.for_user(user).update(changed_at=timezone.now()):
        _adopt(guest, user)
        return False
    return _add_up(own=Cart.objects.for_user(user).get(), guest=guest)


def _claim(guest: Cart) -> bool:
    """Close the guest's cart; its row count is the verdict which of several requests merges it."""
    rows = Cart.objects.guests().filter(pk=guest.pk)
    return rows.update(status=Cart.Status.MERGED, open_in=None, changed_at=timezone.now()) == 1


def _adopt(guest: Cart, user: AbstractBaseUser) -> None:
    Cart.objects.filter(pk=guest.pk).update(status=Cart.Status.OPEN, user=user.pk, open_for=user.pk)


def _add_up(*, own: Cart, guest: Cart) -> bool:
    lines = CartLine.objects.filter(cart__in=[own, guest]).select_related("product").order_by("pk")
    mine = {line.product_id: line for line in lines if line.cart_id == own.pk}
    theirs = [line for line in lines if line.cart_id == guest.pk]
    sums = _sums(mine, theirs)
    for entry in sums:
        entry.line.cart = own
        entry.line.quantity = entry.quantity
        entry.line.wanted = entry.wanted if entry.wanted > entry.quantity else None
    CartLine.objects.filter(pk__in=[entry.gone.pk for entry in sums if entry.gone]).delete()
    CartLine.objects.bulk_update([entry.line for entry in sums], ["cart", "quantity", "wanted"])
    return len(sums) < len(theirs) or any(entry.is_lowered for entry in sums)


def _sums(mine: dict[int, CartLine], theirs: Sequence[CartLine]) -> list[Sum]:
    """Return what becomes of each of the guest's lines.

    Lines for which the user's cart has no room stay with quantity 0, so that the buyer is told; only
    past twice the limit are they left behind.
    """
    most = get_settings().CART_MAX_LINES
    filled = sum(1 for line in mine.values() if line.quantity)
    rows = len(mine)
    sums = []
    for line in theirs:
        own = mine.get(line.product_id)
        is_filled = own is not None and own.quantity > 0
        if own is None and rows >= 2 * most:
            continue
        entry = _sum(own, line, has_room=is_filled or filled < most)
        rows += own is None
        filled += entry.quantity > 0 and not is_filled
        sums.append(entry)
    return sums


def _sum(own: CartLine | None, line: CartLine, *, has_room: bool) -> Sum:
    both = [line] if own is None else [own, line]
    added_up = sum(entry.quantity for entry in both)
    most = min(line.product.stock, get_settings().CART_MAX_QUANTITY) if has_room else 0
    return Sum(
        line=own or line,
        gone=line if own else None,
        quantity=min(added_up, most),
        added_up=added_up,
        wanted=sum(entry.wanted or entry.quantity for entry in both),
    )
