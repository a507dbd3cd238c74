"""The sandbox: a provider of our own that is spoken to like a real one, and its pay page."""

from __future__ import annotations

import json

import pytest
from bs4 import BeautifulSoup
from django.test import Client

from partscatalog.orders.models import OrderEvent
from partscatalog.payments.gateways.signing import sign
from partscatalog.payments.models import Payment, PaymentEvent, SandboxTransaction
from partscatalog.payments.sandbox.gateway import SandboxGateway
from tests.payments.fakes import attempt

pytestmark = pytest.mark.django_db(transaction=True)

BUTTONS = ["pay", "decline", "cancel", "later", "wrong_amount", "twice"]


@pytest.fixture(autouse=True)
def shop(settings):
    """The test settings have nothing but the sandbox, and a site address."""
    settings.PARTSCATALOG = {**settings.PARTSCATALOG, "SITE_URL": ""}


@pytest.fixture
def started(shopper, order) -> dict[str, str]:
    answer: dict[str, str] = shopper.post(f"/api/payments/create/{order.pk}/").json()
    return answer


@pytest.fixture
def verify(shopper, started):
    return lambda: shopper.get("/api/payments/verify/", {"reference": started["reference"]})


def press(client, started, action):
    return client.post(started["authorization_url"], {"action": action})


def test_the_page_stands_on_the_host_that_asked_where_the_site_names_none(started):
    assert started["authorization_url"] == f"http://testserver/api/payments/sandbox/{started['access_code']}/"
    assert len(started["access_code"]) == 32


def test_the_page_stands_below_the_sites_address(settings, shopper, order):
    settings.PARTSCATALOG = {**settings.PARTSCATALOG, "SITE_URL": "https://shop.example.com/"}

    answer = shopper.post(f"/api/payments/create/{order.pk}/", HTTP_HOST="localhost").json()

    assert answer["authorization_url"].startswith("https://shop.example.com/api/payments/sandbox/")
    assert SandboxTransaction.objects.get().return_url == (
        f"https://shop.example.com/api/payments/return/?reference={answer['reference']}"
    )


def test_the_page_is_a_plain_form_with_six_buttons(client, started):
    response = client.get(started["authorization_url"])

    page = BeautifulSoup(response.content, "html.parser")
    assert response.status_code == 200
    assert [button["value"] for button in page.select("form[method=post] button[name=action]")] == BUTTONS
    assert "NGN 7500.00" in page.text
    assert started["reference"] in page.text
    assert response["Cache-Control"] == "private, no-store"


def test_paying_pays_the_order_by_a_signed_webhook_and_leads_back(client, started, order, verify):
    response = press(client, started, "pay")

    order.refresh_from_db()
    event = PaymentEvent.objects.get()
    assert response.status_code == 302
    assert response["Location"] == (
        f"http://testserver/api/payments/return/?reference={started['reference']}"
    )
    assert client.get(response["Location"]).status_code == 200
    assert (order.status, event.source, event.kind) == ("paid", "webhook", "transaction.paid")
    assert verify().status_code == 200


def test_the_page_needs_no_csrf_token_as_its_address_is_the_secret(started, order):
    press(Client(enforce_csrf_checks=True), started, "pay")

    order.refresh_from_db()
    assert order.status == "paid"


def test_telling_twice_pays_once(client, started, order):
    press(client, started, "twice")

    order.refresh_from_db()
    assert order.status == "paid"
    assert PaymentEvent.objects.count() == 1
    assert OrderEvent.objects.filter(to_status="paid").count() == 1


@pytest.mark.parametrize("action", ["decline", "cancel"])
def test_declining_and_cancelling_fail_and_allow_a_new_attempt(
    client, started, order, verify, shopper, action
):
    press(client, started, action)

    response = verify()
    assert (response.status_code, response.json()["code"]) == (400, "payment_failed")
    assert set(response.json()) == {"detail", "code", "sandbox"}
    assert shopper.post(f"/api/payments/create/{order.pk}/").status_code == 200


def test_a_declined_card_may_be_tried_again(client, started, order):
    press(client, started, "decline")
    press(client, started, "pay")

    order.refresh_from_db()
    assert order.status == "paid"


@pytest.mark.parametrize("first", ["pay", "cancel", "later"])
def test_a_page_that_is_done_with_has_no_buttons_and_ignores_them(client, started, first):
    press(client, started, first)
    before = SandboxTransaction.objects.values().get()

    response = press(client, started, "wrong_amount")

    assert response.status_code == 302
    assert SandboxTransaction.objects.values().get() == before
    page = BeautifulSoup(client.get(started["authorization_url"]).content, "html.parser")
    assert page.select("button") == []


def test_paying_later_stays_pending(client, started, order, verify):
    press(client, started, "later")

    response = verify()
    order.refresh_from_db()
    assert (response.status_code, response.json()["code"]) == (400, "payment_pending")
    assert (order.status, Payment.objects.get().state) == ("pending", "open")


def test_a_wrong_amount_waits_for_review(client, started, order, verify):
    press(client, started, "wrong_amount")

    response = verify()
    order.refresh_from_db()
    assert (response.status_code, response.json()["code"]) == (400, "payment_in_review")
    assert (order.status, Payment.objects.get().review_reason) == ("pending", "amount")
    assert response.json()["sandbox"]["amount"] == 375_000


@pytest.mark.parametrize(("action", "instead"), [("wrong_amount", True), ("pay", False), ("decline", False)])
def test_the_page_says_what_was_paid_instead(client, started, action, instead):
    press(client, started, action)

    page = client.get(started["authorization_url"]).content.decode()

    assert "NGN 7500.00" in page
    assert ("The buyer paid NGN 3750.00." in page) is instead
    assert ("The buyer paid" in page) is instead


def test_closing_the_browser_leaves_it_open(started, verify):
    assert verify().json()["code"] == "payment_pending"


@pytest.mark.parametrize("data", [{}, {"action": ""}, {"action": "steal"}, {"action": "PAY"}])
def test_an_unknown_button_is_refused(client, started, data):
    response = client.post(started["authorization_url"], data)

    assert response.status_code == 400
    assert response.json() == {"action": ["There is no such button."], "code": "invalid"}
    assert SandboxTransaction.objects.get().status == "open"


@pytest.mark.parametrize("code", ["nonesuch", "%00", "x" * 3_000])
def test_an_unknown_page_is_404(client, started, code):
    response = client.get(f"/api/payments/sandbox/{code}/")

    assert (response.status_code, response.json()["code"]) == (404, "not_found")


def test_a_page_of_another_spelling_is_404(client, started):
    assert client.get(f"/api/payments/sandbox/{started['access_code'].upper()}/").status_code == 404


def test_outside_debug_it_refuses_to_run_unless_allowed(settings, client, shopper, order, started):
    settings.PARTSCATALOG = {**settings.PARTSCATALOG, "SANDBOX_OUTSIDE_DEBUG": False}
    body = json.dumps({"id": "1", "event": "transaction.paid", "data": {"status": "paid"}}).encode()
    headers = SandboxGateway(alias="sandbox", options={}).sign(body)

    page = client.get(started["authorization_url"])
    button = press(client, started, "pay")
    webhook = client.post(
        "/api/payments/webhooks/sandbox/", body, content_type="application/json", headers=headers
    )
    Payment.objects.update(state="failed", open_for=None)
    create = shopper.post(f"/api/payments/create/{order.pk}/")

    assert (page.status_code, button.status_code, webhook.status_code) == (404, 404, 400)
    assert (create.status_code, create.json()["code"]) == (500, "gateway_error")
    assert SandboxTransaction.objects.get().status == "open"


def test_under_debug_it_runs(settings, client, started):
    settings.PARTSCATALOG = {**settings.PARTSCATALOG, "SANDBOX_OUTSIDE_DEBUG": False}
    settings.DEBUG = True

    assert client.get(started["authorization_url"]).status_code == 200


@pytest.mark.parametrize("key", ["", "guessed"])
def test_its_webhooks_are_proven_like_a_real_providers(client, started, order, key):
    """T-HOOK-1"""
    data = {**SandboxTransaction.objects.get().describe(), "status": "paid"}
    body = json.dumps({"id": "evt_1", "event": "transaction.paid", "data": data}).encode()

    response = client.post(
        "/api/payments/webhooks/sandbox/",
        body,
        content_type="application/json",
        headers={"x-sandbox-signature": sign(body, key=key)},
    )

    assert (response.status_code, response.json()["code"]) == (400, "invalid_webhook")
    assert Payment.objects.get().state == "open"


def test_a_transaction_of_another_account_is_missing(started):
    """Two aliases of one provider do not answer for each other."""
    assert (
        SandboxGateway(alias="other", options={}).fetch(attempt(started["reference"])).standing == "missing"
    )


def test_the_page_leads_back_to_a_page_of_the_site_that_has_a_query(settings, client, shopper, order):
    settings.PARTSCATALOG = {
        **settings.PARTSCATALOG,
        "PAYMENT_RETURN_URL": "https://shop.example.com/done?lang=en#top",
    }
    answer = shopper.post(f"/api/payments/create/{order.pk}/").json()

    response = press(client, answer, "pay")

    assert response["Location"] == (
        f"https://shop.example.com/done?lang=en&reference={answer['reference']}#top"
    )
