"""Whose cart a request is about: what proves a visitor, and what does not."""

from __future__ import annotations

import base64
import math

import pytest
from django.contrib.sessions.models import Session
from django.core import signing
from rest_framework.test import APIClient

from partscatalog.api import tokens
from partscatalog.cart.models import Cart, CartLine
from partscatalog.cart.services import closing, merging, purging
from partscatalog.cart.services.laws import violations
from partscatalog.testing import make_cart, make_product, make_user

from .conftest import (
    CART,
    DELIVERY,
    EMPTY,
    ORDERS,
    Guest,
    add,
    deletion_of,
    quantities,
    quantity_of,
)

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize("chosen", ["a" * 32, "x", "0123456789abcdefghijklmnopqrstuv", "../../etc/passwd"])
def test_a_session_that_the_client_made_up_is_not_adopted(api, settings, chosen):
    """T-SESS-1"""
    api.cookies[settings.SESSION_COOKIE_NAME] = chosen

    given = add(api, make_product()).cookies[settings.SESSION_COOKIE_NAME].value

    assert given != chosen
    assert list(Session.objects.values_list("session_key", flat=True)) == [given]
    api.cookies[settings.SESSION_COOKIE_NAME] = chosen
    assert api.get(CART).json() == EMPTY


@pytest.mark.parametrize("engine", ["db", "cache", "cached_db", "signed_cookies"])
def test_who_knows_the_cookie_of_a_cart_learns_nothing_of_its_order(settings, signed_in, engine):
    """T-SESS-2, T-ORDER-2"""
    settings.SESSION_ENGINE = f"django.contrib.sessions.backends.{engine}"
    guest = Guest(make_product())
    item = CartLine.objects.get().pk
    thief = guest.hands_to(APIClient(), "session")
    buyer = guest.hands_to(signed_in(make_user()), "session")

    order = buyer.post(f"{ORDERS}create/", DELIVERY, format="json").json()["id"]

    assert [client.get(CART).json() for client in (thief, guest.browser, buyer)] == [EMPTY] * 3
    assert [thief.get(f"{ORDERS}{path}").status_code for path in ("", f"{order}/")] == [401, 401]
    assert thief.patch(quantity_of(item)).status_code == 404
    assert thief.delete(deletion_of(item)).status_code == 404
    assert buyer.patch(quantity_of(item)).status_code == 404


def test_neither_cookie_nor_token_can_be_guessed(settings):
    """T-SESS-3"""
    product = make_product()
    guests = [Guest(product) for _ in range(3)]

    keys = [guest.browser.cookies[settings.SESSION_COOKIE_NAME].value for guest in guests]
    signatures = [guest.token.rpartition(":")[2] for guest in guests]

    assert len({*keys, *signatures}) == 6
    assert all(key.isalnum() and key.islower() for key in keys)
    assert min(len(key) * math.log2(36) for key in keys) >= 128
    assert min(len(base64.urlsafe_b64decode(f"{text}=")) * 8 for text in signatures) >= 128


NO_CART = {
    "looking": lambda client: client.get(CART),
    "looking for HEAD": lambda client: client.head(CART),
    "emptying": lambda client: client.delete(CART),
    "changing nothing": lambda client: client.patch(quantity_of(1)),
    "deleting nothing": lambda client: client.delete(deletion_of(1)),
    "adding a product that is sold out": lambda client: add(client, make_product(stock=0)),
    "adding no product": lambda client: client.post(f"{CART}1/add/"),
    "a token that is none": lambda client: client.get(CART, headers={"X-Cart-Token": "cart:1:x"}),
    "looking at the catalog": lambda client: client.get("/api/products/"),
}


@pytest.mark.parametrize("ask", NO_CART.values(), ids=NO_CART)
def test_who_has_no_cart_gets_neither_session_nor_token(api, ask):
    """T-SESS-4"""
    answer = ask(api)

    assert not answer.cookies
    assert "X-Cart-Token" not in answer.headers
    assert (Session.objects.count(), Cart.objects.count()) == (0, 0)


def test_a_user_gets_neither_session_nor_token_and_a_token_makes_no_session(signed_in):
    """T-SESS-4"""
    product = make_product()
    guest = Guest(product)
    clients = [signed_in(make_user()), guest.hands_to(APIClient(), "token")]

    answers = [add(client, product) for client in clients]

    assert [answer.status_code for answer in answers] == [200, 200]
    assert not any(answer.cookies or "X-Cart-Token" in answer.headers for answer in answers)
    assert Session.objects.count() == 1
    assert quantities() == [2, 1]


@pytest.mark.parametrize("secure", [False, True])
def test_the_cookie_is_for_this_site_alone_and_no_script_reads_it(api, settings, secure):
    """T-SESS-5"""
    settings.SESSION_COOKIE_SECURE = secure

    cookie = add(api, make_product()).cookies[settings.SESSION_COOKIE_NAME]

    assert (cookie["httponly"], cookie["samesite"], bool(cookie["secure"])) == (True, "Lax", secure)


def signed(text, *, salt="partscatalog.visitor", key=None):
    return signing.Signer(salt=salt, key=key).sign(text)


FORGED = {
    "the bare id": lambda pk, token: f"{pk}",
    "no signature": lambda pk, token: f"cart:{pk}",
    "another cart's signature": lambda pk, token: f"cart:{pk}:{token.rpartition(':')[2]}",
    "one letter less": lambda pk, token: signed(f"cart:{pk}")[:-1],
    "another use of the key": lambda pk, token: signed(f"cart:{pk}", salt="django.core.signing"),
    "another key": lambda pk, token: signed(f"cart:{pk}", key="guessed"),
    "another kind of row": lambda pk, token: signed(f"order:{pk}"),
    "no row": lambda pk, token: signed(f"cart:{pk + 9}"),
    "too long": lambda pk, token: token + "x" * 10_000,
    "no ASCII": lambda pk, token: f"cart:{pk}:\xe9\xff",
    "two of them": lambda pk, token: f"{token}, {token}",
    "somebody's access token": lambda pk, token: tokens.issue(make_user(), "access"),
}


@pytest.mark.parametrize("forge", FORGED.values(), ids=FORGED)
def test_a_token_that_is_not_ours_counts_as_none(api, forge):
    """T-IDOR-4"""
    product = make_product()
    victim = make_cart({product: 2})
    own = Guest(product)
    headers = {"X-Cart-Token": forge(victim.pk, own.token)}

    assert api.get(CART, headers=headers).json() == EMPTY
    assert api.patch(quantity_of(victim.lines.get().pk), headers=headers).status_code == 404
    assert own.browser.get(CART, headers=headers).json()["cart_id"] == own.cart.pk
    assert quantities() == [2, 1]


def test_a_token_outlives_a_change_of_keys_as_long_as_the_site_lists_the_old_one(api, settings):
    guest = Guest(make_product())
    old, settings.SECRET_KEY = settings.SECRET_KEY, "another key that is long enough to sign with it"
    client = guest.hands_to(APIClient(), "token")

    settings.SECRET_KEY_FALLBACKS = [old]
    assert client.get(CART).json()["cart_id"] == guest.cart.pk
    settings.SECRET_KEY_FALLBACKS = []
    assert client.get(CART).json() == EMPTY


NAMED = {
    "query": {"QUERY_STRING": "cart={pk}&cart_id={pk}&user={user}&session={pk}"},
    "headers": {
        "HTTP_X_CART_ID": "{pk}",
        "HTTP_CART_ID": "{pk}",
        "HTTP_X_CART": "{pk}",
        "HTTP_X_USER": "{user}",
    },
    "cookies": {"HTTP_COOKIE": "cart={pk}; cart_id={pk}; partscatalog_cart={pk}; user={user}"},
}


@pytest.mark.parametrize("named", NAMED.values(), ids=NAMED)
@pytest.mark.parametrize("of_user", [False, True])
def test_no_request_chooses_another_ones_cart(signed_in, named, of_user):
    """T-IDOR-4"""
    user = make_user() if of_user else None
    product = make_product()
    victim = make_cart({product: 2}, user=user)
    extra = {key: text.format(pk=victim.pk, user=user and user.pk) for key, text in named.items()}

    for client in (APIClient(), signed_in(make_user())):
        assert client.get(CART, **extra).json() == EMPTY
        body = {"cart": victim.pk, "cart_id": victim.pk, "user": user and user.pk}
        assert client.post(f"{CART}{product.pk}/add/", body, format="json", **extra).status_code == 200

    assert quantities() == [2, 1, 1]


@pytest.mark.parametrize("has_cart", [False, True], ids=["without a cart", "with a cart"])
@pytest.mark.parametrize("is_user", [False, True], ids=["a guest", "a user"])
@pytest.mark.parametrize("of_user", [False, True], ids=["of a guest", "of a user"])
def test_another_ones_item_looks_like_a_missing_one(signed_in, has_cart, is_user, of_user):
    """T-IDOR-3"""
    product = make_product()
    item = make_cart({product: 2}, user=make_user() if of_user else None).lines.get().pk
    client = signed_in(make_user()) if is_user else APIClient()
    if has_cart:
        add(client, product)

    answers = [
        [
            client.patch(quantity_of(pk)),
            client.patch(quantity_of(pk), {"quantity": 1}, format="json"),
            client.delete(deletion_of(pk)),
        ]
        for pk in (item, 999_999)
    ]

    assert [(answer.status_code, answer.json()["code"]) for answer in answers[0]] == [(404, "not_found")] * 3
    assert [answer.content for answer in answers[0]] == [answer.content for answer in answers[1]]
    assert quantities() == [2] + [1] * has_cart


def purge(cart):
    Cart.objects.update(changed_at="2000-01-01T00:00:00Z")
    purging.purge()


def merge(cart):
    user = make_user()
    make_cart({make_product(): 1}, user=user)
    merging.merge(guest=cart, user=user)


#: What ends a guest's cart.
ENDS = {
    "ordered": lambda cart: closing.close(cart.pk),
    "merged": merge,
    "adopted": lambda cart: merging.merge(guest=cart, user=make_user()),
    "purged": purge,
}


@pytest.mark.parametrize(
    ("by", "has_session"), [("token", False), ("session", False), ("session", True)], ids=str
)
@pytest.mark.parametrize("end", ENDS.values(), ids=ENDS)
def test_a_cart_that_has_ended_counts_as_absent_and_the_next_add_makes_another(end, by, has_session):
    """T-ORDER-2, T-SESS-6"""
    product = make_product()
    guest = Guest(product, 3, has_session=has_session)
    client = guest.hands_to(APIClient(), by)
    item = guest.cart.lines.get().pk
    end(guest.cart)

    assert client.get(CART).json() == EMPTY
    assert [client.patch(quantity_of(item)).status_code, client.delete(deletion_of(item)).status_code] == [
        404
    ] * 2
    assert client.delete(CART).status_code == 204
    token = add(client, product).headers["X-Cart-Token"]

    shown = APIClient().get(CART, headers={"X-Cart-Token": token}).json()
    assert shown["cart_id"] != guest.cart.pk
    assert [line["quantity"] for line in shown["items"]] == [1]
    assert Cart.objects.guests().count() == 1
    assert list(violations()) == []


def test_the_session_lets_go_of_a_cart_that_a_user_took_over(signed_in):
    """T-SESS-2"""
    buyer = Guest(make_product()).hands_to(signed_in(make_user()), "session")

    buyer.get(CART)

    assert Session.objects.get().get_decoded() == {}


def test_a_host_without_sessions_has_carts_by_token(api, settings):
    settings.MIDDLEWARE = ["django.middleware.common.CommonMiddleware"]
    product = make_product()
    guest = Guest(product)

    assert api.get(CART).json() == EMPTY
    assert add(guest.hands_to(api, "token"), product).status_code == 200
    assert api.get(CART).json()["cart_id"] == guest.cart.pk
    assert quantities() == [2]
