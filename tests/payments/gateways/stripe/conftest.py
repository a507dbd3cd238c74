"""A gateway that speaks to the fake Stripe, and a payment that was paid there."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.payments.fakes import attempt
from tests.payments.gateways.stripe.asking import REFERENCE, TIMEOUT, gateway, request

if TYPE_CHECKING:
    from partscatalog.payments.gateways.stripe import StripeGateway


@pytest.fixture
def live(stripe) -> StripeGateway:
    return gateway(BASE_URL=stripe.url, TIMEOUT=TIMEOUT)


@pytest.fixture
def paid(stripe, live):
    """Return the attempt of a payment that was paid, as the shop knows it."""
    started = live.start(request())
    session = stripe.pay(REFERENCE)
    stripe.calls.clear()
    return attempt(REFERENCE, access_code=started.access_code, provider_id=session["payment_intent"])
