"""For tests, ours and a site's: rows of the shop made with as little as a test must say."""

from __future__ import annotations

from partscatalog.testing.factories import (
    make_brand,
    make_cart,
    make_category,
    make_product,
    make_user,
)

__all__ = ["make_brand", "make_cart", "make_category", "make_product", "make_user"]
