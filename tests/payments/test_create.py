"""Beginning a payment: product.md's answer, its refusals, and gateways that fail."""

from __future__ import annotations

import re
import time
from datetime import timedelta
from typing import Any

import pytest
from django.db import connections
from django.utils import timezone

from partscatalog.conf import get_settings
from partscatalog.orders.models import Order
from partscatalog.payments.gateways.paystack import PaystackGateway
from partscatalog.payments.models import Payment, PaymentEvent
from partscatalog.payments.services import starting
from partscatalog.payments.services.reconciling import reconcile
from partscatalog.testing import make_user
from tests.payments.conftest import SITE, TIMEOUT, make_order, make_payment
from tests.payments.fakes.paystack import SECRET_KEY

pytestmark = pytest.mark.django_db

#: Paystack says no, and has surely opened nothing.
CLEAR_REFUSALS = {"401", "429"}


def url(order: Order, query: str = "") -> str:
    return f"/api/payments/create/{order.pk}/{query}"


def test_begins_a_payment_and_answers_its_page(shop_with_paystack, shopper, order):
    """T-PAY-1, T-PAY-4"""
    response = shopper.post(url(order))

    payment = Payment.objects.get()
    assert response.status_code == 200
    assert response.json() == {
        "reference": payment.reference,
        "access_code": "1001",
        "authorization_url": "https://checkout.paystack.com/1001",
    }
    assert re.fullmatch(rf"ORD_{order.pk}_[a-z0-9]{{16,}}", payment.reference)
    assert (payment.state, payment.open_for, payment.gateway) == ("open", order, "paystack")
    assert (payment.amount, payment.amount_minor, payment.currency) == (order.total_amount, 750_000, "NGN")
    assert payment.is_live is False


def test_asks_the_gateway_for_the_order_and_nothing_else(shop_with_paystack, shopper, order, buyer):
    """T-PAY-1, T-PAY-2, T-PAY-3: neither body nor headers of the client change what is asked for."""
    shopper.post(
        url(order),
        {
            "amount": 1,
            "email": "eve@example.com",
            "reference": "mine",
            "callback_url": "https://evil.example",
        },
        format="json",
        HTTP_HOST="localhost",
        HTTP_X_FORWARDED_HOST="evil.example",
        HTTP_ORIGIN="https://evil.example",
    )

    (call,) = shop_with_paystack.calls
    assert call.document == {
        "email": "buyer@example.com",
        "amount": 750_000,
        "currency": "NGN",
        "reference": Payment.objects.get().reference,
        "callback_url": f"{SITE}/api/payments/return/",
        "metadata": {"order_id": order.pk, "order_number": order.number, "user_id": str(buyer.pk)},
    }


@pytest.mark.parametrize(
    ("page", "callback"),
    [("https://other.example/back", "https://other.example/back"), ("/paid/", f"{SITE}/paid/")],
)
def test_sends_buyers_back_to_the_page_that_the_site_names(
    settings, shop_with_paystack, shopper, order, page, callback
):
    settings.PARTSCATALOG = {**settings.PARTSCATALOG, "PAYMENT_RETURN_URL": page}

    shopper.post(url(order))

    assert shop_with_paystack.calls[0].document["callback_url"] == callback


def test_names_no_callback_where_the_site_has_no_address(settings, shop_with_paystack, shopper, order):
    """T-PAY-3: the request's own host is never one."""
    settings.PARTSCATALOG = {**settings.PARTSCATALOG, "SITE_URL": ""}

    assert shopper.post(url(order)).status_code == 200
    assert "callback_url" not in shop_with_paystack.calls[0].document


def test_answers_the_open_attempt_to_go_on_with(shop_with_paystack, shopper, order):
    """T-PAY-5"""
    started = shopper.post(url(order)).json()

    response = shopper.post(url(order))

    assert response.status_code == 400
    assert response.json() == {
        "detail": "Payment already initialized.",
        "code": "payment_already_initialized",
        **started,
    }
    assert len(shop_with_paystack.calls) == 1


def test_answers_no_page_while_the_start_still_runs(shop_with_paystack, shopper, order):
    payment = make_payment(order)

    response = shopper.post(url(order))

    assert response.status_code == 400
    assert response.json() == {
        "detail": "Payment already initialized.",
        "code": "payment_already_initialized",
        "reference": payment.reference,
        "access_code": None,
        "authorization_url": None,
    }
    assert shop_with_paystack.calls == []


@pytest.mark.parametrize("status", ["paid", "processing", "shipped", "delivered"])
def test_a_paid_order_is_not_paid_again(shop_with_paystack, shopper, order, status):
    """T-PAY-7"""
    Order.objects.update(status=status, paid_at=timezone.now())

    response = shopper.post(url(order))

    assert response.status_code == 400
    assert response.json() == {"detail": "Order is already paid.", "code": "order_already_paid"}
    assert (shop_with_paystack.calls, Payment.objects.count()) == ([], 0)


@pytest.mark.parametrize("status", ["cancelled", "expired", "refunded"])
def test_an_ended_order_is_not_paid(shop_with_paystack, shopper, order, status):
    Order.objects.update(status=status)

    response = shopper.post(url(order))

    assert (response.status_code, response.json()["code"]) == (400, "order_not_payable")
    assert (shop_with_paystack.calls, Payment.objects.count()) == ([], 0)


def test_a_foreign_order_is_as_unknown_as_a_missing_one(shop_with_paystack, shopper):
    """T-IDOR-2"""
    foreign = make_order(make_user())

    theirs = shopper.post(url(foreign))
    missing = shopper.post("/api/payments/create/987654321/")

    assert (theirs.status_code, theirs.json()) == (missing.status_code, missing.json())
    assert (theirs.status_code, theirs.json()["code"]) == (404, "not_found")
    assert (shop_with_paystack.calls, Payment.objects.count()) == ([], 0)


def test_nobody_pays_without_signing_in(shop_with_paystack, api, order):
    """T-AUTHN-1"""
    response = api.post(url(order))

    assert (response.status_code, response["WWW-Authenticate"]) == (401, "Bearer")
    assert shop_with_paystack.calls == []


def test_the_request_may_choose_the_gateway(shop_with_paystack, shopper, order):
    response = shopper.post(url(order, "?gateway=sandbox"))

    assert response.status_code == 200
    assert Payment.objects.get().gateway == "sandbox"
    assert shop_with_paystack.calls == []


@pytest.mark.parametrize("alias", ["nonesuch", "", "a/b", "%00"])
def test_an_unknown_gateway_is_refused(shop_with_paystack, shopper, order, alias):
    response = shopper.post(url(order, f"?gateway={alias}"))

    assert response.status_code == 400
    assert response.json() == {"gateway": ["There is no such gateway."], "code": "invalid"}
    assert Payment.objects.count() == 0


# One of each kind; the contract of the gateways tries them all.
@pytest.mark.parametrize("fault", ["401", "429", "500", "html 200", "reset", "lost"])
def test_a_gateway_that_fails_is_product_mds_500_and_the_order_stays_payable(
    shop_with_paystack, shopper, order, fault
):
    """T-PAY-12, T-PAY-13"""
    shop_with_paystack.faults["/transaction/initialize"] = fault
    begun = timezone.now()

    failed = shopper.post(url(order))
    assert timezone.now() - begun < timedelta(seconds=TIMEOUT + 2)
    shop_with_paystack.faults.clear()
    retried = shopper.post(url(order))

    assert failed.status_code == 500
    assert failed.json() == {"detail": "Payment gateway error", "code": "gateway_error"}
    first, second = Payment.objects.order_by("pk")
    assert first.state == "failed" if fault in CLEAR_REFUSALS else first.state in {"failed", "expired"}
    assert (retried.status_code, second.state) == (200, "open")
    assert list(Payment.objects.filter(open_for=order)) == [second]


def test_nobody_is_asked_about_an_attempt_that_was_surely_refused(shop_with_paystack, shopper, order):
    shop_with_paystack.faults["/transaction/initialize"] = "401"
    shopper.post(url(order))
    shop_with_paystack.faults.clear()

    shopper.post(url(order))

    assert [call.path for call in shop_with_paystack.calls] == ["/transaction/initialize"] * 2


def test_a_lost_answer_is_asked_about_before_a_new_attempt_is_begun(shop_with_paystack, shopper, order):
    """T-PAY-15"""
    shop_with_paystack.faults["/transaction/initialize"] = "lost"
    shopper.post(url(order))
    lost = Payment.objects.get()
    assert (lost.state, lost.open_for) == ("unknown", None)
    shop_with_paystack.faults.clear()

    response = shopper.post(url(order))

    assert response.status_code == 200
    paths = [call.path for call in shop_with_paystack.calls]
    assert paths[1:] == [f"/transaction/verify/{lost.reference}", "/transaction/initialize"]
    lost.refresh_from_db()
    assert lost.state == "expired"  # the gateway opened it, but nobody knows its page


def test_the_page_of_a_lost_answer_is_known_to_nobody_and_its_money_would_be_noticed(
    shop_with_paystack, shopper, order, caplog
):
    """T-PAY-5: Paystack can end no page, and tells it once; whoever pays pays on the second."""
    caplog.set_level("DEBUG")
    shop_with_paystack.faults["/transaction/initialize"] = "lost"
    answers = [shopper.post(url(order))]
    lost = Payment.objects.get()
    page = f"https://checkout.paystack.com/{shop_with_paystack.transactions[lost.reference]['id']}"
    shop_with_paystack.faults.clear()

    answers += [shopper.post(url(order)), shopper.post(url(order))]
    answers.append(shopper.get("/api/payments/verify/", {"reference": lost.reference}))

    rows = [list(table.objects.values()) for table in (Payment, PaymentEvent, Order)]
    told = [answer.content.decode() for answer in answers]
    assert page not in f"{told}{rows}{caplog.text}"
    assert len({word for text in told for word in re.findall(r"https://checkout[^\"]+", text)}) == 1

    second = answers[1].json()["reference"]
    for reference in (second, lost.reference):
        shop_with_paystack.pay(reference)
        reconcile(ignore_schedule=True)
    lost.refresh_from_db()
    assert (lost.needs_review, lost.review_reason) == (True, "paid_twice")


def test_a_duplicate_reference_is_verified_and_then_another_is_taken(shop_with_paystack, shopper, order):
    """T-PAY-15: something on the way sent the start twice, and its first answer is lost."""
    answer = shop_with_paystack.reply
    shop_with_paystack.reply = lambda call: [answer(call), answer(call)][-1]
    duplicate = shopper.post(url(order))
    shop_with_paystack.reply = answer
    (taken,) = shop_with_paystack.transactions

    response = shopper.post(url(order))

    assert (duplicate.status_code, response.status_code) == (500, 200)
    assert shop_with_paystack.calls[1].path == f"/transaction/verify/{taken}"
    assert list(Payment.objects.order_by("pk").values_list("state", flat=True)) == ["expired", "open"]
    assert response.json()["reference"] != taken


def test_an_attempt_that_turns_out_paid_ends_the_matter(shop_with_paystack, shopper, order):
    """T-PAY-15"""
    shop_with_paystack.faults["/transaction/initialize"] = "lost"
    shopper.post(url(order))
    shop_with_paystack.faults.clear()
    shop_with_paystack.pay(Payment.objects.get().reference)

    response = shopper.post(url(order))

    assert (response.status_code, response.json()["code"]) == (400, "order_already_paid")
    order.refresh_from_db()
    assert (order.status, Payment.objects.get().state) == ("paid", "paid")


def test_a_gateway_that_takes_long_over_lost_attempts_is_given_up_within_two_bounds(
    shop_with_paystack, shopper, order
):
    """T-PAY-13: each of its answers comes in time, and together they do not."""
    for number in range(3):
        make_payment(order, state="unknown", open_for=None, reference=f"ORD_{number}")
    answer = shop_with_paystack.reply

    def slowly(call):
        time.sleep(TIMEOUT * 0.6)
        return answer(call)

    shop_with_paystack.reply = slowly
    begun = time.monotonic()

    response = shopper.post(url(order))

    assert (response.status_code, response.json()["code"]) == (500, "gateway_error")
    assert time.monotonic() - begun < 2 * TIMEOUT
    assert [call.path for call in shop_with_paystack.calls] == [
        "/transaction/verify/ORD_0",
        "/transaction/verify/ORD_1",
    ]
    assert shopper.post(url(order)).status_code == 200


def test_while_a_lost_attempt_cannot_be_asked_about_no_other_begins(shop_with_paystack, shopper, order):
    shop_with_paystack.faults["/transaction"] = "500"
    shopper.post(url(order))

    response = shopper.post(url(order))

    assert (response.status_code, response.json()["code"]) == (500, "gateway_error")
    assert Payment.objects.get().state == "unknown"


def test_a_start_without_outcome_counts_as_unknown_after_twice_the_bound(shop_with_paystack, shopper, order):
    """T-PAY-15: a worker was killed between the call and its commit."""
    killed = make_payment(order, age=2 * TIMEOUT + 1)

    response = shopper.post(url(order))

    assert response.status_code == 200
    assert shop_with_paystack.calls[0].path == f"/transaction/verify/{killed.reference}"
    killed.refresh_from_db()
    assert (killed.state, killed.open_for) == ("failed", None)  # the gateway never heard of it


@pytest.mark.django_db(transaction=True)
def test_an_answer_after_the_attempt_was_ruled_out_gives_no_page(shop_with_paystack, shopper, order):
    answer = shop_with_paystack.reply

    def meanwhile_ruled_out(call):
        Payment.objects.update(state="expired", open_for=None)
        connections.close_all()
        return answer(call)

    shop_with_paystack.reply = meanwhile_ruled_out

    response = shopper.post(url(order))

    assert (response.status_code, response.json()["code"]) == (500, "gateway_error")


def test_an_answer_about_another_reference_is_not_believed(shop_with_paystack, shopper, order):
    shop_with_paystack.reply = lambda call: (
        200,
        {
            "status": True,
            "data": {
                "reference": "ORD_9_zzzzzzzzzzzzzzzz",
                "access_code": "x",
                "authorization_url": "https://checkout.example/x",
            },
        },
    )

    response = shopper.post(url(order))

    assert (response.status_code, response.json()["code"]) == (500, "gateway_error")
    assert Payment.objects.get().state == "unknown"


@pytest.mark.parametrize(("total", "currency"), [("10.005", "NGN"), ("1.234", "KWD")])
def test_an_amount_that_the_gateway_cannot_take_is_never_rounded(
    shop_with_paystack, shopper, buyer, total, currency
):
    """T-MONEY-4"""
    response = shopper.post(url(make_order(buyer, total, currency=currency)))

    assert (response.status_code, response.json()["code"]) == (500, "gateway_error")
    assert (shop_with_paystack.calls, Payment.objects.count()) == ([], 0)


@pytest.mark.parametrize("key", ["", "pk_test_public"])
def test_a_gateway_without_a_secret_key_answers_the_gateway_error(
    settings, shop_with_paystack, shopper, order, key
):
    settings.PARTSCATALOG["PAYMENT_GATEWAYS"]["paystack"]["OPTIONS"]["SECRET_KEY"] = key

    response = shopper.post(url(order))

    assert (response.status_code, response.json()["code"]) == (500, "gateway_error")
    assert (shop_with_paystack.calls, Payment.objects.count()) == ([], 0)


def test_a_gateway_that_cannot_be_built_answers_the_gateway_error(
    settings, shop_with_paystack, shopper, order
):
    settings.PARTSCATALOG["PAYMENT_GATEWAYS"]["paystack"]["BACKEND"] = "no.such.Gateway"

    response = shopper.post(url(order))

    assert (response.status_code, response.json()["code"]) == (500, "gateway_error")
    assert Payment.objects.count() == 0


def test_get_begins_nothing(shop_with_paystack, shopper, order):
    """T-CSRF-2"""
    assert shopper.get(url(order)).status_code == 405
    assert Payment.objects.count() == 0


def test_costs_seven_statements(shop_with_paystack, shopper, order, statements):
    with statements() as ran:
        shopper.post(url(order))

    assert len(ran) == 7 + 1  # the token's user


def test_starts_are_limited_per_user(settings, shop_with_paystack, shopper, order):
    settings.PARTSCATALOG = {**settings.PARTSCATALOG, "THROTTLES": {"payment": "1/min"}}
    shopper.post(url(order))

    response = shopper.post(url(order))

    assert (response.status_code, response.json()["code"]) == (429, "throttled")
    assert int(response["Retry-After"]) > 0


class Broken(PaystackGateway):
    """A third party's gateway, with a bug."""

    def __init__(self, **settings: Any) -> None:
        super().__init__(**settings)
        raise RuntimeError


def test_a_gateway_that_breaks_shows_no_option_of_the_settings(settings, shop_with_paystack, shopper, order):
    """T-LEAK-1: neither on the page of DEBUG, which shows what each frame holds, nor in a typed copy."""
    settings.PARTSCATALOG["PAYMENT_GATEWAYS"]["paystack"]["BACKEND"] = f"{__name__}.Broken"
    settings.DEBUG, shopper.raise_request_exception = True, False

    page = shopper.post(url(order)).content.decode()

    assert ("RuntimeError" in page, "Local vars" in page) == (True, True)
    assert SECRET_KEY not in page
    assert SECRET_KEY not in repr(get_settings())


@pytest.mark.parametrize("gateway", ["paystack", "stripe"])
def test_no_page_is_handed_out_of_an_order_that_was_cancelled_meanwhile(
    request, gateway, shopper, placed, monkeypatch
):
    request.getfixturevalue(f"shop_with_{gateway}")
    store = starting._store_answer

    def cancel_first(payment, started):
        assert shopper.post(f"/api/orders/orders/{placed.pk}/cancel/").status_code == 200
        return store(payment, started)

    monkeypatch.setattr(starting, "_store_answer", cancel_first)
    response = shopper.post(url(placed))

    assert (response.status_code, response.json()["code"]) == (400, "order_not_payable")
    reconcile(ignore_schedule=True)
    # Stripe could close the page; of Paystack's, what is paid on it is flagged.
    assert Payment.objects.get().state == ("expired" if gateway == "stripe" else "open")
