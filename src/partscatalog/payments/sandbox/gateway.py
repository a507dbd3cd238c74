"""The sandbox as a gateway: spoken to like a real provider, with its books handed in."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.conf import settings as django_settings
from django.utils.crypto import salted_hmac

from partscatalog import money
from partscatalog.conf import get_settings
from partscatalog.payments.gateways import fields
from partscatalog.payments.gateways.base import (
    Attempt,
    Event,
    Gateway,
    GatewayRefused,
    RefundRequest,
    RefundStanding,
    RefundStatus,
    Standing,
    Started,
    StartRequest,
    Status,
    WebhookRefused,
)
from partscatalog.payments.gateways.options import Fault, FaultCode, Secret
from partscatalog.payments.gateways.signing import is_signed, sign
from partscatalog.payments.gateways.transport import parse_object
from partscatalog.payments.sandbox.models import SandboxRefund, SandboxTransaction
from partscatalog.payments.sandbox.store import Store

if TYPE_CHECKING:
    from collections.abc import Mapping
    from decimal import Decimal

SIGNATURE_HEADER = "x-sandbox-signature"
#: The events that say how a transaction stands.
STANDS = frozenset(f"transaction.{status}" for status in SandboxTransaction.Status)
#: The event of a refund; which one it was is asked for.
REFUNDED = "transaction.refunded"
SHOWN = ("reference", "status", "amount", "currency")

STANDINGS: Mapping[str, Standing] = {
    SandboxTransaction.Status.PAID: Standing.PAID,
    SandboxTransaction.Status.DECLINED: Standing.FAILED,
    SandboxTransaction.Status.CANCELLED: Standing.FAILED,
}


class SandboxGateway(Gateway):
    """A provider of our own that moves no money, for demos.

    It runs under ``DEBUG``, and elsewhere only where ``SANDBOX_OUTSIDE_DEBUG`` allows it. OPTIONS:
    ``SECRET_KEY``, the key that signs its webhooks, by default made from Django's.
    """

    needs_return_url = False
    can_refund = True

    def __init__(self, *, alias: str, options: Mapping[str, object], store: Store | None = None) -> None:
        super().__init__(alias=alias, options=options)
        self.secret = self.options.secret("SECRET_KEY", default=_default_secret(alias))
        self.store = store or Store(alias)

    @property
    def is_configured(self) -> bool:
        """Whether it may run here."""
        return django_settings.DEBUG or get_settings().SANDBOX_OUTSIDE_DEBUG

    @property
    def is_live(self) -> bool:
        """Never: no money moves."""
        return False

    def start(self, request: StartRequest) -> Started:
        """Open a transaction, whose page stands on this very site."""
        if not request.pages_url:
            raise GatewayRefused("The site did not say where its pages stand.")
        return_url = request.return_url or f"{request.pages_url}return/"
        transaction = self.store.open(request, return_url=return_url)
        return Started(
            reference=transaction.reference,
            access_code=transaction.access_code,
            authorization_url=f"{request.pages_url}sandbox/{transaction.access_code}/",
        )

    def fetch(self, attempt: Attempt) -> Status:
        """Look the transaction up."""
        transaction = self.store.find(attempt.reference)
        if transaction is None:
            return Status(reference=attempt.reference, standing=Standing.MISSING)
        return _status(transaction.describe())

    def refund(self, request: RefundRequest) -> RefundStatus:
        """Give money back at once; the same key is the same refund."""
        refund = self.store.refund(request.attempt.reference, key=request.key, amount=request.amount)
        if refund is None:
            raise GatewayRefused("There is not so much money left.")
        return _refund_status(refund)

    def fetch_refunds(self, attempt: Attempt) -> list[RefundStatus]:
        """Look the transaction's refunds up."""
        return [_refund_status(refund) for refund in self.store.refunds(attempt.reference)]

    def parse_webhook(self, *, headers: Mapping[str, str], body: bytes) -> Event:
        """Check the signature, the hex HMAC-SHA512 of the raw body, and read the event."""
        if not self.is_configured:
            raise WebhookRefused("The sandbox does not run here.")
        if not is_signed(body, headers.get(SIGNATURE_HEADER, ""), key=self.secret):
            raise WebhookRefused("The signature is wrong.")
        return _event(body)

    def sign(self, body: bytes) -> Mapping[str, str]:
        """Return the headers by which the provider proves a webhook."""
        return {SIGNATURE_HEADER: sign(body, key=self.secret)}

    def faults(self) -> list[Fault]:
        """Return whether it is set up where real buyers are."""
        if self.is_configured:
            return super().faults()
        fault = Fault(
            code=FaultCode.NOT_FOR_PRODUCTION,
            text="The sandbox gateway takes no money.",
            hint="Name a real gateway in PAYMENT_GATEWAY, or set SANDBOX_OUTSIDE_DEBUG for a public demo.",
        )
        return [*super().faults(), fault]

    def to_minor(self, amount: Decimal, currency: str) -> int:
        """Return the amount in the currency's own smallest unit."""
        return money.to_minor(amount, money.exponent(currency))

    def from_minor(self, units: int, currency: str) -> Decimal:
        """Return the amount that so many of the currency's smallest units are."""
        return money.from_minor(units, money.exponent(currency))


def _default_secret(alias: str) -> Secret:
    return Secret(salted_hmac("partscatalog.payments.sandbox", alias, algorithm="sha256").hexdigest())


def _status(data: Mapping[str, Any]) -> Status:
    return Status(
        reference=fields.reference(data, "reference"),
        standing=STANDINGS.get(fields.text(data, "status"), Standing.PENDING),
        amount=fields.whole(data, "amount"),
        currency=fields.text(data, "currency"),
        is_live=False,
        shown=fields.whitelist(data, SHOWN),
    )


def _refund_status(refund: SandboxRefund) -> RefundStatus:
    return RefundStatus(
        provider_id=str(refund), standing=RefundStanding.SUCCEEDED, amount=refund.amount, key=refund.key or ""
    )


def _event(body: bytes) -> Event:
    document = parse_object(body) or {}
    kind, data = fields.text(document, "event"), document.get("data")
    if not kind or not isinstance(data, dict):
        raise WebhookRefused("The body is no event of the sandbox.")
    status = _status(data)
    return Event(
        kind=fields.storable(kind),
        event_id=fields.text(document, "id"),
        reference=status.reference,
        status=status if kind in STANDS else None,
        is_hint=kind == REFUNDED,
        shown=status.shown,
    )
