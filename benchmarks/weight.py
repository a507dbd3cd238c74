"""A process that weighs one site: what its import costs, and its memory once it has answered many reads."""

from __future__ import annotations

import time

BEGAN = time.process_time(), time.perf_counter()

import json  # noqa: E402  # the clock starts before every import
import sys  # noqa: E402
from pathlib import Path  # noqa: E402
from typing import Any  # noqa: E402

#: Packages that a worker which only serves the catalog has no use for.
HEAVY = ("PIL", "celery", "drf_spectacular", "requests", "stripe")


def since(began: tuple[float, float]) -> dict[str, float]:
    """Return the milliseconds of CPU and of the clock since a moment."""
    cpu, wall = time.process_time() - began[0], time.perf_counter() - began[1]
    return {"cpu": round(cpu * 1_000, 2), "wall": round(wall * 1_000, 2)}


def memory() -> dict[str, float]:
    """Return this process's memory in MiB: all that is resident, and what is its own share of it."""
    fields = dict(
        line.split(":")
        for line in Path("/proc/self/smaps_rollup").read_text().splitlines()[1:]
        if ":" in line
    )
    return {name: round(int(fields[name].split()[0]) / 1024, 2) for name in ("Rss", "Pss")}


def weigh(requests: int) -> dict[str, Any]:
    from django.core.wsgi import get_wsgi_application
    from django.urls import get_resolver

    application = get_wsgi_application()
    _ = get_resolver().url_patterns
    imported = since(BEGAN)

    from benchmarks.inprocess import Request, call

    paths = _paths(application)
    for number in range(requests):
        call(application, Request(paths[number % len(paths)]))
    return {
        "import": imported,
        "memory": memory(),
        "heavy": [name for name in HEAVY if name in sys.modules],
    }


def _paths(application: Any) -> list[str]:
    """Return what a visitor of the catalog looks at; the raw view answers at the root alone."""
    from benchmarks.inprocess import Request, call

    shown = call(application, Request("/api/products/?page_size=20"))
    if shown.status == 404:
        return ["/"]
    details = [f"/api/categories/{p['category']['slug']}/products/{p['slug']}/" for p in shown.json()]
    return ["/api/products/?page_size=20", "/api/categories/", *details]


if __name__ == "__main__":
    print(json.dumps(weigh(int(sys.argv[1]))))
