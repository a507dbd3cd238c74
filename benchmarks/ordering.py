"""Orders a second, against pgbench that runs the very statements of an order."""

from __future__ import annotations

import re
import shutil
import subprocess
import tempfile
from contextlib import ExitStack
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from benchmarks.sites import OURS

if TYPE_CHECKING:
    from collections.abc import Sequence

    from benchmarks.processes import Process
    from benchmarks.run import Run

CLIENTS = 4
#: Orders that a client may place in a second at most: as many carts are prepared.
FASTEST = 1_500
WAYS = ("pgbench", "service", "door")
ROUNDS = 3
#: So many products stand on each line of the carts; see carts.py.
PART = 100
BUYING = "benchmarks.sites.ours.buying"
#: The cart, the buyer and the products of a transaction.
VARIABLES = r"""\set n :n + 1
\set k :first + :client_id * :each + :n - 1
\set cart 700000000 + :k
\set user 900000000 + :k
\set p0 1 + (:k % :part) * :spread
\set p1 1 + :part + :k % :part
\set p2 1 + 2 * :part + :k % :part
\set number random(1000000000000, 9000000000000000)
"""


def orders(run: Run) -> dict[str, Any]:
    """Place orders by four clients: by pgbench, through the service and through the whole door."""
    if run.databases.kind != "postgresql":
        return {"absent": "pgbench needs PostgreSQL."}
    with ExitStack() as stack:
        buyers = [stack.enter_context(run.process(OURS, module=BUYING)) for _ in range(CLIENTS)]
        captured = buyers[0].ask("capture")
        bench = replace(run, seconds=run.seconds / 2)
        rates = {
            name: _best(bench, buyers, captured["script"], hot=hot)
            for name, hot in (("spread", False), ("hot", True))
        }
    return {"rates": rates, "statements": captured["count"], "script": captured["script"], "clients": CLIENTS}


def _best(run: Run, buyers: Sequence[Process], script: str, *, hot: bool) -> dict[str, float]:
    """Return the best rate of each way to order, in turns, so that a busy moment counts for none of them."""
    # No multiple of the part: the clients do not go through the products in step.
    each = int(FASTEST * run.seconds) + PART // CLIENTS
    turns = list(WAYS) * ROUNDS
    first = buyers[0].ask("make_carts", number=len(turns) * CLIENTS * each, hot=hot)
    best = dict.fromkeys(WAYS, 0.0)
    for way in turns:
        best[way] = max(best[way], _rate(run, way, buyers, script, first, each, hot=hot))
        first += CLIENTS * each
    return best


def _rate(
    run: Run, who: str, buyers: Sequence[Process], script: str, first: int, each: int, *, hot: bool
) -> float:
    if who == "pgbench":
        return _pgbench(run, VARIABLES + script, first, each, hot=hot)
    for number, buyer in enumerate(buyers):
        buyer.begin("buy", first=first + number * each, number=each, seconds=run.seconds, door=who == "door")
    done = [buyer.end() for buyer in buyers]
    return sum(float(client["orders"] / client["seconds"]) for client in done)


def _pgbench(run: Run, script: str, first: int, each: int, *, hot: bool) -> float:
    """Return the transactions a second of a script.

    :raises CalledProcessError: when a statement failed.
    """
    values = {"n": 0, "first": first, "each": each, "part": PART, "spread": 0 if hot else 1}
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / "order.sql"
        file.write_text(script)
        command = [
            pgbench(),
            *("--no-vacuum", "--protocol=simple", f"--client={CLIENTS}", "--jobs=2"),
            f"--time={max(1, round(run.seconds))}",
            *(f"--define={name}={value}" for name, value in values.items()),
            f"--file={file}",
            run.databases.loaded(OURS, run.size),
        ]
        ended = subprocess.run(command, capture_output=True, text=True, check=True)
    return rate(ended.stdout)


def rate(printed: str) -> float:
    """Return the transactions a second that pgbench printed.

    :raises ValueError: when it printed none.
    """
    found = re.search(r"^tps = ([0-9.]+)", printed, re.MULTILINE)
    if not found:
        raise ValueError(f"pgbench printed no rate: {printed}")
    return float(found[1])


def pgbench() -> str:
    """Return where pgbench is.

    :raises FileNotFoundError: where it is not installed; it comes with PostgreSQL's server.
    """
    places = [shutil.which("pgbench"), *map(str, sorted(Path("/usr/lib/postgresql").glob("*/bin/pgbench")))]
    for place in places:
        if place:
            return place
    raise FileNotFoundError("pgbench is not installed; Debian has it in postgresql-contrib.")
