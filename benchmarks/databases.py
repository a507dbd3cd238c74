"""Databases of the run's own: SQLite files in a folder of the run, or ones beside the database named."""

from __future__ import annotations

import tempfile
from pathlib import Path
from typing import TYPE_CHECKING, Self
from urllib.parse import urlsplit, urlunsplit

from benchmarks.processes import run

if TYPE_CHECKING:
    from benchmarks.sites import Site


class Databases:
    """Makes a database per site and size when it is first asked for, and drops all of them at the end.

    ``keep`` leaves databases of a server where they are, for the next run to use as they are.
    """

    def __init__(self, url: str, *, keep: bool = False) -> None:
        self._url = urlsplit(url)
        self._keep = keep
        self._made: dict[tuple[str, int], str] = {}
        self._folder = tempfile.TemporaryDirectory(prefix="partscatalog-benchmark-")

    @property
    def kind(self) -> str:
        return "postgresql" if self._url.scheme else "sqlite"

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        if self.kind == "postgresql" and not self._keep:
            for url in self._made.values():
                self._run_sql(f'DROP DATABASE IF EXISTS "{name_of(url)}" WITH (FORCE)')
        self._folder.cleanup()

    def loaded(self, site: Site, products: int) -> str:
        """Return the address of the site's database with so many products."""
        if (site.name, products) not in self._made:
            url = self._make(f"bench_{site.name}_{products}")
            self._made[site.name, products] = url
            run(site, site.environment(database=url), "benchmarks.loading", str(products))
        return self._made[site.name, products]

    def server_version(self) -> str:
        if self.kind == "sqlite":
            import sqlite3

            return f"SQLite {sqlite3.sqlite_version}"
        return f"PostgreSQL {self._run_sql('SHOW server_version').split()[0]}"

    def _make(self, name: str) -> str:
        if self.kind == "sqlite":
            return f"sqlite:///{Path(self._folder.name) / name}.sqlite3"
        name = f"{self._url.path.strip('/')}_{name}"
        exists = name in self._run_sql("SELECT string_agg(datname, ' ') FROM pg_database").split()
        if exists and not self._keep:
            self._run_sql(f'DROP DATABASE "{name}" WITH (FORCE)')
        if not (exists and self._keep):
            self._run_sql(f'CREATE DATABASE "{name}"')
        return urlunsplit(self._url._replace(path=f"/{name}"))

    def _run_sql(self, statement: str) -> str:
        """Run a statement in the server's own database and return its one value as text, if it has one."""
        import psycopg

        with psycopg.connect(urlunsplit(self._url._replace(path="/postgres")), autocommit=True) as server:
            cursor = server.execute(statement.encode())
            return str(next(cursor)[0]) if cursor.description else ""


def name_of(url: str) -> str:
    return urlsplit(url).path.strip("/")
