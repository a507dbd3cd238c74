"""A shop of a few products is loaded whole, and a larger one begins with it."""

from __future__ import annotations

import pytest

from benchmarks.loading import rows
from benchmarks.sites.ours import carts, loading
from partscatalog.catalog.models import Product, ProductImage


@pytest.mark.django_db(transaction=True)
def test_a_loaded_shop_is_whole():
    loading.load(6)

    assert Product.objects.visible().count() == 6
    assert ProductImage.objects.count() == 8
    assert Product.objects.create(name="Next", price=1, category=Product.objects.get(pk=1).category).pk > 6


def test_a_larger_shop_begins_with_the_smaller():
    small, large = list(rows.rows(5)), list(rows.rows(9))

    assert large[:5] == small
    assert [row.pk for row in large] == [1, 2, 3, 4, 5, 6, 7, 8, 9]


@pytest.mark.parametrize("number", [0, 7, 100])
def test_a_cart_has_three_products_in_ascending_order(number):
    spread = [carts.product_of(number, line, hot=False) for line in range(carts.LINES)]
    hot = [carts.product_of(number, line, hot=True) for line in range(carts.LINES)]

    assert spread == sorted(set(spread))
    assert hot == [1, *spread[1:]]
