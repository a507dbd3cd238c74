"""The server of the fakes, as sites get it."""

from __future__ import annotations

from partscatalog.testing.server import CANNED, FAULTS, Call, FakeServer, Reply

__all__ = ["CANNED", "FAULTS", "Call", "FakeServer", "Reply"]
