"""How long kept answers are stale, in processes beside a Redis that freezes, dies and comes back.

Every read on the way is answered by 200, and each fault has a negative control: the same without its guard.
"""

from __future__ import annotations

import signal
import time
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from itertools import count
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple
from unittest.mock import patch

import pytest
import requests
from rest_framework.test import APIClient

from config import environment
from partscatalog import caching
from partscatalog.catalog.api import views
from partscatalog.catalog.cache import changes
from partscatalog.catalog.services import stock
from partscatalog.testing import make_category, make_product
from partscatalog.testing.storms import storm
from tests.example.site import ROOT, manage, served
from tests.services.redis_server import RedisServer, redis_server

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from partscatalog.catalog.models import Product

pytestmark = pytest.mark.service

#: What the documentation promises after a fault, of a process that dies, and of caches that are not shared.
AFTER_A_FAULT = 5.0
AFTER_A_DEATH = 2.0
APART = 2.0
#: What the reads themselves may take on a busy machine.
SLACK = 0.5

PARTS = ("rod", "ring", "piston")
#: No test's stock is another's.
LEFTS = count(999, -10)
MAKE = """
from django.contrib.auth import get_user_model
from django.core.management import call_command
from partscatalog.api import tokens
from partscatalog.testing import make_category, make_product
call_command("migrate", verbosity=0)
category = make_category("Engine")
for name in ("Rod", "Ring", "Piston"):
    make_product(name, category=category, stock=1_000)
print(tokens.issue(get_user_model().objects.create_superuser(email="staff@example.com"), "access"))
"""
DIE_AFTER_COMMIT = """
import os, signal
from partscatalog.catalog.cache import changes
from partscatalog.catalog.models import Product
from partscatalog.catalog.services import stock
changes._tell = lambda *_: os.kill(os.getpid(), signal.SIGKILL)
stock.set_counted(product=Product.objects.get(slug="{part}"), counted={left})
"""


class Shop(NamedTuple):
    """A database, and who may write into it."""

    variables: dict[str, str]
    token: str


class Sites(NamedTuple):
    """Processes that serve one shop."""

    shop: Shop
    bases: tuple[str, ...]

    def stocks(self, part: str) -> set[int]:
        """Return the stocks that their answers show, of each process the detail and the list."""
        stocks = set()
        for base in self.bases:
            detail = requests.get(f"{base}/api/categories/engine/products/{part}/", timeout=5)
            listed = requests.get(f"{base}/api/products/?page_size=20", timeout=5)
            assert (detail.status_code, listed.status_code) == (200, 200)
            stocks |= {detail.json()["stock"]}
            stocks |= {product["stock"] for product in listed.json() if product["slug"] == part}
        return stocks

    def write(self, part: str, left: int) -> None:
        """Let the first process write that so many are left."""
        url = f"{self.bases[0]}/api/categories/engine/products/{part}/"
        headers = {"Authorization": f"Bearer {self.shop.token}"}
        answer = requests.patch(url, json={"stock": left}, headers=headers, timeout=5)
        assert (answer.status_code, answer.json()["stock"]) == (200, left)

    def read_first(self) -> None:
        """Let the first process alone notice how its cache is."""
        requests.get(f"{self.bases[0]}/api/products/", timeout=5).raise_for_status()

    def seconds_stale(self, part: str, left: int, *, most: float) -> float:
        """Return for how long from now any answer is older than the last commit; not much more than most."""
        begun, last = time.monotonic(), 0.0
        while (now := time.monotonic() - begun) < most + 2 * SLACK:
            if self.stocks(part) != {left}:
                last = time.monotonic() - begun
            elif now - last > SLACK:
                break
        return last


class Redises(NamedTuple):
    one: RedisServer
    other: RedisServer


@pytest.fixture(scope="module")
def shop(tmp_path_factory) -> Shop:
    folder = tmp_path_factory.mktemp("shop")
    variables = {
        "DATABASE_URL": f"sqlite:///{folder}/db.sqlite3",
        "DEAF": f"{folder}/deaf",
        "PYTHONPATH": f"{ROOT / 'src'}:{ROOT}",
        "SITE_URL": "http://127.0.0.1",
        "THROTTLES": "off",
    }
    made = manage("shell", "-v", "0", "-c", MAKE, **variables)
    assert made.returncode == 0, made.stderr
    return Shop(variables, made.stdout.strip())


@pytest.fixture(scope="module")
def redises(tmp_path_factory) -> Iterator[Redises]:
    folder = tmp_path_factory.mktemp("redis")
    with redis_server(folder / "one") as one, redis_server(folder / "other") as other:
        yield Redises(one, other)


@pytest.fixture(scope="module")
def sites(shop, redises) -> Iterator[Sites]:
    """Two processes with one Redis, one with another, one with a cache of its own."""
    managers = [
        served("tests.services.deaf", **shop.variables, REDIS_URL=url)
        for url in (redises.one.url, redises.one.url, redises.other.url, "")
    ]
    with ExitStack() as stack:
        with ThreadPoolExecutor() as pool:
            bases = list(pool.map(stack.enter_context, managers))
        yield Sites(shop, tuple(bases))


@pytest.fixture
def deaf(shop) -> Iterator[None]:
    """What processes find in the rows of changes they tell nobody."""
    file = Path(shop.variables["DEAF"])
    file.touch()
    yield
    file.unlink()


def frozen(redis: RedisServer, sites: Sites, part: str, left: int) -> None:
    """The writer has noticed that Redis hangs, and tells it nothing."""
    redis.freeze()
    sites.read_first()
    sites.write(part, left)
    redis.thaw()


def begun_again_from_its_last_copy(redis: RedisServer, sites: Sites, part: str, left: int) -> None:
    redis.save()
    redis.kill()
    sites.write(part, left)
    redis.start()


def writer_dead_after_its_commit(redis: RedisServer, sites: Sites, part: str, left: int) -> None:
    script = DIE_AFTER_COMMIT.format(part=part, left=left)
    ended = manage("shell", "-c", script, **sites.shop.variables, REDIS_URL=redis.url)
    assert ended.returncode == -signal.SIGKILL, ended.stderr


FAULTS = {
    frozen: AFTER_A_FAULT,
    begun_again_from_its_last_copy: AFTER_A_FAULT,
    writer_dead_after_its_commit: AFTER_A_DEATH,
}


def warmed(sites: Sites, part: str, redises: Redises) -> int:
    """Let the caches hold a stock, and return the one to write next."""
    for redis in redises:
        redis.flush()
    left = next(LEFTS)
    sites.write(part, left)
    assert sites.seconds_stale(part, left, most=AFTER_A_FAULT) < AFTER_A_FAULT
    return left - 1


@pytest.mark.parametrize(("fault", "most"), FAULTS.items())
def test_what_redis_was_not_told_is_seen_within_the_bound(redises, sites, fault, most):
    sites = Sites(sites.shop, sites.bases[:2])
    left = warmed(sites, "rod", redises)

    fault(redises.one, sites, "rod", left)

    assert sites.seconds_stale("rod", left, most=most) < most


@pytest.mark.usefixtures("deaf")
def test_without_the_drain_it_would_stay(redises, sites):
    """The negative control of the test above."""
    sites = Sites(sites.shop, sites.bases[:2])
    lefts = {part: warmed(sites, part, redises) for part in PARTS}
    for part in PARTS:
        sites.stocks(part)

    for fault, (part, left) in zip(FAULTS, lefts.items(), strict=True):
        fault(redises.one, sites, part, left)
    time.sleep(AFTER_A_FAULT)

    assert [sites.stocks(part) for part in PARTS] == [{left + 1} for left in lefts.values()]


def test_processes_that_share_no_cache_see_what_another_one_wrote_within_their_bound(redises, sites):
    sites = Sites(sites.shop, (sites.bases[0], *sites.bases[2:]))
    left = warmed(sites, "rod", redises)

    sites.write("rod", left)

    assert Sites(sites.shop, sites.bases[:1]).stocks("rod") == {left}
    assert sites.seconds_stale("rod", left, most=APART) < APART


@pytest.mark.usefixtures("deaf")
def test_without_the_drain_they_would_never_see_it(sites):
    """The negative control of the test above."""
    sites = Sites(sites.shop, (sites.bases[0], *sites.bases[2:]))
    left = next(LEFTS)
    sites.stocks("rod")

    sites.write("rod", left)

    assert sites.seconds_stale("rod", left, most=APART) > APART + SLACK


@pytest.fixture
def shown_by_redis(redises, settings, transactional_db) -> Iterator[Product]:
    """A product of the tests' own database, and a cache in the Redis that is to be lost."""
    settings.CACHES = environment.redis_caches(redises.one.url)
    caching.wake()
    piston = make_product("Piston", category=make_category("Engine"), stock=5)
    redises.one.flush()
    yield piston
    caching.wake()


def flushed(redis: RedisServer) -> None:
    redis.flush()


def replaced_by_an_empty_one(redis: RedisServer) -> None:
    (redis.folder / "dump.rdb").unlink(missing_ok=True)
    redis.kill()
    redis.start()


def stock_after_a_slow_reader(
    piston: Product, redis: RedisServer, lose: Callable[[RedisServer], None]
) -> int:
    """Return what is shown once rows were read, then changed, then the cache lost, then an answer kept."""
    url, made = "/api/categories/engine/products/piston/", views.built

    def read_then_lose(*args: Any, **kwargs: Any) -> Any:
        answer = made(*args, **kwargs)
        storm([lambda: stock.adjust(product=piston, delta=-1, note="sold")])
        lose(redis)
        caching.wake()
        return answer

    with patch.object(views, "built", read_then_lose):
        assert APIClient().get(url).json()["stock"] == 5
    return int(APIClient().get(url).json()["stock"])


@pytest.mark.parametrize("lose", [flushed, replaced_by_an_empty_one])
def test_an_answer_made_before_the_cache_was_lost_is_not_current_after_it(redises, shown_by_redis, lose):
    assert stock_after_a_slow_reader(shown_by_redis, redises.one, lose) == 4


@pytest.mark.parametrize("lose", [flushed, replaced_by_an_empty_one])
def test_if_numbers_began_as_before_it_would_be(redises, shown_by_redis, lose, monkeypatch):
    """The negative control of the test above."""
    monkeypatch.setattr(changes, "_new_number", lambda: 1)

    assert stock_after_a_slow_reader(shown_by_redis, redises.one, lose) == 5
