"""Paystack, spoken to by its HTTP API: initialize, verify, refund and webhook."""

from __future__ import annotations

from partscatalog.payments.gateways.paystack.gateway import PaystackGateway

__all__ = ["PaystackGateway"]
