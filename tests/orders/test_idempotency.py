"""Idempotency-Key: a repeated request gets the first one's answer, and orders once."""

from __future__ import annotations

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.core.management import call_command

from partscatalog.orders import tasks
from partscatalog.orders.models import IdempotencyRecord, Order
from partscatalog.orders.services import idempotency
from partscatalog.testing import make_cart, make_product, make_user

from .conftest import CREATE, DELIVERY

pytestmark = pytest.mark.django_db

KEY = {"Idempotency-Key": "order-of-tuesday"}
PURGES = {
    "the service": idempotency.purge,
    "the task": tasks.purge_idempotency_records,
    "the command": lambda: call_command("purge_idempotency_records"),
}


def test_repeats_the_stored_answer(shop, buyer):
    make_cart({make_product(stock=5): 1}, user=buyer)
    first = shop.post(CREATE, DELIVERY, format="json", headers=KEY)

    second = shop.post(CREATE, DELIVERY, format="json", headers=KEY)

    assert (second.status_code, second.content) == (201, first.content)
    assert Order.objects.count() == 1


def test_repeats_it_after_the_next_cart_was_filled(shop, buyer):
    """T-IDEM-1"""
    make_cart({make_product(): 1}, user=buyer)
    first = shop.post(CREATE, DELIVERY, format="json", headers=KEY)
    cart = make_cart({make_product(): 2}, user=buyer)

    second = shop.post(CREATE, DELIVERY, format="json", headers=KEY)

    cart.refresh_from_db()
    assert second.content == first.content
    assert (Order.objects.count(), cart.status) == (1, "open")


@pytest.mark.parametrize("change", [{"stock": 0}, {"is_active": False}], ids=["out of stock", "not sold"])
def test_repeats_it_also_when_the_next_cart_cannot_be_ordered(shop, buyer, change):
    """T-IDEM-1"""
    make_cart({make_product(): 1}, user=buyer)
    first = shop.post(CREATE, DELIVERY, format="json", headers=KEY)
    cart = make_cart({make_product(**change): 1}, user=buyer)

    second = shop.post(CREATE, DELIVERY, format="json", headers=KEY)

    cart.refresh_from_db()
    assert (second.status_code, second.content) == (201, first.content)
    assert (Order.objects.count(), cart.status) == (1, "open")


def test_belongs_to_its_user(shop, buyer, signed_in):
    """T-IDEM-1"""
    other = make_user()
    make_cart({make_product(): 1}, user=buyer)
    make_cart({make_product(): 1}, user=other)
    first = shop.post(CREATE, DELIVERY, format="json", headers=KEY).json()

    second = signed_in(other).post(CREATE, DELIVERY, format="json", headers=KEY)

    assert second.status_code == 201
    assert second.json()["id"] != first["id"]


def test_refuses_another_body(shop, buyer):
    """T-IDEM-2"""
    make_cart({make_product(): 1}, user=buyer)
    shop.post(CREATE, DELIVERY, format="json", headers=KEY)

    answer = shop.post(CREATE, {**DELIVERY, "note": "Ring twice."}, format="json", headers=KEY)

    assert (answer.status_code, answer.json()["code"]) == (422, "idempotency_mismatch")
    assert Order.objects.count() == 1


def test_refuses_another_body_with_a_full_cart(shop, buyer):
    """T-IDEM-2"""
    make_cart({make_product(): 1}, user=buyer)
    shop.post(CREATE, DELIVERY, format="json", headers=KEY)
    make_cart({make_product(): 1}, user=buyer)

    answer = shop.post(CREATE, {**DELIVERY, "note": "Ring twice."}, format="json", headers=KEY)

    assert answer.status_code == 422
    assert Order.objects.count() == 1


def test_stores_no_refusal(shop, buyer):
    product = make_product(stock=1)
    make_cart({product: 2}, user=buyer)
    assert shop.post(CREATE, DELIVERY, format="json", headers=KEY).status_code == 400

    type(product).objects.filter(pk=product.pk).update(stock=2)

    assert shop.post(CREATE, DELIVERY, format="json", headers=KEY).status_code == 201


def test_treats_the_same_json_written_otherwise_as_the_same(shop, buyer):
    make_cart({make_product(): 1}, user=buyer)
    first = shop.post(CREATE, DELIVERY, format="json", headers=KEY)

    second = shop.post(
        CREATE,
        '{ "phone":"+234123456789",  "shipping_address" : "123 Main St, City"}',
        content_type="application/json",
        headers=KEY,
    )

    assert second.content == first.content


def test_takes_a_form_with_a_file_that_nobody_asked_for(shop, buyer):
    make_cart({make_product(): 1}, user=buyer)
    body = {**DELIVERY, "file": SimpleUploadedFile("x.txt", b"x")}

    answer = shop.post(CREATE, body, format="multipart", headers=KEY)

    assert answer.status_code == 201


def test_refuses_a_key_that_is_too_long(shop, buyer):
    make_cart({make_product(): 1}, user=buyer)

    answer = shop.post(CREATE, DELIVERY, format="json", headers={"Idempotency-Key": "k" * 256})

    assert (answer.status_code, answer.json()["code"]) == (400, "invalid")
    assert Order.objects.count() == 0


@pytest.mark.parametrize("purge", PURGES.values(), ids=PURGES)
def test_purges_old_answers(shop, buyer, later, purge):
    make_cart({make_product(): 1}, user=buyer)
    shop.post(CREATE, DELIVERY, format="json", headers=KEY)

    purge()
    assert IdempotencyRecord.objects.count() == 1
    with later(days=8):
        purge()
    assert IdempotencyRecord.objects.count() == 0
