"""What a run is given: its sizes, databases, cache and time."""

from __future__ import annotations

from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING

from benchmarks.processes import Process

if TYPE_CHECKING:
    from collections.abc import Iterator

    from benchmarks.databases import Databases
    from benchmarks.sites import Site


@dataclass(frozen=True, kw_only=True)
class Run:
    databases: Databases
    redis: str
    sizes: tuple[int, ...]
    #: Seconds that a door is called, or a server is asked.
    seconds: float

    @property
    def size(self) -> int:
        """How many products the shops have that are compared with each other."""
        return self.sizes[0]

    def environment(self, site: Site, *, products: int = 0, **variables: str) -> dict[str, str]:
        """Return the environment of a site's process, with its database loaded."""
        database = self.databases.loaded(site, products or self.size)
        return site.environment(database=database, redis=self.redis, **variables)

    @contextmanager
    def process(
        self, site: Site, *, products: int = 0, module: str = "benchmarks.worker", **variables: str
    ) -> Iterator[Process]:
        """Start a process of the site."""
        with Process(site, self.environment(site, products=products, **variables), module) as process:
            yield process
