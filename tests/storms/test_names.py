"""Names asked for at once: one e-mail, one slug, one number of a brand, one place in the tree."""

from __future__ import annotations

from collections import Counter
from contextlib import contextmanager, nullcontext
from functools import partial
from itertools import count
from types import SimpleNamespace
from typing import TYPE_CHECKING, Any

import pytest
from django.contrib.auth import get_user_model
from django.db import connection
from rest_framework.test import APIClient

from partscatalog.accounts.services import finding, registering
from partscatalog.catalog import slugs, tree
from partscatalog.catalog.models import Brand, Category, Product
from partscatalog.catalog.models import category as category_module
from partscatalog.catalog.services import groups
from partscatalog.testing import make_brand, make_category, make_product
from partscatalog.testing.storms import meeting

from .conftest import at_once, breaches, control, tally

if TYPE_CHECKING:
    from collections.abc import Iterator

pytestmark = pytest.mark.django_db(transaction=True)


def register(email: str):
    body = {"email": email, "password": "a plain long sentence", "first_name": "John", "last_name": "Doe"}
    api = APIClient(raise_request_exception=False)
    return partial(api.post, "/api/users/register/", body, format="json")


def assert_one_account(answers) -> None:
    assert tally(answers) == {(201, ""): 1, (400, "invalid"): len(answers) - 1}
    assert {str(*a.data["email"]) for a in answers if a.status_code == 400} == {"This email cannot be used."}
    assert get_user_model().objects.count() == 1


@pytest.mark.parametrize("emails", [["user@example.com"], ["user@example.com", "USER@example.com"]], ids=len)
def test_one_of_ten_registrations_gets_the_email(emails):
    """T-RACE-9"""
    assert_one_account(at_once([register(email) for email in emails] * (10 // len(emails))))


@control
def test_without_the_unique_user_name_each_registration_gets_it(monkeypatch):
    """T-RACE-18"""
    names = count(1)
    monkeypatch.setattr(registering, "_username", lambda model, email: f"user{next(names)}")

    with meeting(finding, "by_email", parties=4):
        answers = at_once([register("user@example.com")] * 4)

    with pytest.raises(AssertionError):
        assert_one_account(answers)
    assert get_user_model().objects.count() == 4


BODIES = {
    "products": {"name": "Piston", "price": "2500.00", "category": "engine"},
    "categories": {"name": "Piston"},
    "brands": {"name": "Piston"},
}
MODELS: dict[str, Any] = {"products": Product, "categories": Category, "brands": Brand}


def create(staff: APIClient, kind: str, **fields):
    return partial(staff.post, f"/api/{kind}/", {**BODIES[kind], **fields}, format="json")


def assert_slugs_differ(answers, kind: str) -> None:
    assert tally(answers) == {(201, ""): len(answers)}
    told = {answer.data["slug"] for answer in answers}
    assert len(told) == len(answers)
    assert set(MODELS[kind].objects.exclude(slug="engine").values_list("slug", flat=True)) == told
    assert breaches() == []


@pytest.mark.parametrize("kind", BODIES)
def test_twenty_of_one_name_get_a_slug_each(staff, kind):
    """T-SLUG-1"""
    make_category("Engine")

    assert_slugs_differ(at_once([create(staff, kind)] * 20), kind)


@control
@pytest.mark.skipif(connection.vendor == "sqlite", reason="SQLite has one writer: what it looks up stays.")
def test_without_another_try_rows_of_one_name_are_refused(staff, monkeypatch):
    """T-RACE-18"""
    make_category("Engine")
    look = SimpleNamespace(
        first_free=lambda name: next(s for s in slugs.candidates(name, "") if not slugs.taken(Product, [s]))
    )

    def save_with_slug(row, save, *, name, fallback):
        row.slug = look.first_free(name)
        save()

    monkeypatch.setattr(slugs, "save_with_slug", save_with_slug)

    with meeting(look, "first_free", parties=4):
        answers = at_once([create(staff, "products")] * 4)

    with pytest.raises(AssertionError):
        assert_slugs_differ(answers, "products")


def assert_one_number(answers) -> None:
    assert tally(answers) == {(201, ""): 1, (400, "invalid"): len(answers) - 1}
    assert all("number" in answer.data for answer in answers)
    assert Product.objects.count() == 1
    assert breaches() == []


def twins(staff: APIClient):
    """Return creations of one part in two spellings of its number."""
    make_category("Engine")
    make_brand("Nordwerk")
    return [
        create(staff, "products", brand="nordwerk", number=number) for number in ["NW-44.71", "nw 4471"] * 5
    ]


def test_one_of_ten_twins_gets_a_brands_number(staff):
    assert_one_number(at_once(twins(staff)))


@contextmanager
def without_unique_number() -> Iterator[None]:
    constraints = Product._meta.constraints
    (unique,) = (constraint for constraint in constraints if constraint.name == "pc_product_brand_number")
    Product._meta.constraints = [constraint for constraint in constraints if constraint is not unique]
    with connection.schema_editor() as editor:
        editor.remove_constraint(Product, unique)
    try:
        yield
    finally:
        Product._meta.constraints = constraints
        Product.objects.all().delete()
        with connection.schema_editor() as editor:
            editor.add_constraint(Product, unique)


@control
def test_without_the_unique_columns_each_twin_gets_it(staff):
    """T-RACE-18"""
    sends = twins(staff)

    with without_unique_number():
        answers = at_once(sends)

        with pytest.raises(AssertionError):
            assert_one_number(answers)
        assert Product.objects.count() == 10


def test_a_number_moves_to_one_of_ten_products(staff):
    brand = make_brand()
    products = [make_product(brand=brand, number=f"A{n}") for n in range(10)]
    urls = [f"/api/categories/{p.category.slug}/products/{p.slug}/" for p in products]

    answers = at_once(partial(staff.patch, url, {"number": "NW-4471"}, format="json") for url in urls)

    assert tally(answers) == {(200, ""): 1, (400, "invalid"): 9}
    assert Product.objects.filter(number="NW-4471").count() == 1
    assert breaches() == []


def ring(staff: APIClient, size: int):
    """Return moves of so many categories that would together close a ring: each below the next."""
    made = [make_category(f"Group {n}") for n in range(size)]
    return [
        partial(staff.patch, f"/api/categories/{child.slug}/", {"parent": parent.slug}, format="json")
        for child, parent in zip(made, made[1:] + made[:1], strict=True)
    ]


def assert_no_cycle(answers) -> None:
    assert tally(answers) == Counter({(200, ""): len(answers) - 1, (400, "invalid"): 1})
    assert Category.objects.filter(parent=None).count() == 1
    assert breaches() == []


@pytest.mark.parametrize("size", [2, 5])
def test_moves_that_together_close_a_ring_are_not_all_made(staff, size):
    """T-DOS-5"""
    assert_no_cycle(at_once(ring(staff, size)))


@control
@pytest.mark.skipif(connection.vendor == "mysql", reason="MariaDB ends this one by a deadlock of its own.")
def test_without_the_trees_lock_they_make_a_cycle(staff, bare, monkeypatch):
    """T-RACE-18"""
    moves = ring(staff, 2)
    monkeypatch.setattr(tree, "lock", lambda model: None)
    bare(groups, "change")
    if connection.vendor == "sqlite":
        monkeypatch.setattr(category_module, "transaction", SimpleNamespace(atomic=lambda **_: nullcontext()))

    with meeting(tree, "verify_place", parties=2):
        answers = at_once(moves)

    with pytest.raises(AssertionError):
        assert_no_cycle(answers)
    assert not Category.objects.filter(parent=None).exists()
    assert len(breaches()) > 0
