"""In process: what each door costs the raw view, the naive shop and ours, and what it costs at each size."""

from __future__ import annotations

from contextlib import ExitStack
from functools import partial
from typing import TYPE_CHECKING, Any

from benchmarks.sites import COPIES, NAIVE, OURS, RAW
from benchmarks.timing import interleave

if TYPE_CHECKING:
    from collections.abc import Mapping

    from benchmarks.processes import Process
    from benchmarks.run import Run

#: The doors of every shop; see doors.py.
COMPARED = (
    "cached list of 20",
    "cached list of 20, gzip",
    "cached list of 20, signed in",
    "cached detail",
    "cached categories",
    "cached facets",
    "304",
    "uncached list of 20",
    "uncached detail",
    "uncached categories",
    "add to cart",
    "add to cart, signed in",
    "cart of 3 lines",
    "order of 3 lines",
)
#: Those that a process may answer from a copy of its own.
COPIED = (*(door for door in COMPARED if door.startswith("cached")), "304")
#: A door that is in every list of measurements, so that each ratio has its base beside it.
BASE = "raw"


def doors(run: Run) -> dict[str, Any]:
    """Compare the three sites door by door, with the statements that each door runs."""
    with ExitStack() as stack:
        shops = {site.name: stack.enter_context(run.process(site)) for site in (NAIVE, OURS)}
        raw = stack.enter_context(run.process(RAW))
        copying = stack.enter_context(run.process(OURS, BENCHMARK_COPIES="1"))
        present = {name: process.ask("doors") for name, process in shops.items()}
        shops[COPIES], present[COPIES] = copying, COPIED
        return {
            door: _compare(door, raw, {name: p for name, p in shops.items() if door in present[name]}, run)
            for door in COMPARED
            if door in present[OURS.name]
        }


def _compare(door: str, raw: Process, shops: Mapping[str, Process], run: Run) -> dict[str, Any]:
    turns = {name: partial(process.turn, door) for name, process in shops.items()}
    # Once before, so that what is cached is in the cache.
    for turn in turns.values():
        turn(1)
    looks = {name: process.ask("look", door=door) for name, process in shops.items()}
    costs = interleave({BASE: partial(raw.turn, BASE), **turns}, seconds=run.seconds)
    return {
        "costs": {name: cost.summary() for name, cost in costs.items()},
        "statements": {name: len(look["statements"]) for name, look in looks.items()},
        "bytes": {name: look["bytes"] for name, look in looks.items()},
    }


def sizes(run: Run) -> dict[str, Any]:
    """Measure our own doors with shops of each size, turn by turn, each answered from the database.

    With one size there is nothing to compare.
    """
    if len(run.sizes) == 1:
        return {}
    with ExitStack() as stack:
        shops = {size: stack.enter_context(run.process(OURS, products=size)) for size in run.sizes}
        present = [set(process.ask("doors")) for process in shops.values()]
        names = [name for name in shops[run.size].ask("sized") if all(name in each for each in present)]
        return {name: _measure(name, shops, run) for name in names}


def _measure(door: str, shops: Mapping[int, Process], run: Run) -> dict[str, Any]:
    turns = {str(size): partial(process.turn, door) for size, process in shops.items()}
    costs = interleave(turns, seconds=run.seconds)
    return {size: cost.summary() for size, cost in costs.items()}
