"""Paystack, spoken to by its HTTP API: initialize, verify and webhook."""

from __future__ import annotations

from types import MappingProxyType
from typing import TYPE_CHECKING, Any
from urllib.parse import quote

from partscatalog.payments.gateways import fields
from partscatalog.payments.gateways.base import (
    REFERENCE,
    Attempt,
    Event,
    Gateway,
    GatewayRefused,
    GatewayUnknown,
    Standing,
    Started,
    StartRequest,
    Status,
    WebhookRefused,
)
from partscatalog.payments.gateways.options import Fault, FaultCode
from partscatalog.payments.gateways.signing import is_signed
from partscatalog.payments.gateways.transport import (
    Answer,
    JsonApi,
    is_loopback_url,
    is_safe_url,
    parse_object,
)

if TYPE_CHECKING:
    from collections.abc import Mapping

BASE_URL = "https://api.paystack.co"

#: ``abandoned`` is what Paystack says before the buyer has paid; whatever it adds one day is not paid either.
STANDINGS: Mapping[str, Standing] = MappingProxyType(
    {"success": Standing.PAID, "failed": Standing.FAILED, "reversed": Standing.FAILED}
)

#: What of a transaction may be kept and shown. Never ``authorization``, whose code can be charged again.
SHOWN = (
    "id",
    "domain",
    "status",
    "reference",
    "amount",
    "requested_amount",
    "currency",
    "channel",
    "gateway_response",
    "fees",
    "paid_at",
    "created_at",
)

DOMAINS: Mapping[str, bool] = MappingProxyType({"live": True, "test": False})

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

    Its subunits are hundredths for every currency it takes, XOF included.
    """

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
        reference = attempt.reference
        if not REFERENCE.fullmatch(reference):
            return Status(reference=reference, standing=Standing.MISSING)
        answer = self.api.get(f"/transaction/verify/{quote(reference, safe='')}")
        if _is_missing(answer):
            return Status(reference=reference, standing=Standing.MISSING)
        return _status(_data(answer))

    def parse_webhook(self, *, headers: Mapping[str, str], body: bytes) -> Event:
        """Check ``x-paystack-signature``, the hex HMAC-SHA512 of the raw body, and read the event."""
        if not self.is_configured:
            raise WebhookRefused("There is no secret key to check webhooks by.")
        if not is_signed(body, headers.get("x-paystack-signature", ""), key=self.secret):
            raise WebhookRefused("The signature is wrong.")
        return _event(body)

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
    data = _data(answer)
    return Started(
        reference=fields.reference(data, "reference"),
        access_code=fields.text(data, "access_code"),
        authorization_url=fields.text(data, "authorization_url"),
    )


def _data(answer: Answer) -> Mapping[str, Any]:
    """Return the answer's ``data``, or raise what the lack of it means."""
    document = answer.document or {}
    if 400 <= answer.status < 500 and not _is_doubtful(answer):
        raise GatewayRefused(f"Paystack refused with {answer.status}.")
    data = document.get("data")
    if not 200 <= answer.status < 300 or document.get("status") is not True or not isinstance(data, dict):
        raise GatewayUnknown(f"Paystack gave no usable answer ({answer.status}).")
    return data


def _is_doubtful(answer: Answer) -> bool:
    """Tell whether a refusal leaves open that the transaction exists.

    A duplicate reference means that it does: its page was told once, and is lost.
    """
    return answer.status == 408 or (answer.document or {}).get("code") == "duplicate_reference"


def _is_missing(answer: Answer) -> bool:
    """Tell whether Paystack says that it knows no such reference: by 404, or by 400."""
    if answer.document is None:
        return False
    return answer.status == 404 or (answer.status == 400 and answer.document.get("status") is False)


def _status(data: Mapping[str, Any]) -> Status:
    return Status(
        reference=fields.reference(data, "reference"),
        standing=STANDINGS.get(fields.text(data, "status"), Standing.PENDING),
        amount=fields.whole(data, "amount"),
        requested_amount=fields.whole(data, "requested_amount"),
        currency=fields.text(data, "currency"),
        is_live=DOMAINS.get(fields.text(data, "domain")),
        shown=fields.whitelist(data, SHOWN),
    )


def _event(body: bytes) -> Event:
    document = parse_object(body) or {}
    kind, data = fields.text(document, "event"), document.get("data")
    if not kind or not isinstance(data, dict):
        raise WebhookRefused("The body is no event of Paystack.")
    status = _status(data)
    return Event(
        kind=fields.storable(kind),
        reference=status.reference,
        status=status if kind == "charge.success" else None,
        shown=status.shown,
    )
