"""How the demo site starts, or refuses to."""

from __future__ import annotations

import json
from typing import Any

import pytest

from tests.example.site import KEY, PRODUCTION, manage


@pytest.mark.parametrize(
    ("variables", "missing"),
    [
        ({"DEBUG": "0"}, "SECRET_KEY"),
        ({"DEBUG": "0", "SECRET_KEY": KEY}, "ALLOWED_HOSTS"),
    ],
)
def test_refuses_to_start_outside_debug_without(variables, missing):
    result = manage("check", **variables)

    assert result.returncode != 0
    assert f"{missing} is not set" in result.stderr


def test_refuses_to_start_outside_debug_with_a_key_that_can_be_guessed():
    result = manage("check", **{**PRODUCTION, "SECRET_KEY": "short-and-guessable"})

    assert result.returncode != 0
    assert "SECRET_KEY can be guessed" in result.stderr
    assert "short-and-guessable" not in result.stderr


@pytest.mark.parametrize("name", ["REDIS_URL", "CELERY_BROKER_URL"])
def test_refuses_to_start_with_a_service_of_another_kind(name):
    result = manage("check", **{name: "http://x"})

    assert result.returncode != 0
    assert f"{name} begins with 'http'" in result.stderr


def settings(*names: str, **variables: str) -> dict[str, Any]:
    """Return settings of the site as they are under these variables."""
    code = (
        "import json; from django.conf import settings; "
        f"print(json.dumps([getattr(settings, name) for name in {names}]))"
    )
    result = manage("shell", "-v", "0", "-c", code, **variables)
    assert result.returncode == 0, result.stderr
    return dict(zip(names, json.loads(result.stdout), strict=True))


SECURE = (
    "SECURE_SSL_REDIRECT",
    "SESSION_COOKIE_SECURE",
    "CSRF_COOKIE_SECURE",
    "SECURE_HSTS_INCLUDE_SUBDOMAINS",
)


@pytest.mark.parametrize(
    ("variables", "expected"),
    [(PRODUCTION, True), ({**PRODUCTION, "HTTPS": "off"}, False), ({}, False)],
)
def test_https_is_on_outside_debug_unless_switched_off(variables, expected):
    """T-SESS-5."""
    assert settings(*SECURE, **variables) == dict.fromkeys(SECURE, expected)


def test_the_variables_reach_the_shop():
    shop = settings(
        "PARTSCATALOG",
        SITE_URL="https://shop.example.com/",
        TRUSTED_PROXIES="2",
        THROTTLES="off",
        SANDBOX_OUTSIDE_DEBUG="1",
        PAYMENT_GATEWAY="paystack",
    )["PARTSCATALOG"]

    assert shop["SITE_URL"] == "https://shop.example.com"
    assert shop["TRUSTED_PROXIES"] == 2
    assert set(shop["THROTTLES"].values()) == {None}
    assert shop["SANDBOX_OUTSIDE_DEBUG"] is True
    assert shop["PAYMENT_GATEWAY"] == "paystack"


@pytest.mark.parametrize(("variables", "gateway"), [({}, "sandbox"), (PRODUCTION, "paystack")])
def test_the_default_gateway_follows_debug(variables, gateway):
    assert settings("PARTSCATALOG", **variables)["PARTSCATALOG"]["PAYMENT_GATEWAY"] == gateway


def test_redis_holds_cache_and_sessions_and_the_broker_gets_the_jobs():
    names = ("SESSION_ENGINE", "SESSION_CACHE_ALIAS", "CELERY_BROKER_URL")

    found = settings(
        *names, "CACHES", REDIS_URL="redis://127.0.0.1:6379/9", CELERY_BROKER_URL="redis://127.0.0.1:6379/8"
    )

    assert {alias: cache["LOCATION"] for alias, cache in found["CACHES"].items()} == {
        "default": "redis://127.0.0.1:6379/9",
        "sessions": "redis://127.0.0.1:6379/9",
    }
    assert [found[name] for name in names] == [
        "partscatalog.sessions",
        "sessions",
        "redis://127.0.0.1:6379/8",
    ]


@pytest.mark.parametrize("variables", [{}, {**PRODUCTION, "PAYSTACK_BASE_URL": "http://127.0.0.1:9001"}])
def test_no_check_stops_a_command(variables):
    assert manage("check", **variables).returncode == 0
