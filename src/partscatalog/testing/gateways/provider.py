"""The provider's side of the contract: what a test lets happen there, and what it then tells."""

from __future__ import annotations

from abc import ABC, abstractmethod
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, ClassVar

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence


@dataclass(frozen=True)
class Webhook:
    """One event as the provider sends it."""

    body: bytes
    headers: Mapping[str, str]


class Provider(ABC):
    """The provider's side of a test: what happens at its desk and on its pay page.

    ``options`` are the OPTIONS of a gateway that speaks to it, with a ``TIMEOUT`` of half a second or so,
    ``other_options`` those of another account. ``paths`` says how the paths of its calls begin, by ``start``,
    ``fetch`` and ``refund``, for a fake that is a :class:`~partscatalog.testing.server.FakeServer`.
    ``secrets`` are texts that must never be seen outside. ``can_close`` says whether the shop can end a
    page that it does not know.
    """

    options: Mapping[str, Any]
    other_options: Mapping[str, Any]
    secrets: Sequence[str] = ()
    paths: ClassVar[Mapping[str, str]] = {}
    can_close: ClassVar[bool] = False
    faults: dict[str, str]

    @abstractmethod
    def asked(self, reference: str) -> tuple[int, str]:
        """Return the amount in minor units and the currency that it was asked to take."""

    @abstractmethod
    def payable(self) -> int:
        """Return how many transactions a buyer could pay now or has paid."""

    @abstractmethod
    def pay(self, reference: str, /, **differences: Any) -> None:
        """Let the buyer pay; ``amount``, ``currency``, ``is_live``, ``reference`` are then said otherwise."""

    @abstractmethod
    def decline(self, reference: str) -> None:
        """Let the payment fail."""

    @abstractmethod
    def stand(self, reference: str, status: str) -> None:
        """Let the payment stand as one of the provider's own words for it says, or as an unknown one."""

    @abstractmethod
    def webhook(self, reference: str) -> Webhook:
        """Return the event that tells how the payment stands now; each call's is the same event."""

    @abstractmethod
    def strange_webhook(self, reference: str) -> Webhook:
        """Return an event of a kind that nobody knows yet, with all that :meth:`webhook` says."""

    @abstractmethod
    def sign(self, body: bytes) -> Mapping[str, str]:
        """Return the headers that prove a body."""

    def stale(self, webhook: Webhook) -> Webhook:
        """Return the event with a proof that was made an hour ago."""
        raise NotImplementedError

    def answer_starts(self, **differences: Any) -> None:
        """Say ``url`` or ``reference`` otherwise in the answers to starts from now on, or as it is again."""
        raise NotImplementedError

    def slow(self, reference: str) -> None:
        """Let the buyer choose a method whose money comes days later."""
        raise NotImplementedError

    def expire(self, reference: str) -> None:
        """Let the time to pay run out."""
        raise NotImplementedError

    def add_fees(self, reference: str, fees: int) -> None:
        """Let the buyer have paid so much more, for the provider's fees, or less."""
        raise NotImplementedError

    def refund(self, reference: str, amount: int) -> None:
        """Give money back at the provider's own desk."""
        raise NotImplementedError

    def refunded(self, reference: str) -> int:
        """Return how much was given back, in minor units."""
        raise NotImplementedError

    def fail_refunds(self, reference: str) -> None:
        """Let all refunds so far fail, days later."""
        raise NotImplementedError

    def refund_webhook(self, reference: str) -> Webhook:
        """Return the event that tells of the latest refund."""
        raise NotImplementedError

    def dispute_webhook(self, reference: str, outcome: str) -> Webhook:
        """Return the event that tells of a dispute: ``opened``, ``won`` or ``lost``."""
        raise NotImplementedError
