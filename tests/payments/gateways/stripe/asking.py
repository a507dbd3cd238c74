"""What the tests of Stripe ask the gateway for."""

from __future__ import annotations

import traceback
from pathlib import Path

from partscatalog.payments.gateways.base import RefundRequest, StartRequest
from partscatalog.payments.gateways.stripe import StripeGateway
from tests.payments.fakes.stripe import SECRET_KEY, WEBHOOK_SECRET

REFERENCE = "ORD_7_a1b2c3d4e5f6g7h8"
KEY = "RFD_0123456789abcdef"
TIMEOUT = 0.5
#: A fault of these leaves no doubt: Stripe said no.
CLEAR_REFUSALS = {"401", "429"}


def gateway(**options) -> StripeGateway:
    plain = {"SECRET_KEY": SECRET_KEY, "WEBHOOK_SECRETS": [WEBHOOK_SECRET]}
    return StripeGateway(alias="stripe", options={**plain, **options})


def request(**changes) -> StartRequest:
    plain = {
        "reference": REFERENCE,
        "amount": 750_000,
        "currency": "NGN",
        "email": "buyer@example.com",
        "order_id": 7,
        "order_number": "K7QX2M",
        "user_id": "5",
        "return_url": "https://shop.example.com/back/",
    }
    return StartRequest(**{**plain, **changes})


def refund_request(of, **changes) -> RefundRequest:
    return RefundRequest(**{"key": KEY, "attempt": of, "amount": 250_000, "currency": "NGN", **changes})


def frames_of(error: BaseException | None):
    """Give the frames below these tests, those of the errors behind the error too."""
    tests = str(Path(__file__).parent)
    while error is not None:
        for frame, _ in traceback.walk_tb(error.__traceback__):
            if not frame.f_code.co_filename.startswith(tests):
                yield frame
        error = error.__cause__ or error.__context__
