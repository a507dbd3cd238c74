"""Kept answers are those that the database would give, through any row of writes through any door."""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal
from functools import partial
from typing import TYPE_CHECKING, Any
from unittest.mock import patch

import pytest
from django.conf import settings as django_settings
from django.core.cache import cache
from django.db import connection, models, transaction
from django.test import Client, override_settings
from hypothesis import Phase, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    precondition,
    rule,
    run_state_machine_as_test,
)
from rest_framework.test import APIClient

from partscatalog import caching
from partscatalog.cart.models import Cart, CartLine
from partscatalog.catalog.cache import changes, store
from partscatalog.catalog.models import Brand, CatalogChange, Category, Product, ProductImage, StockMovement
from partscatalog.catalog.services import groups, images, products, stock
from partscatalog.orders.models import Order, OrderEvent, OrderLine
from partscatalog.orders.services import releasing
from partscatalog.orders.states import Party
from partscatalog.testing import make_brand, make_category, make_product, make_user
from tests.catalog.test_admin import form
from tests.catalog.test_cache import order, picture

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

pytestmark = pytest.mark.django_db(transaction=True)

#: SQLite answers at once; the others are asked over a socket, so they get fewer trials.
TRIALS = settings(
    max_examples=6 if connection.vendor == "sqlite" else 3,
    stateful_step_count=16,
    deadline=None,
    derandomize=True,
    phases=[Phase.generate, Phase.shrink],
    report_multiple_bugs=False,
)
Reach = CatalogChange.Reach

LIST = "/api/products/"
READS = [
    LIST,
    "/api/products/?count=true&page_size=2&ordering=name",
    "/api/products/?in_stock=true",
    "/api/products/?in_stock=false&ordering=-price",
    "/api/products/?search=rod&max_price=500",
    "/api/products/?category=engine&brand=nordwerk",
    "/api/products/facets/?in_stock=true",
    "/api/products/facets/?search=piston",
    "/api/categories/",
    "/api/categories/pistons/",
    "/api/categories/engine/products/",
    "/api/categories/engine/products/facets/?brand=nordwerk",
    "/api/brands/",
    "/api/brands/nordwerk/",
]
#: What is looked at after a step; the rest of the answers waits, and more than one change comes between.
LOOKS = st.lists(st.sampled_from(READS), max_size=5, unique=True)
NTH = st.integers(0, 3)
NAMES = st.sampled_from(["Rod", "Piston", "Rod end", "Piston ring"])
COLUMNS = st.fixed_dictionaries(
    {},
    optional={
        "name": NAMES,
        "price": st.sampled_from([Decimal("19.99"), Decimal(450), Decimal(2500)]),
        "is_active": st.booleans(),
        "number": st.sampled_from([None, "11-22", "1122 A"]),
    },
)
#: Every model whose rows a trial may leave, those that others point to last.
ROWS: list[type[models.Model]] = [
    CartLine,
    OrderEvent,
    OrderLine,
    Order,
    Cart,
    ProductImage,
    StockMovement,
    Product,
    Brand,
    Category,
    CatalogChange,
]


class Catalog(RuleBasedStateMachine):
    """Writes, each followed by reads; of every answer the one without a cache is the truth."""

    @initialize()
    def open_the_shop(self) -> None:
        Category.objects.update(parent=None)
        for model in ROWS:
            model._default_manager.all()._raw_delete("default")
        cache.clear()
        caching.wake()
        self.user = make_user()
        self.staff = make_user(is_staff=True, is_superuser=True)
        self.engine = make_category("Engine")
        self.pistons = make_category("Pistons", parent=self.engine)
        self.brand = make_brand("Nordwerk")
        make_product("Rod", category=self.engine, stock=1)
        make_product("Piston", category=self.pistons, brand=self.brand, stock=3)
        self.look(READS)

    def teardown(self) -> None:
        self.look(READS)

    # --- one product ---

    @rule(nth=NTH, columns=COLUMNS, looks=LOOKS)
    def update(self, nth: int, columns: dict[str, Any], looks: list[str]) -> None:
        self.write(partial(products.update, self.product(nth), columns), looks)

    @rule(nth=NTH, columns=COLUMNS, looks=LOOKS)
    def save(self, nth: int, columns: dict[str, Any], looks: list[str]) -> None:
        self.write(partial(save, self.product(nth), columns), looks)

    @rule(nth=NTH, columns=COLUMNS, looks=LOOKS)
    def update_and_say_so(self, nth: int, columns: dict[str, Any], looks: list[str]) -> None:
        """``QuerySet.update()`` and the documented call."""

        def write() -> None:
            with transaction.atomic():
                rows = Product.objects.filter(pk=self.product(nth).pk)
                rows.update(**columns or {"description": "Forged."})
                changes.record(Reach.LISTED, [self.product(nth).pk])

        self.write(write, looks)

    @rule(nth=NTH, name=NAMES, looks=LOOKS)
    def change_in_the_admin(self, nth: int, name: str, looks: list[str]) -> None:
        product = self.product(nth)
        client = Client()
        client.force_login(self.staff)
        url = f"/admin/partscatalog_catalog/product/{product.pk}/change/"
        answer = client.post(url, form(product.category, name=name, price="33.00"))
        assert answer.status_code == 302, answer.content
        self.look(looks)

    @rule(nth=NTH, is_below=st.booleans(), looks=LOOKS)
    def put_elsewhere(self, nth: int, is_below: bool, looks: list[str]) -> None:
        columns = {"category": self.pistons if is_below else self.engine, "brand": self.brand}
        self.write(partial(products.update, self.product(nth), columns), looks)

    @precondition(lambda self: Product.objects.count() > 2)
    @rule(nth=NTH, by=st.sampled_from(["service", "row", "rows"]), looks=LOOKS)
    def delete(self, nth: int, by: str, looks: list[str]) -> None:
        product = self.product(nth)
        ways: dict[str, Callable[[], Any]] = {
            "service": partial(products.delete, product),
            "row": product.delete,
            "rows": Product.objects.filter(pk=product.pk).delete,
        }
        self.write(ways[by], looks)

    @precondition(lambda self: Product.objects.count() < 4)
    @rule(
        name=NAMES, pieces=st.integers(0, 2), by=st.sampled_from(["service", "importer", "bulk"]), looks=LOOKS
    )
    def add(self, name: str, pieces: int, by: str, looks: list[str]) -> None:
        fields = {"name": name, "category": self.pistons, "price": Decimal(450), "stock": pieces}
        ways: dict[str, Callable[[], Any]] = {
            "service": partial(products.create, fields),
            "importer": lambda: products.bulk_add([Product(**fields)]),
            "bulk": partial(bulk_create, fields),
        }
        self.write(ways[by], looks)

    # --- its stock ---

    @rule(nth=NTH, pieces=st.integers(0, 2), looks=LOOKS)
    def count_the_stock(self, nth: int, pieces: int, looks: list[str]) -> None:
        self.write(partial(stock.set_counted, product=self.product(nth), counted=pieces), looks)

    @rule(nth=NTH, is_cancelled=st.booleans(), between=LOOKS, looks=LOOKS)
    def order(self, nth: int, is_cancelled: bool, between: list[str], looks: list[str]) -> None:
        product = self.product(nth)
        if not Product.objects.visible().filter(pk=product.pk, stock__gt=0):
            return
        Cart.objects.update(open_for=None)
        order(self.user, {product: 1})
        self.look(between)
        if is_cancelled:
            placed = Order.objects.latest("pk")
            releasing.cancel(order=placed, by=Party.CUSTOMER, actor=None)
        self.look(looks)

    # --- its pictures ---

    @rule(nth=NTH, looks=LOOKS)
    def add_a_picture(self, nth: int, looks: list[str]) -> None:
        self.write(
            lambda: images.make_thumbnails(images.add(product=self.product(nth), file=picture()).pk), looks
        )

    @rule(nth=NTH, by=st.sampled_from(["moved", "given", "deleted"]), looks=LOOKS)
    def change_a_picture(self, nth: int, by: str, looks: list[str]) -> None:
        image = ProductImage.objects.order_by("pk").last()
        if image is None:
            return
        ways: dict[str, Callable[[], Any]] = {
            "moved": partial(images.change, image, {"position": nth, "alt_text": f"Seen {nth}"}),
            "given": partial(save, image, {"product": self.product(nth)}),
            "deleted": partial(images.delete, image),
        }
        self.write(ways[by], looks)

    # --- categories and brands ---

    @rule(name=st.sampled_from(["Pistons", "Cylinders"]), is_active=st.booleans(), looks=LOOKS)
    def change_a_category(self, name: str, is_active: bool, looks: list[str]) -> None:
        self.write(partial(groups.change, self.pistons, {"name": name, "is_active": is_active}), looks)

    @rule(is_below=st.booleans(), looks=LOOKS)
    def move_a_category(self, is_below: bool, looks: list[str]) -> None:
        self.write(partial(groups.change, self.pistons, {"parent": self.engine if is_below else None}), looks)

    @rule(name=st.sampled_from(["Nordwerk", "Rodwerk"]), looks=LOOKS)
    def rename_the_brand(self, name: str, looks: list[str]) -> None:
        self.write(partial(save, self.brand, {"name": name}), looks)

    @rule(name=st.sampled_from(["Engine", "Motor"]), looks=LOOKS)
    def rename_by_sql(self, name: str, looks: list[str]) -> None:
        def write() -> None:
            with transaction.atomic(), connection.cursor() as cursor:
                cursor.execute(
                    "UPDATE partscatalog_catalog_category SET name = %s WHERE slug = 'engine'", [name]
                )
                changes.record(Reach.ALL)

        self.write(write, looks)

    # --- what goes wrong ---

    @rule(nth=NTH, pieces=st.integers(0, 2), name=NAMES, is_flushed=st.booleans(), looks=LOOKS)
    def die_before_anybody_is_told(
        self, nth: int, pieces: int, name: str, is_flushed: bool, looks: list[str]
    ) -> None:
        """Two transactions; then it is time to look for rows."""
        with patch.object(changes, "_tell_later"):
            stock.set_counted(product=self.product(nth), counted=pieces)
            products.update(self.product(nth + 1), {"name": name})
        if is_flushed:
            store.delete(changes.NUMBER)
        store.delete(changes.DRAINED)
        self.look(looks)

    @rule(nth=NTH, looks=LOOKS)
    def change_the_mind(self, nth: int, looks: list[str]) -> None:
        with transaction.atomic():
            save(self.product(nth), {"name": "Unborn"})
            transaction.set_rollback(True)
        self.look(looks)

    # --- what is seen ---

    def write(self, way: Callable[[], Any], looks: Iterable[str]) -> None:
        way()
        self.look(looks)

    def look(self, looks: Iterable[str]) -> None:
        """Compare answers, and besides a product's own and the list's second page."""
        product = self.product(0)
        detail = f"/api/categories/{product.category.slug}/products/{product.slug}/"
        for url in (*looks, detail):
            kept, truth = seen(url), unkept(url)
            assert kept == truth, url

    def product(self, nth: int) -> Product:
        """Return one of those that there are, as the database has it."""
        rows = Product.objects.select_related("category").order_by("pk")
        return rows[nth % len(rows)]


def save(row: models.Model, columns: dict[str, Any]) -> None:
    for name, value in columns.items():
        setattr(row, name, value)
    row.save()


def bulk_create(fields: dict[str, Any]) -> None:
    """Add it as a site may, with the documented call."""
    with transaction.atomic():
        made = Product.objects.bulk_create(
            [Product(**fields, slug=f"bulk-{Product.objects.latest('pk').pk}")]
        )
        stock.book_initial(made)


def seen(url: str) -> tuple[int, bytes, dict[str, str]]:
    answer = APIClient().get(url)
    return answer.status_code, answer.content, dict(answer.headers)


def unkept(url: str) -> tuple[int, bytes, dict[str, str]]:
    """Return the answer as it is without a cache."""
    off = {**django_settings.PARTSCATALOG, "CATALOG_CACHE_LIFETIME": timedelta(0)}
    with override_settings(PARTSCATALOG=off):
        return seen(url)


@pytest.fixture(autouse=True)
def _own_media(settings, tmp_path, caplog):
    settings.MEDIA_ROOT = tmp_path
    caplog.set_level("ERROR", "django.request")


def test_every_answer_is_that_of_the_database():
    run_state_machine_as_test(Catalog, settings=TRIALS)


def test_where_nobody_is_told_a_stale_answer_is_found(monkeypatch):
    """The negative control of the test above."""
    monkeypatch.setattr(changes, "_tell_later", lambda *_: None)

    with pytest.raises(AssertionError):
        run_state_machine_as_test(Catalog, settings=settings(TRIALS, phases=[Phase.generate]))
