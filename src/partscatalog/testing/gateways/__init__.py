"""What every payment gateway must survive: tests to inherit, run against a fake of your provider.

Write a :class:`Provider`, a fake of the provider's API on the loopback, and inherit a test class from
:class:`GatewayContract` and from those of the others that your provider has something of. Needs pytest and
pytest-django.
"""

from __future__ import annotations

from partscatalog.testing.gateways.faults import FaultContract
from partscatalog.testing.gateways.methods import (
    DisputeContract,
    ExpiryContract,
    FeeContract,
    SlowMethodContract,
)
from partscatalog.testing.gateways.provider import Provider, Webhook
from partscatalog.testing.gateways.refunds import LateRefundContract, RefundContract, RefundFaultContract
from partscatalog.testing.gateways.shop import ALIAS, OTHER, Shop
from partscatalog.testing.gateways.telling import DatedSignatureContract
from partscatalog.testing.gateways.whole import GatewayContract

__all__ = [
    "ALIAS",
    "OTHER",
    "DatedSignatureContract",
    "DisputeContract",
    "ExpiryContract",
    "FaultContract",
    "FeeContract",
    "GatewayContract",
    "LateRefundContract",
    "Provider",
    "RefundContract",
    "RefundFaultContract",
    "Shop",
    "SlowMethodContract",
    "Webhook",
]
