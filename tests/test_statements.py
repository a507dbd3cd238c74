"""Statements compiled once have the effects and find the objects of Django's own queries."""

from __future__ import annotations

import gc
import weakref
from datetime import UTC, datetime
from decimal import Decimal
from threading import Thread

import pytest
from django.db import connection, connections
from django.db.models import F, IntegerField
from django.db.models.sql.compiler import SQLCompiler, SQLUpdateCompiler
from django.test.utils import CaptureQueriesContext

from partscatalog.catalog.models import Product, StockMovement
from partscatalog.statements import Given, Objects, insert, update
from partscatalog.testing import make_brand, make_category, make_product

pytestmark = pytest.mark.django_db

ID = Given("product", Product._meta.get_field("id"))


def fields_of(found):
    return {key: value for key, value in vars(found).items() if key != "_state"}


def compilations(monkeypatch, compiler):
    """Return the list that grows by one with each statement that the compiler makes."""
    made, as_sql = [], compiler.as_sql

    def counted(self, *args, **kwargs):
        made.append(self)
        return as_sql(self, *args, **kwargs)

    monkeypatch.setattr(compiler, "as_sql", counted)
    return made


def test_a_select_finds_what_the_query_finds_with_all_that_it_refers_to():
    parent = make_category()
    branded = make_product(
        price=Decimal("12.50"), attributes={"side": "left"}, category=make_category(parent=parent)
    )
    Product.objects.filter(pk=branded.pk).update(brand=make_brand())
    plain = make_product(brand=None)
    select = Objects(Product.objects.filter(pk=ID), "category", "category__parent", "brand")

    for product in (branded, plain):
        (found,) = select.run(product=product.pk)
        expected = Product.objects.select_related("category__parent", "brand").get(pk=product.pk)
        assert (found, fields_of(found)) == (expected, fields_of(expected))
        assert not found._state.adding
        with CaptureQueriesContext(connection) as queries:
            assert found.brand == expected.brand
            assert fields_of(found.category) == fields_of(expected.category)
            assert found.category.parent == expected.category.parent
        assert not queries.captured_queries
    assert select.run(product=0) == []


def test_an_update_writes_what_the_querys_update_writes():
    first, second = make_product(stock=3), make_product(stock=3)
    moment = datetime(2026, 1, 2, 3, 4, 5, tzinfo=UTC)
    take = update(
        Product.objects.filter(pk=ID, stock__gte=Given("pieces", IntegerField())),
        stock=F("stock") - Given("pieces", IntegerField()),
        updated_at=Given("now", Product._meta.get_field("updated_at")),
    )

    assert [take.run(product=first.pk, pieces=pieces, now=moment) for pieces in (2, 2, 1)] == [1, 0, 1]
    assert list(Product.objects.order_by("pk").values_list("pk", "stock")) == [(first.pk, 0), (second.pk, 3)]
    assert Product.objects.get(pk=first.pk).updated_at == moment


def test_sql_is_made_once(monkeypatch):
    product = make_product(stock=5)
    select = Objects(Product.objects.filter(pk=ID), "category")
    take = update(Product.objects.filter(pk=ID), stock=Given("stock", IntegerField()))
    selected = compilations(monkeypatch, SQLCompiler)
    updated = compilations(monkeypatch, SQLUpdateCompiler)

    stocks = []
    for stock in (4, 3, 2):
        take.run(product=product.pk, stock=stock)
        stocks += [found.stock for found in select.run(product=product.pk)]

    assert stocks == [4, 3, 2]
    assert (len(updated), len(set(selected))) == (1, 1)


def test_an_insert_writes_all_rows_in_one_statement_and_gives_each_its_key():
    product, order = make_product(), 7
    moves = [
        StockMovement(product=product, delta=delta, reason=StockMovement.Reason.SALE, order_id=order)
        for delta in range(-400, 0)
    ]

    with CaptureQueriesContext(connection) as queries:
        insert(moves)
        insert([])

    assert len(queries) == 1
    assert not any(move._state.adding for move in moves)
    found = StockMovement.objects.filter(order_id=order).in_bulk()
    assert [fields_of(found[move.pk]) for move in moves] == [fields_of(move) for move in moves]


def test_what_no_row_can_have_is_not_found():
    assert Objects(Product.objects.filter(pk=ID)).run(product=0) == []


def test_what_was_made_for_a_connection_ends_with_it():
    """A server that makes a thread for each request makes a connection with it."""
    select = Objects(Product.objects.filter(pk=ID))
    kept = []

    def ask():
        select.run(product=1)
        kept.append(weakref.ref(connections["default"]))
        connections.close_all()

    thread = Thread(target=ask)
    thread.start()
    thread.join()
    gc.collect()

    assert [each() for each in kept] == [None]


def test_what_was_made_for_a_statement_ends_with_it():
    select = Objects(Product.objects.filter(pk=ID))
    select.run(product=1)
    before = len(vars(connections["default"])["partscatalog_statements"])

    del select
    gc.collect()

    assert len(vars(connections["default"])["partscatalog_statements"]) == before - 1


@pytest.mark.parametrize("given", [{}, {"other": 1}])
def test_a_value_that_is_not_given_is_an_error(given):
    with pytest.raises(KeyError):
        Objects(Product.objects.filter(pk=ID)).run(**given)
