"""Carts, throttles, sessions and kept answers while the site's Redis is none."""

from __future__ import annotations

import time
from contextlib import ExitStack
from typing import TYPE_CHECKING, Any

import pytest
from django.contrib.auth import SESSION_KEY
from django.core.cache import caches
from django.core.cache.backends.locmem import LocMemCache
from rest_framework.test import APIClient

from config import environment
from partscatalog import caching
from partscatalog.sessions import SessionStore
from partscatalog.testing import make_category, make_product, make_user
from partscatalog.testing.factories import PASSWORD
from tests.false_redis import ANSWERS, closed_port, no_redis

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from tests.false_redis import Port

pytestmark = pytest.mark.django_db(transaction=True)

CART = "/api/carts/products/"
ADDRESS = {"shipping_address": "1 Marina Rd, Lagos", "phone": "+2348012345678"}


@pytest.fixture
def redis(settings) -> Iterator[Callable[[str], Port]]:
    """``redis(kind)`` sets the site up, as its ``REDIS_URL`` does, with a port that is no Redis.

    Protocol 3 begins with a greeting, which most of them fail at; with protocol 2 all that is asked later
    is answered as wrongly.
    """
    with ExitStack() as stack:

        def use(kind: str, protocol: int = 3) -> Port:
            port = stack.enter_context(no_redis(kind))
            shop_on(settings, f"{port.url}?protocol={protocol}")
            return port

        yield use


def shop_on(settings: Any, url: str) -> None:
    settings.CACHES = environment.redis_caches(url)
    settings.SESSION_ENGINE = "partscatalog.sessions"
    settings.SESSION_CACHE_ALIAS = "sessions"
    settings.PARTSCATALOG = {}
    LocMemCache("partscatalog-throttles", {}).clear()


def buy() -> None:
    """Look, fill a cart as a guest with a session, and order it."""
    piston = make_product("Piston", category=make_category("Engine"), stock=9)
    guest, buyer = APIClient(), make_user("buyer@example.com")
    statuses = [
        guest.get("/api/products/").status_code,
        guest.get("/api/categories/engine/products/piston/").status_code,
        guest.post(f"{CART}{piston.pk}/add/").status_code,
        guest.post(f"{CART}{piston.pk}/add/").status_code,
    ]
    assert statuses == [200] * 4
    (line,) = guest.get(CART).json()["items"]
    assert line["quantity"] == 2

    login = {"email": buyer.email, "password": PASSWORD}
    signed = guest.post("/api/users/login/", login, format="json")
    guest.credentials(HTTP_AUTHORIZATION=f"Bearer {signed.json()['access_token']}")
    order = guest.post("/api/orders/orders/create/", ADDRESS, format="json")

    assert order.status_code == 201, order.json()
    assert guest.get("/api/categories/engine/products/piston/").json()["stock"] == 7


@pytest.mark.parametrize("parser", ["redis.connection.DefaultParser", "redis.connection._RESP2Parser"])
@pytest.mark.parametrize("protocol", [2, 3])
@pytest.mark.parametrize("kind", ANSWERS)
def test_a_shop_goes_on_whatever_the_port_of_its_redis_answers(redis, settings, kind, protocol, parser):
    """With hiredis and without; each has errors of its own."""
    redis(kind, protocol)
    for cache in settings.CACHES.values():
        cache["OPTIONS"]["PARSER_CLASS"] = parser

    buy()


def test_a_redis_that_hangs_is_asked_once_by_throttles_sessions_and_catalog_together(redis, monkeypatch):
    monkeypatch.setattr(caching, "REST_SECONDS", 60)
    port = redis("silent")

    buy()

    assert port.connections == 1


def test_after_the_rest_it_is_asked_once_more(redis, monkeypatch):
    monkeypatch.setattr(caching, "REST_SECONDS", 60)
    port = redis("silent")
    piston = make_product()
    guest = APIClient()
    guest.post(f"{CART}{piston.pk}/add/")

    for breaker in caching._breakers.values():
        breaker.until = time.monotonic()
    answers = [guest.post(f"{CART}{piston.pk}/add/").status_code for _time in range(5)]

    assert (answers, port.connections) == ([200] * 5, 2)


def test_one_cache_that_is_away_leaves_the_others_alone(settings):
    with closed_port() as url:
        settings.CACHES = {
            **environment.redis_caches(url),
            "near": {"BACKEND": "django.core.cache.backends.locmem.LocMemCache"},
        }
        with pytest.raises(caching.Away):
            caching.ask("default", "get", "x")

        assert caching.ask("near", "add", "x", 1) is True
        with pytest.raises(caching.Away):
            caching.ask("sessions", "get", "x")


LOCMEM = {"BACKEND": "django.core.cache.backends.locmem.LocMemCache", "LOCATION": "sessions"}


@pytest.fixture
def kept(settings) -> Any:
    """The cache of sessions while it answers."""
    settings.CACHES = {"default": LOCMEM}
    caches["default"].clear()
    return caches["default"]


def stored(**values: Any) -> SessionStore:
    """Return a new session that holds the values."""
    session = SessionStore()
    session.update(values)
    session.save()
    return session


def test_a_guests_session_is_read_from_its_copy(kept, django_assert_num_queries):
    key = stored(cart=5).session_key

    with django_assert_num_queries(0):
        assert SessionStore(key)["cart"] == 5
    kept.clear()
    with django_assert_num_queries(1):
        assert SessionStore(key)["cart"] == 5
    with django_assert_num_queries(0):
        assert SessionStore(key)["cart"] == 5


@pytest.mark.parametrize("kind", ANSWERS)
def test_sessions_live_in_their_rows_whatever_the_cache_answers(redis, kind):
    redis(kind, protocol=2)

    key = stored(cart=5).session_key
    again = SessionStore(key)
    assert again["cart"] == 5
    again["cart"] = 6
    again.save()

    assert SessionStore(key)["cart"] == 6
    again.flush()
    assert SessionStore(key).get("cart") is None


def test_a_login_that_ended_while_the_cache_was_away_does_not_come_back_with_it(kept, settings):
    session = stored(cart=5, **{SESSION_KEY: "1"})
    key, near = session.session_key, settings.CACHES
    assert SessionStore(key)[SESSION_KEY] == "1"
    with closed_port() as url:
        shop_on(settings, url)
        SessionStore(key).flush()

    settings.CACHES = near
    settings.SESSION_CACHE_ALIAS = "default"

    assert SessionStore(key).get(SESSION_KEY) is None


def test_a_login_leaves_no_copy_of_the_guest_behind(kept):
    session = stored(cart=5)
    session[SESSION_KEY] = "1"
    session.save()

    assert SessionStore(session.session_key)[SESSION_KEY] == "1"
