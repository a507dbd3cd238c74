"""The gateway itself: its settings, and what it does at Paystack."""

from __future__ import annotations

from typing import TYPE_CHECKING
from urllib.parse import quote

from partscatalog.payments.gateways import fields
from partscatalog.payments.gateways.base import (
    REFERENCE,
    Attempt,
    Event,
    Gateway,
    GatewayRefused,
    GatewayUnknown,
    RefundRequest,
    RefundStatus,
    Standing,
    Started,
    StartRequest,
    Status,
    WebhookRefused,
)
from partscatalog.payments.gateways.options import Fault, FaultCode
from partscatalog.payments.gateways.paystack.calls import Calls
from partscatalog.payments.gateways.paystack.events import read_event
from partscatalog.payments.gateways.paystack.reading import data_of, is_missing, status_of
from partscatalog.payments.gateways.paystack.refunds import list_refunds, make_refund
from partscatalog.payments.gateways.signing import is_signed
from partscatalog.payments.gateways.transport import Answer, JsonApi, is_loopback_url, is_safe_url

if TYPE_CHECKING:
    from collections.abc import Mapping

BASE_URL = "https://api.paystack.co"

NO_KEY = Fault(
    code=FaultCode.MISSING_KEY,
    text="There is no SECRET_KEY.",
    hint="Give the secret key (sk_...) of your Paystack account in OPTIONS.",
)
BROKEN_KEY = Fault(
    code=FaultCode.BAD_OPTION,
    text="SECRET_KEY holds characters that no key has.",
    hint="Copy the key again from your Paystack account.",
)
PUBLIC_KEY = Fault(
    code=FaultCode.PUBLIC_KEY,
    text="SECRET_KEY holds a public key.",
    hint="Give the key that begins with sk_.",
)
INSECURE_URL = Fault(
    code=FaultCode.INSECURE_URL,
    text="BASE_URL is neither https nor on this machine.",
    hint="Leave BASE_URL out, or begin it with https://.",
)


class PaystackGateway(Gateway):
    """Paystack under one secret key. OPTIONS: ``SECRET_KEY``, ``BASE_URL``, ``TIMEOUT``.

    Its subunits are hundredths for every currency it takes, XOF included. It has no idempotency keys: a
    refund carries the shop's key in its ``merchant_note``, and is looked up by it before it is made.
    """

    can_refund = True

    def __init__(self, *, alias: str, options: Mapping[str, object]) -> None:
        super().__init__(alias=alias, options=options)
        self.secret = self.options.secret("SECRET_KEY")
        self.base_url = self.options.text("BASE_URL", default=BASE_URL)
        self.api = JsonApi(base_url=self.base_url, secret=self.secret, timeout=self.timeout)

    @property
    def is_configured(self) -> bool:
        """Whether there is a secret key, and a safe address to send it to.

        A public key counts as none: anyone knows it and could sign webhooks with it.
        """
        return _is_secret_key(self.secret) and is_safe_url(self.base_url)

    @property
    def is_live(self) -> bool | None:
        """Whether the key moves real money, told by its prefix."""
        if self.secret.startswith("sk_live_"):
            return True
        return False if self.secret.startswith("sk_test_") else None

    @property
    def is_rehearsal(self) -> bool:
        """Whether it speaks to a stand-in on this very machine."""
        return is_loopback_url(self.base_url)

    def start(self, request: StartRequest) -> Started:
        """Initialize a transaction."""
        document = {
            "email": request.email,
            "amount": request.amount,
            "currency": request.currency,
            "reference": request.reference,
            "metadata": {
                "order_id": request.order_id,
                "order_number": request.order_number,
                "user_id": request.user_id,
            },
        }
        if request.return_url:
            document["callback_url"] = request.return_url
        return _started(self.api.post("/transaction/initialize", document))

    def fetch(self, attempt: Attempt) -> Status:
        """Verify a transaction; Paystack answers 200 for one that failed, too."""
        return _verify(self.api, attempt.reference)

    def refund(self, request: RefundRequest) -> RefundStatus:
        """Give money back, unless a refund of that key is there already."""
        calls = Calls(self.api)
        try:
            earlier = _refunds(calls, request.attempt)
        except GatewayRefused as err:
            raise GatewayUnknown("Paystack does not say whether the refund was made before.") from err
        made = next((refund for refund in earlier if refund.key == request.key), None)
        return made or make_refund(calls, request)

    def fetch_refunds(self, attempt: Attempt) -> list[RefundStatus]:
        """List the transaction's refunds, those made in the dashboard too."""
        return _refunds(Calls(self.api), attempt)

    def parse_webhook(self, *, headers: Mapping[str, str], body: bytes) -> Event:
        """Check ``x-paystack-signature``, the hex HMAC-SHA512 of the raw body, and read the event."""
        if not self.is_configured:
            raise WebhookRefused("There is no secret key to check webhooks by.")
        if not is_signed(body, headers.get("x-paystack-signature", ""), key=self.secret):
            raise WebhookRefused("The signature is wrong.")
        return read_event(body)

    def faults(self) -> list[Fault]:
        """Return what is wrong with the key and the base URL."""
        found = super().faults()
        if not self.secret:
            found.append(NO_KEY)
        elif not _is_sendable(self.secret):
            found.append(BROKEN_KEY)
        elif self.secret.startswith("pk_"):
            found.append(PUBLIC_KEY)
        if not is_safe_url(self.base_url):
            found.append(INSECURE_URL)
        return found


def _is_secret_key(key: str) -> bool:
    return bool(key) and _is_sendable(key) and not key.startswith("pk_")


def _is_sendable(key: str) -> bool:
    return key.isascii() and key.isprintable()


def _started(answer: Answer) -> Started:
    data = data_of(answer)
    return Started(
        reference=fields.reference(data, "reference"),
        access_code=fields.text(data, "access_code"),
        authorization_url=fields.text(data, "authorization_url"),
    )


def _verify(api: JsonApi | Calls, reference: str) -> Status:
    if not REFERENCE.fullmatch(reference):
        return Status(reference=reference, standing=Standing.MISSING)
    answer = api.get(f"/transaction/verify/{quote(reference, safe='')}")
    if is_missing(answer):
        return Status(reference=reference, standing=Standing.MISSING)
    return status_of(data_of(answer))


def _refunds(calls: Calls, attempt: Attempt) -> list[RefundStatus]:
    """List the refunds of the transaction; Paystack wants its number, which is asked for where unknown."""
    transaction = attempt.provider_id or _transaction_id(calls, attempt.reference)
    return list_refunds(calls, transaction) if transaction else []


def _transaction_id(calls: Calls, reference: str) -> str:
    """Return the transaction's number, or nothing where there is no such transaction."""
    status = _verify(calls, reference)
    if status.standing is Standing.MISSING:
        return ""
    if status.reference != reference or not status.provider_id:
        raise GatewayUnknown("Paystack does not say which transaction it is.")
    return status.provider_id
