"""The interface that every payment gateway fills, and the plain data that crosses it."""

from __future__ import annotations

import re
from abc import ABC, abstractmethod
from dataclasses import dataclass, field
from enum import StrEnum
from types import MappingProxyType
from typing import TYPE_CHECKING, ClassVar
from urllib.parse import urlsplit

from partscatalog import money
from partscatalog.payments.gateways.options import Fault, Options

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import datetime
    from decimal import Decimal

#: What may stand in a reference; nothing else ever reaches a provider's URL or a query.
REFERENCE = re.compile(r"[A-Za-z0-9_.=-]{1,100}", re.ASCII)

#: A provider's own name of money or of a refund.
PROVIDER_ID = re.compile(r"[!-~]{1,100}", re.ASCII)

#: Longest access code and longest page URL that are kept.
CODE_LENGTH = 255
URL_LENGTH = 4_000


class GatewayError(Exception):
    """A call to the provider that brought no usable answer."""


class GatewayRefused(GatewayError):
    """The provider certainly did not carry the call out: it said no, or was never reached."""


class GatewayUnknown(GatewayError):
    """Nobody can say whether the provider carried the call out; it has to be asked."""


class WebhookRefused(Exception):
    """A webhook that is not proven to come from the provider, or that cannot be read."""


class Standing(StrEnum):
    """How the provider says that a payment stands."""

    PENDING = "pending"
    PAID = "paid"
    FAILED = "failed"
    EXPIRED = "expired"
    #: The provider knows no payment of that reference.
    MISSING = "missing"


class RefundStanding(StrEnum):
    """How the provider says that a refund stands."""

    #: Accepted; the money is on its way back.
    PENDING = "pending"
    SUCCEEDED = "succeeded"
    FAILED = "failed"


class Dispute(StrEnum):
    """What became of a buyer's complaint to his bank."""

    OPENED = "opened"
    WON = "won"
    LOST = "lost"


@dataclass(frozen=True, kw_only=True)
class StartRequest:
    """One attempt to pay one order; the amount is in the gateway's own minor units."""

    reference: str
    amount: int
    currency: str
    email: str
    order_id: int
    order_number: str
    user_id: str
    #: Where the provider sends the buyer back to; empty where the site names no address of its own.
    return_url: str = ""
    #: The absolute URL below which this app's own pages stand, for a gateway that serves pages itself.
    pages_url: str = ""


@dataclass(frozen=True, kw_only=True)
class Started:
    """The provider's answer to a start: the page on which the buyer pays.

    :raises GatewayUnknown: when the page is none that a browser can be sent to, or the code none to keep.
    """

    reference: str
    access_code: str
    authorization_url: str

    def __post_init__(self) -> None:
        if not _is_page(self.authorization_url):
            raise GatewayUnknown("The provider named no page to pay on.")
        if not (self.access_code.isprintable() and 0 < len(self.access_code) <= CODE_LENGTH):
            raise GatewayUnknown("The provider gave no access code.")


@dataclass(frozen=True, kw_only=True)
class Attempt:
    """By what a provider is asked about one attempt to pay."""

    reference: str
    begun_at: datetime
    #: What the start answered; empty where its answer never came.
    access_code: str = ""
    #: The provider's own name of the money, where it has told it.
    provider_id: str = ""


@dataclass(frozen=True, kw_only=True)
class RefundRequest:
    """Some of one attempt's money to give back; the amount is in the gateway's own minor units.

    The same ``key`` is the same refund: a provider that takes a key gets it, and one that does not gets it
    where it is told again with the refund.
    """

    key: str
    attempt: Attempt
    amount: int
    currency: str


@dataclass(frozen=True, kw_only=True)
class RefundStatus:
    """What the provider says of one refund; ``key`` is empty for one that was not made by this shop."""

    provider_id: str
    standing: RefundStanding
    amount: int
    key: str = ""

    def __post_init__(self) -> None:
        if not PROVIDER_ID.fullmatch(self.provider_id) or self.amount <= 0:
            raise GatewayUnknown("The provider told of a refund that cannot be kept.")


@dataclass(frozen=True, kw_only=True)
class Status:
    """What the provider says of one payment, by webhook or when asked."""

    reference: str
    standing: Standing
    #: The provider's own name of the money, by which its later events may speak of it.
    provider_id: str = ""
    #: What was taken from the buyer, in minor units; None where it cannot be read.
    amount: int | None = None
    #: What the provider was asked to take, where it tells; fees that the buyer bears come on top of it.
    requested_amount: int | None = None
    currency: str = ""
    #: Real money, or test money; None where the provider does not say.
    is_live: bool | None = None
    #: The few fields of the provider's answer that may be stored and shown.
    shown: Mapping[str, object] = field(default_factory=dict)

    def covers(self, amount: int) -> bool:
        """Tell whether what was taken is what was asked for, fees that the buyer bears set aside."""
        if self.amount is None:
            return False
        if self.requested_amount is None:
            return self.amount == amount
        return self.requested_amount == amount <= self.amount


@dataclass(frozen=True, kw_only=True)
class Event:
    """One webhook, its signature proven, reduced to what may be kept."""

    kind: str
    #: The provider's own id of the event; empty where it gives none.
    event_id: str = ""
    #: Whose payment it speaks of: by our reference, by the provider's own name of the money, or by the number
    #: of the order where the provider tells our metadata again. The first that is known decides.
    reference: str = ""
    provider_id: str = ""
    order_number: str = ""
    #: What it says of that payment; None where it settles nothing.
    status: Status | None = None
    #: A buyer's complaint that it tells of.
    dispute: Dispute | None = None
    #: It tells of something that only asking settles, such as a refund: the next reconcile asks.
    is_hint: bool = False
    shown: Mapping[str, object] = field(default_factory=dict)


class Gateway(ABC):
    """One provider under one alias.

    Every call is bounded in time by ``timeout`` seconds and has three outcomes: it returns what the
    provider did, raises :class:`GatewayRefused`, or raises :class:`GatewayUnknown`. An instance holds
    settings only and may be shared by threads.
    """

    #: Whether the provider must be told where to send the buyer back to.
    needs_return_url: ClassVar[bool] = True
    #: Decimals of the provider's minor units, by currency, where they are not ``default_decimals``.
    decimals: ClassVar[Mapping[str, int]] = MappingProxyType({})
    default_decimals: ClassVar[int] = 2
    #: Whether :meth:`refund` and :meth:`fetch_refunds` are there.
    can_refund: ClassVar[bool] = False

    def __init__(self, *, alias: str, options: Mapping[str, object]) -> None:
        self.alias = alias
        self.options = Options(options)
        self.timeout = self.options.seconds("TIMEOUT", default=15.0)

    @property
    @abstractmethod
    def is_configured(self) -> bool:
        """Whether the settings suffice to call the provider and to believe its webhooks."""

    @property
    def is_live(self) -> bool | None:
        """Whether the key moves real money; None where the key does not tell."""
        return None

    @property
    def is_rehearsal(self) -> bool:
        """Whether it speaks to a stand-in on this very machine, so that no mistake costs anything."""
        return False

    @abstractmethod
    def start(self, request: StartRequest) -> Started:
        """Open a payment at the provider.

        :raises GatewayRefused: when nothing was opened.
        :raises GatewayUnknown: when something may have been opened.
        """

    @abstractmethod
    def fetch(self, attempt: Attempt) -> Status:
        """Ask the provider how the payment stands; an unknown one is ``Standing.MISSING``.

        :raises GatewayError: when the provider gave no answer that can be believed.
        """

    @abstractmethod
    def parse_webhook(self, *, headers: Mapping[str, str], body: bytes) -> Event:
        """Prove the raw body by its signature and read it. Header names are in lower case.

        :raises WebhookRefused: when the proof fails or the body cannot be read.
        """

    def close(self, attempt: Attempt) -> None:  # noqa: B027  # not every provider can
        """Make sure that an attempt of which the page is lost is not paid any more, where the provider can.

        :raises GatewayError: when it may still be paid.
        """

    def refund(self, request: RefundRequest) -> RefundStatus:
        """Give money back. The shop asks with :meth:`fetch_refunds` before it takes a lost answer for a no.

        :raises GatewayRefused: when nothing was given back.
        :raises GatewayUnknown: when something may have been.
        """
        raise GatewayRefused("This gateway gives no money back.")

    def fetch_refunds(self, attempt: Attempt) -> list[RefundStatus]:
        """Return every refund of the payment, those made at the provider's own desk too.

        :raises GatewayError: when the provider gave no answer that can be believed.
        """
        return []

    def faults(self) -> list[Fault]:
        """Return what is wrong with the settings; ``manage.py check`` shows it."""
        return list(self.options.faults)

    def to_minor(self, amount: Decimal, currency: str) -> int:
        """Return the amount in the provider's minor units.

        :raises ValueError: when a fraction would remain.
        """
        return money.to_minor(amount, self.decimals.get(currency, self.default_decimals))

    def from_minor(self, units: int, currency: str) -> Decimal:
        """Return the amount that so many of the provider's minor units are."""
        return money.from_minor(units, self.decimals.get(currency, self.default_decimals))


def _is_page(url: str) -> bool:
    try:
        parts = urlsplit(url)
    except ValueError:
        return False
    is_plain = url.isascii() and url.isprintable() and len(url) <= URL_LENGTH
    return is_plain and parts.scheme in {"http", "https"} and bool(parts.hostname)
