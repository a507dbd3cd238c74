"""GET orders/ and orders/<id>/: one's own, bounded, newest first."""

from __future__ import annotations

import pytest

from partscatalog.testing import make_product, make_user

from .conftest import URL, place

pytestmark = pytest.mark.django_db


def test_lists_ones_own_orders_newest_first(shop, buyer):
    """T-IDOR-1"""
    first, second = place(buyer, {make_product(): 1}), place(buyer, {make_product(): 2})
    place(make_user(), {make_product(): 1})

    answer = shop.get(URL)

    assert answer.status_code == 200
    assert [order["id"] for order in answer.json()] == [second.pk, first.pk]
    assert [item["quantity"] for order in answer.json() for item in order["items"]] == [2, 1]
    assert answer.headers["Cache-Control"] == "private, no-store"


def test_pages_through_all_orders_and_back(shop, buyer):
    product = make_product()
    orders = [place(buyer, {product: 1}).pk for _ in range(5)][::-1]

    first = shop.get(URL, {"page_size": 2, "count": "true"})
    second = shop.get(first.headers["Link"].partition(">")[0].strip("<"))
    third = shop.get(second.headers["Link"].split(">")[0].strip("<"))
    back = shop.get(third.headers["Link"].split(">")[0].strip("<"))

    assert first.headers["X-Total-Count"] == "5"
    assert [[order["id"] for order in page.json()] for page in (first, second, third)] == [
        orders[:2],
        orders[2:4],
        orders[4:],
    ]
    assert third.headers["Link"].endswith('rel="prev"')
    assert back.json() == second.json()


@pytest.mark.parametrize(
    "query",
    [{"page_size": "0"}, {"page_size": "201"}, {"page_size": "x"}, {"cursor": "x"}, {"count": "maybe"}],
)
def test_refuses_a_page_that_is_none(shop, query):
    answer = shop.get(URL, query)

    assert (answer.status_code, answer.json()["code"]) == (400, "invalid")
    assert list(answer.json()) == [*query, "code"]


def test_shows_one_order_with_its_history(shop, buyer):
    order = place(buyer, {make_product(): 1})
    event = order.events.get()

    answer = shop.get(f"{URL}{order.pk}/").json()

    assert (answer["id"], answer["total_amount"], answer["user"]) == (order.pk, "2500.00", buyer.pk)
    assert answer["history"] == [
        {
            "from": None,
            "to": "pending",
            "by": "customer",
            "reason": "",
            "at": event.at.strftime("%Y-%m-%dT%H:%M:%SZ"),
        }
    ]


def test_shows_another_ones_order_to_nobody(signed_in, buyer):
    """T-IDOR-1"""
    order = place(buyer, {make_product(): 1})
    stranger = signed_in(make_user())

    foreign = stranger.get(f"{URL}{order.pk}/")
    missing = stranger.get(f"{URL}{order.pk + 1}/")

    assert (foreign.status_code, foreign.json()) == (404, {"detail": "Not found.", "code": "not_found"})
    assert missing.content == foreign.content


@pytest.mark.parametrize("pk", [0, 2**31, 2**63, 10**30])
def test_knows_no_order_of_an_odd_id(shop, pk):
    """T-FUZZ-3"""
    assert shop.get(f"{URL}{pk}/").status_code == 404


@pytest.mark.parametrize("method", ["put", "patch", "delete"])
def test_changes_no_placed_order(shop, buyer, method):
    """T-MASS-3"""
    order = place(buyer, {make_product(): 1})

    answer = getattr(shop, method)(f"{URL}{order.pk}/", {"status": "paid"}, format="json")

    assert (answer.status_code, answer.json()["code"]) == (405, "method_not_allowed")


@pytest.mark.parametrize("path", [URL, f"{URL}1/", f"{URL}1/cancel/"])
def test_needs_a_person(api, path):
    """T-AUTHN-1, T-JWT-8"""
    answer = api.post(path) if path.endswith("cancel/") else api.get(path)

    assert (answer.status_code, answer.headers["WWW-Authenticate"]) == (401, "Bearer")


@pytest.mark.parametrize("size", [1, 5])
def test_lists_in_two_statements_whatever_the_page_size(shop, buyer, statements, size):
    product = make_product()
    for _ in range(5):
        place(buyer, {product: 1})

    with statements() as ran:
        shop.get(URL, {"page_size": size})

    assert len(ran) - 1 == 2, ran.sql


def test_shows_one_order_in_three_statements(shop, buyer, statements):
    order = place(buyer, {make_product(): 1, make_product(): 2})

    with statements() as ran:
        shop.get(f"{URL}{order.pk}/")

    assert len(ran) - 1 == 3, ran.sql
