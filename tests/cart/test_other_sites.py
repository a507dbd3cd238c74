"""What a page of another site can do with the cookie that a browser sends along: nothing."""

from __future__ import annotations

import pytest
from rest_framework.test import APIClient

from partscatalog.cart.models import Cart, CartLine
from partscatalog.cart.services import closing
from partscatalog.testing import make_product, make_user

from .conftest import CART, EMPTY, Guest, add, deletion_of, quantities, quantity_of

pytestmark = pytest.mark.django_db

HOME, ELSEWHERE = "http://testserver", "https://evil.example"
FROM = [
    ({}, True),
    ({"Origin": HOME}, True),
    ({"Origin": HOME, "Sec-Fetch-Site": "cross-site"}, True),
    ({"Origin": "https://shop.example"}, True),
    ({"Origin": "https://www.partner.example"}, True),
    ({"Origin": "https://partner.example"}, True),
    ({"Sec-Fetch-Site": "same-origin"}, True),
    ({"Sec-Fetch-Site": "none"}, True),
    ({"Origin": ELSEWHERE}, False),
    ({"Origin": ELSEWHERE, "Sec-Fetch-Site": "same-origin"}, False),
    ({"Origin": "null"}, False),
    ({"Origin": ""}, False),
    ({"Origin": "https://testserver"}, False),
    ({"Origin": "http://testserver:8000"}, False),
    ({"Origin": "http://testserver.evil.example"}, False),
    ({"Origin": "http://www.partner.example"}, False),
    ({"Origin": "https://evilpartner.example"}, False),
    ({"Origin": "https://["}, False),
    ({"Origin": "https://[x]"}, False),
    ({"Sec-Fetch-Site": "cross-site"}, False),
    ({"Sec-Fetch-Site": "same-site"}, False),
    ({"Sec-Fetch-Site": "x"}, False),
]


@pytest.fixture
def _partners(settings):
    settings.CSRF_TRUSTED_ORIGINS = ["https://shop.example", "https://*.partner.example"]


def send_writes(client, product, **extra):
    """Send each request that changes a cart and return the answers, with the key of their text."""
    item = CartLine.objects.latest("pk").pk
    return [
        (client.post(f"{CART}{product.pk}/add/", **extra), "message"),
        (client.patch(quantity_of(item), **extra), "error"),
        (client.delete(deletion_of(item), **extra), "detail"),
        (client.delete(CART, **extra), "detail"),
    ]


@pytest.mark.usefixtures("_partners")
@pytest.mark.parametrize(("headers", "is_own"), FROM, ids=str)
def test_another_sites_page_changes_nothing_in_the_sessions_cart(headers, is_own):
    """T-CSRF-1"""
    product = make_product()
    browser = Guest(product).browser

    answers = send_writes(browser, product, headers=headers)

    if is_own:
        assert [answer.status_code for answer, _key in answers] == [200, 200, 200, 204]
    else:
        text = "This request came from another site."
        refusals = [(403, {key: text, "code": "cross_site"}) for _answer, key in answers]
        assert [(answer.status_code, answer.json()) for answer, _key in answers] == refusals
        assert quantities() == [1]


@pytest.mark.parametrize("by", ["token", "user"])
def test_what_no_browser_sends_by_itself_is_taken_from_everywhere(signed_in, by):
    """T-CSRF-1"""
    product = make_product()
    if by == "token":
        client = Guest(product).hands_to(APIClient(), "token")
    else:
        client = signed_in(make_user())
        add(client, product)

    answers = send_writes(client, product, headers={"Origin": ELSEWHERE})

    assert [answer.status_code for answer, _key in answers] == [200, 200, 200, 204]


@pytest.mark.parametrize("has_session", [False, True])
def test_another_sites_first_add_gets_a_token_and_plants_no_cookie(api, has_session):
    """T-CSRF-1"""
    product = make_product()
    if has_session:
        add(api, product)
        closing.close(Cart.objects.get().pk)

    answer = api.post(f"{CART}{product.pk}/add/", headers={"Origin": ELSEWHERE})

    assert (answer.status_code, dict(answer.cookies)) == (200, {})
    assert api.get(CART).json() == EMPTY
    assert api.get(CART, headers={"X-Cart-Token": answer.headers["X-Cart-Token"]}).json()["items"]


@pytest.mark.parametrize("headers", [{}, {"Sec-Fetch-Site": "cross-site"}], ids=["its own", "another site"])
@pytest.mark.parametrize("method", ["get", "head"])
def test_looking_at_a_guests_cart_changes_nothing_wherever_the_link_stood(statements, method, headers):
    """T-CSRF-2"""
    guest = Guest(make_product())

    with statements() as ran:
        answer = getattr(guest.browser, method)(CART, headers=headers)

    assert (answer.status_code, dict(answer.cookies)) == (200, {})
    assert answer.data["cart_id"] == guest.cart.pk
    assert [sql for sql in ran.sql if not sql.startswith("SELECT")] == []
