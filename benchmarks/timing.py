"""Minima of many interleaved calls: each site has its turn in every round, so that all meet one machine."""

from __future__ import annotations

import time
from dataclasses import dataclass
from statistics import median
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable, Hashable, Mapping
    from typing import TypeVar

    K = TypeVar("K", bound=Hashable)

#: Nanoseconds that a turn lasts, and the most calls that it has.
TURN = 30_000_000
MOST_CALLS = 50
LEAST_ROUNDS = 3
MOST_ROUNDS = 60


@dataclass(frozen=True, slots=True)
class Costs:
    """What calls cost, one by one, in nanoseconds of CPU and of the clock."""

    cpu: tuple[int, ...] = ()
    wall: tuple[int, ...] = ()

    def __add__(self, other: Costs) -> Costs:
        return Costs(self.cpu + other.cpu, self.wall + other.wall)

    def summary(self) -> dict[str, float]:
        """Return the minima and medians in milliseconds, and the number of calls."""
        return {
            "cpu": _milliseconds(min(self.cpu)),
            "cpu_median": _milliseconds(median(self.cpu)),
            "wall": _milliseconds(min(self.wall)),
            "wall_median": _milliseconds(median(self.wall)),
            "calls": len(self.cpu),
        }


def interleave(turns: Mapping[K, Callable[[int], Costs]], *, seconds: float) -> dict[K, Costs]:
    """Let everybody have a turn of some calls, round after round, until the seconds or the rounds are over.

    A turn is called with the number of its calls: one at first, then as many as fill a moment.
    """
    costs = {who: turn(1) for who, turn in turns.items()}
    deadline = time.monotonic() + seconds
    for number in range(MOST_ROUNDS):
        if number >= LEAST_ROUNDS and time.monotonic() >= deadline:
            break
        for who, turn in turns.items():
            costs[who] += turn(_calls(costs[who]))
    return costs


def ratio(costs: Mapping[str, float], base: Mapping[str, float], measure: str = "cpu") -> float:
    """Return how many times the base something costs."""
    return costs[measure] / base[measure]


def _calls(costs: Costs) -> int:
    return max(1, min(MOST_CALLS, TURN // max(1, min(costs.wall))))


def _milliseconds(nanoseconds: float) -> float:
    return round(nanoseconds / 1_000_000, 4)
