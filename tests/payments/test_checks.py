"""System checks of the gateways: one id per mistake; errors for the default gateway alone."""

from __future__ import annotations

import sys

import pytest
from django.core.checks import Error, Warning
from django.core.management import call_command

from partscatalog.payments.checks import check_default_gateway, check_other_gateways

PAYSTACK = "partscatalog.payments.gateways.paystack.PaystackGateway"
STRIPE = "partscatalog.payments.gateways.stripe.StripeGateway"
SANDBOX = "partscatalog.payments.sandbox.gateway.SandboxGateway"
KEY = {"SECRET_KEY": "sk_test_x"}

MISTAKES = [
    ("002", {"BACKEND": "no.such.Gateway"}, {}),
    ("002", {"BACKEND": "decimal.Decimal"}, {}),
    ("002", {"BACKEND": "builtins.dict"}, {}),
    ("002", {}, {}),
    ("002", {"BACKEND": PAYSTACK, "OPTIONS": [1]}, {}),
    ("003", {"BACKEND": PAYSTACK}, {}),
    ("004", {"BACKEND": PAYSTACK, "OPTIONS": {"SECRET_KEY": "pk_live_x"}}, {}),
    ("005", {"BACKEND": PAYSTACK, "OPTIONS": {**KEY, "BASE_URL": "http://api.example.com"}}, {}),
    ("006", {"BACKEND": PAYSTACK, "OPTIONS": {**KEY, "TIMEOUT": "15"}}, {}),
    ("007", {"BACKEND": SANDBOX}, {"SANDBOX_OUTSIDE_DEBUG": False}),
    ("009", {"BACKEND": PAYSTACK, "OPTIONS": KEY}, {"SITE_URL": ""}),
    ("009", {"BACKEND": PAYSTACK, "OPTIONS": KEY}, {"SITE_URL": "", "PAYMENT_RETURN_URL": "/paid/"}),
    ("011", {"BACKEND": STRIPE, "OPTIONS": KEY}, {}),
    ("011", {"BACKEND": STRIPE, "OPTIONS": {**KEY, "WEBHOOK_SECRETS": ""}}, {}),
]


@pytest.fixture
def site(settings):
    def configure(entry, **changes):
        settings.PARTSCATALOG = {
            "SITE_URL": "https://shop.example.com",
            "PAYMENT_GATEWAY": "shop",
            "PAYMENT_GATEWAYS": {"shop": entry},
            **changes,
        }

    return configure


@pytest.mark.parametrize(("number", "entry", "changes"), MISTAKES)
def test_a_mistake_in_the_default_gateway_is_an_error(site, number, entry, changes):
    site(entry, **changes)

    (message,) = check_default_gateway()

    assert isinstance(message, Error)
    assert message.id == f"partscatalog_payments.E{number}"
    assert message.hint
    assert check_other_gateways() == []


@pytest.mark.parametrize(("number", "entry", "changes"), MISTAKES)
def test_a_mistake_in_another_gateway_is_a_warning_of_the_deploy_check(site, number, entry, changes):
    good = {"BACKEND": PAYSTACK, "OPTIONS": {**KEY, "BASE_URL": "https://a.example"}}
    site(good, **{"PAYMENT_GATEWAYS": {"shop": good, "other": entry}, **changes})

    messages = check_other_gateways()

    assert [(type(message), message.id) for message in messages] == [
        (Warning, f"partscatalog_payments.W{number}")
    ]


@pytest.mark.parametrize(
    "entry",
    [
        {"BACKEND": PAYSTACK, "OPTIONS": KEY},
        {"BACKEND": PAYSTACK, "OPTIONS": {"SECRET_KEY": "sk_live_x"}},
        {"BACKEND": STRIPE, "OPTIONS": {**KEY, "WEBHOOK_SECRETS": ["whsec_x"]}},
        {"BACKEND": SANDBOX},
    ],
)
def test_a_gateway_without_mistakes_is_passed_over(site, entry):
    site(entry, SANDBOX_OUTSIDE_DEBUG=True)

    assert check_default_gateway() == []


def test_an_alias_that_names_no_gateway_is_an_error(site):
    site({"BACKEND": SANDBOX}, PAYMENT_GATEWAY="nonesuch")

    assert [message.id for message in check_default_gateway()] == ["partscatalog_payments.E001"]


def test_a_live_key_under_debug_is_an_error(site, settings):
    settings.DEBUG = True
    site({"BACKEND": PAYSTACK, "OPTIONS": {"SECRET_KEY": "sk_live_x"}})

    assert [message.id for message in check_default_gateway()] == ["partscatalog_payments.E008"]


def test_a_gateway_whose_sdk_is_not_installed_is_an_error(site, monkeypatch):
    monkeypatch.setitem(sys.modules, "stripe", None)
    site({"BACKEND": STRIPE, "OPTIONS": {**KEY, "WEBHOOK_SECRETS": ["whsec_x"]}})

    assert [message.id for message in check_default_gateway()] == ["partscatalog_payments.E012"]


def test_the_sandbox_is_at_home_under_debug(site, settings):
    settings.DEBUG = True
    site({"BACKEND": SANDBOX})

    assert check_default_gateway() == []


@pytest.mark.parametrize(
    ("options", "changes", "number"),
    [
        ({"SECRET_KEY": "sk_test_x"}, {"SITE_URL": ""}, "009"),
        ({"SECRET_KEY": ""}, {}, "003"),
        ({"SECRET_KEY": "pk_test_x"}, {}, "004"),
    ],
)
def test_no_mistake_stops_anything_while_the_provider_is_a_stand_in_on_this_machine(
    site, options, changes, number
):
    site({"BACKEND": PAYSTACK, "OPTIONS": {**options, "BASE_URL": "http://127.0.0.1:8123"}}, **changes)

    messages = check_default_gateway()

    assert [(type(message), message.id) for message in messages] == [
        (Warning, f"partscatalog_payments.W{number}")
    ]


def test_no_message_shows_a_key(site):
    """T-LEAK-1"""
    site(
        {
            "BACKEND": PAYSTACK,
            "OPTIONS": {"SECRET_KEY": "pk_live_secret", "BASE_URL": "ftp://x", "TIMEOUT": -1},
        }
    )

    assert "pk_live_secret" not in repr(check_default_gateway())


@pytest.mark.django_db  # from 6.1 on Django looks at the databases, too
def test_manage_py_check_runs_them(site):
    site({"BACKEND": PAYSTACK})

    with pytest.raises(Exception, match=r"partscatalog_payments\.E003"):
        call_command("check")
