"""Read a cart with today's prices, and say what is wrong with it."""

from __future__ import annotations

from collections.abc import Mapping  # noqa: TC003  # dataclasses keep it as an annotation of their field
from dataclasses import dataclass, field
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from partscatalog import money
from partscatalog.cart.models import Cart, CartLine
from partscatalog.catalog.pricing import price_rule
from partscatalog.conf import get_settings, swap
from partscatalog.statements import Given, Objects

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from django.contrib.auth.base_user import AbstractBaseUser

    from partscatalog.catalog.models import Product


_LINES = Objects(
    CartLine.objects.filter(cart=Given("cart", Cart._meta.get_field("id"))).order_by("pk"),
    "product",
    "product__category",
    "product__brand",
)


@dataclass(frozen=True, kw_only=True)
class PricedLine:
    """A line of a cart at today's price.

    ``available`` is the stock, 0 for a product that is no longer sold. ``wanted`` is what a merge had to
    lower to ``quantity``, ``seen_price`` what a piece cost when the line was last changed.
    """

    pk: int
    product: Product
    quantity: int
    unit_price: Decimal
    seen_price: Decimal
    is_sold: bool
    available: int
    wanted: int | None

    @property
    def subtotal(self) -> Decimal:
        return self.unit_price * self.quantity

    @property
    def counts(self) -> bool:
        """Whether the line is part of the total."""
        return self.is_sold and self.quantity > 0


@dataclass(frozen=True, kw_only=True)
class Problem:
    """What a buyer should know of one line before they order. ``facts`` stand beside the text."""

    item: int
    code: str
    detail: str
    facts: Mapping[str, Any] = field(default_factory=dict)

    def as_dict(self) -> dict[str, Any]:
        return {"item": self.item, "code": self.code, "detail": self.detail, **self.facts}


@dataclass(frozen=True, kw_only=True)
class PricedCart:
    """A cart, its lines in the order they were added, what they cost, and what is wrong with them."""

    cart: Cart
    lines: tuple[PricedLine, ...]
    total: Decimal
    problems: tuple[Problem, ...]

    @property
    def sold_lines(self) -> list[PricedLine]:
        """The lines that the public may see; of the others only their problem is told."""
        return [line for line in self.lines if line.is_sold]


def load(cart: Cart, *, user: AbstractBaseUser | None) -> PricedCart:
    """Return the cart at the user's prices of this moment, in one statement."""
    rule = price_rule()
    rows = _LINES.run(cart=cart.pk)
    lines = tuple(_priced(row, rule.unit_price(row.product, max(row.quantity, 1), user)) for row in rows)
    return PricedCart(
        cart=cart,
        lines=lines,
        total=sum((line.subtotal for line in lines if line.counts), Decimal(0)),
        problems=tuple(_problems(lines)),
    )


def _priced(row: CartLine, unit_price: Decimal) -> PricedLine:
    return PricedLine(
        pk=row.pk,
        product=row.product,
        quantity=row.quantity,
        unit_price=unit_price,
        seen_price=row.seen_price,
        is_sold=row.is_sold,
        available=row.available,
        wanted=row.wanted,
    )


def _problems(lines: Sequence[PricedLine]) -> Iterator[Problem]:
    for line in lines:
        yield from _problems_of(line)
    for path in get_settings().CART_CHECKS:
        yield from swap(path)(lines)


def _problems_of(line: PricedLine) -> Iterable[Problem]:
    if not line.is_sold:
        return [_not_sold(line)]
    problems = []
    if line.wanted is not None:
        problems.append(_reduced(line, line.wanted))
    if line.quantity > line.available:
        problems.append(_short_stock(line))
    if line.unit_price != line.seen_price:
        problems.append(_price_changed(line))
    return problems


def _not_sold(line: PricedLine) -> Problem:
    text = _("%(name)s is no longer sold.") % {"name": line.product.name}
    return Problem(item=line.pk, code="not_sold", detail=text)


def _reduced(line: PricedLine, wanted: int) -> Problem:
    text = ngettext(
        "%(wanted)d piece of %(name)s was wanted; the cart holds %(quantity)d.",
        "%(wanted)d pieces of %(name)s were wanted; the cart holds %(quantity)d.",
        wanted,
    )
    detail = text % {"wanted": wanted, "name": line.product.name, "quantity": line.quantity}
    return Problem(item=line.pk, code="reduced", detail=detail, facts={"wanted": wanted})


def _short_stock(line: PricedLine) -> Problem:
    text = ngettext(
        "Only %(available)d piece of %(name)s is in stock.",
        "Only %(available)d pieces of %(name)s are in stock.",
        line.available,
    )
    detail = text % {"available": line.available, "name": line.product.name}
    return Problem(item=line.pk, code="short_stock", detail=detail, facts={"available": line.available})


def _price_changed(line: PricedLine) -> Problem:
    currency = get_settings().CURRENCY
    was, now = (money.format_amount(price, currency) for price in (line.seen_price, line.unit_price))
    text = _("The price of %(name)s was %(was)s and is now %(now)s.") % {
        "name": line.product.name,
        "was": was,
        "now": now,
    }
    return Problem(item=line.pk, code="price_changed", detail=text, facts={"was": was, "now": now})
