"""The stock service: conditional, all or nothing, booked."""

from __future__ import annotations

import pytest
from django.db import transaction
from django.db.models import Sum

from partscatalog.catalog.models import Product, StockMovement
from partscatalog.catalog.models.fields import MAX_STOCK
from partscatalog.catalog.services import stock
from partscatalog.exceptions import InvalidField, NotFound, OutOfStock
from partscatalog.testing import make_product

pytestmark = pytest.mark.django_db


def balance(product: Product):
    return StockMovement.objects.filter(product=product).aggregate(sum=Sum("delta"))["sum"]


def current(product: Product):
    return Product.objects.get(pk=product.pk).stock


def test_books_the_initial_stock_of_a_product_made_by_the_orm():
    product = make_product(stock=7)

    movement = StockMovement.objects.get(product=product)

    assert (movement.delta, movement.reason) == (7, "initial")


def test_saving_an_old_copy_puts_no_sold_piece_back():
    product = make_product(stock=5)
    copy = Product.objects.get(pk=product.pk)
    with transaction.atomic():
        assert stock.subtract({product.pk: 2})
        stock.book({product.pk: -2}, reason=StockMovement.Reason.SALE, order_id=1)

    copy.name = "Piston, forged"
    copy.save()

    assert current(product) == balance(product) == 3


def test_takes_nothing_when_one_of_several_is_short():
    plenty, short = make_product(stock=5), make_product(stock=1)

    with transaction.atomic():
        enough = stock.subtract({plenty.pk: 2, short.pk: 2})
        transaction.set_rollback(True)

    assert not enough
    assert (current(plenty), current(short)) == (5, 1)
    assert stock.shortages({plenty.pk: 2, short.pk: 2}) == [stock.Shortage(short.pk, "Piston", 2, 1)]


def test_takes_and_gives_back_several_at_once():
    first, second = make_product(stock=5), make_product(stock=5)

    with transaction.atomic():
        assert stock.subtract({second.pk: 1, first.pk: 5})
    taken = (current(first), current(second))
    with transaction.atomic():
        stock.add({second.pk: 1, first.pk: 5})

    assert taken == (0, 4)
    assert (current(first), current(second)) == (5, 5)


def test_adjusts_by_a_difference_with_a_reason():
    product = make_product(stock=5)

    stock.adjust(product=product, delta=-2, note="Broken in the shelf.")

    movement = StockMovement.objects.filter(product=product).latest("pk")
    assert (movement.delta, movement.reason, movement.note) == (-2, "adjustment", "Broken in the shelf.")
    assert current(product) == balance(product) == 3


def test_refuses_an_adjustment_below_zero_and_changes_nothing():
    product = make_product(stock=1)

    with pytest.raises(OutOfStock):
        stock.adjust(product=product, delta=-2, note="Broken.")

    assert current(product) == balance(product) == 1


@pytest.mark.parametrize("delta", [-2, 2])
def test_adjusts_nothing_of_a_product_that_is_gone(delta):
    product = make_product(stock=5)
    Product.objects.filter(pk=product.pk).delete()

    with pytest.raises(NotFound):
        stock.adjust(product=product, delta=delta, note="Found.")

    assert list(StockMovement.objects.values_list("delta", flat=True)) == [5]


def test_refuses_more_pieces_than_can_be_counted_and_says_so():
    product = make_product(stock=1)

    with pytest.raises(InvalidField) as refusal:
        stock.adjust(product=product, delta=MAX_STOCK, note="Found.")

    assert refusal.value.facts == {"delta": ["The stock would be larger than can be counted."]}
    assert current(product) == balance(product) == 1


def test_books_the_difference_of_a_stocktake():
    product = make_product(stock=5)

    assert stock.set_counted(product=product, counted=9) == 4

    assert current(product) == balance(product) == 9
