"""Paystack, spoken to by its HTTP API: initialize, verify and webhook."""

from __future__ import annotations

import hashlib
import hmac
from types import MappingProxyType
from typing import TYPE_CHECKING, Any
from urllib.parse import quote, urlsplit

from partscatalog.payments.gateways.base import (
    REFERENCE,
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
from partscatalog.payments.gateways.redaction import is_whole, storable, whitelist
from partscatalog.payments.gateways.transport import Answer, JsonApi, is_safe_url, parse_object

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
        return _started(self.api.post("/transaction/initialize", document), request.reference)

    def fetch(self, reference: str) -> Status:
        """Verify a transaction; Paystack answers 200 for one that failed, too."""
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
        signature = headers.get("x-paystack-signature", "")
        expected = hmac.new(self.secret.encode(), body, hashlib.sha512).hexdigest()
        # As bytes: comparing texts that are not ASCII raises.
        if not hmac.compare_digest(signature.encode("utf-8", "replace"), expected.encode()):
            raise WebhookRefused("The signature is wrong.")
        return _event(body)

    def faults(self) -> list[Fault]:
        """Return what is wrong with the key and the base URL."""
        return [*super().faults(), *self._key_faults(), *self._url_faults()]

    def _key_faults(self) -> list[Fault]:
        if not self.secret:
            return [
                Fault(
                    code=FaultCode.MISSING_KEY,
                    text="There is no SECRET_KEY.",
                    hint="Give the secret key (sk_...) of your Paystack account in OPTIONS.",
                )
            ]
        if not _is_sendable(self.secret):
            return [
                Fault(
                    code=FaultCode.BAD_OPTION,
                    text="SECRET_KEY holds characters that no key has.",
                    hint="Copy the key again from your Paystack account.",
                )
            ]
        if self.secret.startswith("pk_"):
            return [
                Fault(
                    code=FaultCode.PUBLIC_KEY,
                    text="SECRET_KEY holds a public key.",
                    hint="Give the key that begins with sk_.",
                )
            ]
        return []

    def _url_faults(self) -> list[Fault]:
        if is_safe_url(self.base_url):
            return []
        return [
            Fault(
                code=FaultCode.INSECURE_URL,
                text="BASE_URL is neither https nor on this machine.",
                hint="Leave BASE_URL out, or begin it with https://.",
            )
        ]


def _is_secret_key(key: str) -> bool:
    return bool(key) and _is_sendable(key) and not key.startswith("pk_")


def _is_sendable(key: str) -> bool:
    return key.isascii() and key.isprintable()


def _started(answer: Answer, reference: str) -> Started:
    data = _data(answer)
    url, code = data.get("authorization_url"), data.get("access_code")
    if data.get("reference") != reference:
        raise GatewayUnknown("Paystack answered about another transaction.")
    if not isinstance(url, str) or urlsplit(url).scheme not in {"http", "https"} or not isinstance(code, str):
        raise GatewayUnknown("Paystack named no page to pay on.")
    return Started(reference=reference, access_code=code, authorization_url=url)


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
    reference, currency = data.get("reference"), data.get("currency")
    return Status(
        reference=reference if isinstance(reference, str) and REFERENCE.fullmatch(reference) else "",
        standing=_standing(data.get("status")),
        amount=_amount(data.get("amount")),
        requested_amount=_amount(data.get("requested_amount")),
        currency=currency if isinstance(currency, str) else "",
        is_live=_mode(data.get("domain")),
        shown=whitelist(data, SHOWN),
    )


def _standing(word: object) -> Standing:
    return STANDINGS.get(word, Standing.PENDING) if isinstance(word, str) else Standing.PENDING


def _mode(word: object) -> bool | None:
    return DOMAINS.get(word) if isinstance(word, str) else None


def _amount(value: object) -> int | None:
    return value if isinstance(value, int) and is_whole(value) else None


def _event(body: bytes) -> Event:
    document = parse_object(body) or {}
    kind, data = document.get("event"), document.get("data")
    if not isinstance(kind, str) or not isinstance(data, dict):
        raise WebhookRefused("The body is no event of Paystack.")
    status = _status(data)
    return Event(
        kind=storable(kind),
        reference=status.reference,
        status=status if kind == "charge.success" else None,
        shown=status.shown,
    )
