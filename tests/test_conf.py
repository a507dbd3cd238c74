"""The settings object: lazy, frozen, and always what the site says now."""

from __future__ import annotations

import subprocess
import sys
from dataclasses import FrozenInstanceError
from datetime import timedelta
from decimal import Decimal

import pytest
from django.test import override_settings

from partscatalog.conf import DEFAULT_THROTTLES, Settings, get_settings, swap

LAZY = """
import sys
from partscatalog import conf
import partscatalog.exceptions, partscatalog.money
try:
    conf.get_settings()
except Exception as error:
    print(type(error).__name__)
"""


def test_the_defaults_are_a_working_shop(settings):
    del settings.PARTSCATALOG

    shop = get_settings()

    assert shop == Settings()
    assert (shop.CURRENCY, shop.SITE_URL, shop.TRUSTED_PROXIES) == ("NGN", "", 0)
    assert (shop.CART_MAX_LINES, shop.CART_MAX_QUANTITY) == (200, 9_999)
    assert (timedelta(hours=24), timedelta(hours=72)) == (shop.ORDER_PAYMENT_WINDOW, shop.ORDER_GATEWAY_WAIT)
    assert {scope: shop.throttle(scope) for scope in DEFAULT_THROTTLES} == {
        "login": "10/min",
        "register": "30/hour",
        "password": "10/hour",
        "cart": "600/min",
        "checkout": "120/min",
        "payment": "60/min",
    }


def test_follows_override_settings_and_comes_back():
    before = get_settings()

    with override_settings(PARTSCATALOG={"CURRENCY": "KWD"}):
        assert get_settings().CURRENCY == "KWD"
        assert get_settings().CART_MAX_LINES == 200

    assert get_settings() == before


def test_is_read_once_while_nothing_changes():
    assert get_settings() is get_settings()


def test_another_setting_of_the_host_does_not_matter(settings):
    before = get_settings()

    settings.TIME_ZONE = "Asia/Kathmandu"

    assert get_settings() is before


def test_an_unknown_key_is_left_to_the_check(settings):
    settings.PARTSCATALOG = {"CURENCY": "KWD"}

    assert get_settings() == Settings()


def test_cannot_be_written_to():
    with pytest.raises(FrozenInstanceError):
        get_settings().CURRENCY = "EUR"  # type: ignore[misc]

    assert get_settings().CURRENCY == "NGN"


def test_a_scope_left_out_keeps_its_rate_and_none_switches_one_off(settings):
    settings.PARTSCATALOG = {"THROTTLES": {"cart": None, "login": "3/hour"}}

    rates = {scope: get_settings().throttle(scope) for scope in ("cart", "login", "register")}

    assert rates == {"cart": None, "login": "3/hour", "register": "30/hour"}


def test_a_dotted_path_names_a_thing_and_a_wrong_one_raises():
    assert swap("decimal.Decimal") is Decimal
    with pytest.raises(ImportError):
        swap("decimal.Nothing")


def test_nothing_is_read_at_import():
    """Neither settings nor apps are there yet when a host's own settings import from the package."""
    ran = subprocess.run(
        [sys.executable, "-c", LAZY],
        env={"PYTHONPATH": ":".join(sys.path)},
        capture_output=True,
        text=True,
        check=False,
    )

    assert (ran.stdout, ran.stderr) == ("ImproperlyConfigured\n", "")
