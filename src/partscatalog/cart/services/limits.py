"""How much a cart may hold: never more than the stock, never past the site's limits."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.db.models import Count, OuterRef, Subquery
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext

from partscatalog.conf import get_settings
from partscatalog.exceptions import CartLimit, OutOfStock

if TYPE_CHECKING:
    from django.db.models import QuerySet

    from partscatalog.cart.models import CartLine


def held(lines: QuerySet[CartLine]) -> Subquery:
    """Return how many pieces of a product the cart of these lines holds, null without a line of it."""
    return Subquery(lines.order_by().filter(product=OuterRef("pk")).values("quantity")[:1])


def filled(lines: QuerySet[CartLine]) -> Subquery:
    """Return how many of the lines, which are those of one cart, hold something; null when none does."""
    count = lines.filter(quantity__gt=0).order_by().values("cart").annotate(count=Count("pk"))
    return Subquery(count.values("count")[:1])


def verify_quantity(quantity: int, *, held: int, available: int, text: str) -> None:
    """Refuse to raise a line past its limit or the stock; a line can always be lowered.

    :raises CartLimit: when it would hold more pieces than a line may.
    :raises OutOfStock: with the text, when it would hold more than there are.
    """
    if quantity <= held:
        return
    most = get_settings().CART_MAX_QUANTITY
    if quantity > most:
        detail = ngettext(
            "A line of the cart holds at most %(most)d piece.",
            "A line of the cart holds at most %(most)d pieces.",
            most,
        )
        raise CartLimit(detail % {"most": most}, limit="quantity", most=most)
    if quantity > available:
        raise OutOfStock(text, available=available)


def verify_room(*, lines: int) -> None:
    """Refuse one more product in a cart of so many.

    :raises CartLimit: when it holds as many lines as it may.
    """
    most = get_settings().CART_MAX_LINES
    if lines >= most:
        detail = _("The cart holds at most %(most)d different products.") % {"most": most}
        raise CartLimit(detail, limit="lines", most=most)
