"""How far the rows of changes were read: none is missed, in whatever order transactions end."""

from __future__ import annotations

from collections import Counter

import pytest
from django.db import connection
from hypothesis import given, settings
from hypothesis import strategies as st

from partscatalog.catalog.cache import progress
from partscatalog.catalog.cache.progress import BACK, MOST_NEW, OVERLAP_SECONDS, Gap, Progress
from partscatalog.catalog.models import CatalogChange

pytestmark = pytest.mark.django_db

TRIALS = settings(
    max_examples=60 if connection.vendor == "sqlite" else 20, deadline=None, derandomize=True, database=None
)
#: Keys given out in their order and committed in this one; between two commits the table is read or not.
ORDERS = st.permutations(range(1, 11)).flatmap(
    lambda keys: st.tuples(st.just(keys[: len(keys) - 2]), st.lists(st.booleans(), min_size=8, max_size=8))
)


def commit(*keys: int) -> None:
    CatalogChange.objects.bulk_create(CatalogChange(pk=key, reach="all") for key in keys)


def read(done: Progress, now: float = 0) -> tuple[list[int], Progress]:
    keys = list(CatalogChange.objects.filter(done.unread).values_list("pk", flat=True))
    return keys, done.after(keys, now)


def times_read(keys: list[int], readings: list[bool]) -> Counter[int]:
    """Return how often each of the rows was read; two of the keys given out are never committed."""
    CatalogChange.objects.all().delete()
    done, seen = Progress.begin([], 0), Counter[int]()
    for key, is_read in zip(keys, [*readings[:-1], True], strict=True):
        commit(key)
        if is_read:
            found, done = read(done)
            seen.update(found)
            done = Progress.load(done.dump())
    return seen


@TRIALS
@given(ORDERS)
def test_each_row_is_read_once_in_whatever_order_they_are_committed(order):
    keys, readings = order

    assert times_read(keys, readings) == Counter(keys)


@pytest.mark.parametrize(("name", "most"), [("MOST_NEW", 1), ("MOST_GAPS", 1)])
def test_where_gaps_are_many_rows_are_read_again_and_none_is_missed(monkeypatch, name, most):
    monkeypatch.setattr(progress, name, most)

    @TRIALS
    @given(ORDERS)
    def none_is_missed(order):
        assert set(times_read(*order)) == set(order[0])

    none_is_missed()


def test_a_table_that_nobody_read_yet_is_begun_behind_its_last_rows():
    done = Progress.begin([BACK + 5, BACK + 3, 7], 1.0)

    assert done == Progress(
        BACK + 5,
        (Gap(6, 6, 1.0), Gap(8, BACK + 2, 1.0), Gap(BACK + 4, BACK + 4, 1.0)),
        begun_with=(7, BACK + 3, BACK + 5),
    )


@pytest.mark.parametrize(("name", "most"), [("MOST_NEW", 5), ("MOST_NEW", 1), ("MOST_GAPS", 1)])
def test_rows_of_the_beginning_are_known_for_as_long_as_they_are_read_and_no_others(monkeypatch, name, most):
    monkeypatch.setattr(progress, name, most)

    @TRIALS
    @given(ORDERS, st.integers(0, 8))
    def they_are(order, begun):
        keys, readings = order
        CatalogChange.objects.all().delete()
        commit(*keys[:begun])
        done, untold = Progress.begin(keys[:begun], 0), set[int]()
        for key, is_read in zip(keys[begun:], readings[begun:], strict=True):
            commit(key)
            if is_read:
                known, (found, done) = set(done.begun_with), read(done)
                untold |= set(found) - known
        untold |= set(read(done)[0]) - set(done.begun_with)

        assert untold == set(keys[begun:])

    they_are()


def test_rows_of_the_beginning_are_forgotten_with_its_gaps():
    keys = list(range(2, 200, 2))
    begun = Progress.begin(keys, 0)
    old = begun.after([], OVERLAP_SECONDS)

    assert begun.begun_with == tuple(keys)
    assert (old.gaps, old.begun_with) == ((), ())


def test_a_gap_is_given_up_once_no_transaction_can_be_as_old():
    commit(1, 4)
    _keys, done = read(Progress(0), now=100)
    _keys, young = read(done, now=99 + OVERLAP_SECONDS)
    _keys, old = read(done, now=100 + OVERLAP_SECONDS)

    assert (young.gaps, old.gaps) == ((Gap(2, 3, 100),), ())


def test_gaps_of_one_reading_are_few():
    done = Progress(0).after(range(2, 200, 2), 5.0)

    assert MOST_NEW < 99
    assert done == Progress(198, (Gap(1, 197, 5.0),))
