"""Turns are taken by all, minima are kept, and ratios are of the measure that was asked for."""

from __future__ import annotations

import pytest

from benchmarks import timing
from benchmarks.timing import Costs, interleave, ratio


def test_everybody_has_the_same_number_of_turns_in_turn():
    order = []

    def turn(who):
        def take(calls):
            order.append(who)
            return Costs((1_000,) * calls, (1_000,) * calls)

        return take

    interleave({"raw": turn("raw"), "ours": turn("ours")}, seconds=0)

    assert order == ["raw", "ours"] * (1 + timing.LEAST_ROUNDS)


@pytest.mark.parametrize(("nanoseconds", "calls"), [(1_000, 50), (10_000_000, 3), (10**10, 1)])
def test_a_turn_is_as_long_as_a_moment(nanoseconds, calls):
    asked = []

    def turn(number):
        asked.append(number)
        return Costs((nanoseconds,) * number, (nanoseconds,) * number)

    interleave({"ours": turn}, seconds=0)

    assert asked == [1, *[calls] * timing.LEAST_ROUNDS]


def test_the_least_counts_and_the_median_is_told():
    costs = Costs((3_000_000, 1_000_000), (9_000_000, 5_000_000)) + Costs((2_000_000,), (7_000_000,))

    assert costs.summary() == {"cpu": 1.0, "cpu_median": 2.0, "wall": 5.0, "wall_median": 7.0, "calls": 3}


def test_a_ratio_is_of_one_measure():
    ours, raw = {"cpu": 3.0, "wall": 8.0}, {"cpu": 2.0, "wall": 2.0}

    assert (ratio(ours, raw), ratio(ours, raw, "wall")) == (1.5, 4.0)
