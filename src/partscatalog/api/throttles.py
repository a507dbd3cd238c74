"""Count requests per scope and caller in the cache, atomically, and in the process while it is away."""

from __future__ import annotations

import hashlib
import ipaddress
import re
import time
from typing import TYPE_CHECKING

from django.core.cache.backends.locmem import LocMemCache
from rest_framework.throttling import BaseThrottle

from partscatalog import caching
from partscatalog.conf import get_settings

if TYPE_CHECKING:
    from rest_framework.request import Request

    from partscatalog.api.views import ShopView

PERIODS = {
    "second": 1,
    "sec": 1,
    "s": 1,
    "minute": 60,
    "min": 60,
    "m": 60,
    "hour": 3600,
    "h": 3600,
    "day": 86400,
    "d": 86400,
}

_NUMBER = re.compile(r"[0-9]{1,9}", re.ASCII)

_in_process = LocMemCache("partscatalog-throttles", {"OPTIONS": {"MAX_ENTRIES": 10_000}})


class ScopeThrottle(BaseThrottle):
    """Allow so many requests of one scope per window and caller.

    Windows are fixed: the counter of one is made by ``add`` and counted up by ``incr``, so that no two
    requests are counted as one. A cache that fails is stood in for by the process's own counters.
    """

    def __init__(self, scope: str) -> None:
        self.scope = scope
        self.remaining = 0.0

    def allow_request(self, request: Request, view: ShopView) -> bool:  # type: ignore[override]
        rate = get_settings().throttle(self.scope)
        if rate is None:
            return True
        allowed, period = parse_rate(rate)
        window, passed = divmod(time.time(), period)
        self.remaining = period - passed
        caller = hashlib.sha256(view.throttle_subject(request).encode()).hexdigest()
        return _count(f"partscatalog:throttle:{self.scope}:{int(window)}:{caller}", period) <= allowed

    def wait(self) -> float:
        return max(1.0, self.remaining)


def parse_rate(rate: str) -> tuple[int, int]:
    """Return the number of requests and the seconds that a rate such as ``10/min`` stands for.

    :raises ValueError: when it is written otherwise.
    """
    number, _slash, period = rate.partition("/")
    if period not in PERIODS or not _NUMBER.fullmatch(number):
        raise ValueError(f"{rate!r} is not number/period, with a period of {', '.join(sorted(PERIODS))}.")
    return int(number), PERIODS[period]


def client_address(request: Request) -> str:
    """Return the address of the client, believing only the site's own proxies.

    What they name is passed over when it is no address. IPv6 clients own a whole /64 and are counted by it.
    """
    remote: str = request.META.get("REMOTE_ADDR", "")
    for text in (_forwarded(request), remote):
        try:
            return _counted_as(ipaddress.ip_address(text))
        except ValueError:
            continue
    return remote


def _forwarded(request: Request) -> str:
    """Return what the outermost of the site's proxies says of the client."""
    proxies = get_settings().TRUSTED_PROXIES
    entries = request.META.get("HTTP_X_FORWARDED_FOR", "").split(",")
    return entries[-proxies].strip() if 0 < proxies <= len(entries) else ""


def _counted_as(address: ipaddress.IPv4Address | ipaddress.IPv6Address) -> str:
    if address.version == 4:
        return str(address)
    # A server that listens on both kinds names its IPv4 clients in this way.
    mapped = address.ipv4_mapped
    return str(mapped or ipaddress.IPv6Network((int(address), 64), strict=False))


def _count(key: str, period: int) -> int:
    """Count one more request and return how many there were.

    A cache that is away says so, or says nothing at all where it was told to keep quiet about it.
    """
    try:
        if caching.ask("default", "add", key, 1, period + 1):
            return 1
        counted = caching.ask("default", "incr", key)
    except (caching.Away, *caching.UNREADABLE):
        counted = None
    return counted if isinstance(counted, int) else _count_in_process(key, period)


def _count_in_process(key: str, period: int) -> int:
    _in_process.add(key, 0, timeout=period + 1)
    return _in_process.incr(key)
