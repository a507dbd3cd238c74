"""One request per operation that is answered with success, and what must be changed in it to be refused."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from rest_framework.test import APIClient

from partscatalog.accounts.services import signing_in
from partscatalog.cart.models import CartLine
from partscatalog.orders.models import Order
from partscatalog.payments.models import Payment, Refund
from partscatalog.testing import make_cart, make_category, make_product
from partscatalog.testing.factories import PASSWORD
from tests.orders.conftest import DELIVERY
from tests.payments.conftest import make_payment
from tests.schema.openapi import operations
from tests.schema.scene import MULTIPART, Call, Scene, picture, webhook

if TYPE_CHECKING:
    from collections.abc import Callable

    Change = Callable[[Scene, Call], Call]

NEW_PASSWORD = "another plain sentence"
#: A gateway at a port where nobody listens.
AWAY = {
    "BACKEND": "partscatalog.payments.gateways.paystack.PaystackGateway",
    "OPTIONS": {"SECRET_KEY": "sk_test_nobody", "BASE_URL": "http://127.0.0.1:9", "TIMEOUT": 1},
}


def credentials(**other: Any) -> Call:
    return Call(body={"email": "buyer@example.com", "password": PASSWORD, **other})


def refresh(scene: Scene) -> Call:
    return Call(body={"refresh_token": signing_in.issue(scene.user).refresh_token})


def clerk(path: dict[str, Any], body: dict[str, Any] | None = None) -> Call:
    return Call(who="clerk", path=path, body=body)


def buyer(**path: Any) -> Call:
    return Call(who="buyer", path=path)


def looking(scene: Scene) -> Call:
    scene.item()
    return Call()


def ordering(scene: Scene) -> Call:
    make_cart(scene.pieces, user=scene.user)
    return Call(who="buyer", body=DELIVERY)


def uploading(scene: Scene) -> Call:
    return Call(who="clerk", path=scene.at(), body={"image": picture()}, media_type=MULTIPART)


CALLS: dict[str, Callable[[Scene], Call]] = {
    "brands_list": lambda s: Call(query={"count": "true"}),
    "brands_create": lambda s: clerk({}, {"name": "Südhof"}),
    "brands_retrieve": lambda s: Call(path={"slug": s.brand.slug}),
    "brands_update": lambda s: clerk({"slug": s.brand.slug}, {"name": "Südhof"}),
    "brands_partial_update": lambda s: clerk({"slug": s.brand.slug}, {"name": "Südhof"}),
    "brands_destroy": lambda s: clerk({"slug": s.unused_brand()}),
    "carts_items_delete": lambda s: Call(path={"item_id": s.item()}),
    "carts_items_quantity": lambda s: Call(path={"item_id": s.item()}),
    "carts_products_add": lambda s: Call(path={"product_id": s.product.pk}),
    "carts_products_empty": looking,
    "carts_products_list": looking,
    "categories_list": lambda s: Call(),
    "categories_create": lambda s: clerk({}, {"name": "Pistons", "parent": s.category.slug}),
    "categories_retrieve": lambda s: Call(path={"cat_slug": s.category.slug}),
    "categories_update": lambda s: clerk({"cat_slug": s.category.slug}, {"name": "Motor"}),
    "categories_partial_update": lambda s: clerk({"cat_slug": s.category.slug}, {"name": "Motor"}),
    "categories_destroy": lambda s: clerk({"cat_slug": make_category("Empty").slug}),
    "category_products_facets": lambda s: Call(path={"cat_slug": s.category.slug}),
    "category_products_list": lambda s: Call(path={"cat_slug": s.category.slug}),
    "orders_list": lambda s: Call(who="buyer", query={"page_size": 1 + 0 * s.order()}),
    "orders_create": ordering,
    "orders_retrieve": lambda s: buyer(order_id=s.order()),
    "orders_cancel": lambda s: buyer(order_id=s.order()),
    "payments_create": lambda s: buyer(order_id=s.order()),
    "payments_detail": lambda s: clerk({"reference": s.paid()}),
    "payments_refund": lambda s: clerk({"reference": s.paid()}, {"amount": "1000.00"}),
    "payments_verify": lambda s: Call(who="buyer", query={"reference": s.pressed("pay")}),
    "payments_webhook": webhook,
    "product_images_create": uploading,
    "product_images_destroy": lambda s: clerk(s.at(image_id=s.image())),
    "product_images_partial_update": lambda s: clerk(s.at(image_id=s.image()), {"position": 3}),
    "products_facets": lambda s: Call(query={"in_stock": "true"}),
    "products_list": lambda s: Call(query={"search": "piston"}),
    "products_create": lambda s: clerk({}, {"name": "Ring", "price": "10.00", "category": s.category.slug}),
    "products_retrieve": lambda s: Call(path=s.at()),
    "products_update": lambda s: clerk(
        s.at(), {"name": "Ring", "price": "9.00", "category": s.category.slug}
    ),
    "products_partial_update": lambda s: clerk(s.at(), {"attributes": {"bore_mm": 81}}),
    "products_destroy": lambda s: clerk(s.at()),
    "users_login": lambda s: credentials(),
    "users_logout": refresh,
    "users_me": lambda s: buyer(),
    "users_me_change": lambda s: buyer().but(body={"first_name": "Jane"}),
    "users_password_change": lambda s: buyer().but(
        body={"old_password": PASSWORD, "new_password": NEW_PASSWORD}
    ),
    "users_password_reset": lambda s: Call(body={"email": "buyer@example.com"}),
    "users_password_reset_confirm": lambda s: Call(body={**s.reset(), "new_password": NEW_PASSWORD}),
    "users_register": lambda s: credentials(email="new@example.com"),
    "users_token_refresh": refresh,
}


def path(**values: Any) -> Change:
    return lambda _scene, call: call.but(path=values)


def query(**values: Any) -> Change:
    return lambda _scene, call: call.but(query=values)


def body(**values: Any) -> Change:
    return lambda _scene, call: call.but(body=values)


def sent_by(who: str) -> Change:
    return lambda _scene, call: call.but(who=who)


def from_elsewhere(scene: Scene, call: Call) -> Call:
    """Let a page of another site send it, with the session of a guest's cart."""
    scene.item()
    scene.clients[call.who].cookies = scene.clients["guest"].cookies
    return call.but(headers={"Origin": "https://evil.example"})


def product(**values: Any) -> Change:
    """Change the product first."""

    def change(scene: Scene, call: Call) -> Call:
        type(scene.product).objects.filter(pk=scene.product.pk).update(**values)
        return call

    return change


def order(**values: Any) -> Change:
    """Change the order first."""

    def change(_scene: Scene, call: Call) -> Call:
        Order.objects.update(**values)
        return call

    return change


def settings(**keys: Any) -> Change:
    def change(scene: Scene, call: Call) -> Call:
        scene.configure(**keys)
        return call

    return change


def pressed(action: str) -> Change:
    return lambda scene, call: call.but(query={"reference": scene.pressed(action)})


def no_cart(scene: Scene, call: Call) -> Call:
    scene.clients["buyer"].delete("/api/carts/products/")
    return call


def worth_too_much(scene: Scene, call: Call) -> Call:
    CartLine.objects.update(quantity=9_999)
    return product(price=999_999_999, stock=9_999)(scene, call)


def with_a_guests_cart(scene: Scene, call: Call) -> Call:
    """Let the buyer bring a guest's cart that does not fit beside their own."""
    url = f"/api/carts/products/{scene.product.pk}/add/"
    token = scene.clients["guest"].post(url, {"quantity": 5}, format="json").headers["X-Cart-Token"]
    return call.but(headers={"X-Cart-Token": token})


def with_a_used_key(name: str, **other: Any) -> Change:
    """Send it with a key first, then with another body."""

    def change(scene: Scene, call: Call) -> Call:
        keyed = call.but(headers={"Idempotency-Key": "first"})
        assert scene.send(operations()[name], keyed).status_code == 201
        return keyed.but(body=other)

    return change


def after_another(scene: Scene, call: Call) -> Call:
    assert scene.send(operations()["payments_create"], call).status_code == 200
    return call


def at_a_gateway_that_is_away(scene: Scene, call: Call) -> Call:
    scene.configure(PAYMENT_GATEWAYS={"paystack": AWAY})
    payment = make_payment(Order.objects.get(pk=scene.order()), state="open")
    return call.but(query={"reference": payment.reference})


def after_a_lost_refund(scene: Scene, call: Call) -> Call:
    """Let nobody know what became of an earlier refund."""
    scene.configure(PAYMENT_GATEWAYS={"sandbox": {"BACKEND": "tests.schema.scene.SilentGateway"}})
    Refund.objects.create(
        payment=Payment.objects.get(**call.path), key="lost", amount=1, amount_minor=100, state="unknown"
    )
    return call


def below_its_child(scene: Scene, call: Call) -> Call:
    return call.but(body={"parent": make_category("Pistons", parent=scene.category).slug})


def with_a_twins_number(scene: Scene, call: Call) -> Call:
    make_product("Twin", brand=scene.brand, number="TWIN-1")
    return call.but(body={"brand": scene.brand.slug, "number": "twin 1"})


def spoiled(_scene: Scene, call: Call) -> Call:
    return call.but(body=b"no event")


def lowered_by_a_merge(scene: Scene, call: Call) -> Call:
    make_cart({scene.product: 5}, user=scene.user)
    scene.clients["guest"] = APIClient()
    return with_a_guests_cart(scene, call.but(who="buyer"))


def after_a_cancel(scene: Scene, call: Call) -> Call:
    assert scene.send(operations()["orders_cancel"], call).status_code == 200
    return call


def with_a_picture(scene: Scene, call: Call) -> Call:
    scene.image()
    return call


#: Other answers of success.
SHAPES: list[tuple[str, Change]] = [
    ("carts_products_list", sent_by("buyer")),
    ("carts_products_list", product(price=1)),
    ("carts_products_list", product(stock=0)),
    ("carts_products_list", product(is_active=False)),
    ("carts_products_list", lowered_by_a_merge),
    ("orders_retrieve", after_a_cancel),
    ("products_facets", product(is_active=False)),
    ("products_retrieve", product(brand=None, number=None)),
    ("products_retrieve", with_a_picture),
]

STAFF = {name: each for name, each in operations().items() if {"cookieAuth": []} in each.security}
CATALOG_WRITES = [name for name, each in STAFF.items() if each.spec["tags"] == ["catalog"]]
MONEY_DOORS = [name for name, each in STAFF.items() if each.spec["tags"] == ["payments"]]
SLUGS = path(slug="x", cat_slug="x", product_slug="x")

REFUSALS: list[tuple[str, int, str, Change]] = [
    *[(name, 403, "permission_denied", sent_by("buyer")) for name in CATALOG_WRITES],
    *[(name, 403, "permission_denied", sent_by("trainee")) for name in STAFF],
    *[(name, 404, "not_found", sent_by("buyer")) for name in MONEY_DOORS],
    *[(name, 404, "not_found", path(reference="x")) for name in MONEY_DOORS],
    *[(name, 404, "not_found", SLUGS) for name, each in operations().items() if "slug}" in each.path],
    *[(f"brands_{verb}", 400, "invalid", body(name="")) for verb in ("create", "update", "partial_update")],
    ("brands_list", 400, "invalid", query(page_size="many")),
    ("brands_destroy", 409, "in_use", lambda s, c: c.but(path={"slug": s.brand.slug})),
    ("carts_items_delete", 403, "cross_site", from_elsewhere),
    ("carts_items_delete", 404, "not_found", path(item_id=999)),
    ("carts_items_quantity", 400, "out_of_stock", body(quantity=6)),
    ("carts_items_quantity", 400, "cart_limit", settings(CART_MAX_QUANTITY=1)),
    ("carts_items_quantity", 400, "invalid", body(quantity=0)),
    ("carts_items_quantity", 403, "cross_site", from_elsewhere),
    ("carts_items_quantity", 404, "not_found", path(item_id=999)),
    ("carts_products_add", 400, "out_of_stock", product(stock=0)),
    ("carts_products_add", 400, "cart_limit", settings(CART_MAX_QUANTITY=0)),
    ("carts_products_add", 400, "invalid", body(quantity="1e3")),
    ("carts_products_add", 403, "cross_site", from_elsewhere),
    ("carts_products_add", 404, "not_found", product(is_active=False)),
    ("carts_products_empty", 403, "cross_site", from_elsewhere),
    ("categories_list", 400, "invalid", query(cursor="x")),
    ("categories_create", 400, "invalid", body(parent="x")),
    ("categories_update", 400, "invalid", below_its_child),
    ("categories_partial_update", 400, "invalid", below_its_child),
    ("categories_destroy", 409, "in_use", lambda s, c: c.but(path={"cat_slug": s.category.slug})),
    ("category_products_facets", 400, "invalid", query(brand="x")),
    ("category_products_list", 400, "invalid", query(brand="x")),
    ("orders_list", 400, "invalid", query(cursor="x")),
    ("orders_create", 400, "cart_empty", no_cart),
    ("orders_create", 400, "out_of_stock", product(stock=0)),
    ("orders_create", 400, "product_unavailable", product(is_active=False)),
    ("orders_create", 400, "total_too_large", worth_too_much),
    ("orders_create", 400, "invalid", body(phone="12")),
    ("orders_create", 409, "total_changed", body(expected_total="1.00")),
    ("orders_create", 409, "cart_changed", with_a_guests_cart),
    ("orders_create", 422, "idempotency_mismatch", with_a_used_key("orders_create", note="another body")),
    ("orders_retrieve", 404, "not_found", path(order_id=999)),
    ("orders_cancel", 404, "not_found", path(order_id=999)),
    ("orders_cancel", 409, "illegal_move", order(status="shipped")),
    ("payments_create", 400, "order_already_paid", order(status="paid")),
    ("payments_create", 400, "order_not_payable", order(status="expired")),
    ("payments_create", 400, "payment_already_initialized", after_another),
    ("payments_create", 400, "invalid", query(gateway="x")),
    ("payments_create", 404, "not_found", path(order_id=999)),
    ("payments_create", 500, "gateway_error", settings(SANDBOX_OUTSIDE_DEBUG=False)),
    *[("payments_refund", 400, "invalid", body(amount=bad)) for bad in ("-1", "1e3", ["1"])],
    ("payments_refund", 400, "invalid", body(restock=True)),
    ("payments_refund", 409, "refund_refused", body(amount="2500.01")),
    ("payments_refund", 422, "idempotency_mismatch", with_a_used_key("payments_refund", amount="1.00")),
    ("payments_refund", 503, "gateway_unavailable", after_a_lost_refund),
    (
        "payments_verify",
        400,
        "payment_pending",
        lambda s, c: c.but(query={"reference": s.started()["reference"]}),
    ),
    ("payments_verify", 400, "payment_failed", pressed("decline")),
    ("payments_verify", 400, "payment_in_review", pressed("wrong_amount")),
    ("payments_verify", 400, "invalid", query(reference="")),
    ("payments_verify", 404, "not_found", query(reference="x")),
    ("payments_verify", 503, "gateway_unavailable", at_a_gateway_that_is_away),
    ("payments_webhook", 400, "invalid_webhook", spoiled),
    ("payments_webhook", 404, "not_found", path(alias="x")),
    ("product_images_create", 400, "invalid", body(position=-1)),
    ("product_images_partial_update", 400, "invalid", body(position=-1)),
    ("products_facets", 400, "invalid", query(in_stock="maybe")),
    ("products_list", 400, "invalid", query(ordering="stock")),
    *[
        (f"products_{verb}", 400, "invalid", with_a_twins_number)
        for verb in ("create", "update", "partial_update")
    ],
    ("users_login", 400, "invalid", body(email=None)),
    ("users_login", 401, "invalid_credentials", body(password="wrong")),
    ("users_logout", 400, "invalid", body(refresh_token="")),
    ("users_logout", 401, "invalid_token", body(refresh_token="x")),
    ("users_me_change", 400, "invalid", body(first_name=1)),
    ("users_password_change", 400, "invalid", body(old_password="wrong")),
    ("users_password_reset", 400, "invalid", body(email="")),
    ("users_password_reset_confirm", 400, "invalid", body(token="x")),
    ("users_register", 400, "invalid", body(email="buyer@example.com")),
    ("users_token_refresh", 400, "invalid", body(refresh_token=None)),
    ("users_token_refresh", 401, "invalid_token", body(refresh_token="x")),
]
