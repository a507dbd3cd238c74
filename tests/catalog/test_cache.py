"""Kept answers: the bytes of the first, and never older than the last commit."""

from __future__ import annotations

import gzip
import json
import threading
import time
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from functools import partial
from io import BytesIO
from typing import TYPE_CHECKING, Any
from unittest.mock import Mock, patch
from uuid import UUID

import pytest
from django.core.cache import cache
from django.core.files.base import ContentFile
from django.core.files.storage import FileSystemStorage
from django.db import OperationalError, transaction
from django.db.models.signals import pre_save
from django.test import RequestFactory
from django.utils.translation import gettext_lazy
from PIL import Image
from rest_framework.permissions import BasePermission
from rest_framework.test import APIClient

from partscatalog.api.renderers import PlainJSONRenderer
from partscatalog.catalog.api import views
from partscatalog.catalog.api.serializers import BrandSerializer, CategorySerializer, ProductSerializer
from partscatalog.catalog.cache import answers, changes, copies, flights, store
from partscatalog.catalog.models import Brand, CatalogChange, Category, Product, ProductImage, StockMovement
from partscatalog.catalog.services import groups, images, products, stock
from partscatalog.testing import make_brand, make_cart, make_category, make_product, make_user
from partscatalog.testing.storms import storm

if TYPE_CHECKING:
    from collections.abc import Callable

pytestmark = pytest.mark.django_db(transaction=True)

Reach = CatalogChange.Reach

LIST = "/api/products/?page_size=20"
DETAIL = "/api/categories/pistons/products/forged-piston/"
READS = {
    "list": LIST,
    "detail": DETAIL,
    "category's list": "/api/categories/engine/products/",
    "categories": "/api/categories/",
    "category": "/api/categories/pistons/",
    "brands": "/api/brands/",
    "brand": "/api/brands/nordwerk/",
    "search": "/api/products/?search=piston",
    "in stock": "/api/products/?in_stock=true",
    "by price": "/api/products/?ordering=price",
    "facets": "/api/products/facets/?brand=nordwerk",
    "category's facets": "/api/categories/engine/products/facets/",
}


@pytest.fixture(autouse=True)
def _fresh_cache():
    cache.clear()


@pytest.fixture
def piston() -> Product:
    engine = make_category("Engine")
    pistons = make_category("Pistons", parent=engine)
    make_product("Piston ring", category=pistons, price=Decimal("900.00"))
    return make_product("Forged piston", category=pistons, brand=make_brand("Nordwerk"), stock=5)


def picture() -> ContentFile[bytes]:
    content = BytesIO()
    Image.new("RGB", (40, 20), (255, 0, 0)).save(content, "PNG")
    return ContentFile(content.getvalue(), "piston.png")


def get(url: str, **headers):
    return APIClient().get(url, **headers)


def built(settings, url: str) -> bytes:
    """Return the body as it is without any cache."""
    kept = settings.PARTSCATALOG
    settings.PARTSCATALOG = {**kept, "CATALOG_CACHE_LIFETIME": timedelta(0)}
    body: bytes = get(url).content
    settings.PARTSCATALOG = kept
    return body


@pytest.mark.parametrize("url", READS.values(), ids=READS)
def test_a_kept_answer_costs_no_statement_and_is_byte_for_byte_the_built_one(
    settings, piston, statements, url
):
    first = get(url)
    with statements() as ran:
        second = get(url)

    assert len(ran) == 0
    assert (first.status_code, second.status_code) == (200, 200)
    assert first.content == second.content == built(settings, url)
    assert dict(first.headers) == dict(second.headers)


DOORS = {
    "price by the service": lambda piston: products.update(piston, {"price": Decimal("1.00")}),
    "stock counted": lambda piston: products.update(piston, {"stock": 3}),
    "save": lambda piston: save(piston, name="Cast piston"),
    "deactivated": lambda piston: save(piston, is_active=False),
    "deleted": products.delete,
    "deleted by the ORM": lambda piston: Product.objects.filter(pk=piston.pk).delete(),
    "added": lambda piston: products.create({"name": "New", "category": piston.category, "price": 1}),
    "added in bulk": lambda piston: products.bulk_add(
        [Product(name="Bulk", category=piston.category, price=1, stock=2)]
    ),
    "adjusted": lambda piston: stock.adjust(product=piston, delta=-5, note="lost"),
    "category renamed": lambda piston: groups.change(piston.category, {"name": "Cylinders"}),
    "category moved": lambda piston: groups.change(piston.category, {"parent": None}),
    "category hidden": lambda piston: groups.change(piston.category.parent, {"is_active": False}),
    "brand renamed": lambda piston: groups.change(piston.brand, {"name": "Southwerk"}),
    "brand added": lambda piston: Brand.objects.create(name="Other"),
    "category added": lambda piston: Category.objects.create(name="Other"),
    "picture and thumbnails": lambda piston: images.make_thumbnails(
        images.add(product=piston, file=picture()).pk
    ),
    "picture deleted": lambda piston: images.delete(images.add(product=piston, file=picture())),
    "picture given to another product": lambda piston: give_away(images.add(product=piston, file=picture())),
}


def save(piston: Product, **changed) -> None:
    for name, value in changed.items():
        setattr(piston, name, value)
    piston.save()


def give_away(image: ProductImage) -> None:
    for url in READS.values():
        get(url)
    image.product = Product.objects.exclude(pk=image.product_id).get()
    image.save()


def told_update(piston: Product) -> None:
    with transaction.atomic():
        Product.objects.filter(pk=piston.pk).update(name="Raw piston")
        changes.record(CatalogChange.Reach.LISTED, [piston.pk])


@pytest.mark.parametrize("door", [*DOORS.values(), told_update], ids=[*DOORS, "an update that is told"])
def test_the_next_read_after_a_change_is_fresh(settings, tmp_path, piston, door):
    settings.MEDIA_ROOT = tmp_path
    for url in READS.values():
        get(url)

    door(piston)

    for name, url in READS.items():
        assert get(url).content == built(settings, url), name


def order(user, quantities) -> None:
    make_cart(quantities, user=user)
    api = APIClient()
    api.force_authenticate(user)
    body = {"shipping_address": "1 Road", "phone": "+2348012345678"}
    response = api.post("/api/orders/orders/create/", body, format="json")
    assert response.status_code == 201, response.content


def test_an_order_is_seen_at_once_and_ends_only_what_shows_its_product(settings, piston, statements):
    ring = Product.objects.get(name="Piston ring")
    other = "/api/categories/pistons/products/piston-ring/"
    for url in [*READS.values(), other]:
        get(url)

    order(make_user(), {piston: 2})

    with statements() as ran:
        get(other)
        get("/api/categories/")
        get("/api/brands/nordwerk/")
    assert (len(ran), ring.stock) == (0, 50)
    for name, url in READS.items():
        assert get(url).content == built(settings, url), name
    assert get(DETAIL).json()["stock"] == 3


def test_what_does_not_reach_an_answer_is_read_once_for_all_answers(piston, monkeypatch):
    ring = Product.objects.get(name="Piston ring")
    urls = ["/api/categories/", "/api/brands/", DETAIL]
    for url in urls:
        get(url)
    stock.adjust(product=ring, delta=-1, note="sold")

    asked = Mock(wraps=store.get_many)
    monkeypatch.setattr(store, "get_many", asked)
    for url in urls * 2:
        get(url)

    assert asked.call_count == len(urls * 2) + 1


@contextmanager
def a_writer_between_rows_and_keeping(monkeypatch, write):
    """Let somebody commit after the rows of an answer were read and before it is kept."""
    made = views.built

    def read_then_write(*args, **kwargs):
        answer = made(*args, **kwargs)
        storm([write])
        return answer

    with monkeypatch.context() as patched:
        patched.setattr(views, "built", read_then_write)
        yield


def test_rows_read_before_a_commit_are_never_kept_as_current_after_it(settings, piston, monkeypatch):
    with a_writer_between_rows_and_keeping(
        monkeypatch, lambda: stock.adjust(product=piston, delta=-1, note="sold")
    ):
        assert get(DETAIL).json()["stock"] == 5

    assert get(DETAIL).json()["stock"] == 4


def test_without_the_number_read_first_the_slow_reader_would_win(piston, monkeypatch):
    """The negative control of the test above."""
    build = answers._build
    monkeypatch.setattr(answers, "_build", lambda place, make, _number: kept_late(place, make))

    def kept_late(place, make):
        made = make()
        return build(place, lambda: made, store.get_many([changes.NUMBER])[changes.NUMBER])

    with a_writer_between_rows_and_keeping(
        monkeypatch, lambda: stock.adjust(product=piston, delta=-1, note="sold")
    ):
        get(DETAIL)

    assert get(DETAIL).json()["stock"] == 5


def time_for_a_drain() -> None:
    store.delete(changes.DRAINED)


def test_a_process_that_dies_after_its_commit_leaves_nothing_stale_past_the_next_drain(
    settings, piston, monkeypatch
):
    get(LIST), get(DETAIL)
    with monkeypatch.context() as dead:
        dead.setattr(changes, "_tell_later", lambda *_: None)
        products.update(piston, {"price": Decimal("7.00")})
        stock.adjust(product=piston, delta=-1, note="sold")
    stale = get(DETAIL).json()
    time_for_a_drain()

    assert (stale["price"], stale["stock"]) == ("2500.00", 5)
    assert get(DETAIL).json()["price"] == "7.00"
    assert get(LIST).content == built(settings, LIST)


def test_without_the_drain_it_would_stay_stale(piston, monkeypatch):
    """The negative control of the test above."""
    get(DETAIL)
    with monkeypatch.context() as dead:
        dead.setattr(changes, "_tell_later", lambda *_: None)
        stock.adjust(product=piston, delta=-1, note="sold")
    monkeypatch.setattr(changes, "_tell_untold", lambda rows: None)
    time_for_a_drain()

    assert get(DETAIL).json()["stock"] == 5


def test_a_drain_looks_once_in_a_while_and_tells_nothing_twice(piston, statements):
    get(DETAIL)
    stock.adjust(product=piston, delta=-1, note="sold")
    get(DETAIL)
    time_for_a_drain()
    with statements() as drained:
        get(DETAIL)
    with statements() as after:
        get(DETAIL)

    assert (len(drained), len(after)) == (2, 0), drained.sql
    assert all("FROM" in sql and "WHERE" in sql and '"id" >' in sql.replace("`", '"') for sql in drained.sql)


def test_what_was_read_is_not_read_again(piston):
    """Else every drain looks through the orders of two minutes, and gives up where they are many."""
    for _time in range(3):
        get(DETAIL)
        stock.adjust(product=piston, delta=-1, note="sold")
        time_for_a_drain()
    with patch.object(changes, "_tell_untold", wraps=changes._tell_untold) as tell:
        for _time in range(2):
            get(DETAIL)
            time_for_a_drain()

    assert [len(call.args[0]) for call in tell.call_args_list] == [1, 0]


def untold(*writes: Callable[[], Any]) -> None:
    """Commit writes of which the cache is not told."""
    with patch.object(changes, "_tell_later"):
        for write in writes:
            write()


@pytest.mark.parametrize("most", ["MOST_ROWS", "MOST_KEYS"])
def test_more_untold_changes_than_are_told_one_by_one_end_everything_once(
    piston, monkeypatch, statements, most
):
    monkeypatch.setattr(changes, most, 2)
    get(DETAIL)
    untold(*[partial(stock.adjust, product=piston, delta=-1, note="sold")] * 3)
    time_for_a_drain()

    assert get(DETAIL).json()["stock"] == 2
    time_for_a_drain()
    with statements() as ran:
        get(DETAIL)
    assert len(ran) == 2  # the drain's own


def test_many_untold_changes_are_told_together(piston, statements):
    get("/api/brands/")
    ring = Product.objects.exclude(pk=piston.pk).get()
    untold(
        *[partial(stock.adjust, product=product, delta=-1, note="sold") for product in (piston, ring)] * 2,
        partial(products.update, ring, {"name": "Oil ring"}),
    )
    number = store.get_many([changes.NUMBER])[changes.NUMBER]
    time_for_a_drain()
    get("/api/brands/")

    told = changes.between(number, store.get_many([changes.NUMBER])[changes.NUMBER])
    assert sorted(told or []) == [("listed", [ring.pk]), ("stock", sorted([piston.pk, ring.pk]))]


@pytest.mark.parametrize("is_flushed", [False, True], ids=["", "after a flush"])
def test_a_transaction_that_ends_after_later_ones_is_found_by_its_lower_key(piston, is_flushed):
    highest = StockMovement.objects.latest("pk").pk
    get(DETAIL)
    move(piston, highest + 2, left=4)
    time_for_a_drain()
    if is_flushed:
        cache.clear()
    seen = get(DETAIL).json()["stock"]
    move(piston, highest + 1, left=3)
    time_for_a_drain()

    assert (seen, get(DETAIL).json()["stock"]) == (4, 3)


@pytest.mark.parametrize("is_found", [False, True], ids=["", "a row in a hole"])
def test_rows_among_holes_end_nothing_after_a_flush_and_one_in_a_hole_does(piston, statements, is_found):
    """Keys have holes by steps and by transactions that were undone."""
    highest = StockMovement.objects.latest("pk").pk
    for step in range(1, 10):
        move(piston, highest + 2 * step, left=5)
    cache.clear()
    get(DETAIL)
    if is_found:
        move(piston, highest + 7, left=4)
    time_for_a_drain()
    with statements() as ran:
        seen = get(DETAIL).json()["stock"]

    assert (seen, len(ran) == 2) == ((4, False) if is_found else (5, True))


def test_of_two_that_begin_at_once_the_later_one_passes_over_no_row(piston, monkeypatch):
    """The first one's answers are kept by then, and a row may have come that nobody was told of."""
    read, key = changes._read, StockMovement.objects.latest("pk").pk + 1

    def keep_and_move() -> None:
        get(DETAIL)
        move(piston, key, left=4)

    def read_behind_another(*args: Any) -> Any:
        monkeypatch.setattr(changes, "_read", read)
        storm([keep_and_move])
        return read(*args)

    cache.clear()
    monkeypatch.setattr(changes, "_read", read_behind_another)
    get(LIST)
    time_for_a_drain()

    assert get(DETAIL).json()["stock"] == 4


def move(piston: Product, key: int, *, left: int) -> None:
    """Commit a movement with a key of its own choice; nobody tells the cache."""
    with transaction.atomic():
        Product.objects.filter(pk=piston.pk).update(stock=left)
        StockMovement.objects.bulk_create(
            [StockMovement(pk=key, product=piston, delta=-1, reason="adjustment")]
        )


@pytest.fixture
def broken_cache(monkeypatch):
    """A cache that can be switched off and on."""
    asked: list[str] = []
    call = store._call

    def maybe(method, *args):
        if asked[-1:] == ["away"]:
            raise store.Away
        return call(method, *args)

    monkeypatch.setattr(store, "_call", maybe)
    return asked


def test_without_a_cache_reads_are_right_and_a_write_meanwhile_is_seen_after_its_return(
    settings, piston, broken_cache
):
    get(DETAIL)
    broken_cache.append("away")
    stock.adjust(product=piston, delta=-2, note="sold")
    products.update(piston, {"name": "Cast piston"})
    assert get(DETAIL).json()["stock"] == 3
    broken_cache.append("back")
    time_for_a_drain()

    assert get(DETAIL).json()["stock"] == 3
    assert get(LIST).content == built(settings, LIST)


def test_a_cache_that_raises_is_left_alone_for_a_while(piston, settings, monkeypatch, caplog):
    settings.PARTSCATALOG = {**settings.PARTSCATALOG, "CATALOG_CACHE": "nonesuch"}

    assert [get(DETAIL).status_code for _time in range(3)] == [200] * 3
    stock.adjust(product=piston, delta=-1, note="sold")

    assert caplog.text.count("does not answer") == 1


def test_a_flush_in_the_middle_does_no_harm(piston):
    get(DETAIL)
    cache.clear()
    stock.adjust(product=piston, delta=-1, note="sold")
    assert get(DETAIL).json()["stock"] == 4
    store.delete(changes.NUMBER)
    stock.adjust(product=piston, delta=-1, note="sold")

    assert get(DETAIL).json()["stock"] == 3


@pytest.mark.parametrize("older", [[changes.NUMBER], [changes.NUMBER, changes.PROGRESS]], ids=len)
def test_a_part_of_the_cache_that_comes_back_as_it_was_does_no_harm(piston, older):
    """A node of several was away, or began again from its last copy; the others went on."""
    get(DETAIL)
    time_for_a_drain()
    get(LIST)
    place = answers._Place.of(views.ProductView().question(_request(DETAIL)), "")
    copy = store.get_many([*older, place.about, place.body])
    if changes.PROGRESS in older:
        store.delete(changes.NUMBER)
    stock.adjust(product=piston, delta=-1, note="sold")
    time_for_a_drain()
    get(LIST)
    store.set_many(copy, 3_600)
    time_for_a_drain()

    assert len(copy) == len(older) + 2
    assert get(DETAIL).json()["stock"] == 4


@pytest.mark.parametrize("passes", [True, False])
def test_a_number_that_an_older_copy_uses_again_misleads_a_process_for_a_moment(piston, monkeypatch, passes):
    """What a process remembers of a number is of the change that had it first."""
    monkeypatch.setattr(changes, "REMEMBERED_SECONDS", 0.2 if passes else 60)
    monkeypatch.setattr(changes, "_process", changes._Process())
    ring, other = Product.objects.get(name="Piston ring"), "/api/categories/pistons/products/piston-ring/"
    get(DETAIL)
    time_for_a_drain()
    get(other)
    place = answers._Place.of(views.ProductView().question(_request(DETAIL)), "")
    copy = store.get_many([changes.NUMBER, changes.PROGRESS, place.about, place.body])
    stock.adjust(product=ring, delta=-1, note="sold")
    get(DETAIL)
    store.set_many(copy, 3_600)
    stock.adjust(product=piston, delta=-1, note="sold")
    get(DETAIL)
    threading.Event().wait(0.3)
    time_for_a_drain()

    assert get(DETAIL).json()["stock"] == (4 if passes else 5)


def counted_builds(monkeypatch) -> list[int]:
    builds: list[int] = []
    made = views.built

    def count(*args, **kwargs):
        builds.append(1)
        threading.Event().wait(0.1)
        return made(*args, **kwargs)

    monkeypatch.setattr(views, "built", count)
    return builds


def test_forty_at_once_build_a_cold_page_once(piston, monkeypatch):
    builds = counted_builds(monkeypatch)

    outcomes = storm([lambda: get(LIST).content] * 40)

    assert (outcomes.errors, len(set(outcomes.values)), len(builds)) == ([], 1, 1)


def as_processes(monkeypatch) -> None:
    """Let no thread wait for another one, as if each were a process of its own."""
    monkeypatch.setattr(flights, "share", lambda _key, make: make())


def test_processes_build_a_cold_page_once(piston, monkeypatch):
    builds = counted_builds(monkeypatch)
    as_processes(monkeypatch)

    outcomes = storm([lambda: get(LIST).content] * 4)

    assert (outcomes.errors, len(set(outcomes.values)), len(builds)) == ([], 1, 1)


def test_without_the_one_who_builds_they_all_would(piston, monkeypatch):
    """The negative control of the tests above."""
    builds = counted_builds(monkeypatch)
    add = store.add
    as_processes(monkeypatch)
    monkeypatch.setattr(store, "add", lambda name, *args: name.startswith("lock:") or add(name, *args))

    storm([lambda: get(LIST).content] * 8)

    assert len(builds) > 1


def test_a_builder_that_dies_blocks_nobody_for_longer_than_a_second(piston):
    question = views.ProductListView().question(_request(LIST))
    store.add(answers._Place.of(question, "").lock, "dead", answers.WAIT_SECONDS)

    started = time.monotonic()
    assert get(LIST).status_code == 200
    assert time.monotonic() - started < 2 * answers.WAIT_SECONDS


def test_a_builder_that_hangs_blocks_the_threads_of_its_process_for_a_bounded_time(piston, monkeypatch):
    question = views.ProductListView().question(_request(LIST))
    monkeypatch.setattr(flights, "PATIENCE_SECONDS", 0.1)
    monkeypatch.setitem(flights._under_way, answers._Place.of(question, "").text, flights._Flight())
    first = get(LIST)

    assert (first.status_code, first.content) == (200, get(LIST).content)


def test_a_builder_that_was_stopped_blocks_nobody_and_keeps_nothing_old_when_it_goes_on(piston, monkeypatch):
    """As a process that was stopped does: it keeps what it read under the number of then."""
    monkeypatch.setattr(answers, "WAIT_SECONDS", 0.1)
    as_processes(monkeypatch)
    made = views.built

    def stop_and_go_on(*args: Any, **kwargs: Any) -> Any:
        monkeypatch.setattr(views, "built", made)
        answer = made(*args, **kwargs)
        storm([lambda: get(LIST).content])
        storm([lambda: stock.adjust(product=piston, delta=-1, note="sold")])
        return answer

    monkeypatch.setattr(views, "built", stop_and_go_on)
    stopped = next(each["stock"] for each in get(LIST).json() if each["id"] == piston.pk)
    after = next(each["stock"] for each in get(LIST).json() if each["id"] == piston.pk)

    assert (stopped, after) == (5, 4)


def _request(url: str, **headers):
    return RequestFactory().get(url, **headers)


def test_an_answer_carries_a_strong_etag_for_each_encoding_and_says_who_may_keep_it(piston):
    plain = get(LIST)
    packed = get(LIST, HTTP_ACCEPT_ENCODING="br;q=1.0, gzip;q=0.8")

    assert gzip.decompress(packed.content) == plain.content
    assert packed["Content-Encoding"] == "gzip"
    assert plain["ETag"] != packed["ETag"]
    assert not plain["ETag"].startswith("W/")
    assert plain["Cache-Control"] == "public, no-cache"
    assert plain["Vary"] == "Accept-Language, Accept-Encoding"
    assert "Last-Modified" not in plain


@pytest.mark.parametrize(
    ("accepted", "is_packed"),
    [
        ("gzip", True),
        ("GZIP;q=0.001", True),
        ("*", True),
        ("*;q=0, gzip", True),
        ("br, *;q=0.1", True),
        ("gzip;q=0", False),
        ("gzip; q=0.000", False),
        ("*;q=1, gzip;q=0", False),
        ("*;q=0", False),
        ("identity, br", False),
        ("", False),
    ],
)
def test_gzip_goes_to_who_takes_it(piston, accepted, is_packed):
    for _time in range(2):
        answer = get(LIST, HTTP_ACCEPT_ENCODING=accepted)
        assert answer.headers.get("Content-Encoding") == ("gzip" if is_packed else None)


@pytest.mark.parametrize("written", ["{etag}", "W/{etag}", '"other", {etag}', "*"])
def test_who_has_the_body_gets_304_without_one(piston, statements, written):
    for _time in range(2):
        etag = get(LIST)["ETag"]
        with statements() as ran:
            answer = get(LIST, HTTP_IF_NONE_MATCH=written.format(etag=etag))

        assert (answer.status_code, answer.content, len(ran)) == (304, b"", 0)
        assert (answer["ETag"], answer["Cache-Control"]) == (etag, "public, no-cache")


@pytest.mark.parametrize("asked", ["count=true&page_size=1&ordering=name", "page_size=2&ordering=name"])
def test_an_equal_body_with_another_count_or_next_page_is_another_answer(piston, asked):
    """Else who keeps the first never learns of the page that came after it."""
    url = f"/api/products/?{asked}"
    first = get(url)
    make_product("Rod", category=piston.category)

    second = get(url, HTTP_IF_NONE_MATCH=first["ETag"])

    assert (second.status_code, second.content) == (200, first.content)
    assert second["ETag"] != first["ETag"]


@pytest.mark.parametrize("header", ['"other"', "nonsense", '"' + "x" * 1_000_000 + '"', ""])
def test_who_has_another_body_gets_this_one(piston, header):
    get(LIST)

    assert get(LIST, HTTP_IF_NONE_MATCH=header).status_code == 200


def test_no_answer_outlives_its_lifetime_whatever_else_changes(piston, later):
    """An update that nobody told of is seen after it, also by who asks with an ETag."""
    etag = get(DETAIL)["ETag"]
    Product.objects.filter(pk=piston.pk).update(name="Raw piston")

    statuses = []
    for minutes in (50, 70):
        with later(minutes=minutes):
            stock.adjust(product=Product.objects.exclude(pk=piston.pk).get(), delta=-1, note="sold")
            statuses.append(get(DETAIL, HTTP_IF_NONE_MATCH=etag).status_code)

    assert statuses == [304, 200]


def test_head_answers_as_get_without_a_body(piston):
    for _time in range(2):
        whole, head = get(LIST), APIClient().head(LIST)

        assert (head.status_code, head.content) == (200, b"")
        assert {name: head[name] for name in ("ETag", "Content-Length", "Content-Type")} == {
            name: whole[name] for name in ("ETag", "Content-Length", "Content-Type")
        }


def test_only_what_changes_the_answer_is_part_of_its_key(piston):
    def text(url: str) -> str:
        return views.ProductListView().question(_request(url)).text

    plain = text("/api/products/?page_size=2&ordering=price")
    assert text("/api/products/?ordering=price&utm_source=x&page_size=2") == plain
    assert text("/api/products/?ordering=price&page_size=3") != plain
    link = get("/api/products/?page_size=1&utm_source=x")["Link"]
    assert "utm_source" not in link


def test_lists_take_a_bounded_number_of_places(piston):
    names = {
        answers._Place.of(answers.Question(answers.Shows.PRODUCTS, f"search {number}"), "").name
        for number in range(20_000)
    }

    assert len(names) <= answers.PLACES


def test_a_product_takes_a_bounded_number_of_places_whatever_hosts_strangers_name(piston):
    """A port may be any number, and Django lets it pass."""
    view = views.ProductView()
    questions = [view.question(_request(DETAIL, HTTP_HOST=f"testserver:{port}")) for port in range(500)]

    assert len({question.text for question in questions}) == 500
    assert len({answers._Place.of(question, "").name for question in questions}) <= answers.SIDES


def test_hosts_in_one_place_get_their_own_answers(settings, piston, monkeypatch, tmp_path):
    settings.MEDIA_ROOT = tmp_path
    images.add(product=piston, file=picture())
    monkeypatch.setattr(answers, "SIDES", 1)

    for port in (1, 2, 1):
        assert (
            f"http://testserver:{port}/media/" in get(DETAIL, HTTP_HOST=f"testserver:{port}").content.decode()
        )


def test_a_list_in_a_place_of_another_is_built_anew(piston, monkeypatch, settings):
    monkeypatch.setattr(answers, "PLACES", 1)
    for url in (LIST, READS["by price"], LIST, READS["search"]):
        assert get(url).content == built(settings, url)


class Loud(ProductSerializer):
    def to_representation(self, instance):
        return {**super().to_representation(instance), "name": instance.name.upper()}


class Same(ProductSerializer):
    """Ours, by the slower way."""


@pytest.mark.parametrize("url", [LIST, DETAIL, READS["search"]])
def test_a_sites_serializer_is_honoured_and_both_ways_give_equal_bytes(settings, piston, url, tmp_path):
    settings.MEDIA_ROOT = tmp_path
    images.add(product=piston, file=picture(), alt_text="From above")
    Product.objects.filter(pk=piston.pk).update(attributes={"bore": 81, "note": "a\u2028b </script> é"})
    fast = get(url).content
    plain = settings.PARTSCATALOG
    settings.PARTSCATALOG = {**plain, "SERIALIZERS": {"product": f"{__name__}.Same"}}
    slow = get(url).content
    settings.PARTSCATALOG = {**plain, "SERIALIZERS": {"product": f"{__name__}.Loud"}}
    loud = get(url).content

    assert fast == slow
    assert b"FORGED PISTON" in loud


class Odd(ProductSerializer):
    def to_representation(self, instance):
        odd = {"price": instance.price, "at": datetime(2026, 1, 2, tzinfo=UTC), "lazy": gettext_lazy("Brand")}
        return {**odd, "id": UUID(int=1), "big": 2**70, "enum": Reach.STOCK, "nested": ({"a": 1},), 7: None}


class OddButSmall(Odd):
    def to_representation(self, instance):
        return {
            name: value
            for name, value in super().to_representation(instance).items()
            if name not in {"big", 7}
        }


@pytest.mark.parametrize("serializer", [Odd, OddButSmall])
def test_a_sites_serializer_may_give_what_django_rest_framework_can_write(settings, piston, serializer):
    own = {"product": f"{__name__}.{serializer.__name__}"}
    settings.PARTSCATALOG = {**settings.PARTSCATALOG, "SERIALIZERS": own}

    shown = serializer().to_representation(piston)
    assert get(DETAIL).json() == json.loads(PlainJSONRenderer().render(shown))


SAVES = {
    "product": lambda piston: save(piston, name="Cast"),
    "category": lambda piston: save(piston.category, name="Cast"),
    "brand": lambda piston: save(piston.brand, name="Cast"),
    "brand added": lambda piston: Brand.objects.create(name="Cast"),
    "picture": lambda piston: save(piston.images.get(), alt_text="Cast"),
    "picture given away": lambda piston: give_away(piston.images.get()),
    "picture deleted": lambda piston: piston.images.get().delete(),
    "brands deleted": lambda piston: Brand.objects.filter(name="Unused").delete(),
}


@pytest.mark.parametrize("change", SAVES.values(), ids=SAVES)
def test_a_row_and_the_word_of_it_are_one_transaction(piston, change):
    """Whoever dies between the two leaves neither: no drain could find a change without its row."""
    images.add(product=piston, file=picture())
    Brand.objects.create(name="Unused")

    def rows():
        models = (Product, Category, Brand, ProductImage)
        return [list(model.objects.order_by("pk").values()) for model in models]

    before = rows()
    with patch.object(changes, "record", side_effect=SystemExit), pytest.raises(SystemExit):
        change(piston)

    assert rows() == before


def test_a_picture_given_away_is_told_of_after_it_went(piston, settings):
    image = images.add(product=piston, file=picture())

    def read(**_: Any) -> None:
        thread = threading.Thread(target=get, args=[DETAIL])
        thread.start()
        thread.join()

    pre_save.connect(read, sender=ProductImage)
    try:
        give_away(image)
    finally:
        pre_save.disconnect(read, sender=ProductImage)

    assert get(DETAIL).content == built(settings, DETAIL)


def test_a_database_that_is_away_when_changes_are_looked_for_ends_no_kept_answer(piston, monkeypatch):
    kept = get(LIST).content
    store.delete(changes.DRAINED)
    monkeypatch.setattr(changes, "_read", Mock(side_effect=OperationalError("away")))

    assert (get(LIST).status_code, get(LIST).content) == (200, kept)
    cache.clear()
    assert (get(LIST).status_code, get(LIST).json()["code"]) == (503, "unavailable")


@pytest.fixture
def copied(settings):
    """A site whose processes give copies for a second."""
    settings.PARTSCATALOG = {**settings.PARTSCATALOG, "CATALOG_CACHE_COPY": timedelta(seconds=1)}
    copies.forget()
    yield
    copies.forget()


@contextmanager
def asked_of_the_cache():
    """Count the questions to the cache."""
    asked: list[str] = []
    ask = store._call

    def counted(method: str, *args: Any) -> Any:
        asked.append(method)
        return ask(method, *args)

    with patch.object(store, "_call", counted):
        yield asked


@pytest.mark.parametrize("url", [LIST, DETAIL, READS["categories"]])
def test_a_copy_asks_neither_cache_nor_database(copied, piston, statements, url):
    first = get(url)
    get(url)
    with statements() as ran, asked_of_the_cache() as asked:
        copy, known = get(url), get(url, HTTP_IF_NONE_MATCH=first.headers["ETag"])

    assert (len(ran), asked) == (0, [])
    assert (copy.content, dict(copy.headers)) == (first.content, dict(first.headers))
    assert (known.status_code, known.content) == (304, b"")


@pytest.mark.parametrize("change", DOORS.values(), ids=DOORS)
def test_what_this_process_changes_ends_its_copies(copied, settings, piston, change):
    for _ in range(2):
        get(LIST)
    change(piston)

    assert get(LIST).content == built(settings, LIST)


def test_what_another_process_changed_is_seen_when_the_copy_is_over(copied, piston, monkeypatch):
    before = [get(LIST).content for _ in range(2)][-1]
    with patch.object(copies, "forget"):
        products.update(piston, {"price": Decimal("1.00")})
    during = get(LIST).content
    now = time.monotonic()
    monkeypatch.setattr("partscatalog.catalog.cache.copies.time.monotonic", lambda: now + 1)

    assert during == before
    assert get(LIST).content != before


def test_a_reader_who_was_slow_keeps_no_copy_of_what_it_read_before_a_change(copied, piston, settings):
    get(LIST)
    look = answers._look

    def slowly(place):
        found = look(place)
        products.update(piston, {"price": Decimal("1.00")})
        return found

    with patch.object(answers, "_look", slowly):
        get(LIST)
    assert get(LIST).content == built(settings, LIST)


def test_copies_of_many_answers_stay_bounded(copied, piston, monkeypatch):
    monkeypatch.setattr(copies, "MOST", 3)
    for size in range(1, 9):
        for _ in range(2):
            get(f"/api/products/?page_size={size}")

    assert len(copies.current()._kept) <= 3


class SignedStorage(FileSystemStorage):
    def url(self, name):
        return f"https://files.example.com/{name}?key=1"


#: Names that a host's own storage or upload path may give.
NAMES = [
    "parts/a.webp",
    "a b.webp",
    "../a.webp",
    ".a/b.webp",
    "a//b.webp",
    "\u00e9.webp",
    "a?b#c.webp",
    "a:b.webp",
]


@pytest.mark.parametrize("media_url", ["/media/", "media/", "https://cdn.example.com/m/"])
@pytest.mark.parametrize(
    "storage", ["django.core.files.storage.FileSystemStorage", f"{__name__}.SignedStorage"]
)
def test_pictures_have_the_address_that_their_storage_gives(settings, piston, media_url, storage):
    settings.MEDIA_URL = media_url
    settings.STORAGES = {**settings.STORAGES, "default": {"BACKEND": storage}}
    for name in NAMES:
        ProductImage.objects.create(product=piston, image=name, thumbnails={"200": name})
    fast = get(DETAIL).content
    settings.PARTSCATALOG = {**settings.PARTSCATALOG, "SERIALIZERS": {"product": f"{__name__}.Same"}}

    assert get(DETAIL).content == fast
    assert len(json.loads(fast)["images"]) == len(NAMES)


class SameCategory(CategorySerializer):
    """Ours, by the slower way."""


class SameBrand(BrandSerializer):
    """Ours, by the slower way."""


@pytest.mark.parametrize("name", ["category", "categories", "brand", "brands"])
def test_categories_and_brands_are_the_same_of_rows_and_of_a_sites_serializers(settings, piston, name):
    fast = get(READS[name])
    own = {"category": f"{__name__}.SameCategory", "brand": f"{__name__}.SameBrand"}
    settings.PARTSCATALOG = {**settings.PARTSCATALOG, "SERIALIZERS": own}

    assert (get(READS[name]).content, fast.status_code) == (fast.content, 200)


class Counting(CategorySerializer):
    def to_representation(self, instance):
        stocks = instance.products.filter(is_active=True).values_list("stock", flat=True)
        return {**super().to_representation(instance), "pieces": sum(stocks)}


def test_a_sites_categories_may_show_what_their_products_are(settings, piston):
    settings.PARTSCATALOG = {**settings.PARTSCATALOG, "SERIALIZERS": {"category": f"{__name__}.Counting"}}

    def pieces():
        return [get(READS[name]).json() for name in ("category", "categories")]

    before = pieces()
    order(make_user(), {piston: 2})
    after = pieces()

    assert (before[0]["pieces"], before[1][1]["pieces"]) == (55, 55)
    assert (after[0]["pieces"], after[1][1]["pieces"]) == (53, 53)


class Beside(ProductSerializer):
    """Shows what else stands in the category."""

    def to_representation(self, instance):
        beside = instance.category.products.exclude(pk=instance.pk).order_by("pk")
        return {**super().to_representation(instance), "beside": [[each.name, each.stock] for each in beside]}


class Alone(ProductSerializer):
    looks_beyond = False


@pytest.mark.parametrize("name", ["detail", "by price", "in stock", "search"])
def test_a_sites_products_may_show_others(settings, piston, name):
    settings.PARTSCATALOG = {**settings.PARTSCATALOG, "SERIALIZERS": {"product": f"{__name__}.Beside"}}
    ring = Product.objects.get(name="Piston ring")
    get(READS[name])
    stock.adjust(product=ring, delta=-1, note="sold")
    products.update(ring, {"name": "Ring of a piston"})

    assert "Ring of a piston" in get(READS[name]).content.decode()
    assert get(READS[name]).content == built(settings, READS[name])


def test_a_sites_serializer_that_looks_no_further_is_ended_by_what_it_shows_alone(
    settings, piston, statements
):
    settings.PARTSCATALOG = {**settings.PARTSCATALOG, "SERIALIZERS": {"product": f"{__name__}.Alone"}}
    get(DETAIL)
    stock.adjust(product=Product.objects.get(name="Piston ring"), delta=-1, note="sold")
    with statements() as ran:
        get(DETAIL)
    stock.adjust(product=piston, delta=-1, note="sold")

    assert (len(ran), get(DETAIL).json()["stock"]) == (0, 4)


def test_another_version_of_the_package_answers_anew(piston, monkeypatch, statements):
    get(DETAIL)
    monkeypatch.setattr("partscatalog.__version__", "99")

    with statements() as ran:
        get(DETAIL)
    assert len(ran) == 2


class NoPermission(BasePermission):
    def has_permission(self, request, view):
        return False


def test_a_sites_permission_is_asked_before_a_kept_answer(settings, piston):
    get(LIST)
    settings.PARTSCATALOG = {
        **settings.PARTSCATALOG,
        "PERMISSIONS": {"catalog": [f"{__name__}.NoPermission"]},
    }

    assert get(LIST).status_code == 401


def test_nothing_is_kept_inside_a_transaction(piston):
    get(DETAIL)
    with transaction.atomic():
        Product.objects.filter(pk=piston.pk).update(name="Unborn piston")
        seen = get(DETAIL).json()["name"]
        transaction.set_rollback(True)

    assert seen == "Unborn piston"
    assert get(DETAIL).json()["name"] == "Forged piston"


def test_errors_are_not_kept(piston):
    assert get("/api/products/?page_size=0").status_code == 400
    assert get("/api/categories/pistons/products/nonesuch/").status_code == 404
    make_product("Nonesuch", category=piston.category)

    assert get("/api/categories/pistons/products/nonesuch/").status_code == 200


def test_the_host_is_part_of_the_key_where_the_site_names_none(settings, piston, tmp_path):
    settings.MEDIA_ROOT = tmp_path
    settings.ALLOWED_HOSTS = ["*"]
    images.add(product=piston, file=picture())

    for host in ("a.example", "b.example"):
        assert json.loads(get(DETAIL, HTTP_HOST=host).content)["images"][0]["image"].startswith(
            f"http://{host}/"
        )


def test_old_rows_of_changes_are_purged(piston, later):
    assert CatalogChange.objects.exists()

    with later(days=8):
        changes.purge()

    assert not CatalogChange.objects.exists()
