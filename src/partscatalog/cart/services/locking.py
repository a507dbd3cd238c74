"""The one lock of a cart: whoever changes its lines holds it until the commit."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.utils import timezone

from partscatalog.cart.models import Cart
from partscatalog.statements import Given, Statement, update

if TYPE_CHECKING:
    from django.db.models import QuerySet

    from partscatalog.cart.services.finding import Known

_ID = Given("key", Cart._meta.get_field("id"))

#: The open cart that is named without a look-up: a guest's by its id, a user's by the user's.
OF_GUEST = Cart.objects.guests().filter(pk=_ID)
OF_USER = Cart.objects.filter(open_for=Given("key", Cart._meta.get_field("open_for")))


def _locking(carts: QuerySet[Cart]) -> Statement:
    return update(carts, changed_at=Given("now", Cart._meta.get_field("changed_at")))


_GUESTS = _locking(OF_GUEST)
_USERS = _locking(Cart.objects.open().filter(pk=_ID, user=Given("user", Cart._meta.get_field("user"))))
_OWN = _locking(OF_USER)


def lock(cart: Cart) -> bool:
    """Lock an open cart's row until the end of the transaction, and tell whether it is still open.

    Call it as the transaction's first statement: it is a write, so that every database waits for it,
    and what is read after it cannot change before the commit. A cart that was ordered, or that went to
    another owner meanwhile, is not open for this caller.
    """
    if cart.user_id is None:
        return _run(_GUESTS, key=cart.pk)
    return _run(_USERS, key=cart.pk, user=cart.user_id)


def lock_known(known: Known) -> bool:
    """Lock a cart that was not looked up as :func:`lock` does, and tell whether it is open."""
    return _run(_GUESTS if known.carried else _OWN, key=known.key)


def _run(statement: Statement, **given: Any) -> bool:
    return statement.run(now=timezone.now(), **given) == 1
