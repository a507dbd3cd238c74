"""When a gateway is asked again: soon at first, then at growing gaps, and at last no more."""

from __future__ import annotations

from datetime import datetime, timedelta

FIRST_GAP = timedelta(minutes=5)
LONGEST_GAP = timedelta(hours=12)
#: How long after its beginning an attempt without money is asked about.
ATTEMPT_LIFETIME = timedelta(hours=72)
#: How long after its beginning a refund that is under way is asked about.
REFUND_LIFETIME = timedelta(days=30)
#: How often a hint of a provider is followed when nothing answers; some 72 hours, too.
HINT_CHECKS = 12


def following(*, now: datetime, checks: int, until: datetime) -> datetime | None:
    """Return when to ask next after so many times in vain, or None once the end is past."""
    if now >= until:
        return None
    gap: timedelta = min(FIRST_GAP * 2 ** min(checks, 16), LONGEST_GAP)
    return min(now + gap, until)
