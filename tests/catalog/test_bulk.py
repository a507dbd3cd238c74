"""Adding many products at once: slugs, first movements, one transaction a batch."""

from __future__ import annotations

from decimal import Decimal

import pytest
from django.db import IntegrityError
from django.db.models import F, Sum

from partscatalog.catalog.models import Product, StockMovement
from partscatalog.catalog.services import products
from partscatalog.testing import make_brand, make_category, make_product

pytestmark = pytest.mark.django_db


def build(count: int, *, name: str = "Piston", category=None, **fields) -> list[Product]:
    fields |= {"name": name, "category": category or make_category(), "price": Decimal("2500.00"), "stock": 3}
    return [Product(**fields) for _ in range(count)]


def test_adds_every_product_with_its_first_movement():
    count = products.bulk_add(build(1_203))

    unbalanced = Product.objects.annotate(booked=Sum("movements__delta")).exclude(booked=F("stock"))
    assert count == Product.objects.count() == StockMovement.objects.filter(reason="initial").count() == 1_203
    assert not unbalanced.exists()


def test_gives_equal_names_slugs_of_their_own_beside_taken_and_given_ones():
    make_product("Piston")
    given, *others = build(3)
    given.slug = "piston-2"

    products.bulk_add([given, *others])

    assert sorted(Product.objects.values_list("slug", flat=True)) == [
        "piston",
        "piston-2",
        "piston-3",
        "piston-4",
    ]


def test_makes_a_slug_anew_when_another_writer_takes_it_meanwhile(monkeypatch):
    """T-SLUG-1: the look-up saw the slug free, the unique column says no."""
    real_insert = products._insert
    taken_by: list[Product] = []

    def insert(batch):
        if not taken_by:
            taken_by.append(make_product("Piston"))
        real_insert(batch)

    monkeypatch.setattr(products, "_insert", insert)
    products.bulk_add(build(2))

    assert taken_by[0].slug == "piston"
    assert sorted(Product.objects.values_list("slug", flat=True)) == ["piston", "piston-2", "piston-3"]


def test_leaves_nothing_of_a_batch_whose_number_is_taken():
    brand = make_brand()
    make_product(brand=brand, number="A-1")

    with pytest.raises(IntegrityError):
        products.bulk_add([*build(1), *build(1, brand=brand, number="a1")])

    assert Product.objects.count() == StockMovement.objects.count() == 1


def test_costs_the_same_few_statements_for_one_batch_whatever_its_size(statements):
    category = make_category()

    with statements() as small:
        products.bulk_add(build(1, category=category))
    with statements() as large:
        products.bulk_add(build(80, name="Ring", category=category))

    assert len(small) == len(large) == 4
