"""How much a cart may hold: never more than the stock, never past the site's limits."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext

from partscatalog.conf import get_settings
from partscatalog.exceptions import CartLimit, OutOfStock


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
