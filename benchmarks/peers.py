"""Measure ours against django-oscar with django-oscar-api and write it down: ``make bench-peers``."""

from __future__ import annotations

import os
import sys
from contextlib import ExitStack
from functools import partial
from typing import TYPE_CHECKING, Any

from benchmarks import machine, report
from benchmarks.__main__ import databases_of, options_of, run_of
from benchmarks.processes import run as run_module
from benchmarks.sites import OURS, ROOT, Site
from benchmarks.timing import interleave

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from benchmarks.processes import Process
    from benchmarks.run import Run

PYTHON = ROOT / "benchmarks" / ".venv-peers" / "bin" / "python"
OSCAR = Site("oscar", python=os.environ.get("PEERS_PYTHON", str(PYTHON)))
PACKAGES = ("Django", "djangorestframework", "django-oscar", "django-oscar-api")
#: Its doors, and those of ours that do the same.
SAME = {
    "list of 20": "cached list of 20",
    "list of 20, prefetched": "uncached list of 20",
    "detail": "cached detail",
    "add to cart": "add to cart",
    "order of 3 lines": "order of 3 lines",
}


def main(arguments: Sequence[str]) -> None:
    options = options_of(arguments)
    with databases_of(options) as databases:
        run = run_of(databases, options)
        about = _about(run)
        results = peers(run)
    report.store("peers", {"peers": results, "about": about})
    print(f"Written: {report.PAGE.relative_to(ROOT)}")


def peers(run: Run) -> dict[str, Any]:
    """Compare both shops door by door."""
    with ExitStack() as stack:
        ours, oscar = (stack.enter_context(run.process(site)) for site in (OURS, OSCAR))
        return {name: _compare(name, ours, oscar, run) for name in SAME}


def _compare(name: str, ours: Process, oscar: Process, run: Run) -> dict[str, Any]:
    asked: Mapping[str, tuple[Process, str]] = {"ours": (ours, SAME[name]), "oscar": (oscar, name)}
    turns = {who: partial(process.turn, door) for who, (process, door) in asked.items()}
    # Once before, so that what is cached is in the cache.
    for turn in turns.values():
        turn(1)
    looks = {who: process.ask("look", door=door) for who, (process, door) in asked.items()}
    costs = interleave(turns, seconds=run.seconds)
    return {
        "costs": {who: cost.summary() for who, cost in costs.items()},
        "statements": {who: len(look["statements"]) for who, look in looks.items()},
        "bytes": {who: look["bytes"] for who, look in looks.items()},
    }


def _about(run: Run) -> dict[str, Any]:
    theirs = run_module(OSCAR, {**os.environ, "PYTHONPATH": str(ROOT)}, "benchmarks.machine", *PACKAGES)
    versions = [*machine.versions(), run.databases.server_version(), "against", theirs.strip()]
    return {
        **machine.about(redis=run.redis, versions=versions),
        "command": f"make bench-peers SIZES={run.size}",
    }


if __name__ == "__main__":
    main(sys.argv[1:])
