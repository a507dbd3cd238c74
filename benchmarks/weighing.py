"""What a worker weighs: its memory and its import, above those of a bare Django."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from benchmarks.processes import run as run_module
from benchmarks.sites import NAIVE, OURS, RAW

if TYPE_CHECKING:
    from benchmarks.run import Run

REQUESTS = 500
#: Fresh processes of each site, one after the other; the least counts.
PROCESSES = 5


def weight(run: Run) -> dict[str, Any]:
    """Weigh fresh processes of each site in turns."""
    sites = [RAW, NAIVE, OURS]
    taken: dict[str, list[dict[str, Any]]] = {site.name: [] for site in sites}
    for _ in range(PROCESSES):
        for site in sites:
            products = run.environment(NAIVE if site is RAW else site)["DATABASE_URL"]
            environment = site.environment(database=products, redis=run.redis)
            taken[site.name].append(
                json.loads(run_module(site, environment, "benchmarks.weight", str(REQUESTS)))
            )
    return {"requests": REQUESTS, "sites": {name: _least(each) for name, each in taken.items()}}


def _least(taken: list[dict[str, Any]]) -> dict[str, Any]:
    return {
        "import_cpu": min(each["import"]["cpu"] for each in taken),
        "import_wall": min(each["import"]["wall"] for each in taken),
        "rss": min(each["memory"]["Rss"] for each in taken),
        "pss": min(each["memory"]["Pss"] for each in taken),
        "heavy": taken[0]["heavy"],
    }
