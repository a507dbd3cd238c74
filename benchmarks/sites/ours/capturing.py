"""Turn a real order into a pgbench script: its very statements, with variables where its keys stood."""

from __future__ import annotations

import re
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

from django.db import connection

from benchmarks.sites.ours import carts
from partscatalog.cart.models import CartLine
from partscatalog.catalog.models import Product
from partscatalog.orders.models import Order

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

#: The order's key, and the keys of its three products: as far from all others as the cart's.
ORDER = 800_000_000
PRODUCTS = 600_000_000

Sent = tuple[str, bool]


def capture(place: Callable[[int], object]) -> dict[str, Any]:
    """Order a cart of three products and return the pgbench script of what was sent, with its length."""
    number = _prepare()
    with _sent() as statements:
        place(number)
    order = Order.objects.get(cart_id=carts.FIRST_CART + number)
    names = {
        str(carts.FIRST_CART + number): ":cart",
        str(carts.FIRST_USER + number): ":user",
        str(order.pk): ":o_id",
        order.number: ":number",
        **{str(PRODUCTS + line): f":p{line}" for line in range(carts.LINES)},
    }
    return {
        "script": script(statements, names, f'INSERT INTO "{Order._meta.db_table}"'),
        "count": len(statements),
    }


def script(statements: Sequence[Sent], names: dict[str, str], order_insert: str) -> str:
    """Write a pgbench script of statements, each with whether it stood inside a transaction.

    The order's key comes from the answer to its insert, where a later statement asks for it.
    """
    lines: list[str] = []
    is_open = False
    key = next(text for text, variable in names.items() if variable == ":o_id")
    for position, (sql, inside) in enumerate(statements):
        if inside != is_open:
            lines.append("BEGIN;" if inside else "COMMIT;")
            is_open = inside
        asked_later = any(key in later for later, _ in statements[position + 1 :])
        ending = " \\gset o_" if sql.startswith(order_insert) and asked_later else ";"
        lines.append(_named(" ".join(sql.split()), names) + ending)
    return "\n".join([*lines, "COMMIT;" if is_open else ""]).rstrip() + "\n"


def _named(sql: str, names: dict[str, str]) -> str:
    for text, variable in names.items():
        sql = re.sub(rf"(?<![0-9A-Za-z]){re.escape(text)}(?![0-9A-Za-z])", variable, sql)
    return sql


def _prepare() -> int:
    """Make the buyer, the cart and the products of the order to capture, and return the cart's number."""
    number = carts.make(1, hot=False)
    lines = CartLine.objects.filter(cart=carts.FIRST_CART + number).order_by("pk")
    for line, pk in enumerate(lines.values_list("pk", flat=True)):
        CartLine.objects.filter(pk=pk).update(product=_product(PRODUCTS + line))
    with connection.cursor() as cursor:
        table = Order._meta.db_table
        cursor.execute(
            f"SELECT setval(pg_get_serial_sequence('{table}', 'id'), "  # noqa: S608 - names of our own
            f'GREATEST({ORDER}, (SELECT max(id) FROM "{table}")))'
        )
    return number


def _product(pk: int) -> Product:
    """Return a product of this key, like the shop's first."""
    if made := Product.objects.filter(pk=pk).first():
        return made
    product = Product.objects.get(pk=1)
    product.pk, product.number, product.slug = pk, f"CAPTURED {chr(65 + pk % 10)}", f"captured-{pk}"
    product.save(force_insert=True)
    return product


@contextmanager
def _sent() -> Iterator[list[Sent]]:
    """Collect statements as the database gets them, with whether each stands inside a transaction."""
    sent: list[Sent] = []
    compose = getattr(connection.ops, "compose_sql")  # noqa: B009 - only PostgreSQL's has it

    def keep(execute: Callable[..., Any], sql: str, params: Any, many: bool, context: Any) -> Any:  # noqa: FBT001 - Django's signature
        whole = compose(sql, params) if params else sql
        sent.append((whole, connection.in_atomic_block))
        return execute(sql, params, many, context)

    with connection.execute_wrapper(keep):
        yield sent
