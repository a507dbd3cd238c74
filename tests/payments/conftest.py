"""What the tests of payments share: the fake providers."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.payments.fakes.paystack import FakePaystack

if TYPE_CHECKING:
    from collections.abc import Iterator


@pytest.fixture
def paystack() -> Iterator[FakePaystack]:
    """Return a fake Paystack that answers on the loopback."""
    fake = FakePaystack()
    with fake.running():
        yield fake
