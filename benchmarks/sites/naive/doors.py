"""The doors of the naive shop."""

from __future__ import annotations

from typing import TYPE_CHECKING

from benchmarks.doors import Shop

if TYPE_CHECKING:
    from benchmarks.doors import Door
    from benchmarks.inprocess import Client


def doors(client: Client) -> dict[str, Door]:
    return Shop(client).doors()
