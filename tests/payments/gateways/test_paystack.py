"""Paystack: what is sent, and what each answer and event is taken for."""

from __future__ import annotations

import hashlib
import hmac
import json
import time
import traceback
from decimal import Decimal

import pytest

from partscatalog.payments.gateways.base import (
    GatewayError,
    GatewayRefused,
    GatewayUnknown,
    Standing,
    Started,
    StartRequest,
    WebhookRefused,
)
from partscatalog.payments.gateways.options import FaultCode
from partscatalog.payments.gateways.paystack import PaystackGateway
from tests.payments.fakes import attempt
from tests.payments.fakes.paystack import AUTHORIZATION_CODE, SECRET_KEY
from tests.payments.fakes.server import FAULTS

REFERENCE = "ORD_7_a1b2c3d4e5f6g7h8"
TIMEOUT = 0.5
#: A fault of these leaves no doubt: Paystack said no.
CLEAR_REFUSALS = {"401", "429"}


def gateway(**options) -> PaystackGateway:
    return PaystackGateway(alias="paystack", options={"SECRET_KEY": SECRET_KEY, **options})


@pytest.fixture
def live(paystack) -> PaystackGateway:
    return gateway(BASE_URL=paystack.url, TIMEOUT=TIMEOUT)


def request(**changes) -> StartRequest:
    plain = {
        "reference": REFERENCE,
        "amount": 750_000,
        "currency": "NGN",
        "email": "buyer@example.com",
        "order_id": 7,
        "order_number": "K7QX2M",
        "user_id": "5",
        "return_url": "https://shop.example.com/back/",
    }
    return StartRequest(**{**plain, **changes})


def test_start_sends_amount_in_kobo_reference_currency_email_callback_and_ids_only(paystack, live):
    """T-PAY-1"""
    started = live.start(request())

    assert started == Started(
        reference=REFERENCE, access_code="1001", authorization_url="https://checkout.paystack.com/1001"
    )
    (call,) = paystack.calls
    assert (call.method, call.path) == ("POST", "/transaction/initialize")
    assert call.document == {
        "email": "buyer@example.com",
        "amount": 750_000,
        "currency": "NGN",
        "reference": REFERENCE,
        "callback_url": "https://shop.example.com/back/",
        "metadata": {"order_id": 7, "order_number": "K7QX2M", "user_id": "5"},
    }


def test_start_names_no_callback_where_the_site_has_no_address(paystack, live):
    live.start(request(return_url=""))

    assert "callback_url" not in paystack.calls[0].document


@pytest.mark.parametrize("fault", FAULTS)
def test_start_tells_a_refusal_from_an_unknown_outcome_within_the_bound(paystack, live, fault):
    """T-PAY-12, T-PAY-13, T-PAY-16"""
    paystack.faults["/transaction/initialize"] = fault
    begun = time.monotonic()

    with pytest.raises(GatewayRefused if fault in CLEAR_REFUSALS else GatewayUnknown):
        live.start(request())

    assert time.monotonic() - begun < TIMEOUT + 0.5
    assert [call.path for call in paystack.calls] == ["/transaction/initialize"]


def test_start_is_refused_when_nobody_listens():
    with pytest.raises(GatewayRefused, match="not reached"):
        gateway(BASE_URL="http://127.0.0.1:9").start(request())


@pytest.mark.parametrize(
    "change",
    [
        {"authorization_url": None},
        {"authorization_url": "https://"},
        {"authorization_url": "http://[broken"},
        {"authorization_url": "https://evil.example/\r\nSet-Cookie: a=b"},
        {"authorization_url": "javascript:alert(1)"},
        {"authorization_url": ["https://checkout.paystack.com/1"]},
        {"access_code": None},
        {"access_code": "x" * 256},
        {"access_code": "\x00"},
    ],
)
def test_start_believes_no_answer_without_a_page_to_pay_on(paystack, live, change):
    plain = {"reference": REFERENCE, "authorization_url": "https://checkout.example", "access_code": "x"}
    paystack.reply = lambda call: (200, {"status": True, "data": {**plain, **change}})

    with pytest.raises(GatewayUnknown):
        live.start(request())


def test_a_duplicate_reference_is_an_unknown_outcome_since_its_page_is_lost(live):
    live.start(request())

    with pytest.raises(GatewayUnknown):
        live.start(request())


@pytest.mark.parametrize(
    ("answer", "error"),
    [
        ({"code": "duplicate_reference"}, GatewayUnknown),
        ({"message": "Duplicate Transaction Reference"}, GatewayUnknown),
        ({"message": "Invalid Email Address Passed", "code": "invalid_params"}, GatewayRefused),
        ({"message": ["Duplicate"], "code": None}, GatewayRefused),
        ([], GatewayRefused),
    ],
)
def test_of_the_refusals_of_a_start_only_the_duplicate_is_doubtful(paystack, live, answer, error):
    paystack.reply = lambda call: (400, answer)

    with pytest.raises(error):
        live.start(request())


def test_fetch_reduces_the_answer_to_a_whitelist(paystack, live):
    """T-LEAK-1"""
    live.start(request())
    paystack.pay(REFERENCE)

    status = live.fetch(attempt(REFERENCE))

    assert (status.reference, status.standing, status.amount) == (REFERENCE, Standing.PAID, 750_000)
    assert (status.currency, status.is_live, status.provider_id) == ("NGN", False, "1001")
    assert status.shown == {
        "id": 1001,
        "domain": "test",
        "status": "success",
        "reference": REFERENCE,
        "amount": 750_000,
        "requested_amount": 750_000,
        "currency": "NGN",
        "channel": "card",
        "gateway_response": "Successful",
    }
    assert AUTHORIZATION_CODE not in repr(status)


@pytest.mark.parametrize(
    ("word", "standing"),
    [
        ("success", Standing.PAID),
        ("failed", Standing.FAILED),
        ("reversed", Standing.FAILED),
        ("abandoned", Standing.PENDING),
        ("ongoing", Standing.PENDING),
        ("pending", Standing.PENDING),
        ("processing", Standing.PENDING),
        ("queued", Standing.PENDING),
        ("SUCCESS", Standing.PENDING),
        ("a status of next year", Standing.PENDING),
        (None, Standing.PENDING),
        (True, Standing.PENDING),
        ([], Standing.PENDING),
    ],
)
def test_fetch_takes_only_success_for_paid(paystack, live, word, standing):
    """T-PAY-8"""
    live.start(request())
    paystack.transactions[REFERENCE]["status"] = word

    assert live.fetch(attempt(REFERENCE)).standing is standing


@pytest.mark.parametrize("metadata", [{"order_id": 7}, '{"order_id": 7}', "", 0, None, [], True])
def test_metadata_comes_back_in_any_form_and_is_not_looked_at(paystack, live, metadata):
    live.start(request())
    body, headers = paystack.webhook("charge.success", paystack.pay(REFERENCE, metadata=metadata))

    status = live.fetch(attempt(REFERENCE))

    assert status.standing is Standing.PAID
    assert live.parse_webhook(headers=headers, body=body).status == status


@pytest.mark.parametrize("status", [400, 404])
def test_fetch_of_an_unknown_reference_is_missing(paystack, live, status):
    paystack.reply = lambda call: (status, {"status": False, "message": "Transaction not found"})

    assert live.fetch(attempt(REFERENCE)).standing is Standing.MISSING


@pytest.mark.parametrize("fault", FAULTS)
def test_fetch_raises_for_every_broken_answer_within_the_bound(paystack, live, fault):
    """T-PAY-12, T-PAY-13, T-PAY-16"""
    live.start(request())
    paystack.pay(REFERENCE)
    paystack.faults["/transaction/verify"] = fault
    begun = time.monotonic()

    with pytest.raises(GatewayError):
        live.fetch(attempt(REFERENCE))

    assert time.monotonic() - begun < TIMEOUT + 0.5
    assert not any(call.path == "/elsewhere" for call in paystack.calls)


@pytest.mark.parametrize("reference", ["", "../../charge", "a/b", "a?b", "a b", "a\x00", "ü", "x" * 101])
def test_fetch_asks_nobody_about_text_that_is_no_reference(paystack, live, reference):
    """T-SSRF-1"""
    assert live.fetch(attempt(reference)).standing is Standing.MISSING
    assert paystack.calls == []


@pytest.mark.parametrize(
    ("taken", "requested", "covered"),
    [
        (750_000, 750_000, True),
        (750_000, None, True),
        (765_000, 750_000, True),  # the buyer bore the fees
        (765_000, None, False),
        (750_000, 760_000, False),
        (749_999, 750_000, False),
        (100, 100, False),
        (-750_000, 750_000, False),
        (None, 750_000, False),
        (True, 750_000, False),
        ("750000", None, False),
        ([750_000], None, False),
        (750_000.0, None, False),
        (2**70, 750_000, False),
    ],
)
def test_only_the_amount_asked_for_covers_the_order_and_fees_may_come_on_top(
    paystack, live, taken, requested, covered
):
    """T-PAY-9"""
    live.start(request())
    paystack.pay(REFERENCE, amount=taken, requested_amount=requested)

    assert live.fetch(attempt(REFERENCE)).covers(750_000) is covered


@pytest.mark.parametrize(
    ("domain", "is_live"), [("live", True), ("test", False), ("stage", None), (None, None), ([], None)]
)
def test_domain_tells_real_money_from_test_money(paystack, live, domain, is_live):
    live.start(request())
    paystack.pay(REFERENCE, domain=domain)

    assert live.fetch(attempt(REFERENCE)).is_live is is_live


def test_a_success_event_is_read_as_the_status_it_carries(paystack, live):
    live.start(request())
    body, headers = paystack.webhook("charge.success", paystack.pay(REFERENCE))

    event = live.parse_webhook(headers=headers, body=body)

    assert (event.kind, event.event_id, event.reference) == ("charge.success", "", REFERENCE)
    assert (event.dispute, event.is_hint) == (None, False)
    assert event.status == live.fetch(attempt(REFERENCE))
    assert AUTHORIZATION_CODE not in repr(event)


@pytest.mark.parametrize("kind", ["transfer.success", "charge.failed", "charge.dispute.of.next.year", "x"])
def test_another_event_settles_nothing(paystack, live, kind):
    body, headers = paystack.webhook(kind, {"reference": REFERENCE, "status": "success", "id": 1001})

    event = live.parse_webhook(headers=headers, body=body)

    assert (event.kind, event.reference, event.provider_id) == (kind, REFERENCE, "")
    assert (event.status, event.dispute, event.is_hint) == (None, None, False)


BODY = b'{"event": "charge.success", "data": {"reference": "ORD_7_a", "status": "success"}}'


def signature(body: bytes = BODY, key: str = SECRET_KEY, algorithm=hashlib.sha512) -> str:
    return hmac.new(key.encode(), body, algorithm).hexdigest()


@pytest.mark.parametrize(
    "headers",
    [
        {},
        {"x-paystack-signature": ""},
        {"x-paystack-signature": "é" * 128},
        {"x-paystack-signature": "\udcff"},
        {"x-paystack-signature": signature(key="sk_test_another")},
        {"x-paystack-signature": signature(algorithm=hashlib.sha256)},
        {"x-paystack-signature": signature(body=BODY + b" ")},
        {"x-paystack-signature": signature(body=json.dumps(json.loads(BODY), indent=1).encode())},
        {"x-paystack-signature": signature(key="")},
    ],
)
def test_a_forged_webhook_is_refused(headers):
    """T-HOOK-1, T-HOOK-4"""
    with pytest.raises(WebhookRefused, match="signature"):
        gateway().parse_webhook(headers=headers, body=BODY)


@pytest.mark.parametrize("key", ["", "pk_test_everyone_knows_this"])
def test_without_a_secret_key_every_webhook_is_refused(key):
    """T-HOOK-1"""
    headers = {"x-paystack-signature": signature(key=key)}

    with pytest.raises(WebhookRefused, match="no secret key"):
        gateway(SECRET_KEY=key).parse_webhook(headers=headers, body=BODY)


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"nonsense",
        b"\xff\xfe",
        b"[]",
        b"null",
        b"7",
        b"{}",
        b'{"event": 7, "data": {}}',
        b'{"event": "charge.success"}',
        b'{"event": "charge.success", "data": []}',
        b'{"event": "charge.success", "data": null}',
        b"[" * 100_000,
        b'{"data": ' * 100_000,
        b'{"event": "charge.success", "data": {"amount": ' + b"9" * 5000 + b"}}",
    ],
)
def test_a_signed_body_that_is_no_event_is_refused(body):
    """T-HOOK-2"""
    with pytest.raises(WebhookRefused, match="no event"):
        gateway().parse_webhook(headers={"x-paystack-signature": signature(body)}, body=body)


@pytest.mark.parametrize("reference", [None, 7, [], {}, "a/b", "\x00", "\ud800"])
def test_a_signed_event_without_a_plausible_reference_speaks_of_no_payment(paystack, reference):
    """T-HOOK-2"""
    body, headers = paystack.webhook("charge.success", {"reference": reference, "status": "success"})

    assert gateway().parse_webhook(headers=headers, body=body).reference == ""


def test_what_is_kept_of_an_event_suits_any_database(paystack):
    data = {"reference": REFERENCE, "gateway_response": "a\x00b\ud800" + "c" * 300, "fees": 1.5, "id": 2**64}
    body, headers = paystack.webhook("charge\x00.success", data)

    event = gateway().parse_webhook(headers=headers, body=body)

    assert event.kind == "charge.success"
    assert event.shown == {"reference": REFERENCE, "gateway_response": "ab?" + "c" * 251}


@pytest.mark.parametrize(
    ("amount", "currency", "minor"),
    [("0.30", "NGN", 30), ("2500.000", "NGN", 250_000), ("500", "XOF", 50_000), ("0.01", "GHS", 1)],
)
def test_amounts_are_hundredths_in_every_currency(amount, currency, minor):
    """T-MONEY-4"""
    assert gateway().to_minor(Decimal(amount), currency) == minor


@pytest.mark.parametrize(("amount", "currency"), [("10.005", "NGN"), ("1.234", "KWD")])
def test_a_fraction_of_the_smallest_unit_is_refused(amount, currency):
    """T-MONEY-4"""
    with pytest.raises(ValueError, match="fraction"):
        gateway().to_minor(Decimal(amount), currency)


@pytest.mark.parametrize(
    ("options", "faults", "is_configured"),
    [
        ({}, [], True),
        ({"SECRET_KEY": ""}, [FaultCode.MISSING_KEY], False),
        ({"SECRET_KEY": None}, [FaultCode.BAD_OPTION, FaultCode.MISSING_KEY], False),
        ({"SECRET_KEY": "pk_live_x"}, [FaultCode.PUBLIC_KEY], False),
        ({"SECRET_KEY": "sk_test_ä"}, [FaultCode.BAD_OPTION], False),
        ({"SECRET_KEY": "sk_test_a\r\nX-Evil: 1"}, [FaultCode.BAD_OPTION], False),
        ({"BASE_URL": "http://api.example.com"}, [FaultCode.INSECURE_URL], False),
        ({"BASE_URL": "https://api.example.com"}, [], True),
        ({"BASE_URL": "http://127.0.0.1:8123"}, [], True),
        ({"BASE_URL": "http://[::1]:8123"}, [], True),
        ({"BASE_URL": "file:///etc/passwd"}, [FaultCode.INSECURE_URL], False),
        ({"BASE_URL": "http://[broken"}, [FaultCode.INSECURE_URL], False),
        ({"TIMEOUT": 0}, [FaultCode.BAD_OPTION], True),
        ({"TIMEOUT": "15"}, [FaultCode.BAD_OPTION], True),
        ({"TIMEOUT": float("inf")}, [FaultCode.BAD_OPTION], True),
    ],
)
def test_faults_name_what_is_wrong_with_the_options(options, faults, is_configured):
    built = gateway(**options)

    assert [fault.code for fault in built.faults()] == faults
    assert built.is_configured is is_configured


@pytest.mark.parametrize(("key", "is_live"), [("sk_live_x", True), ("sk_test_x", False), ("x", None)])
def test_the_key_tells_the_mode(key, is_live):
    assert gateway(SECRET_KEY=key).is_live is is_live


@pytest.mark.parametrize("fault", ["reset", "hang", "drip", "html"])
def test_the_key_shows_in_no_frame_that_a_debug_page_prints(paystack, live, fault):
    """T-LEAK-1"""
    paystack.faults["/transaction/initialize"] = fault

    with pytest.raises(GatewayUnknown) as caught:
        live.start(request())

    frames = list(frames_of(caught.value))
    assert any("transport" in frame.f_code.co_filename for frame in frames) is (fault != "html")
    assert SECRET_KEY not in repr([frame.f_locals for frame in frames])


def frames_of(error: BaseException | None):
    """Give the frames below this module, those of the errors behind the error too."""
    while error is not None:
        for frame, _ in traceback.walk_tb(error.__traceback__):
            if frame.f_code.co_filename != __file__:
                yield frame
        error = error.__cause__ or error.__context__
