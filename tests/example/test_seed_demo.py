"""``manage.py seed_demo``: a shop that is the same each time and keeps what is there."""

from __future__ import annotations

import re
from io import StringIO
from typing import TYPE_CHECKING

import pytest
from django.contrib.auth import authenticate, get_user_model
from django.contrib.auth.models import Permission
from django.core.management import CommandError, call_command
from django.db import connection
from django.db.models import F, Sum
from django.test.utils import CaptureQueriesContext

import demo
from partscatalog.catalog.models import Brand, Category, Product, ProductImage, StockMovement
from shop.demo import filling
from shop.demo.progress import Progress
from shop.management.commands.seed_demo import Command
from tests.example.site import PRODUCTION, manage

if TYPE_CHECKING:
    from pathlib import Path

User = get_user_model()
TABLES = (Category, Brand, Product, ProductImage, StockMovement, User)


@pytest.fixture(autouse=True)
def _surroundings(settings, tmp_path, monkeypatch):
    settings.MEDIA_ROOT = tmp_path
    settings.DEBUG = True
    monkeypatch.delenv("DEMO_PASSWORD", raising=False)


def seed(*options: str) -> str:
    output = StringIO()
    call_command(Command(), *options, stdout=output)
    return output.getvalue()


def rows() -> list[object]:
    """All that a run may write, as plain values."""
    return [list(table._default_manager.order_by("pk").values()) for table in TABLES]


def stored(folder: Path) -> set[str]:
    return {str(path.relative_to(folder)) for path in folder.rglob("*.png")}


@pytest.mark.django_db
def test_fills_an_empty_shop():
    output = seed("--products", "50")

    assert Category.objects.filter(parent=None).count() == 15
    assert (Category.objects.count(), Brand.objects.count()) == (129, 25)
    assert (Product.objects.count(), ProductImage.objects.count()) == (50, 50)
    assert Product.objects.filter(is_active=False).count() == 1
    assert "Added 129 categories, 25 brands, 50 products, 50 pictures." in output
    assert "staff@example.com    password partscatalog-demo" in output


@pytest.mark.django_db
def test_the_first_rows_are_those_that_product_md_shows():
    seed("--products", "1")

    piston = Product.objects.get()
    assert Category.objects.order_by("pk").first() == piston.category
    assert (piston.category.name, piston.category.slug) == ("Engine Parts", "engine-parts")
    assert (piston.name, piston.slug, str(piston.price)) == ("Piston", "piston", "2500.000")
    assert piston.category.children.count() == 14


@pytest.mark.django_db
def test_a_second_run_changes_nothing_and_makes_nothing_twice(tmp_path):
    seed("--products", "50")
    before, files = rows(), stored(tmp_path)

    output = seed("--products", "50")

    assert rows() == before
    assert stored(tmp_path) == files
    assert "Added 0 categories, 0 brands, 0 products, 0 pictures." in output
    assert "staff@example.com    account and password left as they were" in output


@pytest.mark.django_db
def test_a_larger_total_adds_what_is_missing_and_a_smaller_one_nothing():
    seed("--products", "20")
    first = list(Product.objects.order_by("pk").values())

    assert "30 products, 30 pictures" in seed("--products", "50")
    assert "0 products, 0 pictures" in seed("--products", "20")

    assert Product.objects.count() == 50
    assert list(Product.objects.order_by("pk").values()[:20]) == first


@pytest.mark.django_db
def test_keeps_what_staff_changed():
    seed("--products", "20")
    product = Product.objects.order_by("pk")[7]
    product.slug, product.price, product.name = "renamed", 1, "Renamed"
    product.save()
    Category.objects.filter(slug="brake-pads").update(description="Ours.")
    before = rows()

    seed("--products", "20")

    assert rows() == before


@pytest.mark.django_db
def test_every_stock_is_the_sum_of_its_movements():
    seed("--products", "50")

    booked = Product.objects.annotate(booked=Sum("movements__delta"))
    assert booked.filter(booked=F("stock")).count() == 50
    assert StockMovement.objects.count() == 50


@pytest.mark.django_db
def test_pictures_and_thumbnails_lie_where_their_rows_say(tmp_path, settings):
    settings.PARTSCATALOG = {**settings.PARTSCATALOG, "THUMBNAIL_SIZES": {"tiny": (64, 64)}}
    left_behind = tmp_path / filling.FOLDER / "piston.png"
    left_behind.parent.mkdir(parents=True)
    left_behind.write_bytes(b"of an earlier shop")

    seed("--products", "20")

    images = list(ProductImage.objects.all())
    names = {str(i.image) for i in images} | {i.thumbnails["tiny"] for i in images}
    assert stored(tmp_path) == names
    assert len(names) == 40
    assert left_behind.read_bytes().startswith(b"\x89PNG")
    assert all(str(image.product.number) in image.alt_text for image in images)


@pytest.mark.django_db
def test_only_the_first_parts_have_pictures(monkeypatch):
    monkeypatch.setattr(filling, "PICTURED", 5)

    seed("--products", "20")

    assert set(ProductImage.objects.values_list("product", flat=True)) == set(
        Product.objects.order_by("pk").values_list("pk", flat=True)[:5]
    )


@pytest.mark.django_db
def test_an_interrupted_run_leaves_no_half_of_a_shop(monkeypatch):
    monkeypatch.setattr(filling, "draw_all", _interrupt)

    with pytest.raises(KeyboardInterrupt):
        seed("--products", "20")

    assert [Category.objects.count(), Brand.objects.count(), Product.objects.count()] == [0, 0, 0]


def _interrupt(*_: object) -> None:
    raise KeyboardInterrupt


@pytest.mark.django_db
def test_if_empty_looks_once_and_leaves_a_filled_shop_alone():
    Product.objects.create(name="Piston", price=1, category=Category.objects.create(name="Engine Parts"))
    before = rows()

    with CaptureQueriesContext(connection) as queries:
        output = seed("--if-empty")

    assert len(queries) == 1
    assert output == ""
    assert rows() == before


@pytest.mark.django_db
def test_if_empty_fills_an_empty_shop():
    seed("--if-empty", "--products", "3")

    assert Product.objects.count() == 3


@pytest.mark.django_db
@pytest.mark.parametrize(
    "total", ["0", "-1", "many", "1.5", "1000001", "9" * 5_000, "000000001999999", "٣", ""]
)
def test_refuses_a_total_that_is_none(total):
    with pytest.raises(CommandError, match="a whole number from 1 to 1,000,000"):
        seed("--products", total)

    assert Category.objects.count() == 0
    assert User.objects.count() == 0


@pytest.mark.django_db
def test_staff_may_do_everything_with_our_models_and_the_buyer_nothing():
    seed("--products", "1")

    staff, buyer = User.objects.get(email="staff@example.com"), User.objects.get(email="buyer@example.com")
    every = {
        f"{label}.{codename}"
        for label, codename in Permission.objects.values_list("content_type__app_label", "codename")
    }
    assert staff.get_all_permissions() == {name for name in every if name.startswith("partscatalog_")}
    assert (staff.is_staff, staff.is_superuser) == (True, False)
    assert (buyer.is_staff, buyer.is_superuser, buyer.get_all_permissions()) == (False, False, set())


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("given", "debug", "password"),
    [("of-my-own", True, "of-my-own"), ("of-my-own", False, "of-my-own"), (None, True, "partscatalog-demo")],
)
def test_both_sign_in_with_the_password_that_is_said(settings, monkeypatch, given, debug, password):
    settings.DEBUG = debug
    if given:
        monkeypatch.setenv("DEMO_PASSWORD", given)

    seed("--products", "1")

    assert authenticate(username="staff@example.com", password=password)
    assert authenticate(username="buyer@example.com", password=password)


@pytest.mark.django_db
def test_without_debug_the_password_is_random_and_printed_once(settings):
    settings.DEBUG = False

    printed = re.findall(r"password (\S+)$", seed("--products", "1"), re.MULTILINE)
    repeated = seed("--products", "1")

    assert len(set(printed)) == 1
    assert len(printed[0]) >= 16
    assert authenticate(username="buyer@example.com", password=printed[0])
    assert printed[0] not in repeated


@pytest.mark.django_db
def test_an_account_that_somebody_made_is_not_promoted():
    theirs = User.objects.create_user("someone", "staff@example.com", "their-own")

    output = seed("--products", "1")

    theirs.refresh_from_db()
    assert (theirs.is_staff, theirs.get_all_permissions()) == (False, set())
    assert theirs.check_password("their-own")
    assert "staff@example.com    account and password left as they were" in output


@pytest.mark.django_db
def test_a_given_password_takes_both_accounts_over(monkeypatch):
    theirs = User.objects.create_user("someone", "staff@example.com", "their-own")
    monkeypatch.setenv("DEMO_PASSWORD", "of-my-own")

    seed("--products", "1")

    theirs.refresh_from_db()
    assert theirs.check_password("of-my-own")
    assert theirs.is_staff
    assert theirs.has_perm("partscatalog_catalog.add_product")


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("first", "then", "said"),
    [
        ("", "", "partscatalog-demo"),
        ("", "of-my-own", "of-my-own"),
        ("of-my-own", "another", "another"),
        ("of-my-own", "of-my-own", "of-my-own"),
        ("of-my-own", "", "as it was given or printed first; DEMO_PASSWORD sets it"),
    ],
)
def test_every_start_says_the_password_that_signs_in(monkeypatch, first, then, said):
    monkeypatch.setenv("DEMO_PASSWORD", first)
    seed("--products", "1")
    monkeypatch.setenv("DEMO_PASSWORD", then)

    seed("--if-empty")

    assert demo.told_password() == said
    assert authenticate(username="staff@example.com", password=then or first or said)
    assert authenticate(username="buyer@example.com", password=then or first or said)
    assert Product.objects.count() == 1


def test_the_demo_site_prints_a_random_password_in_production(tmp_path):
    site = {
        **PRODUCTION,
        "SITE_URL": "https://shop.example.com",
        "PAYMENT_GATEWAY": "sandbox",
        "SANDBOX_OUTSIDE_DEBUG": "on",
        "DATABASE_URL": f"sqlite:///{tmp_path / 'db.sqlite3'}",
    }
    assert manage("migrate", **site).returncode == 0

    first = manage("seed_demo", "--products", "2", **site)
    second = manage("seed_demo", "--products", "2", **site)

    assert (first.returncode, first.stderr) == (0, "")
    assert (
        len(re.findall(r"^  (?:staff|buyer)@example.com +password \S{16}$", first.stdout, re.MULTILINE)) == 2
    )
    assert "2 products, 2 pictures" in first.stdout
    assert "password left as they were" in second.stdout


class Terminal(StringIO):
    def isatty(self) -> bool:
        return True


def test_shows_its_progress_to_a_terminal_in_at_most_a_hundred_steps():
    terminal = Terminal()

    assert list(Progress(terminal).over(range(5_000), label="Products", total=5_000)) == list(range(5_000))

    assert terminal.getvalue().count("\r") <= 101
    assert terminal.getvalue().endswith(f"\rProducts   [{'#' * 30}] 5,000 of 5,000\n")


def test_shows_no_progress_where_nobody_watches():
    log = StringIO()

    assert list(Progress(log).over("abc", label="Products", total=3)) == ["a", "b", "c"]

    assert log.getvalue() == ""
