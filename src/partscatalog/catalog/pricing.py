"""What a line of a cart or an order costs per piece; a site puts its own rule in place of ours."""

from __future__ import annotations

from typing import TYPE_CHECKING

from partscatalog.conf import get_settings, swap

if TYPE_CHECKING:
    from decimal import Decimal

    from django.contrib.auth.base_user import AbstractBaseUser

    from partscatalog.catalog.models import Product


class PriceRule:
    """The base of price rules. One object prices all lines of a cart, so a rule may look up once."""

    def unit_price(self, product: Product, quantity: int, user: AbstractBaseUser | None) -> Decimal:
        """Return the price of one piece, in the shop's currency and with no more than its decimals."""
        raise NotImplementedError


class ListPrice(PriceRule):
    """Everybody pays the catalog's price."""

    def unit_price(self, product: Product, quantity: int, user: AbstractBaseUser | None) -> Decimal:
        return product.price


def price_rule() -> PriceRule:
    """Return the site's price rule."""
    rule: PriceRule = swap(get_settings().PRICE_RULE)()
    return rule
