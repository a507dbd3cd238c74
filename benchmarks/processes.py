"""Processes of the sites, seen from the driver: started, asked, ended."""

from __future__ import annotations

import json
import subprocess
import sys
from typing import TYPE_CHECKING, Any, Self

from benchmarks.sites import ROOT
from benchmarks.timing import Costs

if TYPE_CHECKING:
    from collections.abc import Mapping

    from benchmarks.sites import Site

#: Seconds until a process that was told to end is killed.
GRACE = 20


class Process:
    """A worker of one site; see worker.py."""

    def __init__(self, site: Site, environment: Mapping[str, str], module: str = "benchmarks.worker") -> None:
        self.site = site
        self._process = subprocess.Popen(
            [site.python or sys.executable, "-m", module],
            cwd=ROOT,
            env=dict(environment),
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        assert self._process.stdin is not None
        self._process.stdin.close()
        try:
            self._process.wait(GRACE)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()

    def ask(self, do: str, **arguments: Any) -> Any:
        """Return the answer to a command.

        :raises RuntimeError: when the process failed at it, or ended.
        """
        self.begin(do, **arguments)
        return self.end()

    def begin(self, do: str, **arguments: Any) -> None:
        """Give a command without waiting for its answer."""
        assert self._process.stdin is not None
        self._process.stdin.write(json.dumps({"do": do, **arguments}) + "\n")
        self._process.stdin.flush()

    def end(self) -> Any:
        """Wait for the answer to the command begun."""
        assert self._process.stdout is not None
        line = self._process.stdout.readline()
        if not line:
            raise RuntimeError(f"The process of {self.site.name} ended with {self._process.wait()}.")
        reply = json.loads(line)
        if "failed" in reply:
            raise RuntimeError(f"{self.site.name}: {reply['failed']}")
        return reply["done"]

    def turn(self, door: str, calls: int) -> Costs:
        """Call a door so many times."""
        batch = self.ask("batch", door=door, calls=calls)
        return Costs(tuple(batch["cpu"]), tuple(batch["wall"]))


def run(site: Site, environment: Mapping[str, str], module: str, *arguments: str) -> str:
    """Run a module as one of the site's processes to its end and return what it printed.

    :raises CalledProcessError: when it failed.
    """
    command = [site.python or sys.executable, "-m", module, *arguments]
    ended = subprocess.run(
        command, cwd=ROOT, env=dict(environment), stdout=subprocess.PIPE, text=True, check=True
    )
    return ended.stdout
