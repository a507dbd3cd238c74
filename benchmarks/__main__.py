"""Measure and write down: ``make bench``.

Where DATABASE_URL names PostgreSQL the databases are made beside that one and dropped at the end; REDIS_URL
names a Redis database that is emptied, again and again.
"""

from __future__ import annotations

import argparse
import os
import sys
import time
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

from benchmarks import comparing, machine, ordering, report, serving, weighing
from benchmarks.databases import Databases
from benchmarks.run import Run
from benchmarks.sites import ROOT

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

PARTS: dict[str, Callable[[Run], dict[str, Any]]] = {
    "doors": comparing.doors,
    "sizes": comparing.sizes,
    "serving": serving.serving,
    "orders": ordering.orders,
    "weight": weighing.weight,
}
SIZES = {"sqlite": (1_000,), "postgresql": (1_000, 100_000, 1_000_000)}


def main(arguments: Sequence[str]) -> None:
    options = options_of(arguments)
    with databases_of(options) as databases:
        run = run_of(databases, options)
        about = _about(run, options)
        results = {name: _measured(name, run) for name in options.parts}
    kept = report.read().get(databases.kind, {}) if options.parts != list(PARTS) else {}
    report.store(databases.kind, {**kept, **results, "about": about})
    print(f"Written: {report.PAGE.relative_to(ROOT)}")


def options_of(arguments: Sequence[str]) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="benchmarks", description=__doc__)
    parser.add_argument("--sizes", type=int, nargs="*", help="how many products the shops have")
    parser.add_argument("--parts", choices=PARTS, nargs="*", default=list(PARTS), help="what to measure")
    parser.add_argument("--seconds", type=float, default=4, help="how long each thing is measured")
    parser.add_argument("--keep", action="store_true", help="leave the databases, use those of a run before")
    return parser.parse_args(arguments)


def databases_of(options: argparse.Namespace) -> Databases:
    """Return the databases beside the one that DATABASE_URL names, or SQLite's."""
    url = os.environ.get("DATABASE_URL", "")
    if urlsplit(url).scheme not in {"", "postgres", "postgresql"}:
        sys.exit("DATABASE_URL must name PostgreSQL; without it the benchmarks run on SQLite.")
    return Databases(url, keep=options.keep)


def run_of(databases: Databases, options: argparse.Namespace) -> Run:
    return Run(
        databases=databases,
        redis=os.environ.get("REDIS_URL", ""),
        sizes=tuple(sorted(options.sizes or SIZES[databases.kind])),
        seconds=options.seconds,
    )


def _measured(name: str, run: Run) -> dict[str, Any]:
    print(f"{name} ...", end=" ", flush=True)
    began = time.monotonic()
    measured = PARTS[name](run)
    print(f"{time.monotonic() - began:.0f} s", flush=True)
    return measured


def _about(run: Run, options: argparse.Namespace) -> dict[str, Any]:
    versions = [*machine.versions(), run.databases.server_version()]
    command = f'make bench SIZES="{" ".join(map(str, run.sizes))}"'
    if options.parts != list(PARTS):
        command += f' ARGS="--parts {" ".join(options.parts)}"'
    return {**machine.about(redis=run.redis, versions=versions), "command": command}


if __name__ == "__main__":
    main(sys.argv[1:])
