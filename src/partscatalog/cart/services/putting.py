"""Put pieces into a cart that need not be looked for, in two statements: its lock, and its line.

The line's statement holds the conditions of :mod:`partscatalog.cart.services.limits` and changes nothing
where one is not fulfilled; what was wrong is then found by the long way, which tells it.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.core.exceptions import EmptyResultSet
from django.db import IntegrityError, connections, router
from django.db.models import F, IntegerField, Q, Subquery, Value
from django.db.models.functions import Cast, Coalesce

from partscatalog.cart.models import CartLine
from partscatalog.cart.services import limits, locking
from partscatalog.catalog.models import Product
from partscatalog.catalog.pricing import ListPrice, price_rule
from partscatalog.conf import get_settings
from partscatalog.transactions import writing

if TYPE_CHECKING:
    from django.db.models import QuerySet

    from partscatalog.api.visitor import Visitor
    from partscatalog.cart.services.finding import Known

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
    try:
        _put(visitor, known, product, quantity)
    except (_Refused, IntegrityError, EmptyResultSet):
        return False
    return True


@writing
def _put(visitor: Visitor, known: Known, product: int, quantity: int) -> None:
    if not locking.lock_known(known.carts):
        raise _Refused
    if known.carried is not None:
        visitor.rely_on(known.carried)
    if not _write_line(known, product, quantity):
        raise _Refused


def _write_line(known: Known, product: int, quantity: int) -> bool:
    connection = connections[router.db_for_write(CartLine)]
    select, params = _fitting(known, product, quantity).query.get_compiler(connection=connection).as_sql()
    line = CartLine._meta.db_table
    suffix = _ON_DUPLICATE if connection.vendor == "mysql" else _ON_CONFLICT
    columns = "cart_id, product_id, quantity, seen_price"
    with connection.cursor() as cursor:
        cursor.execute(f"INSERT INTO {line} ({columns}) {select} {suffix.format(line=line)}", params)
        return bool(cursor.rowcount)


def _fitting(known: Known, product: int, quantity: int) -> QuerySet[Product, tuple[object, ...]]:
    """Return what makes a new line of the product, no row where the cart may not hold so many."""
    settings = get_settings()
    lines = CartLine.objects.filter(cart__in=known.carts.values("pk"))
    return (
        Product.objects.visible()
        .filter(pk=product)
        .annotate(held=Coalesce(limits.held(lines), 0), filled=Coalesce(limits.filled(lines), 0))
        .filter(
            Q(held__gt=0) | Q(filled__lt=settings.CART_MAX_LINES),
            held__lte=settings.CART_MAX_QUANTITY - quantity,
            stock__gte=F("held") + quantity,
        )
        .order_by()
        .values_list(
            Subquery(known.carts.values("pk")[:1]), "pk", Cast(Value(quantity), IntegerField()), "price"
        )
    )
