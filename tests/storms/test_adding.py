"""Changes of one cart at once: what is confirmed is held, and no limit is passed."""

from __future__ import annotations

from collections import Counter
from functools import partial
from typing import TYPE_CHECKING

import pytest
from django.contrib.sessions.backends.db import SessionStore
from django.db import connection
from rest_framework.test import APIClient

from partscatalog.api.visitor import Visitor
from partscatalog.cart.models import Cart, CartLine
from partscatalog.cart.services import adding, changing, finding, locking, merging, putting
from partscatalog.testing import make_cart, make_product, make_user
from partscatalog.testing.storms import meeting

from .conftest import at_once, breaches, control, tally

if TYPE_CHECKING:
    from collections.abc import Sequence

    from partscatalog.catalog.models import Product

pytestmark = pytest.mark.django_db(transaction=True)


def add(client: APIClient, product: Product):
    return partial(client.post, f"/api/carts/products/{product.pk}/add/")


def assert_held(answers, *, confirmed: int, code: str = "") -> None:
    """What was confirmed is in one line of one cart; the others were refused with the code."""
    refused = len(answers) - confirmed
    assert tally(answers) == Counter({(200, ""): confirmed, (400, code): refused})
    assert list(CartLine.objects.values_list("quantity", flat=True)) == [confirmed]
    assert Cart.objects.count() == 1
    assert breaches() == []


@pytest.fixture
def shopper(client_of):
    """A user whose requests come through so many clients."""
    user = make_user()
    return user, lambda count: [client_of(user) for _ in range(count)]


@pytest.mark.parametrize("has_line", [False, True], ids=["first adds", "a line is there"])
@pytest.mark.parametrize(
    ("stock", "limits", "most", "code"),
    [
        (50, {}, 20, ""),
        (12, {}, 12, "out_of_stock"),
        (50, {"CART_MAX_QUANTITY": 10}, 10, "cart_limit"),
    ],
    ids=["plenty", "short stock", "the limit of a line"],
)
def test_adds_of_one_product_lose_none_and_pass_no_limit(
    shopper, settings, has_line, stock, limits, most, code
):
    """T-RACE-5, T-RACE-6"""
    settings.PARTSCATALOG = {**settings.PARTSCATALOG, **limits}
    user, clients = shopper
    product = make_product(stock=stock)
    if has_line:
        make_cart({product: 0}, user=user)

    answers = at_once(add(client, product) for client in clients(20))

    assert_held(answers, confirmed=most, code=code)


@control
def test_without_the_carts_lock_adds_pass_the_stock(shopper, bare, monkeypatch):
    """T-RACE-18"""
    user, clients = shopper
    product = make_product(stock=2)
    make_cart({product: 0}, user=user)
    monkeypatch.setattr(finding, "known", lambda visitor: None)
    monkeypatch.setattr(locking, "lock", lambda cart: True)
    bare(adding, "_add")

    with meeting(adding, "_asked", parties=4):
        answers = at_once(add(client, product) for client in clients(4))

    with pytest.raises(AssertionError):
        assert_held(answers, confirmed=2, code="out_of_stock")
    assert CartLine.objects.get().quantity == 4


@control
@pytest.mark.skipif(
    connection.vendor == "sqlite", reason="SQLite has one writer: a statement reads what it writes."
)
def test_without_the_lock_of_a_known_cart_adds_pass_the_stock(shopper, monkeypatch):
    """T-RACE-18"""
    user, clients = shopper
    product = make_product(stock=2)
    make_cart({product: 0}, user=user)
    monkeypatch.setattr(locking, "lock_known", lambda carts: True)

    # The first one's line is written and not committed: the others have read it before they wait for it.
    with meeting(putting, "_write_line", parties=4, patience=1):
        answers = at_once(add(client, product) for client in clients(4))

    with pytest.raises(AssertionError):
        assert_held(answers, confirmed=2, code="out_of_stock")
    assert CartLine.objects.get().quantity == 4


def test_adds_of_many_products_fill_no_more_lines_than_a_cart_has(shopper, settings):
    """T-RACE-6"""
    settings.PARTSCATALOG = {**settings.PARTSCATALOG, "CART_MAX_LINES": 5}
    _user, clients = shopper
    products = [make_product() for _ in range(12)]

    answers = at_once(add(*pair) for pair in zip(clients(12), products, strict=True))

    assert tally(answers) == {(200, ""): 5, (400, "cart_limit"): 7}
    assert list(CartLine.objects.values_list("quantity", flat=True)) == [1] * 5
    assert breaches() == []


def increment(client: APIClient, line: CartLine):
    return partial(client.patch, f"/api/carts/items/{line.pk}/quantity/")


@pytest.mark.parametrize(("stock", "most", "code"), [(50, 20, ""), (12, 12, "out_of_stock")])
def test_increments_lose_none_and_pass_no_limit(shopper, stock, most, code):
    """T-RACE-7"""
    user, clients = shopper
    line = make_cart({make_product(stock=stock): 0}, user=user).lines.get()

    answers = at_once(increment(client, line) for client in clients(20))

    assert_held(answers, confirmed=most, code=code)
    told = [answer.data["quantity"] for answer in answers if answer.status_code == 200]
    assert sorted(told) == list(range(1, most + 1))


@control
def test_without_the_carts_lock_increments_are_lost(shopper, bare, monkeypatch):
    """T-RACE-18"""
    user, clients = shopper
    line = make_cart({make_product(): 0}, user=user).lines.get()
    monkeypatch.setattr(locking, "lock", lambda cart: True)
    bare(changing, "set_quantity")

    with meeting(changing, "_locked_line", parties=4):
        answers = at_once(increment(client, line) for client in clients(4))

    assert tally(answers) == {(200, ""): 4}
    with pytest.raises(AssertionError):
        assert_held(answers, confirmed=4)


def assert_deleted(answers) -> None:
    """One delete took the line out, no increment put it back, and whoever came later found none."""
    deletes, increments = answers[:4], answers[4:]
    assert tally(deletes) == {(200, ""): 1, (404, "not_found"): 3}
    assert set(tally(increments)) <= {(200, ""), (404, "not_found")}
    assert not CartLine.objects.exists()
    assert breaches() == []


def delete(client: APIClient, line: CartLine):
    return partial(client.delete, f"/api/carts/items/{line.pk}/delete/")


def deletes_beside_increments(clients: Sequence[APIClient], line: CartLine):
    return at_once([delete(c, line) for c in clients[:4]] + [increment(c, line) for c in clients[4:]])


def test_a_line_deleted_beside_increments_stays_deleted(shopper):
    """T-RACE-8"""
    user, clients = shopper
    line = make_cart({make_product(): 1}, user=user).lines.get()

    assert_deleted(deletes_beside_increments(clients(12), line))


@control
def test_without_the_row_count_every_delete_is_confirmed(shopper, monkeypatch):
    """T-RACE-18"""
    user, clients = shopper
    line = make_cart({make_product(): 1}, user=user).lines.get()
    monkeypatch.setattr(changing, "remove", lambda cart, item: cart.lines.filter(pk=item).delete())

    answers = deletes_beside_increments(clients(12), line)

    with pytest.raises(AssertionError):
        assert_deleted(answers)


def guests_of_one_session(count: int) -> list[APIClient]:
    session = SessionStore()
    session.create()
    clients = [APIClient(raise_request_exception=False) for _ in range(count)]
    for client in clients:
        client.cookies["sessionid"] = str(session.session_key)
    return clients


def assert_one_cart(answers, *, clients: Sequence[APIClient]) -> None:
    assert_held(answers, confirmed=len(answers))
    for client in clients:
        assert [item["quantity"] for item in client.get("/api/carts/products/").data["items"]] == [
            len(answers)
        ]


def test_first_adds_in_a_known_session_make_one_cart(shopper):
    """T-RACE-10"""
    clients, product = guests_of_one_session(12), make_product()

    answers = at_once(add(client, product) for client in clients)

    assert_one_cart(answers, clients=clients)


@control
def test_without_the_sessions_digest_first_adds_make_a_cart_each(monkeypatch):
    """T-RACE-18"""
    clients, product = guests_of_one_session(4), make_product()
    monkeypatch.setattr(Visitor, "session_digest", None)

    with meeting(finding, "find", parties=4):
        answers = at_once(add(client, product) for client in clients)

    assert tally(answers) == {(200, ""): 4}
    with pytest.raises(AssertionError):
        assert_one_cart(answers, clients=clients)


def merges(client_of, api: APIClient, *, each: int):
    """Return the first requests of two users who both carry one guest's cart of two pieces.

    Each has a cart with a piece of the same product already.
    """
    product = make_product()
    token = api.post(f"/api/carts/products/{product.pk}/add/", {"quantity": 2}).headers["X-Cart-Token"]
    users = [make_user(), make_user()]
    for user in users:
        make_cart({product: 1}, user=user)
    clients = [client_of(user) for user in users] * each
    return [
        partial(client.get, "/api/carts/products/", headers={"X-Cart-Token": token}) for client in clients
    ]


def assert_merged_once(answers) -> None:
    assert tally(answers) == {(200, ""): len(answers)}
    assert sorted(CartLine.objects.values_list("quantity", flat=True)) == [1, 3]
    assert sorted(Cart.objects.values_list("status", flat=True)) == ["merged", "open", "open"]
    assert breaches() == []


def test_one_guests_cart_is_merged_once(client_of, api):
    """T-SESS-6"""
    assert_merged_once(at_once(merges(client_of, api, each=4)))


@control
def test_without_the_claim_a_guests_cart_is_merged_by_two(client_of, api, bare, monkeypatch):
    """T-RACE-18"""
    sends = merges(client_of, api, each=1)
    monkeypatch.setattr(merging, "_claim", lambda guest: True)
    bare(merging, "_merge")

    with meeting(merging, "_sums", parties=2):
        answers = at_once(sends)

    with pytest.raises(AssertionError):
        assert_merged_once(answers)
    assert list(CartLine.objects.values_list("quantity", flat=True)) == [3, 3]
