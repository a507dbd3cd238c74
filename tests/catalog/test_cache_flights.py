"""Threads that want the same at the same time: made for all of them, and never before they asked."""

from __future__ import annotations

import threading
from concurrent.futures import ThreadPoolExecutor

import pytest

from partscatalog.catalog.cache import flights

SLOW = 5


class Kitchen:
    """Makes a thing slowly, numbers what it makes, and tells how far it is."""

    def __init__(self) -> None:
        self.made = 0
        self.begun = threading.Event()
        self.may_end = threading.Event()

    def make(self) -> int:
        self.made += 1
        number = self.made
        self.begun.set()
        assert self.may_end.wait(SLOW)
        return number


def wait_for(condition) -> None:
    for _ in range(500):
        if condition():
            return
        threading.Event().wait(0.01)
    raise AssertionError("It did not come to that.")


@pytest.fixture
def pool():
    with ThreadPoolExecutor(50) as threads:
        yield threads
    assert flights._under_way == {}


def test_who_comes_later_takes_what_was_begun_after_they_came(pool):
    kitchen = Kitchen()
    first = pool.submit(flights.share, "soup", kitchen.make)
    assert kitchen.begun.wait(SLOW)
    others = [pool.submit(flights.share, "soup", kitchen.make) for _ in range(39)]
    threading.Event().wait(0.1)
    kitchen.may_end.set()

    assert (first.result(SLOW), {each.result(SLOW) for each in others}, kitchen.made) == (1, {2}, 2)


def test_other_things_are_made_meanwhile(pool):
    kitchen = Kitchen()
    first = pool.submit(flights.share, "soup", kitchen.make)
    assert kitchen.begun.wait(SLOW)

    assert flights.share("bread", lambda: "bread") == "bread"
    kitchen.may_end.set()
    assert first.result(SLOW) == 1


def test_one_who_fails_leaves_the_others_to_help_themselves(pool):
    begun, may_end, calls = threading.Event(), threading.Event(), []

    def fail_first() -> str:
        calls.append(1)
        if len(calls) == 1:
            begun.set()
            assert may_end.wait(SLOW)
            raise LookupError
        return "soup"

    first = pool.submit(flights.share, "soup", fail_first)
    assert begun.wait(SLOW)
    others = [pool.submit(flights.share, "soup", fail_first) for _ in range(9)]
    threading.Event().wait(0.1)
    may_end.set()

    assert isinstance(first.exception(SLOW), LookupError)
    assert ([each.result(SLOW) for each in others], len(calls)) == (["soup"] * 9, 2)


def test_one_who_hangs_is_waited_for_a_bounded_time(pool, monkeypatch):
    monkeypatch.setattr(flights, "PATIENCE_SECONDS", 0.1)
    kitchen = Kitchen()
    first = pool.submit(flights.share, "soup", kitchen.make)
    assert kitchen.begun.wait(SLOW)

    assert flights.share("soup", lambda: 7) == 7
    kitchen.may_end.set()
    assert first.result(SLOW) == 1


def test_one_after_the_other_each_makes_it():
    assert [flights.share("soup", iter([number]).__next__) for number in range(3)] == [0, 1, 2]
    assert flights._under_way == {}
