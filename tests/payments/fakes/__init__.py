"""Providers' APIs as real HTTP servers on the loopback, with faults that can be switched."""

from __future__ import annotations

from django.utils import timezone

from partscatalog.payments.gateways.base import Attempt


def attempt(reference: str, **known: str) -> Attempt:
    """Return by what a provider is asked about the attempt of that reference, begun just now."""
    return Attempt(reference=reference, begun_at=timezone.now(), **known)
