"""What the payments' code says of itself: reasons to review, and when a gateway is asked again."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

from partscatalog.payments.services.schedule import ATTEMPT_LIFETIME, FIRST_GAP, following
from partscatalog.payments.states import ACCEPTABLE, ADVICE, DISMISSIBLE, Review

if TYPE_CHECKING:
    from collections.abc import Iterator


@dataclass(frozen=True, kw_only=True)
class Reason:
    """Why money waits for staff, and what they may do."""

    code: str
    text: str
    advice: str
    #: What may be done besides a refund; empty for nothing.
    action: str


def reasons() -> Iterator[Reason]:
    """Yield the reasons in the order of the code."""
    for review in Review:
        yield Reason(
            code=review.value,
            text=str(review.label),
            advice=str(ADVICE[review]),
            action="accept" if review in ACCEPTABLE else "dismiss" if review in DISMISSIBLE else "",
        )


def times() -> Iterator[timedelta]:
    """Yield when an attempt without money is asked about, counted from its beginning."""
    begun = datetime(2026, 1, 1, tzinfo=UTC)
    checks, at = 0, begun + FIRST_GAP
    while True:
        yield at - begun
        then = following(now=at, checks=checks, until=begun + ATTEMPT_LIFETIME)
        if then is None:
            return
        checks, at = checks + 1, then


def in_words(span: timedelta) -> str:
    """Return the span in hours and minutes."""
    hours, minutes = divmod(int(span.total_seconds()) // 60, 60)
    return " ".join(f"{number} {unit}" for number, unit in ((hours, "h"), (minutes, "min")) if number)
