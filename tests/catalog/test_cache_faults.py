"""A cache that refuses, hangs, forgets or is one process's own: reads stay right and cost next to nothing."""

from __future__ import annotations

import time
from contextlib import ExitStack
from threading import Barrier
from typing import TYPE_CHECKING, Any, ClassVar
from unittest.mock import patch

import pytest
from django.core.cache import caches
from django.core.cache.backends.base import BaseCache
from django.core.cache.backends.dummy import DummyCache
from django.core.cache.backends.filebased import FileBasedCache
from django.core.cache.backends.locmem import LocMemCache
from rest_framework.test import APIClient

from config import environment
from partscatalog import caching
from partscatalog.catalog.api import views
from partscatalog.catalog.cache import flights
from partscatalog.catalog.services import products, stock
from partscatalog.testing import make_category, make_product
from partscatalog.testing.storms import storm
from tests.false_redis import ANSWERS, closed_port, no_redis

if TYPE_CHECKING:
    from collections.abc import Iterator

    from partscatalog.catalog.models import Product

pytestmark = pytest.mark.django_db(transaction=True)

LIST = "/api/products/?page_size=20"
DETAIL = "/api/categories/pistons/products/forged-piston/"


@pytest.fixture
def piston() -> Product:
    return make_product("Forged piston", category=make_category("Pistons"), stock=5)


def shown() -> tuple[int, int]:
    """Return the piston's stock as the detail and the list show it."""
    detail, listed = APIClient().get(DETAIL), APIClient().get(LIST)
    assert (detail.status_code, listed.status_code) == (200, 200)
    return detail.json()["stock"], listed.json()[0]["stock"]


def sell(piston: Product) -> None:
    stock.adjust(product=piston, delta=-1, note="sold")


@pytest.fixture(params=["closed", *ANSWERS])
def redis_away(request, settings) -> Iterator[None]:
    with ExitStack() as stack:
        if request.param == "closed":
            url = stack.enter_context(closed_port())
        else:
            url = f"{stack.enter_context(no_redis(request.param)).url}?protocol=2"
        settings.CACHES = environment.redis_caches(url)
        yield


def test_reads_and_writes_are_right_while_redis_refuses_hangs_or_is_none(piston, redis_away):
    assert shown() == (5, 5)
    sell(piston)
    assert shown() == (4, 4)
    products.update(piston, {"stock": 9})

    assert shown() == (9, 9)


@pytest.mark.parametrize("redis_away", ["closed", "silent"], indirect=True)
def test_a_redis_that_is_away_costs_one_timeout_and_then_none(piston, redis_away, monkeypatch):
    calls = counted_calls(monkeypatch)
    monkeypatch.setattr(caching, "REST_SECONDS", 60)

    for _time in range(4):
        shown()
        sell(piston)

    assert len(calls) == 1


@pytest.mark.parametrize("are_together", [True, False])
@pytest.mark.parametrize("redis_away", ["closed", "silent"], indirect=True)
def test_without_redis_the_threads_of_a_process_build_a_page_together(
    piston, redis_away, monkeypatch, are_together
):
    """One who builds already may have read its rows before others came: these build once more, for all."""
    builds, made = [], views.built

    def build(*args: Any, **kwargs: Any) -> Any:
        builds.append(1)
        time.sleep(0.2)
        return made(*args, **kwargs)

    monkeypatch.setattr(views, "built", build)
    if not are_together:
        monkeypatch.setattr(flights, "share", lambda _key, make: make())

    outcomes = storm([lambda: APIClient().get(DETAIL).json()["stock"]] * 40)

    assert (outcomes.errors, set(outcomes.values)) == ([], {5})
    assert len(builds) <= 2 if are_together else len(builds) == 40


def counted_calls(monkeypatch) -> list[str]:
    """Return a list that grows by the name of each call that reaches the cache."""
    calls: list[str] = []

    class Counting:
        def __getitem__(self, alias: str) -> Any:
            class Cache:
                def __getattr__(self, method: str) -> Any:
                    calls.append(method)
                    return getattr(caches[alias], method)

            return Cache()

    monkeypatch.setattr(caching, "caches", Counting())
    return calls


def test_after_the_rest_one_caller_tries_it_again_and_the_others_do_not_wait(piston, settings, monkeypatch):
    calls = counted_calls(monkeypatch)
    with no_redis("silent") as port:
        settings.CACHES = environment.redis_caches(port.url)
        shown()
        for breaker in caching._breakers.values():
            breaker.until = time.monotonic()

        outcomes = storm([shown] * 6)

    assert (outcomes.errors, len(calls), port.connections) == ([], 2, 2)


class Silent(DummyCache):
    """As django-redis with IGNORE_EXCEPTIONS is while Redis is away."""

    def add(self, *_args: Any, **_kwargs: Any) -> Any:
        return None

    def incr(self, *_args: Any, **_kwargs: Any) -> Any:
        return None


@pytest.mark.parametrize("backend", [Silent, DummyCache])
def test_a_cache_that_keeps_nothing_and_says_nothing_is_left_alone(piston, settings, monkeypatch, backend):
    settings.CACHES = {"default": {"BACKEND": f"{backend.__module__}.{backend.__qualname__}"}}
    calls = counted_calls(monkeypatch)
    monkeypatch.setattr(caching, "REST_SECONDS", 60)

    assert shown() == (5, 5)
    tried = len(calls)
    sell(piston)

    assert shown() == (4, 4)
    assert tried == len(calls) < 10


class Uncounting(LocMemCache):
    """One that keeps what it is given and has no counter."""

    def incr(self, *_args: Any, **_kwargs: Any) -> Any:
        raise NotImplementedError


class ReadingThenWriting(LocMemCache):
    """One that counts as Django's caches in files and in the database do."""

    incr = BaseCache.incr


@pytest.mark.parametrize("backend", [Uncounting, ReadingThenWriting, FileBasedCache])
def test_a_cache_that_cannot_count_each_of_two_changes_keeps_no_answer(
    piston, settings, statements, backend, tmp_path
):
    path = f"{backend.__module__}.{backend.__qualname__}"
    settings.CACHES = {"default": {"BACKEND": path, "LOCATION": str(tmp_path)}}
    for left in (5, 4):
        assert shown() == (left, left)
        with statements() as ran:
            shown()
        assert len(ran) >= 4
        caching.wake()
        sell(piston)


def test_a_counter_that_reads_and_then_writes_loses_one_of_two_changes(settings):
    """Why such a cache is not used."""
    settings.CACHES = {"default": {"BACKEND": f"{__name__}.ReadingThenWriting", "LOCATION": "slow"}}
    cache = caches["default"]
    cache.set("number", 1)
    both_have_read = Barrier(2)
    read = cache.get

    def read_with_the_other(_cache: Any, *args: Any, **kwargs: Any) -> Any:
        value = read(*args, **kwargs)
        both_have_read.wait(5)
        return value

    with patch.object(ReadingThenWriting, "get", read_with_the_other):
        outcomes = storm([lambda: BaseCache.incr(cache, "number")] * 2)

    assert (outcomes.errors, outcomes.values, cache.get("number")) == ([], [2, 2], 2)


class Garbled(LocMemCache):
    """A cache that may hold values of another serializer; whole numbers are written alike by all."""

    written: ClassVar[set[str]] = set()
    foreign: ClassVar[set[str]] = set()

    def get(self, key: str, *args: Any, **kwargs: Any) -> Any:
        if key in self.foreign:
            raise ValueError("not of this serializer")
        return super().get(key, *args, **kwargs)

    def set(self, key: str, value: Any, *args: Any, **kwargs: Any) -> None:
        self.foreign.discard(key)
        self.written.update(set() if isinstance(value, int) else {key})
        super().set(key, value, *args, **kwargs)


def test_values_that_another_serializer_wrote_are_as_good_as_none(piston, settings, statements):
    settings.CACHES = {"default": {"BACKEND": f"{__name__}.Garbled", "LOCATION": "garbled"}}
    shown()
    sell(piston)
    Garbled.foreign.update(Garbled.written)

    assert shown() == (4, 4)
    with statements() as ran:
        shown()
    assert len(ran) == 0
