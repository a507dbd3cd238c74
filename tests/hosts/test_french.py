"""In French an answer says the same: codes, keys and product.md's texts stay, the other texts are French."""

from __future__ import annotations

from typing import Any

import pytest
from django.core import mail

from partscatalog.orders.models import Order
from partscatalog.payments.models import Payment
from partscatalog.testing import make_brand, make_cart, make_category, make_product, make_user
from partscatalog.testing.factories import PASSWORD

pytestmark = pytest.mark.django_db

DELIVERY = {"shipping_address": "123 Main St, City", "phone": "+234123456789"}
PERSON = {"email": "buyer@example.com", "password": "three-blue-pistons"}
CREATE = "orders/orders/create/"


@pytest.fixture(autouse=True)
def _languages(settings):
    """A host that asks each request for its language, and writes numbers as its language does."""
    after_sessions = settings.MIDDLEWARE.index("django.contrib.sessions.middleware.SessionMiddleware") + 1
    settings.MIDDLEWARE = [*settings.MIDDLEWARE]
    settings.MIDDLEWARE.insert(after_sessions, "django.middleware.locale.LocaleMiddleware")
    settings.USE_THOUSAND_SEPARATOR = True


@pytest.fixture
def buyer():
    return make_user("buyer@example.com")


@pytest.fixture
def client(signed_in, buyer):
    return signed_in(buyer)


@pytest.fixture
def piston():
    return make_product(
        "Piston", stock=3, category=make_category("Engine Parts"), brand=make_brand(), number="NW-1"
    )


@pytest.fixture
def pending(client, buyer):
    """An order with an open payment."""
    make_cart({make_product("Valve"): 1}, user=buyer)
    order = Order.objects.get(pk=client.post(f"/api/{CREATE}", DELIVERY).json()["id"])
    client.post(f"/api/payments/create/{order.pk}/")
    return order


@pytest.fixture
def paid(buyer):
    return Order.objects.create(
        number="PAID", user=buyer, currency="NGN", total_amount=1, status="paid", **DELIVERY
    )


@pytest.fixture
def in_both(client):
    """Make one request in both languages; what it changes is undone by the caller."""

    def call(method: str, path: str, body: Any = None, *, by: Any = None, **headers: str) -> list[Any]:
        return [
            getattr(by or client, method)(
                f"/api/{path}", body, format="json", headers={**headers, "Accept-Language": language}
            )
            for language in ("en", "fr")
        ]

    return call


def texts(value: Any) -> list[str]:
    """Return every text in a body that is no code, in its order."""
    if isinstance(value, dict):
        return [text for key, held in value.items() if key != "code" for text in texts(held)]
    if isinstance(value, list):
        return [text for held in value for text in texts(held)]
    return [value] if isinstance(value, str) else []


def shape(value: Any) -> Any:
    """Return a body with its codes and numbers and without its other texts."""
    if isinstance(value, dict):
        return {key: held if key == "code" else shape(held) for key, held in value.items()}
    if isinstance(value, list):
        return [shape(held) for held in value]
    return str if isinstance(value, str) else value


REFUSALS: list[tuple[str, str, Any, int, str]] = [
    ("get", "products/?page_size=0", None, 400, "invalid"),
    ("get", "products/?cursor=x", None, 400, "invalid"),
    ("get", "products/?min_price=1,5", None, 400, "invalid"),
    ("get", "products/?in_stock=maybe", None, 400, "invalid"),
    ("get", "products/?category=none", None, 400, "invalid"),
    ("get", "categories/none/", None, 404, "not_found"),
    ("post", "categories/", {"name": "x"}, 403, "permission_denied"),
    ("put", "carts/products/", {}, 405, "method_not_allowed"),
    ("post", "users/login/", {"email": "a@example.com", "password": "x"}, 401, "invalid_credentials"),
    ("post", "users/login/", {}, 400, "invalid"),
    ("post", "users/login/", [], 400, "invalid"),
    ("post", "users/login/", {"email": None, "password": ""}, 400, "invalid"),
    ("post", "users/login/", {"email": 1, "password": "x"}, 400, "invalid"),
    ("post", "users/register/", PERSON, 400, "invalid"),
    ("post", "users/register/", {"email": "no", "password": "x"}, 400, "invalid"),
    ("post", "users/register/", {"email": "b@example.com", "password": "password"}, 400, "invalid"),
    ("post", "users/token/refresh/", {"refresh_token": "x"}, 401, "invalid_token"),
    ("post", "users/password/change/", {"old_password": "x", "new_password": "y"}, 400, "invalid"),
    ("post", "carts/products/0/add/", None, 404, "not_found"),
    ("patch", "carts/items/0/quantity/", {"quantity": 0}, 400, "invalid"),
    ("post", CREATE, DELIVERY, 400, "cart_empty"),
    ("post", CREATE, {**DELIVERY, "phone": "x"}, 400, "invalid"),
    ("get", "orders/orders/0/", None, 404, "not_found"),
    ("get", "payments/verify/", None, 400, "invalid"),
    ("get", "payments/verify/?reference=x", None, 404, "not_found"),
    ("post", "payments/webhooks/sandbox/", {}, 400, "invalid_webhook"),
    ("post", "payments/webhooks/none/", {}, 404, "not_found"),
]


@pytest.mark.parametrize(("method", "path", "body", "status", "code"), REFUSALS, ids=str)
def test_a_refusal_has_the_same_code_and_a_french_text(in_both, method, path, body, status, code):
    english, french = in_both(method, path, body)

    assert (english.status_code, french.status_code) == (status, status)
    assert english.json()["code"] == french.json()["code"] == code
    assert shape(english.json()) == shape(french.json())
    pairs = list(zip(texts(english.json()), texts(french.json()), strict=True))
    assert pairs
    assert [text for text, translated in pairs if text == translated] == []


def test_a_body_that_is_none_is_refused_in_french(api):
    french = {"Accept-Language": "fr"}

    broken = api.post("/api/users/login/", "{", content_type="application/json", headers=french)
    odd = api.post("/api/users/login/", "a: b", content_type="application/yaml", headers=french)
    stranger = api.get("/api/users/me/", headers=french)

    assert broken.json() == {"detail": "Le corps n’est pas du JSON valable.", "code": "parse_error"}
    assert odd.json()["detail"] == "Le type « application/yaml » de la requête n’est pas lu."
    assert (odd.status_code, odd.json()["code"]) == (415, "unsupported_media_type")
    assert stranger.json() == {"detail": "Il manque un jeton d’accès.", "code": "not_authenticated"}


def test_too_many_requests_are_refused_in_french(api, settings):
    settings.PARTSCATALOG = {"THROTTLES": {"cart": "0/day"}}

    answer = api.get("/api/carts/products/", headers={"Accept-Language": "fr"})

    wait = answer.headers["Retry-After"]
    assert answer.status_code == 429
    assert answer.json() == {
        "detail": f"Trop de requêtes. Réessayez dans {wait} secondes.",
        "code": "throttled",
    }


def same(answers: list[Any], status: int, body: Any) -> None:
    assert [(answer.status_code, answer.json()) for answer in answers] == [(status, body)] * 2


def test_product_mds_texts_are_the_same_in_the_cart(in_both, client, piston):
    same(in_both("get", "carts/products/"), 200, {"message": "Cart is empty"})
    same(in_both("post", f"carts/products/{piston.pk}/add/"), 200, {"message": "Added to cart"})
    refusal = {"message": "Product is out of stock!", "code": "out_of_stock", "available": 3}
    same(in_both("post", f"carts/products/{piston.pk}/add/", {"quantity": 9}), 400, refusal)

    item = client.get("/api/carts/products/").json()["items"][0]["id"]
    updated = {"message": "Quantity updated", "quantity": 3}
    same(in_both("patch", f"carts/items/{item}/quantity/", {"quantity": 3}), 200, updated)
    refusal = {
        "error": "Cannot increase quantity. Product is out of stock.",
        "code": "out_of_stock",
        "available": 3,
    }
    same(in_both("patch", f"carts/items/{item}/quantity/"), 400, refusal)


def test_product_mds_texts_are_the_same_in_the_payments(in_both, client, pending, paid, settings):
    payment = Payment.objects.get()

    begun = in_both("post", f"payments/create/{pending.pk}/")
    assert [answer.json()["detail"] for answer in begun] == ["Payment already initialized."] * 2
    waiting = in_both("get", f"payments/verify/?reference={payment.reference}")
    assert [answer.json()["detail"] for answer in waiting] == ["Payment verification failed."] * 2
    refusal = {"detail": "Order is already paid.", "code": "order_already_paid"}
    same(in_both("post", f"payments/create/{paid.pk}/"), 400, refusal)

    client.post(payment.authorization_url, {"action": "pay"})
    verified = {"detail": "Payment verified and order marked as paid."}
    same(in_both("get", f"payments/verify/?reference={payment.reference}"), 200, verified)

    settings.PARTSCATALOG = {**settings.PARTSCATALOG, "SANDBOX_OUTSIDE_DEBUG": False}
    Order.objects.filter(pk=paid.pk).update(status="pending")
    refusal = {"detail": "Payment gateway error", "code": "gateway_error"}
    same(in_both("post", f"payments/create/{paid.pk}/"), 500, refusal)


@pytest.mark.parametrize(
    "path",
    [
        "products/",
        "categories/",
        "brands/",
        "categories/engine-parts/products/piston/",
        "users/me/",
        "orders/orders/",
        "orders/orders/{order}/",
    ],
)
def test_what_is_shown_is_the_same_in_every_language(in_both, piston, pending, path):
    english, french = in_both("get", path.format(order=pending.pk))

    assert (english.status_code, french.status_code) == (200, 200)
    assert english.content == french.content


def test_a_carts_problems_are_told_in_french_and_its_sums_are_not(in_both, client, piston, buyer):
    make_cart({piston: 2}, user=buyer)
    type(piston).objects.filter(pk=piston.pk).update(stock=1, price=1_234_567)

    english, french = (answer.json() for answer in in_both("get", "carts/products/"))

    assert [problem.pop("detail") for problem in english["problems"]] == [
        "Only 1 piece of Piston is in stock.",
        "The price of Piston was 2500.00 and is now 1234567.00.",
    ]
    assert [problem.pop("detail") for problem in french["problems"]] == [
        "Il ne reste que 1 pièce de Piston en stock.",
        "Le prix de Piston était de 2500.00 ; il est maintenant de 1234567.00.",
    ]
    assert english == french
    assert french["total_price"] == "2469134.00"


def test_staff_are_refused_in_french(in_both, signed_in, piston):
    staff = signed_in(make_user("staff@example.com", is_staff=True, is_superuser=True))

    english, french = in_both("delete", "categories/engine-parts/", by=staff)

    assert (english.status_code, french.status_code) == (409, 409)
    assert french.json() == {
        "detail": "Cet élément est utilisé et ne peut pas être supprimé.",
        "code": "in_use",
    }


def test_the_pages_for_buyers_are_french(client, pending):
    page = client.get(Payment.objects.get().authorization_url, headers={"Accept-Language": "fr"})
    back = client.get("/api/payments/return/", headers={"Accept-Language": "fr"})

    assert '<html lang="fr">' in page.text
    assert "Aucun argent ne circule." in page.text
    assert '<button name="action" value="pay">Payer</button>' in page.text
    assert "Merci." in back.text


def test_mails_are_written_in_the_sites_language(settings, client, buyer, django_capture_on_commit_callbacks):
    settings.LANGUAGE_CODE = "fr"
    make_cart({make_product("Valve"): 1_200}, user=buyer)
    type(make_product()).objects.update(stock=2_000)

    with django_capture_on_commit_callbacks(execute=True):
        order = client.post(f"/api/{CREATE}", DELIVERY, headers={"Accept-Language": "en"}).json()
        client.post("/api/users/password/reset/", {"email": buyer.email}, headers={"Accept-Language": "en"})

    placed, reset = mail.outbox
    assert placed.subject == f"Votre commande {order['number']}"
    assert "Total : 3000000.00 NGN" in placed.body
    assert reset.subject == "Choisir un nouveau mot de passe"
    assert PASSWORD not in reset.body


def test_the_admin_is_french(client, settings, piston, pending):
    settings.LANGUAGE_CODE = "fr"
    client.force_login(make_user("staff@example.com", is_staff=True, is_superuser=True))

    shown = {
        path: client.get(f"/admin/{path}", headers={"Accept-Language": "fr"}).text
        for path in (
            "",
            "partscatalog_catalog/product/",
            f"partscatalog_catalog/product/{piston.pk}/adjust/",
            f"partscatalog_orders/order/{pending.pk}/change/",
        )
    }

    assert all(word in shown[""] for word in ("Catalogue", "Panier", "Commandes", "Paiements", "Marques"))
    assert "Corriger" in shown[f"partscatalog_catalog/product/{piston.pk}/adjust/"]
    assert "en attente" in shown[f"partscatalog_orders/order/{pending.pk}/change/"]
