"""System checks of the settings: one id per mistake, and the way out in its hint."""

from __future__ import annotations

import re
from datetime import timedelta
from pathlib import Path

import pytest
from django.conf import settings as django_settings
from django.core.checks import Error, Warning, run_checks
from django.core.management import call_command
from rest_framework.permissions import BasePermission, IsAdminUser, IsAuthenticated

from partscatalog.catalog.api.serializers import ProductSerializer
from partscatalog.orders.numbering import OrderNumber
from partscatalog.payments.checks import IDS

ROOT = Path(__file__).resolve().parent.parent
ID = re.compile(r"\bpartscatalog\w*\.[EW][0-9]{3}\b")
HERE = __name__
STRONG = "k7#Qx!vT2m@Zp9&Lr4*Wd8^Yb3$Hn6%Jc1(Fs5)Gt0-Ru"
SHARED = {"default": {"BACKEND": "django.core.cache.backends.redis.RedisCache", "LOCATION": "redis://x"}}
IMMEDIATE = {"ENGINE": "django.db.backends.sqlite3", "OPTIONS": {"transaction_mode": "IMMEDIATE"}}


class EitherWay(BasePermission):
    """A permission that a site adds."""


class Numbers(OrderNumber):
    """A maker of numbers that a site has."""


class Shown(ProductSerializer):
    """A serializer that a site has."""


STAFF_OR_USERS = IsAdminUser | IsAuthenticated


def no_problems(lines):
    """A check of carts that a site has."""
    return []


@pytest.fixture
def site(settings):
    """Set a site's PARTSCATALOG and return what the checks have against it, as (kind, id)."""

    def messages(given=None, *, deploy=False, **changes):
        settings.PARTSCATALOG = given or {"SANDBOX_OUTSIDE_DEBUG": True, "TRUSTED_PROXIES": 0, **changes}
        return run_checks(tags=["partscatalog"], include_deployment_checks=deploy)

    return messages


@pytest.fixture
def databases(monkeypatch):
    """Show the checks other databases than those that the tests are connected to."""
    return lambda **default: monkeypatch.setattr(django_settings, "DATABASES", {"default": default})


@pytest.fixture
def public(settings, databases):
    """A site that is ready for the public, but for what a test breaks."""
    settings.SECRET_KEY = STRONG
    settings.SECRET_KEY_FALLBACKS = []
    settings.CACHES = SHARED
    databases(**IMMEDIATE)
    settings.SESSION_COOKIE_SAMESITE = "Lax"
    return settings


def only(messages):
    (message,) = messages
    assert message.hint
    return type(message), message.id


@pytest.mark.parametrize(
    ("changes", "text", "hint"),
    [
        ({"CURENCY": "NGN"}, "PARTSCATALOG has the unknown key 'CURENCY'", "Did you mean 'CURRENCY'?"),
        ({"site_url": ""}, "PARTSCATALOG has the unknown key 'site_url'", "Known are: CURRENCY, SITE_URL, "),
        ({7: ""}, "PARTSCATALOG has the unknown key 7", "Known are: CURRENCY, SITE_URL, "),
        ({"THROTTLES": {"logins": "1/min"}}, "PARTSCATALOG['THROTTLES'] has", "Did you mean 'login'?"),
        ({"SERIALIZERS": {"produkt": "x.Y"}}, "PARTSCATALOG['SERIALIZERS'] has", "Did you mean 'product'?"),
        ({"PERMISSIONS": {"order": []}}, "PARTSCATALOG['PERMISSIONS'] has", "Did you mean 'orders'?"),
    ],
)
def test_an_unknown_key_is_a_warning_with_the_nearest_name(site, changes, text, hint):
    (message,) = site({"SANDBOX_OUTSIDE_DEBUG": True, **changes})

    assert (type(message), message.id) == (Warning, "partscatalog.W001")
    assert message.msg.startswith(text)
    assert message.hint.startswith(hint)


@pytest.mark.parametrize(
    "changes",
    [
        {"CURRENCY": 566},
        {"SITE_URL": None},
        {"TRUSTED_PROXIES": "1"},
        {"TRUSTED_PROXIES": True},
        {"SEND_MAILS": "no"},
        {"SEND_MAILS": 1},
        {"ORDER_PAYMENT_WINDOW": 24},
        {"THROTTLES": "10/min"},
        {"THROTTLES": {"login": 10}},
        {"THROTTLES": {1: "10/min"}},
        {"THUMBNAIL_SIZES": {"small": (160,)}},
        {"THUMBNAIL_SIZES": {"small": (160, "160")}},
        {"CART_CHECKS": "dealers.checks.minimum"},
        {"CART_CHECKS": [no_problems]},
        {"PERMISSIONS": {"catalog": "rest_framework.permissions.IsAdminUser"}},
        {"PERMISSIONS": ["rest_framework.permissions.IsAdminUser"]},
        {"SERIALIZERS": {"product": Shown}},
        {"PRICE_RULE": None},
        {"PAYMENT_GATEWAYS": ["sandbox"]},
        {"PAYMENT_GATEWAYS": {"sandbox": "x.Gateway"}},
        {"PAYMENT_GATEWAY": None},
    ],
    ids=str,
)
def test_a_value_of_another_type_is_an_error(site, changes):
    assert only(site(**changes)) == (Error, "partscatalog.E002")


@pytest.mark.parametrize("given", [["CURRENCY"], "NGN", 1])
def test_settings_that_are_no_dict_are_an_error(site, given):
    assert only(site(given, deploy=False)) == (Error, "partscatalog.E002")


def test_a_wrong_type_says_which_one_is_right_and_shows_no_value(site):
    """T-LEAK-1."""
    (message,) = site(PAYMENT_GATEWAYS={"paystack": "sk_live_secret"})

    assert message.msg == (
        "PARTSCATALOG['PAYMENT_GATEWAYS'] is not of the type Mapping[str, Mapping[str, Any]]."
    )
    assert "sk_live" not in repr(message)


@pytest.mark.parametrize(
    ("currency", "hint"),
    [
        ("EURO", "Did you mean 'EUR'?"),
        ("ngn", "Did you mean 'NGN'?"),
        ("", "Name one that ISO 4217 lists and shops sell in, such as NGN or EUR."),
        ("XYZ", "Name one that ISO 4217 lists and shops sell in, such as NGN or EUR."),
    ],
)
def test_an_unknown_currency_is_an_error(site, currency, hint):
    messages = site(CURRENCY=currency)

    assert only(messages) == (Error, "partscatalog.E003")
    assert messages[0].hint == hint


@pytest.mark.parametrize(
    "rate",
    ["10", "10/", "/min", "ten/min", "-1/min", "1.5/min", "1_0/min", " 10/min", "٣/min", "10/month", ""],
)
def test_a_rate_that_says_nothing_is_an_error(site, rate):
    messages = site(THROTTLES={"login": rate, "cart": "600/min", "checkout": None})

    assert only(messages) == (Error, "partscatalog.E004")
    assert messages[0].msg.startswith("PARTSCATALOG['THROTTLES']['login']: ")


@pytest.mark.parametrize(
    "url",
    [
        "shop.example.com",
        "//shop.example.com",
        "ftp://shop.example.com",
        "https://",
        "https://:8000",
        "https://shop.example.com/shop",
        "https://shop.example.com?a=b",
        "https://shop.example.com#a",
        "https://me@shop.example.com",
        "https://shop.example.com:port",
        "https://shop.example .com",
        "https://[shop",
        "/shop",
    ],
)
def test_a_site_url_that_is_none_is_an_error(site, url):
    assert only(site(SITE_URL=url)) == (Error, "partscatalog.E005")


@pytest.mark.parametrize(
    "url",
    [
        "",
        "https://shop.example.com",
        "http://localhost:8000/",
        "HTTPS://Shop.Example.com",
        "http://[::1]:8000",
    ],
)
def test_a_site_url_is_scheme_and_host(site, url):
    assert site(SITE_URL=url) == []


SWAPS = [
    ("PRICE_RULE", "{}"),
    ("ORDER_NUMBER", "{}"),
    ("THROTTLE", "{}"),
    ("SERIALIZERS", {"product": "{}"}),
    ("SERIALIZERS", {"category": "{}"}),
    ("SERIALIZERS", {"brand": "{}"}),
    ("SERIALIZERS", {"order": "{}"}),
    ("PERMISSIONS", {"cart": ["rest_framework.permissions.IsAuthenticated", "{}"]}),
    ("CART_CHECKS", ["{}"]),
]


def put(value, path):
    """Return the value with the path where the braces stand."""
    if isinstance(value, dict):
        return {name: put(held, path) for name, held in value.items()}
    return [put(held, path) for held in value] if isinstance(value, list) else value.format(path)


@pytest.mark.parametrize(("key", "value"), SWAPS, ids=str)
@pytest.mark.parametrize("path", ["dealers.rules.Price", f"{HERE}.Nothing", "nothing", "", "tests.broken.x"])
def test_a_dotted_path_that_leads_nowhere_is_an_error(site, key, value, path):
    assert only(site(**{key: put(value, path)})) == (Error, "partscatalog.E006")


def test_a_module_that_fails_when_it_is_imported_is_an_error(site, tmp_path, monkeypatch):
    (tmp_path / "broken_rules.py").write_text("1 / 0\n")
    monkeypatch.syspath_prepend(tmp_path)

    messages = site(PRICE_RULE="broken_rules.Price")

    assert only(messages) == (Error, "partscatalog.E006")
    assert "ZeroDivisionError" in messages[0].msg


@pytest.mark.parametrize(
    ("key", "value", "path"),
    # A class can be called, so that it passes for a check of carts.
    [(*swap, f"{HERE}.STRONG") for swap in SWAPS] + [(*swap, "decimal.Decimal") for swap in SWAPS[:-1]],
    ids=str,
)
def test_a_dotted_path_to_something_else_than_was_promised_is_an_error(site, key, value, path):
    assert only(site(**{key: put(value, path)})) == (Error, "partscatalog.E007")


@pytest.mark.parametrize(
    "changes",
    [
        {"TRUSTED_PROXIES": -1},
        {"IMAGE_MAX_BYTES": 0},
        {"CART_MAX_LINES": 0},
        {"CART_MAX_QUANTITY": -5},
        {"ORDER_PAYMENT_WINDOW": timedelta(0)},
        {"ORDER_GATEWAY_WAIT": timedelta(seconds=-1)},
        {"ACCESS_TOKEN_LIFETIME": timedelta(minutes=-15)},
    ],
    ids=str,
)
def test_a_number_that_is_too_little_is_an_error(site, changes):
    assert only(site(**changes)) == (Error, "partscatalog.E008")


def test_a_catalogs_cache_that_is_none_of_the_sites_is_an_error(site):
    messages = site(CATALOG_CACHE="defualt")

    assert only(messages) == (Error, "partscatalog.E018")
    assert messages[0].hint == "Did you mean 'default'?"


def test_copies_that_live_longer_than_a_second_are_an_error(site):
    assert only(site(CATALOG_CACHE_COPY=timedelta(seconds=1.1))) == (Error, "partscatalog.E008")


@pytest.mark.parametrize(
    "changes",
    [
        {"PASSWORD_RESET_URL": "password/reset"},
        {"PASSWORD_RESET_URL": "//elsewhere.example.com/reset"},
        {"PAYMENT_RETURN_URL": "paid/"},
        {"PAYMENT_RETURN_URL": "javascript:alert(1)"},
        {"PAYMENT_RETURN_URL": "/pa id/"},
        {"PAYMENTS_PATH": ""},
        {"PAYMENTS_PATH": "api/payments/"},
        {"PAYMENTS_PATH": "/api/payments"},
        {"PAYMENTS_PATH": "//payments/"},
        {"PAYMENTS_PATH": "https://shop.example.com/api/payments/"},
    ],
    ids=str,
)
def test_an_address_that_is_none_is_an_error(site, changes):
    assert only(site(**changes)) == (Error, "partscatalog.E009")


def test_moments_without_a_time_zone_are_an_error(site, settings):
    settings.USE_TZ = False

    assert only(site()) == (Error, "partscatalog.E016")


@pytest.mark.parametrize(
    "changes",
    [
        {},
        {"CURRENCY": "KWD", "THROTTLES": {"login": "5/s", "cart": None, "register": "0/day"}},
        {"PASSWORD_RESET_URL": "/password/", "PAYMENT_RETURN_URL": "https://www.example.com/paid?from=shop"},
        {"PAYMENTS_PATH": "/", "IMAGES_PER_PRODUCT": 0, "ORDER_GATEWAY_WAIT": timedelta(0)},
        {"CATALOG_CACHE_LIFETIME": timedelta(0), "CATALOG_CACHE_COPY": timedelta(seconds=1)},
        {"THUMBNAIL_SIZES": {"tiny": [40, 40]}, "CART_CHECKS": [f"{HERE}.no_problems"]},
        {"ORDER_NUMBER": f"{HERE}.Numbers", "SERIALIZERS": {"product": f"{HERE}.Shown"}},
        {"PERMISSIONS": {"orders": [f"{HERE}.EitherWay"], "catalog": (f"{HERE}.STAFF_OR_USERS",)}},
    ],
    ids=str,
)
def test_what_a_site_may_set_is_passed_over(site, changes):
    assert site(**changes) == []


def test_a_site_without_settings_is_passed_over(settings):
    del settings.PARTSCATALOG
    settings.DEBUG = True

    assert run_checks(tags=["partscatalog"]) == []


def test_a_site_that_is_ready_for_the_public_is_passed_over(site, public):
    """T-CONF-6."""
    assert site(deploy=True) == []


def test_proxies_are_asked_for(site, public):
    """T-CONF-6."""
    messages = site({"SANDBOX_OUTSIDE_DEBUG": True}, deploy=True)

    assert only(messages) == (Warning, "partscatalog.W010")


@pytest.mark.parametrize(
    ("backend", "number"),
    [
        ("django.core.cache.backends.locmem.LocMemCache", "partscatalog.W011"),
        ("django.core.cache.backends.dummy.DummyCache", "partscatalog.W012"),
    ],
)
def test_a_cache_that_processes_do_not_share_is_a_warning(site, public, backend, number):
    """T-CONF-6."""
    public.CACHES = {"default": {"BACKEND": backend}}

    assert only(site(deploy=True)) == (Warning, number)


@pytest.mark.parametrize("kind", ["db.DatabaseCache", "filebased.FileBasedCache"])
def test_a_catalogs_cache_that_cannot_count_is_a_warning(site, public, kind):
    slow = {"BACKEND": f"django.core.cache.backends.{kind}", "LOCATION": "x"}
    public.CACHES = {**SHARED, "slow": slow}

    assert only(site(CATALOG_CACHE="slow", deploy=True)) == (Warning, "partscatalog.W017")


@pytest.mark.parametrize(
    "key",
    [
        "k3y",
        STRONG[:31],
        "a" * 64,
        "abcd" * 16,
        "django-insecure-" + STRONG,
        "change-me-" + STRONG,
        "changeme" * 8,
        "your-secret-key-goes-right-here-and-nowhere-else",
        b"bytes",
    ],
)
@pytest.mark.parametrize("place", ["SECRET_KEY", "SECRET_KEY_FALLBACKS"])
def test_a_secret_key_that_can_be_guessed_is_a_warning(site, public, place, key):
    """T-JWT-3, T-CONF-6."""
    setattr(public, place, key if place == "SECRET_KEY" else [STRONG, key])

    messages = site(deploy=True)

    assert only(messages) == (Warning, "partscatalog.W013")
    assert messages[0].msg.startswith(
        "SECRET_KEY is" if place == "SECRET_KEY" else "SECRET_KEY_FALLBACKS[1] is"
    )
    assert len(key) < 5 or str(key) not in repr(messages)


@pytest.mark.parametrize(
    "options", [{}, {"OPTIONS": {"timeout": 20}}, {"OPTIONS": {"transaction_mode": None}}]
)
def test_sqlite_that_refuses_writers_is_a_warning(site, public, databases, options):
    """T-CONF-6."""
    databases(ENGINE="django.db.backends.sqlite3", **options)

    assert only(site(deploy=True)) == (Warning, "partscatalog.W014")


@pytest.mark.parametrize("value", ["None", False, None])
def test_a_session_cookie_for_other_sites_is_a_warning(site, public, value):
    """T-SESS-5, T-CONF-6."""
    public.SESSION_COOKIE_SAMESITE = value

    assert only(site(deploy=True)) == (Warning, "partscatalog.W015")


def test_a_transaction_around_each_request_is_a_warning(site, public, databases):
    """T-CONF-6."""
    databases(**IMMEDIATE, ATOMIC_REQUESTS=True)

    assert only(site(deploy=True)) == (Warning, "partscatalog_payments.W010")


def test_the_public_sites_checks_are_asked_by_deploy_alone(site, public, databases):
    public.SECRET_KEY = "short"
    public.CACHES = {"default": {"BACKEND": "django.core.cache.backends.dummy.DummyCache"}}
    databases(ENGINE="django.db.backends.sqlite3", ATOMIC_REQUESTS=True)
    public.SESSION_COOKIE_SAMESITE = "None"

    assert site({"SANDBOX_OUTSIDE_DEBUG": True}) == []


@pytest.mark.django_db  # from 6.1 on Django looks at the databases, too
def test_manage_py_check_runs_them(site):
    with pytest.raises(Exception, match=r"partscatalog\.E003"):
        call_command("check", *site(CURRENCY="EURO")[1:])


def test_the_documentation_lists_every_id_and_no_other():
    source = "".join(path.read_text() for path in (ROOT / "src").rglob("*.py"))
    gateways = {
        f"partscatalog_payments.{letter}{number}" for letter in "EW" for number in ["002", *IDS.values()]
    }

    listed = re.findall(ID, (ROOT / "docs" / "reference" / "checks.md").read_text())

    assert sorted(listed) == sorted(set(re.findall(ID, source)) | gateways)
