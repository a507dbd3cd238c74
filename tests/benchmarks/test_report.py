"""The page says what the results say."""

from __future__ import annotations

import pytest

from benchmarks import report
from benchmarks.figures import FIGURES, Figure, grown


def test_the_page_is_written_from_the_stored_results():
    assert report.page(report.read()) == report.PAGE.read_text()


@pytest.mark.parametrize(
    ("value", "more_is_better", "verdict"),
    [
        (2.0, False, "goal"),
        (2.5, False, "floor"),
        (3.1, False, "missed"),
        (3.1, True, "goal"),
        (1.9, True, "missed"),
    ],
)
def test_a_value_reaches_its_goal_its_floor_or_neither(value, more_is_better, verdict):
    floor, goal = (2.0, 3.0) if more_is_better else (3.0, 2.0)
    figure = Figure(name="x", floor=floor, goal=goal, take=lambda _run: value, more_is_better=more_is_better)

    assert figure.verdict(value) == verdict


def test_a_figure_that_was_not_measured_is_none():
    assert [figure.of({}) for figure in FIGURES] == [None] * len(FIGURES)


def test_growth_is_of_the_largest_shop_against_the_smallest():
    costs = {"1000": {"wall": 2.0}, "100000": {"wall": 9.0}, "1000000": {"wall": 3.0}}

    assert grown("detail")({"sizes": {"detail": costs}}) == 1.5


@pytest.mark.parametrize(
    ("value", "written"), [(1, "1"), (0.104, "0.10"), (2.5, "2.50"), (12.34, "12.3"), (1234.5, "1,234")]
)
def test_numbers_are_written_with_about_three_figures(value, written):
    assert report.number(value) == written
