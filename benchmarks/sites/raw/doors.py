"""The one door of the raw view."""

from __future__ import annotations

from typing import TYPE_CHECKING

from benchmarks.inprocess import Request

if TYPE_CHECKING:
    from benchmarks.doors import Door
    from benchmarks.inprocess import Client


def doors(_client: Client) -> dict[str, Door]:
    return {"raw": lambda: Request("/")}
