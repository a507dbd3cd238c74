"""A process of one site: reads commands from its input, one JSON object a line, and answers each by one.

Run as ``python -m benchmarks.worker`` with the site's settings in the environment.
"""

from __future__ import annotations

import importlib
import json
import os
import sys
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Callable
    from wsgiref.types import WSGIApplication

    from benchmarks.doors import Door


class Worker:
    """The site, its doors, and what can be asked about them."""

    def __init__(self, application: WSGIApplication, module: str) -> None:
        from benchmarks.inprocess import Client

        self._application = application
        self._client = Client(application)
        self._module = importlib.import_module(module)
        self._doors: dict[str, Door] = self._module.doors(self._client)

    def doors(self) -> list[str]:
        """Return the names of the doors that this site has."""
        from benchmarks.doors import Absent

        present = []
        for name, door in self._doors.items():
            try:
                self._call(door)
            except Absent:
                continue
            present.append(name)
        return present

    def sized(self) -> list[str]:
        """Return the names of the doors that are asked of shops of every size."""
        return list(self._module.sized(self._client))

    def batch(self, door: str, calls: int) -> dict[str, list[int]]:
        """Call a door so many times and return what each call cost."""
        answers = [self._call(self._doors[door]) for _ in range(calls)]
        return {"cpu": [answer.cpu for answer in answers], "wall": [answer.wall for answer in answers]}

    def look(self, door: str) -> dict[str, Any]:
        """Call a door once and return its statements and what it answered, untimed."""
        from benchmarks.inprocess import call
        from benchmarks.statements import recorded

        request = self._doors[door]()
        with recorded() as ran:
            answer = call(self._application, request)
        return {"statements": [sql for sql, _ in ran], "bytes": len(answer.body), "status": answer.status}

    def _call(self, door: Door) -> Any:
        from benchmarks.doors import verified
        from benchmarks.inprocess import call

        request = door()
        return verified(call(self._application, request), request.path)


def start() -> Worker:
    """Bring the site up, as a server's worker does."""
    from django.core.wsgi import get_wsgi_application

    application = get_wsgi_application()
    package = os.environ["DJANGO_SETTINGS_MODULE"].rpartition(".")[0]
    return Worker(application, os.environ.get("BENCHMARK_DOORS", f"{package}.doors"))


def serve(worker: object) -> None:
    """Answer commands until the input ends. Whatever else is printed goes to the errors."""
    answers = os.fdopen(os.dup(1), "w", buffering=1)
    os.dup2(2, 1)
    for line in sys.stdin:
        command = json.loads(line)
        method: Callable[..., Any] = getattr(worker, command.pop("do"))
        try:
            reply = {"done": method(**command)}
        except Exception as error:  # noqa: BLE001 - told to the driver, which stops
            reply = {"failed": f"{type(error).__name__}: {error}"}
        answers.write(json.dumps(reply) + "\n")


if __name__ == "__main__":
    serve(start())
