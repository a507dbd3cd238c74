"""What providers tell by themselves: proven, stored and applied in one transaction, or refused."""

from __future__ import annotations

import json

import pytest
from django.db import OperationalError, connections
from rest_framework.permissions import BasePermission

from partscatalog.orders.models import Order, OrderEvent
from partscatalog.orders.services import moving
from partscatalog.payments.gateways import fields
from partscatalog.payments.models import Payment, PaymentEvent
from tests.payments.conftest import make_payment
from tests.payments.fakes.paystack import AUTHORIZATION_CODE, SECRET_KEY

pytestmark = pytest.mark.django_db

URL = "/api/payments/webhooks/paystack/"


@pytest.fixture
def reference(shop_with_paystack, shopper, order) -> str:
    started: str = shopper.post(f"/api/payments/create/{order.pk}/").json()["reference"]
    shop_with_paystack.calls.clear()
    return started


def post(client, body: bytes, headers: dict[str, str], url: str = URL):
    return client.generic("POST", url, body, content_type="application/json", headers=headers)


def tell(client, paystack, data, event="charge.success", **kwargs):
    body, headers = paystack.webhook(event, data, **kwargs)
    return post(client, body, headers)


def unpaid() -> bool:
    return not Order.objects.exclude(status="pending").exists() and PaymentEvent.objects.count() == 0


def test_a_success_event_pays_the_order_without_asking_the_gateway(api, shop_with_paystack, reference, order):
    response = tell(api, shop_with_paystack, shop_with_paystack.pay(reference))

    order.refresh_from_db()
    event = PaymentEvent.objects.get()
    assert (response.status_code, response.json()) == (200, {"received": True})
    assert (order.status, Payment.objects.get().state) == ("paid", "paid")
    assert (event.source, event.kind, event.gateway) == ("webhook", "charge.success", "paystack")
    assert shop_with_paystack.calls == []


def test_the_same_event_five_times_pays_once(api, shop_with_paystack, reference):
    data = shop_with_paystack.pay(reference)

    statuses = {tell(api, shop_with_paystack, data).status_code for _time in range(5)}

    assert statuses == {200}
    assert PaymentEvent.objects.count() == 1
    assert OrderEvent.objects.filter(to_status="paid").count() == 1


def test_the_return_after_the_webhook_finds_it_paid(api, shop_with_paystack, shopper, reference):
    tell(api, shop_with_paystack, shop_with_paystack.pay(reference))

    assert shopper.get("/api/payments/verify/", {"reference": reference}).status_code == 200
    assert shop_with_paystack.calls == []


def test_the_webhook_after_the_return_changes_nothing(api, shop_with_paystack, shopper, reference):
    data = shop_with_paystack.pay(reference)
    shopper.get("/api/payments/verify/", {"reference": reference})

    assert tell(api, shop_with_paystack, data).status_code == 200
    assert OrderEvent.objects.filter(to_status="paid").count() == 1
    assert list(PaymentEvent.objects.values_list("source", flat=True)) == ["asked", "webhook"]


@pytest.mark.django_db(transaction=True)
def test_a_webhook_while_the_start_still_runs_pays(api, shop_with_paystack, shopper, order):
    """T-PAY-15: the row is committed before the gateway is called."""
    answer = shop_with_paystack.reply

    def pays_before_it_answers(call):
        reply = answer(call)
        tell(api, shop_with_paystack, shop_with_paystack.pay(call.document["reference"]))
        connections.close_all()
        return reply

    shop_with_paystack.reply = pays_before_it_answers

    response = shopper.post(f"/api/payments/create/{order.pk}/")

    order.refresh_from_db()
    assert (response.status_code, response.json()["access_code"]) == (200, "1001")
    assert (order.status, Payment.objects.get().state) == ("paid", "paid")


@pytest.mark.parametrize("status", ["failed", "pending", "abandoned"])
def test_a_lower_state_never_overwrites_a_higher(api, shop_with_paystack, reference, order, status):
    """T-HOOK-3"""
    data = shop_with_paystack.pay(reference)
    tell(api, shop_with_paystack, data)

    assert tell(api, shop_with_paystack, {**data, "status": status}).status_code == 200
    order.refresh_from_db()
    assert (order.status, Payment.objects.get().state) == ("paid", "paid")
    assert PaymentEvent.objects.count() == 2


@pytest.mark.parametrize(
    ("change", "reason"),
    [({"amount": 100}, "amount"), ({"currency": "GHS"}, "currency"), ({"domain": "live"}, "mode")],
)
def test_money_that_does_not_fit_is_flagged_and_the_provider_is_content(
    api, shop_with_paystack, reference, order, change, reason
):
    """T-HOOK-2, T-PAY-9"""
    response = tell(api, shop_with_paystack, shop_with_paystack.pay(reference, **change))

    order.refresh_from_db()
    payment = Payment.objects.get()
    assert (response.status_code, order.status) == (200, "pending")
    assert (payment.needs_review, payment.review_reason) == (True, reason)


@pytest.mark.parametrize("status", [None, "pending", "abandoned", 7, []])
def test_a_success_event_that_carries_no_success_pays_nothing(api, shop_with_paystack, reference, status):
    """T-HOOK-2"""
    data = {**shop_with_paystack.pay(reference), "status": status}

    assert tell(api, shop_with_paystack, data).status_code == 200
    assert Payment.objects.get().state == "open"


@pytest.mark.parametrize(
    "change",
    [
        lambda signature: {},
        lambda signature: {"x-paystack-signature": ""},
        lambda signature: {"x-paystack-signature": signature[:-1]},
        lambda signature: {"x-paystack-signature": signature + "0"},
        lambda signature: {"x-paystack-signature": "é" * 128},
        lambda signature: {"x-paystack-signature": "0" * 128},
        lambda signature: {"x-paystack-signature": "x" * 100_000},
        lambda signature: {"x-sandbox-signature": signature},
    ],
)
def test_a_forged_webhook_changes_nothing(api, shop_with_paystack, reference, change):
    """T-HOOK-1"""
    body, headers = shop_with_paystack.webhook("charge.success", shop_with_paystack.pay(reference))

    response = post(api, body, change(headers["x-paystack-signature"]))

    assert (response.status_code, response.json()["code"]) == (400, "invalid_webhook")
    assert unpaid()


@pytest.mark.parametrize("key", ["", "sk_test_another", "sk_live_the_fake_knows_this_key"])
def test_a_webhook_signed_by_another_key_changes_nothing(api, shop_with_paystack, reference, key):
    """T-HOOK-1"""
    body = json.dumps({"event": "charge.success", "data": shop_with_paystack.pay(reference)}).encode()

    response = post(api, body, shop_with_paystack.sign(body, key=key or "\x00"))

    assert response.status_code == 400
    assert unpaid()


@pytest.mark.parametrize("change", [lambda body: body + b" ", lambda body: body.replace(b": ", b":")])
def test_a_body_that_was_touched_after_signing_changes_nothing(api, shop_with_paystack, reference, change):
    """T-HOOK-1, T-HOOK-4"""
    body, headers = shop_with_paystack.webhook("charge.success", shop_with_paystack.pay(reference))

    assert post(api, change(body), headers).status_code == 400
    assert unpaid()


@pytest.mark.parametrize("key", ["", "pk_test_public"])
def test_without_a_secret_key_every_webhook_is_refused(settings, api, shop_with_paystack, reference, key):
    """T-HOOK-1"""
    settings.PARTSCATALOG["PAYMENT_GATEWAYS"]["paystack"]["OPTIONS"]["SECRET_KEY"] = key
    body = json.dumps({"event": "charge.success", "data": shop_with_paystack.pay(reference)}).encode()

    assert post(api, body, shop_with_paystack.sign(body, key=key or "\x00")).status_code == 400
    assert unpaid()


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"{",
        b"\xff\xfe\x00",
        b"[]",
        b"null",
        b'"charge.success"',
        b"{}",
        b'{"event": "charge.success", "data": null}',
        b'{"event": ["charge.success"], "data": {}}',
        b"[" * 100_000,
        b'{"event": "charge.success", "data": ' + b'{"a": ' * 50_000,
        b'{"event": "charge.success", "data": {"id": ' + b"9" * 10_000 + b"}}",
        b'{"event": "charge.success", "data": {"reference": "' + b"x" * 300_000 + b'"}}',
    ],
)
def test_a_signed_body_that_is_no_event_is_refused(api, shop_with_paystack, reference, body):
    """T-HOOK-2"""
    response = post(api, body, shop_with_paystack.sign(body))

    assert (response.status_code, response.json()["code"]) == (400, "invalid_webhook")
    assert unpaid()


@pytest.mark.parametrize(
    "data",
    [
        {},
        {"reference": None},
        {"reference": 7},
        {"reference": {"a": []}},
        {"reference": "ORD_9_nonesuch"},
        {"reference": "a\x00b"},
        {"reference": "\ud800"},
        {"reference": "x" * 5_000},
    ],
)
def test_an_event_about_no_payment_of_ours_makes_nothing(api, shop_with_paystack, reference, data):
    """T-HOOK-2"""
    assert tell(api, shop_with_paystack, {"status": "success", **data}).status_code == 200
    assert unpaid()


def test_an_event_that_is_not_known_is_kept_and_changes_nothing(api, shop_with_paystack, reference, order):
    """T-HOOK-2"""
    response = tell(api, shop_with_paystack, shop_with_paystack.pay(reference), event="charge.of.next.year")

    order.refresh_from_db()
    assert (response.status_code, order.status) == (200, "pending")
    assert PaymentEvent.objects.get().kind == "charge.of.next.year"


def test_two_gateways_do_not_answer_for_each_other(api, shop_with_paystack, order):
    payment = make_payment(order, state="open", gateway="sandbox")
    data = {"reference": payment.reference, "status": "success", "amount": 750_000, "currency": "NGN"}

    assert tell(api, shop_with_paystack, data).status_code == 200
    assert unpaid()


@pytest.mark.parametrize("alias", ["nonesuch", "Paystack", "%00", "a" * 500])
def test_an_unknown_alias_is_404(api, shop_with_paystack, alias):
    response = post(api, b"{}", {}, url=f"/api/payments/webhooks/{alias}/")

    assert (response.status_code, response.json()["code"]) == (404, "not_found")


@pytest.mark.parametrize("method", ["GET", "PUT", "PATCH", "DELETE"])
def test_only_post_is_taken(api, shop_with_paystack, method):
    assert api.generic(method, URL).status_code == 405


def test_a_stale_authorization_header_counts_as_none(api, shop_with_paystack, reference):
    body, headers = shop_with_paystack.webhook("charge.success", shop_with_paystack.pay(reference))

    assert post(api, body, {**headers, "Authorization": "Bearer stale"}).status_code == 200


class Nobody(BasePermission):
    def has_permission(self, request, view):
        return False


def test_a_permission_that_the_site_adds_is_for_shoppers_and_keeps_no_provider_out(
    settings, api, shop_with_paystack, shopper, reference, order
):
    path = f"{__name__}.Nobody"
    settings.PARTSCATALOG = {**settings.PARTSCATALOG, "PERMISSIONS": {"payments": [path]}}

    assert shopper.post(f"/api/payments/create/{order.pk}/").status_code == 403
    assert shopper.get("/api/payments/verify/", {"reference": reference}).status_code == 403
    assert tell(api, shop_with_paystack, shop_with_paystack.pay(reference)).status_code == 200


def test_a_crash_while_applying_leaves_nothing_and_the_next_try_heals(
    api, shop_with_paystack, reference, order, monkeypatch
):
    """T-HOOK-5"""
    data = shop_with_paystack.pay(reference)
    api.raise_request_exception = False
    with monkeypatch.context() as broken:
        broken.setattr(moving, "mark_paid", lambda **_: 1 / 0)
        assert tell(api, shop_with_paystack, data).status_code == 500
    assert unpaid()

    assert tell(api, shop_with_paystack, data).status_code == 200
    order.refresh_from_db()
    assert order.status == "paid"


def test_a_database_that_is_away_is_503(api, shop_with_paystack, reference, monkeypatch):
    def away(**_):
        raise OperationalError("server closed the connection unexpectedly")

    monkeypatch.setattr(moving, "mark_paid", away)

    response = tell(api, shop_with_paystack, shop_with_paystack.pay(reference))

    assert (response.status_code, response.json()["code"]) == (503, "unavailable")
    assert int(response["Retry-After"]) > 0


def test_what_is_kept_of_an_event_holds_no_secret(api, shop_with_paystack, reference, caplog):
    """T-LEAK-1"""
    response = tell(api, shop_with_paystack, shop_with_paystack.pay(reference))

    event = PaymentEvent.objects.get()
    assert event.body == {
        "id": 1001,
        "domain": "test",
        "status": "success",
        "reference": reference,
        "amount": 750_000,
        "requested_amount": 750_000,
        "currency": "NGN",
        "channel": "card",
        "gateway_response": "Successful",
    }
    for text in (response.content.decode(), caplog.text, str(event.__dict__)):
        assert AUTHORIZATION_CODE not in text
        assert SECRET_KEY not in text


def test_costs_eight_statements_and_four_when_told_again(api, shop_with_paystack, reference, statements):
    data = shop_with_paystack.pay(reference)

    with statements() as first:
        tell(api, shop_with_paystack, data)
    with statements() as again:
        tell(api, shop_with_paystack, data)

    assert (len(first), len(again)) == (8, 4)


@pytest.mark.parametrize("door", ["webhook", "verify"])
def test_a_bug_in_reading_shows_nothing_of_what_was_read(
    api, shop_with_paystack, shopper, reference, settings, monkeypatch, door
):
    """T-LEAK-1: the page of DEBUG, like a service for errors, shows what each frame holds."""
    monkeypatch.setattr(fields, "whitelist", lambda *_: 1 / 0)
    settings.DEBUG = True
    data = shop_with_paystack.pay(reference)
    api.raise_request_exception = shopper.raise_request_exception = False

    if door == "webhook":
        response = tell(api, shop_with_paystack, data)
    else:
        response = shopper.get("/api/payments/verify/", {"reference": reference})

    page = response.content.decode()
    assert (response.status_code, "status_of" in page, "Local vars" in page) == (500, True, True)
    for secret in (AUTHORIZATION_CODE, SECRET_KEY, "203.0.113.7", "4081"):
        assert secret not in page


FOREIGN = ["ORD_9_another", "", None, "theirs"]


@pytest.mark.parametrize("foreign", FOREIGN)
def test_money_under_a_foreign_reference_is_flagged_as_when_asked(
    api, shop_with_paystack, reference, order, foreign
):
    """T-PAY-10"""
    data = shop_with_paystack.pay(reference)

    assert tell(api, shop_with_paystack, {**data, "reference": foreign}).status_code == 200

    order.refresh_from_db()
    payment = Payment.objects.get()
    assert (order.status, payment.state, payment.review_reason) == ("pending", "open", "reference")
    assert PaymentEvent.objects.count() == 1


@pytest.mark.parametrize("metadata", ["text", "order", "", 0, None, "[]", {}, {"order_number": 7}])
def test_metadata_comes_back_in_any_form(api, shop_with_paystack, reference, order, metadata):
    data = shop_with_paystack.pay(reference)
    if metadata == "text":
        metadata = json.dumps(data["metadata"])

    tell(api, shop_with_paystack, {**data, "metadata": metadata, "reference": "ORD_9_another"})

    is_told = isinstance(metadata, str) and order.number in metadata
    assert Payment.objects.filter(review_reason="reference").exists() == is_told


def test_money_whose_number_is_known_is_flagged_whatever_else_it_says(api, shop_with_paystack, reference):
    data = shop_with_paystack.pay(reference)
    Payment.objects.update(provider_id=str(data["id"]))

    tell(api, shop_with_paystack, {**data, "metadata": None, "reference": "ORD_9_another"})

    assert Payment.objects.get().review_reason == "reference"


@pytest.mark.parametrize("foreign", FOREIGN)
def test_a_session_under_a_foreign_reference_is_flagged_as_when_asked(
    api, shop_with_stripe, shopper, order, foreign
):
    """T-PAY-10"""
    reference = shopper.post(f"/api/payments/create/{order.pk}/").json()["reference"]
    session = shop_with_stripe.pay(reference, client_reference_id=foreign)
    body, headers = shop_with_stripe.webhook("checkout.session.completed", session)

    assert post(api, body, headers, url="/api/payments/webhooks/stripe/").status_code == 200

    order.refresh_from_db()
    payment = Payment.objects.get()
    assert (order.status, payment.state, payment.review_reason) == ("pending", "open", "reference")


def test_money_of_another_shops_order_is_nobodys(api, shop_with_paystack, reference):
    data = shop_with_paystack.pay(reference)
    theirs = {**data, "reference": "theirs", "metadata": {"order_number": "THEIRS"}, "id": 9_999}

    assert tell(api, shop_with_paystack, theirs).status_code == 200
    assert unpaid()


def test_an_event_at_another_address_of_its_account_flags_nothing(
    api, shop_with_stripe, shopper, order, settings
):
    """A provider tells every address of an account: the order had an attempt at either alias."""
    first = shopper.post(f"/api/payments/create/{order.pk}/?gateway=stripe").json()["reference"]
    Payment.objects.update(state="failed", open_for=None)
    shopper.post(f"/api/payments/create/{order.pk}/?gateway=other")
    body, headers = shop_with_stripe.webhook("checkout.session.completed", shop_with_stripe.pay(first))

    assert post(api, body, headers, url="/api/payments/webhooks/other/").status_code == 200

    assert not Payment.objects.filter(needs_review=True).exists()
    assert PaymentEvent.objects.count() == 0


#: Texts that some database does not take, or that are no currency.
ODD_CURRENCIES = ["\ud800GN", "N\x00N", "ééé", "NGNNGN", "ngn", "", 7, None, ["NGN"]]


@pytest.mark.parametrize("currency", ODD_CURRENCIES)
@pytest.mark.parametrize("door", ["webhook", "verify"])
def test_money_of_an_odd_currency_is_flagged(
    api, shopper, staff, admin_client, shop_with_paystack, reference, currency, door
):
    """T-HOOK-2"""
    data = shop_with_paystack.pay(reference, currency=currency)

    if door == "webhook":
        assert tell(api, shop_with_paystack, data).status_code == 200
    else:
        assert shopper.get("/api/payments/verify/", {"reference": reference}).status_code == 400

    payment = Payment.objects.get()
    assert (payment.review_reason, payment.received_minor) == ("currency", 750_000)
    assert payment.received_currency == ""
    assert staff.get(f"/api/payments/{reference}/").status_code == 200
    assert admin_client.get(f"/admin/partscatalog_payments/payment/{payment.pk}/change/").status_code == 200


@pytest.mark.parametrize(
    ("amount", "received"), [(10**16 - 1, 10**16 - 1), (10**16, None), (2**63 - 1, None)]
)
def test_more_money_than_the_books_can_hold_is_flagged_and_counts_as_unreadable(
    api, staff, shop_with_paystack, reference, amount, received
):
    """T-HOOK-2, T-MONEY-3"""
    data = shop_with_paystack.pay(reference, amount=amount, requested_amount=amount)

    assert tell(api, shop_with_paystack, data).status_code == 200

    payment = Payment.objects.get()
    assert (payment.review_reason, payment.received_minor) == ("amount", received)
    assert staff.get(f"/api/payments/{reference}/").status_code == 200
    answer = staff.post(f"/api/payments/{reference}/refunds/")
    assert (answer.status_code, answer.json().get("code")) == (
        (201, None) if received else (409, "refund_refused")
    )
