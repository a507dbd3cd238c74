"""The figures that we mean to reach, each with its floor, its goal and how it is taken from a run."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from benchmarks.sites import COPIES
from benchmarks.timing import ratio

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping


@dataclass(frozen=True, kw_only=True)
class Figure:
    """A figure of a run; a floor that is passed upwards or downwards."""

    name: str
    floor: float
    goal: float
    take: Callable[[Mapping[str, Any]], float]
    more_is_better: bool = False

    def of(self, run: Mapping[str, Any]) -> float | None:
        """Return the figure, or nothing where the run has not measured it."""
        try:
            return self.take(run)
        except KeyError:
            return None

    def verdict(self, value: float) -> str:
        """Tell what a value reaches."""
        if self._reaches(value, self.goal):
            return "goal"
        return "floor" if self._reaches(value, self.floor) else "missed"

    def _reaches(self, value: float, bound: float) -> bool:
        return value >= bound if self.more_is_better else value <= bound


def against(base: str, door: str, who: str = "ours") -> Callable[[Mapping[str, Any]], float]:
    """How many times the CPU of another site's a door takes."""

    def take(run: Mapping[str, Any]) -> float:
        costs = run["doors"][door]["costs"]
        return ratio(costs[who], costs[base])

    return take


def grown(door: str) -> Callable[[Mapping[str, Any]], float]:
    """How many times longer a door takes with the largest shop than with the smallest."""

    def take(run: Mapping[str, Any]) -> float:
        costs = run["sizes"][door]
        smallest, *_, largest = sorted(costs, key=int)
        return ratio(costs[largest], costs[smallest], "wall")

    return take


def of_a_million(run: Mapping[str, Any], door: str) -> float:
    """Return the milliseconds that a door takes with a million products."""
    return float(run["sizes"][door]["1000000"]["wall"])


def sold(where: str, who: str) -> Callable[[Mapping[str, Any]], float]:
    """Orders a second as a share of pgbench's."""

    def take(run: Mapping[str, Any]) -> float:
        rates: Mapping[str, float] = run["orders"]["rates"][where]
        return rates[who] / rates["pgbench"]

    return take


def times_less(door: str) -> Callable[[Mapping[str, Any]], float]:
    """How many times less CPU than a peer's a door takes."""

    def take(run: Mapping[str, Any]) -> float:
        costs = run["peers"][door]["costs"]
        return ratio(costs["oscar"], costs["ours"])

    return take


def kept(where: str, base: str) -> Callable[[Mapping[str, Any]], float]:
    """What is left of a throughput."""

    def take(run: Mapping[str, Any]) -> float:
        serving = run["serving"]
        return float(serving[where]["rate"] / serving[base]["rate"])

    return take


def above_bare(measure: str) -> Callable[[Mapping[str, Any]], float]:
    """How much more our worker takes than a bare Django's."""

    def take(run: Mapping[str, Any]) -> float:
        sites = run["weight"]["sites"]
        return float(sites["ours"][measure] - sites["raw"][measure])

    return take


CACHED = {"list of 20": "cached list of 20", "detail": "cached detail", "categories": "cached categories"}
GROWING = (
    "first page",
    "page by cursor, in the middle",
    "page by cursor, near the end",
    "detail",
    "category page",
    "category by parameter",
    "brand page",
    "page of a small brand",
    "price ordering",
)
PEERS = (("list of 20", 20, 100), ("detail", 25, 50), ("add to cart", 30, 80), ("order of 3 lines", 20, 45))

FIGURES = [
    *(
        Figure(
            name=f"cached {name}, CPU against the raw view", floor=2.5, goal=1.9, take=against("raw", door)
        )
        for name, door in CACHED.items()
    ),
    *(
        Figure(
            name=f"cached {name}, from a copy in the process",
            floor=2.5,
            goal=1.25,
            take=against("raw", door, COPIES),
        )
        for name, door in CACHED.items()
    ),
    Figure(name="304, CPU against the raw view", floor=1.3, goal=1.1, take=against("raw", "304")),
    Figure(
        name="uncached list of 20, CPU against the naive shop",
        floor=0.35,
        goal=0.10,
        take=against("naive", "uncached list of 20"),
    ),
    Figure(
        name="add to cart, CPU against the naive shop",
        floor=0.25,
        goal=0.14,
        take=against("naive", "add to cart"),
    ),
    Figure(
        name="order of 3 lines, CPU against the naive shop",
        floor=0.25,
        goal=0.13,
        take=against("naive", "order of 3 lines"),
    ),
    *(
        Figure(
            name=f"{door}, times less CPU than django-oscar-api",
            floor=floor,
            goal=goal,
            take=times_less(door),
            more_is_better=True,
        )
        for door, floor, goal in PEERS
    ),
    *(
        Figure(
            name=f"{door}, the largest shop against the smallest, time", floor=1.3, goal=1.1, take=grown(door)
        )
        for door in GROWING
    ),
    Figure(
        name="search of 1,000,000 products, ms",
        floor=15,
        goal=15,
        take=lambda run: of_a_million(run, "search: a word of many"),
    ),
    Figure(
        name="facets of 1,000,000 products, ms",
        floor=40,
        goal=40,
        take=lambda run: of_a_million(run, "facets"),
    ),
    Figure(
        name="orders a second through the service, against pgbench",
        floor=0.35,
        goal=0.5,
        take=sold("spread", "service"),
        more_is_better=True,
    ),
    Figure(
        name="the same, all with one hot product",
        floor=0.3,
        goal=0.5,
        take=sold("hot", "service"),
        more_is_better=True,
    ),
    Figure(
        name="throughput kept with 5 % orders among the reads",
        floor=0.7,
        goal=0.9,
        take=kept("mixed", "reads"),
        more_is_better=True,
    ),
    Figure(
        name="throughput with a hung Redis, against that with none in the settings",
        floor=0.8,
        goal=0.8,
        take=kept("redis_hung", "without_redis"),
        more_is_better=True,
    ),
    Figure(
        name="the same, against that with a Redis that refuses",
        floor=0.8,
        goal=0.8,
        take=kept("redis_hung", "redis_away"),
        more_is_better=True,
    ),
    Figure(
        name="builds of a cold page that 40 ask for at once, 2 processes",
        floor=2,
        goal=1,
        take=lambda run: float(run["serving"]["rush"]["builds"]),
    ),
    Figure(name="worker's memory above a bare Django, MiB", floor=25, goal=15, take=above_bare("rss")),
    Figure(
        name="import time added to a bare Django, ms of CPU", floor=60, goal=30, take=above_bare("import_cpu")
    ),
]
