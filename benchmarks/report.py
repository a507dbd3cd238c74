"""Write the page of the documentation from the stored results; the same results give the same page."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from benchmarks.figures import FIGURES
from benchmarks.sites import COPIES, ROOT
from benchmarks.timing import ratio

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence

RESULTS = ROOT / "benchmarks" / "results.json"
PAGE = ROOT / "docs" / "explanation" / "benchmarks.md"
NAMES = {"sqlite": "SQLite", "postgresql": "PostgreSQL", "peers": "django-oscar-api"}
NOTHING = "—"
#: What stands before the tables.
INTRODUCTION = ROOT / "benchmarks" / "introduction.md"


def read() -> dict[str, Any]:
    """Return the stored results of every kind of run."""
    stored: dict[str, Any] = json.loads(RESULTS.read_text()) if RESULTS.exists() else {}
    return stored


def store(kind: str, results: Mapping[str, Any]) -> None:
    """Store what a run has measured in place of the last run of its kind, and write the page anew."""
    whole = {**read(), kind: results}
    RESULTS.write_text(json.dumps(whole, indent=1) + "\n")
    PAGE.write_text(page(whole))


def page(runs: Mapping[str, Any]) -> str:
    """Return the whole page."""
    parts = [INTRODUCTION.read_text(), *figures(runs)]
    for kind in NAMES:
        if kind in runs:
            parts += _run(kind, runs[kind])
    return "\n".join(parts).rstrip() + "\n"


def figures(runs: Mapping[str, Any]) -> Iterator[str]:
    """Yield the table of what the project means to reach."""
    kinds = [kind for kind in NAMES if kind in runs]
    heading = ["figure", "floor", "goal", *(NAMES[kind] for kind in kinds)]
    rows = []
    for figure in FIGURES:
        values = [figure.of(runs[kind]) for kind in kinds]
        told = [NOTHING if value is None else f"{number(value)} {figure.verdict(value)}" for value in values]
        if any(value is not None for value in values):
            rows.append([figure.name, number(figure.floor), number(figure.goal), *told])
    yield "## The figures to reach\n"
    yield "Each value with what it reaches. A figure that was missed is shown as it is.\n"
    yield table(heading, rows)


def _run(kind: str, run: Mapping[str, Any]) -> Iterator[str]:
    yield f"## On {NAMES[kind]}\n" if kind != "peers" else "## Against django-oscar-api\n"
    yield _about(run["about"])
    for part, write in WRITERS.items():
        if part in run:
            yield from write(run[part])


def _about(about: Mapping[str, Any]) -> str:
    return (
        f"`{about['command']}` on {about['date']} with {about['versions']}, commit {about['commit']}. "
        f"{about['machine']}; load before the run {about['busy']}.\n"
    )


def _doors(doors: Mapping[str, Any]) -> Iterator[str]:
    yield "### What a request costs\n"
    yield (
        "Milliseconds of CPU, and times the raw view of the same turns. With copies: the site has set"
        " `CATALOG_CACHE_COPY`\nto a second.\n"
    )
    heading = [
        "door",
        "ours, ms",
        "ours, x raw",
        "with copies, x raw",
        "naive, x raw",
        "ours against naive",
        "statements, ours",
        "naive",
    ]
    rows = []
    for name, door in doors.items():
        costs, statements = door["costs"], door["statements"]
        naive = "naive" in costs
        rows.append(
            [
                name,
                f"{costs['ours']['cpu']:.3f}",
                number(ratio(costs["ours"], costs["raw"])),
                number(ratio(costs[COPIES], costs["raw"])) if COPIES in costs else NOTHING,
                number(ratio(costs["naive"], costs["raw"])) if naive else NOTHING,
                number(ratio(costs["ours"], costs["naive"])) if naive else NOTHING,
                str(statements["ours"]),
                str(statements["naive"]) if naive else NOTHING,
            ]
        )
    yield table(heading, rows)


def _sizes(sizes: Mapping[str, Any]) -> Iterator[str]:
    if not sizes:
        return
    counts = sorted(next(iter(sizes.values())), key=int)
    yield "### What the size of the shop costs\n"
    yield "Milliseconds of the clock, in process, each page of 20 built anew from the database.\n"
    heading = ["door", *(f"{int(count):,} products" for count in counts), "largest against smallest"]
    rows = [
        [
            name,
            *(f"{costs[count]['wall']:.2f}" for count in counts),
            number(ratio(costs[counts[-1]], costs[counts[0]], "wall")),
        ]
        for name, costs in sizes.items()
    ]
    yield table(heading, rows)


def _serving(serving: Mapping[str, Any]) -> Iterator[str]:
    yield "### Through gunicorn\n"
    yield (
        f"The example project as `make stack` serves it, two processes of four threads, asked over "
        f"{serving['connections']} connections by one thread on the same machine.\n"
    )
    named = {
        "reads": "reads",
        "mixed": "reads, one request of 20 an order",
        "without_redis": "reads without a Redis in the settings",
        "redis_away": "reads, Redis away from the first request on",
        "redis_hung": "reads, Redis hung from the first request on",
    }
    rows = [
        [
            name,
            *(number(serving[key][part]) for part in ("rate", "p50", "p95", "p99")),
            str(serving[key]["failures"]),
        ]
        for key, name in named.items()
    ]
    yield table(["", "requests a second", "median, ms", "95 %, ms", "99 %, ms", "refused"], rows)
    rush = serving["rush"]
    yield (
        f"{rush['visitors']} visitors at once for one cold page of 200: built {number(rush['builds'])} "
        f"times, the slowest waited {number(rush['slowest'])} ms.\n"
    )


def _orders(orders: Mapping[str, Any]) -> Iterator[str]:
    if "absent" in orders:
        return
    yield "### Orders a second\n"
    yield (
        f"Orders of three lines by {orders['clients']} clients: by pgbench, which runs the "
        f"{orders['statements']} statements captured from an order, by Python processes that call the "
        "service, and by ones that call the whole door. All share this machine's cores with the database.\n"
    )
    named = {"spread": "spread over 300 products", "hot": "one hot product in every order"}
    rows = []
    for key, name in named.items():
        rates = orders["rates"][key]
        shares = [
            f"{number(rates[who])} ({number(rates[who] / rates['pgbench'])})" for who in ("service", "door")
        ]
        rows.append([name, number(rates["pgbench"]), *shares])
    yield table(["", "pgbench", "the service", "the door"], rows)


def _weight(weight: Mapping[str, Any]) -> Iterator[str]:
    yield "### What a worker weighs\n"
    yield f"After {weight['requests']} reads in one process. Imported is the application with its URLs.\n"
    heading = ["", "memory, MiB", "its own share, MiB", "import, ms", "import, ms of CPU", "imported besides"]
    named = {"raw": "a bare Django", "naive": "the naive shop", "ours": "ours"}
    rows = []
    for key, name in named.items():
        each = weight["sites"][key]
        values = [number(each[part]) for part in ("rss", "pss", "import_wall", "import_cpu")]
        rows.append([name, *values, ", ".join(each["heavy"]) or NOTHING])
    yield table(heading, rows)


def _peers(peers: Mapping[str, Any]) -> Iterator[str]:
    yield (
        "Milliseconds of CPU in process, a shop of the same parts in an environment of its own. Its list "
        "carries price, stock and pictures as far as its settings allow, by one replaced serializer. It "
        "keeps no cache; ours answers from the cache, as in production, but for the prefetched list: there "
        "both are built from the database.\n"
    )
    heading = ["door", "ours, ms", "oscar-api, ms", "times less", "statements, ours", "oscar-api"]
    rows = []
    for name, door in peers.items():
        costs, statements = door["costs"], door["statements"]
        rows.append(
            [
                name,
                *(f"{costs[who]['cpu']:.3f}" for who in ("ours", "oscar")),
                number(ratio(costs["oscar"], costs["ours"])),
                *(str(statements[who]) for who in ("ours", "oscar")),
            ]
        )
    yield table(heading, rows)


WRITERS = {
    "doors": _doors,
    "sizes": _sizes,
    "serving": _serving,
    "orders": _orders,
    "weight": _weight,
    "peers": _peers,
}


def number(value: float) -> str:
    """Write a number with about three figures, as a person would."""
    if value >= 100:
        return f"{value:,.0f}"
    return f"{value:.1f}" if value >= 10 else f"{value:.2f}".removesuffix(".00")


def table(heading: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    """Return a table in Markdown, numbers to the right."""
    lines = [heading, ["---", *["---:"] * (len(heading) - 1)], *rows]
    return "\n".join(f"| {' | '.join(line)} |" for line in lines) + "\n"
