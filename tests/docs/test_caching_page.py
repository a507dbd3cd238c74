"""The page about kept answers says what the code does, and its calls work."""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest
from rest_framework.test import APIClient

from config import environment
from partscatalog import caching
from partscatalog.catalog.cache import answers, changes, copies, flights, progress
from partscatalog.catalog.models import Product
from partscatalog.conf import Settings
from partscatalog.testing import make_brand, make_category, make_product
from tests.docs.guides import DOCS, blocks

PAGE = "explanation/caching.md"
LIST = "/api/products/"


@pytest.fixture
def piston(transactional_db):
    return make_product("Piston", category=make_category("Engine"), brand=make_brand("Nordwerk"))


def shown(name: str) -> Any:
    return APIClient().get(LIST).json()[0][name]


def run(text: str) -> None:
    exec(text, {"changes": changes})


def test_after_the_documented_call_an_update_is_seen(piston):
    assert shown("price") == "2500.00"

    run(blocks(PAGE)["update.py"])

    assert shown("price") == "5000.00"


def test_without_the_call_it_would_not_be_seen(piston):
    """The negative control of the test above."""
    assert shown("price") == "2500.00"

    run(blocks(PAGE)["update.py"].replace("changes.record", "list"))

    assert (shown("price"), Product.objects.get().price) == ("2500.00", Decimal(5_000))


def test_what_a_deployment_says_ends_everything(piston, statements):
    for is_told, cost in ((False, 0), (True, 2)):
        shown("name")
        if is_told:
            run("from partscatalog.catalog.models import CatalogChange\n" + blocks(PAGE)["deployed.py"])

        with statements() as ran:
            shown("name")
        assert len(ran) == cost


@pytest.mark.parametrize(
    "claim",
    [
        "first\nreader of every second looks",
        f"between its commit and the number | at most {2 * changes.DRAIN_SECONDS} seconds",
        f"an in-process cache | at most {2 * changes.DRAIN_SECONDS} seconds in the others",
        f"some at the other | at most {2 * changes.DRAIN_SECONDS} seconds",
        f"waiting for at most {flights.PATIENCE_SECONDS:.0f} seconds",
        f"lists have {answers.PLACES:,} places in all",
        f"it has {copies.MOST} at most",
        f"brand has {answers.SIDES} in each encoding",
        f"the example project sets {environment.REDIS_TIMEOUT} seconds",
        f"left alone for {caching.REST_SECONDS:.0f} seconds",
        f"more\nthan {changes.MOST_PRODUCTS} are as good as all",
        f"the alias in `CACHES` of the cache that keeps the answers; `{Settings.CATALOG_CACHE}` if not set",
    ],
)
def test_the_page_tells_the_numbers_of_the_code(claim):
    assert claim in (DOCS / PAGE).read_text()


def test_the_times_that_the_page_tells_in_words_are_those_of_the_code():
    """A second for a builder and until rows are looked for, two minutes, seven days, an hour."""
    waits = (answers.WAIT_SECONDS, changes.DRAIN_SECONDS)
    told = (*waits, progress.OVERLAP_SECONDS, changes.KEPT, Settings.CATALOG_CACHE_LIFETIME)

    assert told == (1, 1, 120, timedelta(days=7), timedelta(hours=1))


def test_the_bound_holds_a_drain_a_rest_and_a_timeout():
    """Of each there may be one between a cache's return and the first read that is right."""
    assert changes.DRAIN_SECONDS + caching.REST_SECONDS + environment.REDIS_TIMEOUT < 5
