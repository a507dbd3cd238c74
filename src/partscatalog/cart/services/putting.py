"""Put pieces into a cart that need not be looked for, in two statements: its lock, and its line.

The line's statement holds the conditions of :mod:`partscatalog.cart.services.limits` and changes nothing
where one is not fulfilled; what was wrong is then found by the long way, which tells it.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.db import IntegrityError
from django.db.models import F, IntegerField, Q, Subquery
from django.db.models.functions import Cast, Coalesce

from partscatalog.cart.models import Cart, CartLine
from partscatalog.cart.services import limits, locking
from partscatalog.catalog.models import Product
from partscatalog.catalog.pricing import ListPrice, price_rule
from partscatalog.conf import get_settings
from partscatalog.statements import SQL, Given, Statement, select
from partscatalog.transactions import writing

if TYPE_CHECKING:
    from django.db.backends.base.base import BaseDatabaseWrapper
    from django.db.models import QuerySet

    from partscatalog.api.visitor import Visitor
    from partscatalog.cart.services.finding import Known

#: No key of a row is larger.
MAX_KEY = 2**63 - 1

_ON_CONFLICT = (
    "ON CONFLICT (cart_id, product_id) DO UPDATE SET"
    " quantity = {line}.quantity + excluded.quantity, wanted = NULL, seen_price = excluded.seen_price"
)
_ON_DUPLICATE = (
    "ON DUPLICATE KEY UPDATE quantity = {line}.quantity + VALUES(quantity), wanted = NULL,"
    " seen_price = VALUES(seen_price)"
)


class _Refused(Exception):
    """The cart is not open any more, or may not hold the pieces."""


def put(*, visitor: Visitor, known: Known, product: int, quantity: int) -> bool:
    """Add pieces of a product to the known cart, and tell whether it was done; if not, nothing was.

    Only at list prices, for a rule of the site's own wants to see the product.

    :raises CrossSite: when a page of another site asked for it and the session decides.
    :raises Busy: when the database was too busy to say.
    """
    if type(price_rule()) is not ListPrice or quantity > get_settings().CART_MAX_QUANTITY:
        return False
    if product > MAX_KEY:
        return False
    try:
        _put(visitor, known, product, quantity)
    except (_Refused, IntegrityError):
        return False
    return True


@writing
def _put(visitor: Visitor, known: Known, product: int, quantity: int) -> None:
    if not locking.lock_known(known):
        raise _Refused
    if known.carried is not None:
        visitor.rely_on(known.carried)
    if not _write_line(known, product, quantity):
        raise _Refused


def _write_line(known: Known, product: int, quantity: int) -> bool:
    settings = get_settings()
    rows = (_GUESTS_LINE if known.carried else _USERS_LINE).run(
        key=known.key,
        product=product,
        quantity=quantity,
        most=settings.CART_MAX_QUANTITY - quantity,
        lines=settings.CART_MAX_LINES,
    )
    return rows > 0


def _line(carts: QuerySet[Cart]) -> Statement:
    """Return the statement that writes a line of the one cart."""

    def made(connection: BaseDatabaseWrapper) -> SQL:
        line, fitting = CartLine._meta.db_table, select(_fitting(carts), connection)
        suffix = (_ON_DUPLICATE if connection.vendor == "mysql" else _ON_CONFLICT).format(line=line)
        insert = f"INSERT INTO {line} (cart_id, product_id, quantity, seen_price)"
        return SQL(f"{insert} {fitting.text} {suffix}", fitting.params)

    return Statement(CartLine, made)


def _fitting(carts: QuerySet[Cart]) -> QuerySet[Product, Any]:
    """Return what makes a new line of the product, no row where the cart may not hold so many."""
    lines = CartLine.objects.filter(cart__in=carts.values("pk"))
    quantity = Given("quantity", IntegerField())
    return (
        Product.objects.visible()
        .filter(pk=Given("product", Product._meta.get_field("id")))
        .annotate(held=Coalesce(limits.held(lines), 0), filled=Coalesce(limits.filled(lines), 0))
        .filter(
            Q(held__gt=0) | Q(filled__lt=Given("lines", IntegerField())),
            held__lte=Given("most", IntegerField()),
            stock__gte=F("held") + quantity,
        )
        .order_by()
        .values_list(Subquery(carts.values("pk")[:1]), "pk", Cast(quantity, IntegerField()), "price")
    )


_GUESTS_LINE = _line(locking.OF_GUEST)
_USERS_LINE = _line(locking.OF_USER)
