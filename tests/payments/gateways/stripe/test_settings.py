"""Amounts, settings, and that no secret is ever seen."""

from __future__ import annotations

import sys
from decimal import Decimal

import pytest

from partscatalog.payments.gateways.base import GatewayError, GatewayRefused, WebhookRefused
from partscatalog.payments.gateways.options import FaultCode
from tests.payments.fakes import attempt
from tests.payments.fakes.stripe import REFUNDS, SECRET_KEY, SESSIONS, WEBHOOK_SECRET
from tests.payments.gateways.stripe.asking import REFERENCE, frames_of, gateway, refund_request, request


@pytest.mark.parametrize(
    ("amount", "currency", "minor"),
    [
        ("0.30", "NGN", 30),
        ("2500.000", "NGN", 250_000),
        ("0.01", "EUR", 1),
        ("500", "JPY", 500),
        ("500", "XOF", 500),
        ("500", "KRW", 500),
        ("500", "MGA", 500),
        ("500", "UGX", 50_000),
        ("500", "ISK", 50_000),
        ("10.45", "HUF", 1045),
        ("1.230", "KWD", 1230),
        ("1.5", "BHD", 1500),
        ("10", "TND", 10_000),
    ],
)
def test_amounts_are_in_stripes_own_units_and_come_back_from_them(amount, currency, minor):
    """T-MONEY-4"""
    assert gateway().to_minor(Decimal(amount), currency) == minor
    assert gateway().from_minor(minor, currency) == Decimal(amount)


@pytest.mark.parametrize(
    ("amount", "currency"),
    [
        ("10.005", "NGN"),
        ("0.5", "JPY"),
        ("0.5", "XOF"),
        ("10.50", "MGA"),
        ("500.50", "UGX"),
        ("500.01", "ISK"),
        ("1.234", "KWD"),
        ("1.001", "OMR"),
    ],
)
def test_a_fraction_that_stripe_does_not_take_is_refused(amount, currency):
    """T-MONEY-4"""
    with pytest.raises(ValueError, match="fraction"):
        gateway().to_minor(Decimal(amount), currency)


@pytest.mark.parametrize(
    ("options", "faults", "is_configured"),
    [
        ({}, [], True),
        ({"SECRET_KEY": "rk_test_x"}, [], True),
        ({"SECRET_KEY": ""}, [FaultCode.MISSING_KEY], False),
        ({"SECRET_KEY": None}, [FaultCode.BAD_OPTION, FaultCode.MISSING_KEY], False),
        ({"SECRET_KEY": "pk_live_x"}, [FaultCode.PUBLIC_KEY], False),
        ({"SECRET_KEY": "sk_test_ä"}, [FaultCode.BAD_OPTION], False),
        ({"SECRET_KEY": "sk_test_a\r\nX-Evil: 1"}, [FaultCode.BAD_OPTION], False),
        ({"WEBHOOK_SECRETS": "whsec_x"}, [], True),
        ({"WEBHOOK_SECRETS": ("whsec_x", "whsec_y")}, [], True),
        ({"WEBHOOK_SECRETS": ""}, [FaultCode.UNPROVEN_WEBHOOKS], False),
        ({"WEBHOOK_SECRETS": []}, [FaultCode.UNPROVEN_WEBHOOKS], False),
        ({"WEBHOOK_SECRETS": [" "]}, [FaultCode.BAD_OPTION, FaultCode.UNPROVEN_WEBHOOKS], False),
        ({"WEBHOOK_SECRETS": ["whsec_x", ""]}, [FaultCode.BAD_OPTION], True),
        ({"WEBHOOK_SECRETS": ["whsec_ä"]}, [FaultCode.BAD_OPTION, FaultCode.UNPROVEN_WEBHOOKS], False),
        ({"WEBHOOK_SECRETS": ["\udcff"]}, [FaultCode.BAD_OPTION, FaultCode.UNPROVEN_WEBHOOKS], False),
        ({"WEBHOOK_SECRETS": 7}, [FaultCode.BAD_OPTION, FaultCode.UNPROVEN_WEBHOOKS], False),
        ({"WEBHOOK_SECRETS": [None]}, [FaultCode.BAD_OPTION, FaultCode.UNPROVEN_WEBHOOKS], False),
        ({"WEBHOOK_SECRETS": {"a": "b"}}, [FaultCode.BAD_OPTION, FaultCode.UNPROVEN_WEBHOOKS], False),
        ({"BASE_URL": "http://api.example.com"}, [FaultCode.INSECURE_URL], False),
        ({"BASE_URL": "https://api.example.com"}, [], True),
        ({"BASE_URL": "http://127.0.0.1:8123"}, [], True),
        ({"BASE_URL": "file:///etc/passwd"}, [FaultCode.INSECURE_URL], False),
        ({"TIMEOUT": 0}, [FaultCode.BAD_OPTION], True),
        ({"TIMEOUT": "15"}, [FaultCode.BAD_OPTION], True),
    ],
)
def test_faults_name_what_is_wrong_with_the_options(options, faults, is_configured):
    built = gateway(**options)

    assert [fault.code for fault in built.faults()] == faults
    assert built.is_configured is is_configured


@pytest.mark.parametrize(
    ("key", "is_live"),
    [
        ("sk_live_x", True),
        ("rk_live_x", True),
        ("sk_test_x", False),
        ("rk_test_x", False),
        ("x", None),
        ("", None),
    ],
)
def test_the_key_tells_the_mode(key, is_live):
    assert gateway(SECRET_KEY=key).is_live is is_live


@pytest.mark.parametrize(
    ("url", "is_rehearsal"), [("http://127.0.0.1:1", True), ("https://a.example", False), (None, False)]
)
def test_a_stand_in_on_this_machine_is_a_rehearsal(url, is_rehearsal):
    assert gateway(**({"BASE_URL": url} if url else {})).is_rehearsal is is_rehearsal


def test_without_the_sdk_it_is_not_configured_and_says_what_to_install(monkeypatch, stripe):
    monkeypatch.setitem(sys.modules, "stripe", None)
    built = gateway(BASE_URL=stripe.url)

    (fault,) = built.faults()
    assert (fault.code, built.is_configured) == (FaultCode.NOT_INSTALLED, False)
    assert "partscatalog[stripe]" in fault.hint
    with pytest.raises(GatewayRefused, match="not installed"):
        built.start(request())
    with pytest.raises(WebhookRefused):
        built.parse_webhook(headers=stripe.sign(b"{}"), body=b"{}")
    assert stripe.calls == []


@pytest.mark.parametrize("fault", ["reset", "hang", "drip", "html", "401", "array", "huge"])
def test_the_key_shows_in_no_frame_that_a_debug_page_prints(stripe, live, paid, fault):
    """T-LEAK-1"""
    stripe.faults["/v1"] = fault

    for call in (
        lambda: live.start(request()),
        lambda: live.fetch(paid),
        lambda: live.refund(refund_request(attempt(REFERENCE, access_code=paid.access_code))),
    ):
        with pytest.raises(GatewayError) as caught:
            call()
        frames = list(frames_of(caught.value))
        assert any("stripe_sdk" in frame.f_code.co_filename for frame in frames)
        assert SECRET_KEY not in repr([frame.f_locals for frame in frames])


def test_no_secret_shows_in_the_frames_of_a_refused_webhook(stripe):
    """T-LEAK-1"""
    with pytest.raises(WebhookRefused) as caught:
        gateway().parse_webhook(headers=stripe.sign(b"{}", secrets=("whsec_another",)), body=b"{}")

    seen = repr([frame.f_locals for frame in frames_of(caught.value)])
    assert WEBHOOK_SECRET not in seen
    assert SECRET_KEY not in seen


def test_the_log_has_a_line_for_each_call_and_no_secret(stripe, live, caplog):
    """T-LEAK-1"""
    caplog.set_level("DEBUG")
    started = live.start(request())
    known = attempt(REFERENCE, access_code=started.access_code)
    stripe.pay(REFERENCE)
    live.refund(refund_request(known))
    body, headers = stripe.webhook("checkout.session.completed", stripe.session(REFERENCE))
    live.parse_webhook(headers=headers, body=body)
    stripe.secret_key = "sk_test_rolled"
    with pytest.raises(GatewayRefused):
        live.fetch(known)

    ours = [record.getMessage() for record in caplog.records if record.name.startswith("partscatalog")]
    assert [line.split(", ")[0] for line in ours] == [
        f"POST {stripe.url}{SESSIONS}: 200",
        f"GET {stripe.url}{SESSIONS}/{started.access_code}: 200",
        f"POST {stripe.url}{REFUNDS}: 200",
        f"GET {stripe.url}{SESSIONS}/{started.access_code}: 401",
    ]
    assert SECRET_KEY not in caplog.text
    assert WEBHOOK_SECRET not in caplog.text


def test_the_sdk_logs_no_body_of_ours_whatever_its_logger_is_set_to(stripe, live, caplog):
    """T-LOG-2: at its lowest level it writes down what is sent and what is answered."""
    caplog.set_level("DEBUG")

    started = live.start(request())

    assert any(record.name == "stripe" for record in caplog.records)
    for hidden in ("buyer@example.com", "buyer%40example.com", started.authorization_url):
        assert hidden not in caplog.text
