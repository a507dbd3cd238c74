"""Payments in the admin: seen with their order and alone, never edited, decided about and refunded."""

from __future__ import annotations

import pytest
from bs4 import BeautifulSoup
from django.contrib.admin.models import LogEntry
from django.contrib.auth.models import Permission
from django.test import Client
from django.utils.translation import gettext_lazy

from partscatalog.catalog.models import Product
from partscatalog.laws import LAWS
from partscatalog.orders.services import releasing
from partscatalog.orders.states import Party
from partscatalog.payments.models import Payment, PaymentEvent, Refund, SandboxRefund, SandboxTransaction
from partscatalog.payments.sandbox.store import Store
from partscatalog.testing import make_user
from partscatalog.testing.storms import storm
from tests.payments.conftest import make_payment, pay

pytestmark = pytest.mark.django_db

PAGES = "/admin/partscatalog_payments/payment/"


@pytest.fixture
def payment(order) -> Payment:
    payment = make_payment(order, state="open", needs_review=True, review_reason="amount")
    PaymentEvent.objects.create(
        payment=payment, gateway="paystack", digest="0" * 64, kind="charge.success", source="webhook"
    )
    return payment


def test_an_order_shows_its_payments(admin_client, order, payment):
    page = admin_client.get(f"/admin/partscatalog_orders/order/{order.pk}/change/").content.decode()

    assert payment.reference in page
    assert "7500.00 NGN" in page
    assert "the amount is another than was asked for" in page


def test_staff_find_payments_by_reference_order_state_and_review(admin_client, order, payment):
    for query in (
        f"q={payment.reference}",
        f"q={order.number}",
        "needs_review__exact=1",
        "state__exact=open",
    ):
        assert payment.reference in admin_client.get(f"{PAGES}?{query}").content.decode()
    for query in ("q=nonesuch", "needs_review__exact=0", "state__exact=paid"):
        assert payment.reference not in admin_client.get(f"{PAGES}?{query}").content.decode()


def test_the_list_names_what_is_to_review_beside_the_reference(admin_client, payment):
    row = BeautifulSoup(admin_client.get(PAGES).content, "html.parser").select_one("#result_list tbody tr")

    assert row is not None
    reference, icon, reason = row.select("th, td:not(.action-checkbox)")[:3]
    assert reference.text == payment.reference
    assert icon.select_one("img[alt=True]")
    assert reason.text == "the amount is another than was asked for"


def test_a_payment_is_shown_with_its_events_and_is_not_edited(admin_client, payment):
    """T-FUNC-5"""
    url = f"{PAGES}{payment.pk}/change/"

    page = admin_client.get(url).content.decode()
    assert "charge.success" in page
    assert '<input type="submit"' not in page
    assert admin_client.post(url, {"state": "paid"}).status_code == 403
    assert admin_client.get(f"{PAGES}add/").status_code == 403
    assert admin_client.post(f"{PAGES}{payment.pk}/delete/", {"post": "yes"}).status_code == 403
    assert Payment.objects.get().state == "open"


def test_the_list_costs_a_bounded_number_of_statements(admin_client, payment, buyer, statements):
    admin_client.get(PAGES)
    with statements() as one:
        admin_client.get(PAGES)
    for number in range(5):
        make_payment(payment.order, state="failed", open_for=None, reference=f"ORD_{number}")
    with statements() as many:
        admin_client.get(PAGES)

    assert len(many) == len(one)


@pytest.fixture
def browser(clerk, client):
    """The clerk's browser, signed in to the admin."""
    client.force_login(clerk)
    return client


@pytest.fixture
def waiting(shopper, placed) -> Payment:
    """3750.00 came in for an order of 7500.00."""
    return pay(shopper, placed, "wrong_amount")


@pytest.fixture
def paid(shopper, placed) -> Payment:
    return pay(shopper, placed)


def act(browser, action: str, *payments: Payment) -> BeautifulSoup:
    """Run an action on the payments and return the page that follows."""
    chosen = {"action": action, "_selected_action": [payment.pk for payment in payments]}
    return BeautifulSoup(browser.post(PAGES, chosen, follow=True).content, "html.parser")


def messages(page: BeautifulSoup) -> list[str]:
    return [each.text.strip() for each in page.select(".messagelist li")]


def logged() -> list[tuple[str, str]]:
    return list(LogEntry.objects.order_by("pk").values_list("object_repr", "change_message"))


def refund_page(payment: Payment) -> str:
    return f"{PAGES}{payment.pk}/refund/"


def token_of(page: bytes) -> str:
    return str(BeautifulSoup(page, "html.parser").select_one("[name=token]")["value"])  # type: ignore[index]


def broken_laws() -> list[str]:
    return [text for law in LAWS.values() for text in law()]


def test_money_that_waits_is_shown_with_what_to_do(browser, waiting):
    page = browser.get(f"{PAGES}{waiting.pk}/change/").content.decode()

    assert "the amount is another than was asked for" in page
    assert "Accept it when the difference is settled, or refund it." in page
    assert "7500.00 NGN" in page
    assert "3750.00 NGN" in page


def test_staff_accept_money(browser, waiting, placed):
    page = act(browser, "accept", waiting)

    waiting.refresh_from_db()
    placed.refresh_from_db()
    assert messages(page) == ["1 payment was changed."]
    assert (waiting.state, waiting.needs_review, placed.status) == ("paid", False, "paid")
    assert logged() == [(waiting.reference, "accept")]
    assert broken_laws() == []


@pytest.mark.parametrize(
    ("units", "currency", "text"),
    [(375_000, "NGN", "3750.00 NGN"), (1250, "JPY", "1250 JPY"), (375_000, "", "3750.00"), (None, "", "")],
)
def test_staff_see_what_really_came_in(admin_client, waiting, units, currency, text):
    Payment.objects.update(received_minor=units, received_currency=currency)

    page = BeautifulSoup(admin_client.get(f"{PAGES}{waiting.pk}/change/").content, "html.parser")

    shown = [page.select_one(f".field-{name} .readonly") for name in ("total", "received")]
    assert [field and field.text.strip() for field in shown] == ["7500.00 NGN", text]


def test_staff_dismiss_a_review(browser, shopper, placed):
    payment = pay(shopper, placed, "later")
    Payment.objects.update(needs_review=True, review_reason="mode")

    page = act(browser, "dismiss", payment)

    payment.refresh_from_db()
    assert messages(page) == ["1 payment was changed."]
    assert (payment.state, payment.needs_review) == ("failed", False)
    assert logged() == [(payment.reference, "dismiss")]


def test_staff_refund_all_that_is_left(browser, waiting, clerk):
    page = act(browser, "refund_rest", waiting)

    waiting.refresh_from_db()
    refund = Refund.objects.get()
    assert messages(page) == ["1 payment was changed."]
    assert (waiting.state, waiting.needs_review) == ("refunded", False)
    assert (f"{refund.amount:.2f}", refund.requested_by) == ("3750.00", clerk)
    assert logged() == [(waiting.reference, "refund_rest")]
    assert broken_laws() == []


def test_a_payment_that_is_refused_is_named_and_does_not_stop_the_others(browser, shopper, order, placed):
    refused, waiting = pay(shopper, order), pay(shopper, placed, "wrong_amount")

    page = act(browser, "accept", refused, waiting)

    waiting.refresh_from_db()
    assert messages(page) == [
        f"{refused.reference}: The payment cannot be settled that way.",
        "1 payment was changed.",
    ]
    assert waiting.state == "paid"
    assert logged() == [(waiting.reference, "accept")]


def test_accepting_what_is_out_of_stock_says_so(browser, shopper, placed):
    payment = pay(shopper, placed, "later")
    releasing.cancel(order=placed, by=Party.CUSTOMER)
    SandboxTransaction.objects.update(status="paid")
    shopper.get("/api/payments/verify/", {"reference": payment.reference})
    Product.objects.update(stock=0)

    page = act(browser, "accept", payment)

    placed.refresh_from_db()
    assert messages(page) == [f"{payment.reference}: Some products are out of stock."]
    assert (placed.status, Product.objects.get().stock, logged()) == ("cancelled", 0, [])


@pytest.mark.parametrize(
    ("codenames", "actions"),
    [
        ([], set()),
        (["change_payment"], {"accept", "dismiss"}),
        (["add_refund"], {"refund_rest"}),
    ],
)
def test_each_action_needs_its_permission(client, waiting, codenames, actions):
    """T-FUNC-5"""
    user = make_user(is_staff=True)
    codenames = ["view_payment", *codenames]
    user.user_permissions.set(Permission.objects.filter(codename__in=codenames))
    client.force_login(user)

    page = BeautifulSoup(client.get(PAGES).content, "html.parser")
    for action in {"accept", "dismiss", "refund_rest"} - actions:
        act(client, action, waiting)

    assert {option["value"] for option in page.select("[name=action] option")} - {""} == actions
    waiting.refresh_from_db()
    assert (waiting.state, waiting.needs_review) == ("open", True)
    assert (Refund.objects.count(), logged()) == (0, [])


def test_nobody_refunds_without_the_permission(client, admin_client, paid, clerk):
    """T-FUNC-5"""
    clerk.user_permissions.set(Permission.objects.filter(codename__in=["view_payment", "change_payment"]))
    client.force_login(clerk)

    assert "/refund/" not in client.get(f"{PAGES}{paid.pk}/change/").content.decode()
    assert client.get(refund_page(paid)).status_code == 403
    assert client.post(refund_page(paid), {"token": "x"}).status_code == 403
    assert (Refund.objects.count(), logged()) == (0, [])
    assert refund_page(paid) in admin_client.get(f"{PAGES}{paid.pk}/change/").content.decode()


def test_the_refund_page_is_for_staff_alone(client, buyer, paid):
    client.force_login(buyer)

    response = client.post(refund_page(paid), {"token": "x"})

    assert (response.status_code, response["Location"].split("?")[0]) == (302, "/admin/login/")
    assert Refund.objects.count() == 0


def test_the_refund_page_takes_no_form_of_another_site(clerk, paid):
    """T-CSRF-1"""
    client = Client(enforce_csrf_checks=True)
    client.force_login(clerk)

    assert client.post(refund_page(paid), {"token": "x"}).status_code == 403
    assert Refund.objects.count() == 0


def test_an_unknown_payment_has_no_refund_page(browser):
    assert browser.get(f"{PAGES}999/refund/").status_code == 404


def test_a_part_is_refunded_by_the_page(browser, paid):
    page = browser.get(refund_page(paid)).content
    assert "May be given back: 7500.00 NGN" in page.decode()

    response = browser.post(refund_page(paid), {"amount": " 2500.00 ", "token": token_of(page)}, follow=True)

    refund = Refund.objects.get()
    assert response.redirect_chain == [(f"{PAGES}{paid.pk}/change/", 302)]
    assert messages(BeautifulSoup(response.content, "html.parser")) == ["The refund is succeeded."]
    assert (f"{refund.amount:.2f}", refund.restock) == ("2500.00", False)
    assert logged() == [(paid.reference, f"refund {refund.pk}")]
    assert "May be given back: 5000.00 NGN" in browser.get(refund_page(paid)).content.decode()


def test_the_rest_is_refunded_with_its_stock(browser, paid, placed):
    token = token_of(browser.get(refund_page(paid)).content)

    browser.post(refund_page(paid), {"amount": "", "restock": "on", "token": token})

    paid.refresh_from_db()
    placed.refresh_from_db()
    assert (paid.state, placed.status, Product.objects.get().stock) == ("refunded", "refunded", 5)
    assert broken_laws() == []


def test_a_form_that_is_sent_twice_is_one_refund(browser, paid):
    token = token_of(browser.get(refund_page(paid)).content)

    for _time in range(2):
        response = browser.post(refund_page(paid), {"amount": "2500.00", "token": token})
        assert response.status_code == 302

    assert (Refund.objects.count(), SandboxRefund.objects.count()) == (1, 1)


@pytest.mark.django_db(transaction=True)
def test_a_form_that_is_sent_twice_at_once_is_one_refund(clerk, paid):
    def send():
        browser = Client()
        browser.force_login(clerk)
        return browser.post(refund_page(paid), {"amount": "", "token": "one"}).status_code

    outcomes = storm([send] * 4)

    assert (outcomes.errors, outcomes.values) == ([], [302] * 4)
    assert (Refund.objects.count(), SandboxRefund.objects.count()) == (1, 1)


@pytest.mark.parametrize(
    ("fields", "text"),
    [
        *[
            ({"amount": amount}, "Write the amount in digits, with a point before its decimals.")
            for amount in ("-1", "1e3", "NaN", "1,5", "0.001", "all", "9" * 400)
        ],
        ({"amount": "0"}, "Write an amount of more than zero."),
        ({"amount": "7500.01"}, "The payment cannot be refunded."),
        (
            {"amount": "1.00", "restock": "on"},
            "Only a refund of all that is left of an order&#x27;s payment returns the stock.",
        ),
        # Django's own texts, in whatever language the host speaks.
        ({"token": ""}, gettext_lazy("This field is required.")),
        ({"token": "x" * 65}, '<ul class="errorlist'),
    ],
)
def test_what_cannot_be_refunded_is_told_on_the_page(browser, paid, fields, text):
    response = browser.post(refund_page(paid), {"token": "x", **fields})

    assert response.status_code == 200
    assert str(text) in response.content.decode()
    assert (Refund.objects.count(), logged()) == (0, [])


def test_a_token_with_another_amount_is_refused(browser, paid):
    for amount in ("1.00", "2.00"):
        response = browser.post(refund_page(paid), {"amount": amount, "token": "x"})

    assert "was used for another request" in response.content.decode()
    assert Refund.objects.count() == 1


def test_a_refund_that_the_gateway_refused_is_asked_for_again(browser, paid, monkeypatch):
    with monkeypatch.context() as patched:
        patched.setattr(Store, "refund", lambda *_arguments, **_options: None)
        refused = browser.post(refund_page(paid), {"amount": "1.00", "token": "x"})
    assert "The gateway refused the refund." in refused.content.decode()
    assert 'name="amount" value="1.00"' in refused.content.decode()

    again = browser.post(refund_page(paid), {"amount": "1.00", "token": token_of(refused.content)})

    assert again.status_code == 302
    assert list(Refund.objects.values_list("state", flat=True)) == ["failed", "succeeded"]
