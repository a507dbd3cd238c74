"""How many requests a caller has, who a caller is, and who counts while the cache is away."""

from __future__ import annotations

import re
from concurrent.futures import ThreadPoolExecutor
from types import SimpleNamespace

import pytest
import time_machine
from django.core.cache.backends.base import BaseCache
from django.core.cache.backends.locmem import LocMemCache
from django.test import RequestFactory
from rest_framework.request import Request

from partscatalog.api.throttles import ScopeThrottle, client_address
from partscatalog.testing import make_user

pytestmark = pytest.mark.django_db

CART = "/api/carts/products/"
#: Each scope's limit, the seconds of its window, and a request that is counted in it.
SCOPES = {
    "login": (10, 60, "post", "/api/users/login/"),
    "register": (30, 3600, "post", "/api/users/register/"),
    "password": (10, 3600, "post", "/api/users/password/reset/"),
    "cart": (600, 60, "get", CART),
    "checkout": (120, 60, "post", "/api/orders/orders/create/"),
    "payment": (60, 60, "post", "/api/payments/create/1/"),
}


@pytest.fixture(autouse=True)
def _own_limits(settings):
    """Limit as the package does by itself, and begin with nothing counted."""
    settings.PARTSCATALOG = {}
    LocMemCache("partscatalog-throttles", {}).clear()


@pytest.fixture(autouse=True)
def now():
    """Stop the clock a quarter of a minute after half past ten."""
    with time_machine.travel("2026-01-15T10:30:15Z", tick=False) as traveller:
        yield traveller


@pytest.fixture
def limit(settings):
    """Return what sets the rates of scopes, and other settings beside them."""

    def limit(rates, **others):
        settings.PARTSCATALOG = {"THROTTLES": rates, **others}

    return limit


def statuses(client, count, path=CART, method="get", **extra):
    return [getattr(client, method)(path, **extra).status_code for _ in range(count)]


@pytest.mark.parametrize("scope", SCOPES)
def test_a_scope_has_its_limit_and_begins_anew_with_the_next_window(signed_in, now, scope):
    """T-BRUTE-1, T-BRUTE-4"""
    most, seconds, method, path = SCOPES[scope]
    client = signed_in(make_user())

    allowed = statuses(client, most, path, method)
    refused = getattr(client, method)(path)

    wait = 45 if seconds == 60 else 29 * 60 + 45
    assert 429 not in allowed
    assert (refused.status_code, refused.headers["Retry-After"]) == (429, str(wait))
    assert refused.json() == {
        "detail": f"Request was throttled. Expected available in {wait} seconds.",
        "code": "throttled",
    }
    now.shift(wait - 1)
    assert getattr(client, method)(path).headers["Retry-After"] == "1"
    now.shift(1)
    assert getattr(client, method)(path).status_code == allowed[0]


@pytest.mark.parametrize(
    ("method", "path", "key"),
    [("post", f"{CART}1/add/", "message"), ("patch", "/api/carts/items/1/quantity/", "error")],
)
def test_too_many_requests_are_told_under_the_endpoints_key(api, limit, method, path, key):
    limit({"cart": "0/min"})

    answer = getattr(api, method)(path)

    assert (answer.status_code, answer.headers["Retry-After"]) == (429, "45")
    assert set(answer.json()) == {key, "code"}


@pytest.mark.parametrize(
    "calls",
    [
        [
            ("get", CART),
            ("delete", CART),
            ("post", f"{CART}1/add/"),
            ("patch", "/api/carts/items/1/quantity/"),
        ],
        [("head", CART), ("delete", "/api/carts/items/1/delete/"), ("get", CART)],
        [("post", "/api/orders/orders/create/"), ("post", "/api/orders/orders/1/cancel/")],
        [("post", "/api/payments/create/1/"), ("get", "/api/payments/verify/?reference=x")],
        [
            ("post", "/api/users/password/reset/"),
            ("post", "/api/users/password/reset/confirm/"),
            ("post", "/api/users/password/change/"),
        ],
    ],
)
def test_the_endpoints_of_a_scope_are_counted_together(signed_in, limit, calls):
    client = signed_in(make_user())
    limit(dict.fromkeys(SCOPES, f"{len(calls)}/min"))

    answers = [getattr(client, method)(path).status_code for method, path in [*calls, calls[0]]]

    assert 429 not in answers[:-1]
    assert answers[-1] == 429


@pytest.mark.parametrize("path", ["/api/products/", "/api/users/me/", "/api/orders/orders/"])
def test_reading_the_catalog_and_ones_own_is_not_counted(signed_in, limit, path):
    limit(dict.fromkeys(SCOPES, "0/min"))

    assert signed_in(make_user()).get(path).status_code == 200


def test_a_scope_is_switched_off_by_none_and_keeps_its_default_when_left_out(api, limit):
    limit({"cart": None, "register": "1/s"})

    assert set(statuses(api, 601)) == {200}
    assert statuses(api, 2, "/api/users/register/", "post") == [400, 429]
    assert statuses(api, 11, "/api/users/login/", "post")[9:] == [400, 429]


def test_users_are_counted_each_for_themselves_wherever_they_are(signed_in, api, limit):
    limit({"cart": "1/min"})
    one, other = signed_in(make_user()), signed_in(make_user())

    assert [one.get(CART).status_code, other.get(CART).status_code, api.get(CART).status_code] == [200] * 3
    assert one.get(CART, REMOTE_ADDR="10.0.0.9").status_code == 429


@pytest.mark.parametrize("path", ["/api/users/password/reset/", "/api/users/password/change/"])
def test_passwords_are_counted_per_address_whoever_is_signed_in(signed_in, limit, path):
    limit({"password": "2/min"})

    answers = [signed_in(make_user()).post(path).status_code for _ in range(3)]
    elsewhere = signed_in(make_user()).post(path, REMOTE_ADDR="10.0.0.9").status_code

    assert (answers, elsewhere) == ([400, 400, 429], 400)


def guess(client, email="victim@example.com", **extra):
    body = {"email": email, "password": "wrong"}
    return client.post("/api/users/login/", body, format="json", **extra).status_code


@pytest.mark.parametrize(
    "spelling",
    [
        "VICTIM@example.com",
        " victim@example.com",
        "victim@example.com\t",
        "\u2003" * 300 + "victim@example.com",
        "\uff56ictim@example.com",
        "victim@EXAMPLE.COM" + " " * 10_000,
    ],
)
def test_another_spelling_of_an_email_is_no_other_account(api, spelling):
    """T-BRUTE-3"""
    make_user("victim@example.com")

    assert [guess(api) for _ in range(10)] == [401] * 10
    assert guess(api, spelling) == 429


def test_nobody_can_be_locked_out_by_others_and_nobody_locks_out_the_house(api):
    """T-BRUTE-6"""
    make_user("victim@example.com")

    assert [guess(api) for _ in range(11)][-1] == 429

    assert guess(api, REMOTE_ADDR="10.0.0.9") == 401
    assert guess(api, "neighbour@example.com") == 401


def test_the_right_password_is_no_way_around_the_limit(api):
    """T-BRUTE-1"""
    make_user("victim@example.com")
    [guess(api) for _ in range(10)]

    answer = api.post(
        "/api/users/login/",
        {"email": "victim@example.com", "password": "correct horse battery staple"},
        format="json",
    )

    assert answer.status_code == 429


@pytest.mark.parametrize(
    "header",
    [
        "X-Forwarded-For",
        "X-Real-IP",
        "Forwarded",
        "X-Client-IP",
        "True-Client-IP",
        "CF-Connecting-IP",
        "X-Forwarded-Host",
        "X-Forwarded",
        "Via",
    ],
)
def test_no_header_that_a_client_makes_up_dodges_the_limit(api, limit, header):
    """T-BRUTE-2"""
    limit({"cart": "3/min"})

    answers = [api.get(CART, headers={header: f"for=10.0.0.{n}"}).status_code for n in range(3)]
    answers += [api.get(CART, headers={header: f"10.0.0.{n}"}).status_code for n in range(3)]

    assert answers == [200, 200, 200, 429, 429, 429]


@pytest.mark.parametrize(
    ("proxies", "forwarded", "address"),
    [
        (0, None, "192.0.2.1"),
        (0, "10.0.0.1", "192.0.2.1"),
        (1, "10.0.0.1", "10.0.0.1"),
        (1, "6.6.6.6, 10.0.0.1", "10.0.0.1"),
        (1, " 10.0.0.1 ", "10.0.0.1"),
        (2, "6.6.6.6, 10.0.0.1, 10.0.0.2", "10.0.0.1"),
        # Whoever comes past the proxies, or by one that names no address, is known by the connection alone.
        (1, None, "192.0.2.1"),
        (1, "", "192.0.2.1"),
        (2, "10.0.0.1", "192.0.2.1"),
        (1, "10.0.0.1,", "192.0.2.1"),
        (1, "unknown", "192.0.2.1"),
        (1, "10.0.0.1:4711", "192.0.2.1"),
        (1, "10.0.0.1, x" * 1_000, "192.0.2.1"),
    ],
)
def test_the_address_is_what_the_sites_own_proxies_say(limit, proxies, forwarded, address):
    """T-BRUTE-2"""
    limit({}, TRUSTED_PROXIES=proxies)
    headers = {} if forwarded is None else {"X-Forwarded-For": forwarded}

    request = Request(RequestFactory().get(CART, headers=headers, REMOTE_ADDR="192.0.2.1"))

    assert client_address(request) == address


@pytest.mark.parametrize(
    ("remote", "address"),
    [
        ("2001:db8:1:2:3:4:5:6", "2001:db8:1:2::/64"),
        ("2001:db8:1:2::1", "2001:db8:1:2::/64"),
        ("2001:db8:1:3::1", "2001:db8:1:3::/64"),
        ("::1", "::/64"),
        ("fe80::1%eth0", "fe80::/64"),
        ("::ffff:10.0.0.1", "10.0.0.1"),
        ("::ffff:10.0.0.2", "10.0.0.2"),
        ("", ""),
        ("unix:", "unix:"),
    ],
)
def test_an_ipv6_client_is_its_network_and_a_mapped_one_is_itself(remote, address):
    request = Request(RequestFactory().get(CART, REMOTE_ADDR=remote))

    assert client_address(request) == address


@pytest.mark.parametrize("proxies", [1, 2])
def test_behind_proxies_each_client_has_its_own_limit_and_made_up_entries_dodge_none(api, limit, proxies):
    """T-BRUTE-2"""
    limit({"cart": "2/min"}, TRUSTED_PROXIES=proxies)
    trail = ", 10.9.9.9" * (proxies - 1)

    made_up = [
        api.get(CART, headers={"X-Forwarded-For": f"6.6.6.{n}, 10.0.0.1{trail}"}).status_code
        for n in range(4)
    ]
    other = api.get(CART, headers={"X-Forwarded-For": f"10.0.0.1, 10.0.0.2{trail}"}).status_code

    assert (made_up, other) == ([200, 200, 429, 429], 200)


class Broken(BaseCache):
    """A cache whose server is away."""

    def __init__(self, _location, params):
        super().__init__(params)

    def add(self, *_args, **_kwargs):
        raise ConnectionError

    get = set = incr = delete = touch = clear = add


class Quiet(Broken):
    """A cache whose server is away and that was told to keep quiet about it."""

    def add(self, *_args, **_kwargs):
        return None

    get = set = incr = delete = touch = clear = add


REDIS_AWAY = {"BACKEND": "django_redis.cache.RedisCache", "LOCATION": "redis://127.0.0.1:1/0"}
AWAY = {
    "raising": {"BACKEND": f"{__name__}.Broken"},
    "quiet": {"BACKEND": f"{__name__}.Quiet"},
    "redis": REDIS_AWAY,
    "quiet redis": {**REDIS_AWAY, "OPTIONS": {"IGNORE_EXCEPTIONS": True}},
}


@pytest.mark.parametrize("cache", AWAY)
def test_without_the_cache_login_works_and_is_still_limited(api, settings, cache):
    """T-BRUTE-5"""
    settings.CACHES = {"default": AWAY[cache]}
    make_user("victim@example.com")

    assert [guess(api) for _ in range(12)] == [401] * 10 + [429] * 2
    assert guess(api, "neighbour@example.com") == 401


def test_no_two_requests_of_the_same_moment_are_counted_as_one(limit):
    limit({"cart": "100/min"})
    view = SimpleNamespace(throttle_subject=lambda _request: "address:10.0.0.1")

    with ThreadPoolExecutor(8) as pool:
        allowed = list(
            pool.map(lambda _: ScopeThrottle("cart").allow_request(None, view), range(400))  # type: ignore[arg-type]
        )

    assert (allowed.count(True), allowed.count(False)) == (100, 300)


def test_what_is_counted_names_nobody(api, monkeypatch):
    """T-LOG-2: an e-mail is personal data, and a key of the cache is read by many."""
    keys: list[str] = []

    class Noting(LocMemCache):
        def add(self, key, *args, **kwargs):
            keys.append(key)
            return super().add(key, *args, **kwargs)

    monkeypatch.setattr("partscatalog.caching.caches", {"default": Noting("keys", {})})

    guess(api)

    assert len(keys) == 1
    assert re.fullmatch(r"partscatalog:throttle:login:\d+:[0-9a-f]{64}", keys[0])
