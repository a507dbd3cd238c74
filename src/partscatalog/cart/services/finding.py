"""Tell whose cart a request is about, and let a user take over what they carried as a guest."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from partscatalog.cart.models import Cart
from partscatalog.cart.services import locking, merging
from partscatalog.statements import Given, Objects

if TYPE_CHECKING:
    from collections.abc import Sequence

    from django.contrib.auth.base_user import AbstractBaseUser

    from partscatalog.api.visitor import Carried, Visitor

#: The name under which a visitor carries the id of a cart.
CARRIED = "cart"

_OWN = Objects(locking.OF_USER)
_GUESTS = Objects(
    Cart.objects.reachable(
        user=None,
        ids=[Given("cart", Cart._meta.get_field("id"))],
        session=Given("session", Cart._meta.get_field("open_in")),
    ).order_by("pk")
)


@dataclass(frozen=True)
class Found:
    """The visitor's open cart, and whether this very request's merge had to lower a quantity in it."""

    cart: Cart | None
    clamped: bool = False


@dataclass(frozen=True)
class Known:
    """The visitor's open cart, named without a look-up; it may have been closed meanwhile."""

    #: The id of a guest's cart; of a user's own the user's.
    key: Any
    #: What proves that a guest's is the visitor's.
    carried: Carried | None


def known(visitor: Visitor) -> Known | None:
    """Return the visitor's cart if it can be no other one; None where it must be looked for.

    That is a guest's who carries one alone, and a user's who carries none that had to be merged.
    """
    carried = visitor.carried(CARRIED)
    if visitor.user is None:
        return Known(carried[0].pk, carried[0]) if len(carried) == 1 else None
    if carried or visitor.session_digest is not None:
        return None
    return Known(visitor.user.pk, None)


def find(visitor: Visitor) -> Found:
    """Return the visitor's open cart without making one.

    A signed-in visitor has one cart; the guests' carts that they carry are merged into it first, once,
    and the session lets go of them. A guest's is the first open one that token or session name.

    :raises CrossSite: when a write of another site's page would be decided by the session.
    """
    carried = visitor.carried(CARRIED)
    carts = _reachable(visitor, carried)
    if visitor.user is None:
        return Found(_first(visitor, carried, carts))
    return _take_over(visitor, visitor.user, carts)


def remember(visitor: Visitor, cart: Cart) -> None:
    """Let a guest carry their cart from now on, unless they do already."""
    if visitor.user is None and cart.pk not in [entry.pk for entry in visitor.carried(CARRIED)]:
        visitor.carry(CARRIED, cart.pk)


def _reachable(visitor: Visitor, carried: Sequence[Carried]) -> list[Cart]:
    ids = [entry.pk for entry in carried]
    session = visitor.session_digest
    if not ids and session is None:
        return [] if visitor.user is None else _OWN.run(key=visitor.user.pk)
    if visitor.user is None and len(ids) == 1 and session is not None:
        return _GUESTS.run(cart=ids[0], session=session)
    return list(Cart.objects.reachable(user=visitor.user, ids=ids, session=session).order_by("pk"))


def _first(visitor: Visitor, carried: Sequence[Carried], carts: Sequence[Cart]) -> Cart | None:
    by_pk = {cart.pk: cart for cart in carts}
    for entry in carried:
        if entry.pk in by_pk:
            visitor.rely_on(entry)
            return by_pk[entry.pk]
    return carts[0] if carts else None


def _take_over(visitor: Visitor, user: AbstractBaseUser, carts: Sequence[Cart]) -> Found:
    guests = [cart for cart in carts if cart.user_id is None]
    lowered = [merging.merge(guest=cart, user=user) for cart in guests]
    visitor.drop(CARRIED)
    own = Cart.objects.for_user(user).first() if guests else next(iter(carts), None)
    return Found(own, clamped=any(lowered))
