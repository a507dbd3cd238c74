"""POST orders/create/: the whole order, or a clear refusal that changes nothing."""

from __future__ import annotations

import re
from decimal import Decimal

import pytest

from partscatalog.cart.models import Cart
from partscatalog.catalog.models import Product, StockMovement
from partscatalog.orders.models import Order, OrderEvent
from partscatalog.testing import make_brand, make_cart, make_product

from .conftest import CREATE, DELIVERY, URL

pytestmark = pytest.mark.django_db


def stock_of(product: Product) -> int:
    return Product.objects.values_list("stock", flat=True).get(pk=product.pk)


def assert_nothing_ordered(product: Product, stock: int) -> None:
    assert Order.objects.count() == 0
    assert stock_of(product) == stock
    assert StockMovement.objects.filter(product=product).count() == 1
    assert Cart.objects.get().status == "open"


def test_answers_the_order_as_product_md_shows_it(shop, buyer):
    product = make_product(stock=50)
    make_cart({product: 3}, user=buyer)
    body = {**DELIVERY, "billing_address": "1 Bank Rd"}

    answer = shop.post(CREATE, body, format="json")

    order = Order.objects.get()
    line = order.lines.get()
    assert answer.status_code == 201
    assert answer.json() == {
        "id": order.pk,
        "number": order.number,
        "user": buyer.pk,
        "items": [
            {
                "id": line.pk,
                "product": product.pk,
                "name": "Piston",
                "number": None,
                "brand": None,
                "quantity": 3,
                "price": "2500.00",
                "subtotal": "7500.00",
            }
        ],
        "total_amount": "7500.00",
        "currency": "NGN",
        "status": "pending",
        "is_paid": False,
        "shipping_address": "123 Main St, City",
        "billing_address": "1 Bank Rd",
        "phone": "+234123456789",
        "note": "",
        "created": order.created_at.strftime("%Y-%m-%dT%H:%M:%SZ"),
    }


def test_takes_the_stock_books_it_and_closes_the_cart(shop, buyer):
    product = make_product(stock=5)
    cart = make_cart({product: 3}, user=buyer)

    shop.post(CREATE, DELIVERY, format="json")

    order = Order.objects.get()
    movement = StockMovement.objects.latest("pk")
    cart.refresh_from_db()
    assert stock_of(product) == 2
    assert (movement.delta, movement.reason, movement.order_id, movement.actor) == (
        -3,
        "sale",
        order.pk,
        buyer,
    )
    assert (cart.status, cart.open_for_id, order.cart_id) == ("ordered", None, cart.pk)
    assert shop.get("/api/carts/products/").json() == {"message": "Cart is empty"}


def test_freezes_name_number_brand_and_price(shop, buyer):
    brand = make_brand("Nordwerk")
    product = make_product(number="NW-44.71", brand=brand)
    make_cart({product: 1}, user=buyer)
    shop.post(CREATE, DELIVERY, format="json")

    product.name, product.number, product.price = "Other", "X1", Decimal(1)
    product.save()
    brand.name = "Other"
    brand.save()

    line = shop.get(f"{URL}{Order.objects.get().pk}/").json()["items"][0]
    assert (line["name"], line["number"], line["brand"], line["price"]) == (
        "Piston",
        "NW-44.71",
        "Nordwerk",
        "2500.00",
    )


def test_begins_the_history(shop, buyer):
    make_cart({make_product(): 1}, user=buyer)

    shop.post(CREATE, DELIVERY, format="json")

    event = OrderEvent.objects.get()
    assert (event.from_status, event.to_status, event.by, event.mail) == (
        None,
        "pending",
        "customer",
        "placed",
    )


@pytest.mark.parametrize("billing", ["", None, "   "])
def test_takes_the_shipping_address_for_a_blank_billing_address(shop, buyer, billing):
    make_cart({make_product(): 1}, user=buyer)

    answer = shop.post(CREATE, {**DELIVERY, "billing_address": billing}, format="json")

    assert answer.json()["billing_address"] == "123 Main St, City"


def test_gives_a_public_number_without_look_alikes(shop, buyer):
    make_cart({make_product(): 1}, user=buyer)

    number = shop.post(CREATE, DELIVERY, format="json").json()["number"]

    assert re.fullmatch("[34679ACDEFGHJKMNPQRTUVWXY]{12}", number)


def test_pays_an_order_of_nothing_when_it_is_placed(shop, buyer):
    make_cart({make_product(price=Decimal(0)): 1}, user=buyer)

    answer = shop.post(CREATE, DELIVERY, format="json").json()

    history = [(event.from_status, event.to_status, event.by) for event in OrderEvent.objects.order_by("pk")]
    assert (answer["total_amount"], answer["status"], answer["is_paid"]) == ("0.00", "paid", True)
    assert history == [(None, "pending", "customer"), ("pending", "paid", "system")]


def test_refuses_without_a_token(api):
    """T-AUTHN-1"""
    answer = api.post(CREATE, DELIVERY, format="json")

    assert answer.status_code == 401
    assert answer.json()["code"] == "not_authenticated"
    assert answer.headers["WWW-Authenticate"] == "Bearer"


def test_refuses_an_empty_cart(shop):
    """T-ORDER-1"""
    answer = shop.post(CREATE, DELIVERY, format="json")

    assert answer.status_code == 400
    assert answer.json() == {"detail": "Cart is empty.", "code": "cart_empty"}
    assert Order.objects.count() == 0


def test_refuses_a_cart_that_was_ordered(shop, buyer):
    """T-ORDER-2"""
    make_cart({make_product(): 1}, user=buyer)
    shop.post(CREATE, DELIVERY, format="json")

    answer = shop.post(CREATE, DELIVERY, format="json")

    assert (answer.status_code, answer.json()["code"]) == (400, "cart_empty")
    assert Order.objects.count() == 1


def test_names_what_is_short_and_keeps_the_cart(shop, buyer):
    product = make_product(stock=1)
    make_cart({product: 3}, user=buyer)

    answer = shop.post(CREATE, DELIVERY, format="json")

    assert answer.status_code == 400
    assert answer.json() == {
        "detail": "Some products are out of stock.",
        "code": "out_of_stock",
        "items": [{"product": product.pk, "name": "Piston", "requested": 3, "available": 1}],
    }
    assert_nothing_ordered(product, stock=1)


def test_names_what_is_no_longer_sold(shop, buyer):
    """T-ORDER-3"""
    product = make_product(stock=4)
    make_cart({product: 3}, user=buyer)
    Product.objects.filter(pk=product.pk).update(is_active=False)

    answer = shop.post(CREATE, DELIVERY, format="json")

    assert (answer.status_code, answer.json()["code"]) == (400, "product_unavailable")
    assert answer.json()["items"] == [{"product": product.pk, "name": "Piston"}]
    assert_nothing_ordered(product, stock=4)


@pytest.mark.parametrize("expected", ["7500", "7500.00", 7500])
def test_places_at_the_expected_total(shop, buyer, expected):
    make_cart({make_product(): 3}, user=buyer)

    answer = shop.post(CREATE, {**DELIVERY, "expected_total": expected}, format="json")

    assert answer.status_code == 201


def test_refuses_another_total_than_the_customer_was_shown(shop, buyer):
    """T-MONEY-2"""
    product = make_product(stock=4)
    make_cart({product: 3}, user=buyer)

    answer = shop.post(CREATE, {**DELIVERY, "expected_total": "7499.99"}, format="json")

    assert answer.status_code == 409
    assert answer.json() == {
        "detail": "The total has changed.",
        "code": "total_changed",
        "total_amount": "7500.00",
    }
    assert_nothing_ordered(product, stock=4)


def test_ignores_fields_that_are_not_the_customers(shop, buyer):
    """T-MASS-3"""
    make_cart({make_product(): 1}, user=buyer)
    body = {**DELIVERY, "total_amount": "1.00", "price": "1", "status": "paid", "is_paid": True, "user": 99}

    answer = shop.post(CREATE, {**body, "currency": "XXX", "items": []}, format="json").json()

    assert (answer["total_amount"], answer["status"], answer["is_paid"]) == ("2500.00", "pending", False)
    assert (answer["user"], answer["currency"], len(answer["items"])) == (buyer.pk, "NGN", 1)


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("shipping_address", None),
        ("shipping_address", ""),
        ("shipping_address", "  "),
        ("shipping_address", ["x"]),
        ("shipping_address", {"x": 1}),
        ("shipping_address", 5),
        ("shipping_address", "x" * 1001),
        ("billing_address", 7),
        ("billing_address", "x" * 1001),
        ("phone", None),
        ("phone", ""),
        ("phone", 234123456789),
        ("phone", "0803 123 4567"),
        ("phone", "+1234567"),
        ("phone", "+1234567890123456"),
        ("phone", "+23412345678x"),
        ("phone", "+٢٣٤١٢٣٤٥٦٧٨٩"),
        ("note", None),
        ("note", "x" * 1001),
        ("expected_total", "NaN"),
        ("expected_total", "1e3"),
        ("expected_total", "7_500"),
        ("expected_total", "7500,00"),
        ("expected_total", "7500.001"),
        ("expected_total", "-1"),
        ("expected_total", True),
        ("expected_total", 10**30),
    ],
)
def test_refuses_bad_input_under_its_field(shop, buyer, field, value):
    """T-FUZZ-5"""
    product = make_product(stock=4)
    make_cart({product: 3}, user=buyer)

    answer = shop.post(CREATE, {**DELIVERY, field: value}, format="json")

    assert (answer.status_code, answer.json()["code"]) == (400, "invalid")
    assert list(answer.json()) == [field, "code"]
    assert_nothing_ordered(product, stock=4)


@pytest.mark.parametrize(
    "body", [b"[]", b"null", b'"x"', b"5", b"{", b"\xff", b'{"phone": NaN}', b'{"a":"\\ud800"}']
)
def test_refuses_a_body_that_is_no_object(shop, buyer, body):
    make_cart({make_product(): 1}, user=buyer)

    answer = shop.post(CREATE, body, content_type="application/json")

    assert answer.status_code == 400
    assert answer.json()["code"] in {"invalid", "parse_error"}
    assert Order.objects.count() == 0


@pytest.mark.parametrize(
    "written",
    ["+234 123-456.789", "+234 (123) 456789", "\u202a+234123456789\u202c", "+234\u00a0123\u2013456\u2011789"],
)
def test_strips_what_people_write_between_digits(shop, buyer, written):
    make_cart({make_product(): 1}, user=buyer)

    answer = shop.post(CREATE, {**DELIVERY, "phone": written}, format="json")

    assert answer.json()["phone"] == "+234123456789"


@pytest.mark.parametrize("products", [1, 3, 25])
def test_costs_eight_statements_whatever_the_number_of_lines(shop, buyer, statements, products):
    make_cart({make_product(f"Part {number}"): 2 for number in range(products)}, user=buyer)

    with statements() as ran:
        answer = shop.post(CREATE, DELIVERY, format="json")

    assert answer.status_code == 201
    assert len(ran) - 1 == 8, ran.sql  # the first one reads the token's user


def test_costs_nine_statements_with_an_idempotency_key(shop, buyer, statements):
    make_cart({make_product(): 2, make_product(): 1}, user=buyer)

    with statements() as ran:
        shop.post(CREATE, DELIVERY, format="json", headers={"Idempotency-Key": "one"})

    assert len(ran) - 1 == 9, ran.sql
