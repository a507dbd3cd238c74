"""An example gateway: an invented provider that opens payments over JSON and signs its webhooks."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any
from urllib.parse import quote

from partscatalog.payments.gateways import fields
from partscatalog.payments.gateways.base import (
    Attempt,
    Event,
    Gateway,
    GatewayRefused,
    GatewayUnknown,
    RefundRequest,
    RefundStanding,
    RefundStatus,
    Standing,
    Started,
    StartRequest,
    Status,
    WebhookRefused,
)
from partscatalog.payments.gateways.options import Fault, FaultCode
from partscatalog.payments.gateways.signing import is_signed
from partscatalog.payments.gateways.transport import Answer, JsonApi, parse_object

if TYPE_CHECKING:
    from collections.abc import Mapping

STANDINGS = {"paid": Standing.PAID, "declined": Standing.FAILED}
REFUND_STANDINGS = {"sent": RefundStanding.SUCCEEDED, "failed": RefundStanding.FAILED}
MODES = {"live": True, "test": False}
SHOWN = ("reference", "state", "mode", "amount", "currency")
NO_KEY = Fault(
    code=FaultCode.MISSING_KEY,
    text="There is no SECRET_KEY.",
    hint="Give the key (live_... or test_...) of your account at Acme in OPTIONS.",
)


class AcmeGateway(Gateway):
    """Acme under one key. OPTIONS: ``SECRET_KEY``, ``BASE_URL``, ``TIMEOUT``."""

    can_refund = True

    def __init__(self, *, alias: str, options: Mapping[str, object]) -> None:
        super().__init__(alias=alias, options=options)
        self.secret = self.options.secret("SECRET_KEY")
        url = self.options.text("BASE_URL", default="https://api.acme.example")
        self.api = JsonApi(base_url=url, secret=self.secret, timeout=self.timeout)

    @property
    def is_configured(self) -> bool:
        return bool(self.secret)

    @property
    def is_live(self) -> bool | None:
        return MODES.get(self.secret.partition("_")[0])

    def faults(self) -> list[Fault]:
        return [*super().faults(), *([] if self.secret else [NO_KEY])]

    def start(self, request: StartRequest) -> Started:
        document = {
            "reference": request.reference,
            "amount": request.amount,
            "currency": request.currency,
            "email": request.email,
            "back_to": request.return_url,
        }
        data = _data(self.api.post("/checkouts", document))
        return Started(
            reference=fields.reference(data, "reference"),
            access_code=fields.text(data, "id"),
            authorization_url=fields.text(data, "page"),
        )

    def fetch(self, attempt: Attempt) -> Status:
        answer = self.api.get(_path(attempt))
        if answer.status == 404:
            return Status(reference=attempt.reference, standing=Standing.MISSING)
        status = _status(_data(answer))
        if not status.reference:
            raise GatewayUnknown("Acme does not say of which payment it speaks.")
        return status

    def refund(self, request: RefundRequest) -> RefundStatus:
        document = {"reference": request.attempt.reference, "key": request.key, "amount": request.amount}
        refund = _refund(_data(self.api.post("/refunds", document)))
        if refund.key != request.key:
            raise GatewayUnknown("Acme does not say of which refund it speaks.")
        return refund

    def fetch_refunds(self, attempt: Attempt) -> list[RefundStatus]:
        found = _data(self.api.get(f"{_path(attempt)}/refunds")).get("refunds")
        if not isinstance(found, list):
            raise GatewayUnknown("Acme does not say which refunds there are.")
        return [_refund(data) for data in found]

    def parse_webhook(self, *, headers: Mapping[str, str], body: bytes) -> Event:
        if not self.is_configured or not is_signed(body, headers.get("acme-signature", ""), key=self.secret):
            raise WebhookRefused("The signature is wrong.")
        document = parse_object(body)
        if document is None or not isinstance(document.get("payment"), dict):
            raise WebhookRefused("The body is no event of Acme.")
        kind, status = fields.storable(fields.text(document, "kind")), _status(document["payment"])
        return Event(
            kind=kind,
            event_id=fields.text(document, "id"),
            reference=status.reference,
            status=status if kind == "payment" else None,
            is_hint=kind == "refund",
            shown=status.shown,
        )


def _path(attempt: Attempt) -> str:
    return f"/payments/{quote(attempt.reference, safe='')}"


def _data(answer: Answer) -> Mapping[str, Any]:
    """Return the body of a good answer; a refusal is certain, everything else leaves it open.

    A conflict is no refusal: what was asked for may be there already.
    """
    if 400 <= answer.status < 500 and answer.status not in {408, 409}:
        raise GatewayRefused(f"Acme refused with {answer.status}.")
    if not 200 <= answer.status < 300 or answer.document is None:
        raise GatewayUnknown(f"Acme gave no usable answer ({answer.status}).")
    return answer.document


def _status(data: Mapping[str, Any]) -> Status:
    return Status(
        reference=fields.reference(data, "reference"),
        standing=STANDINGS.get(fields.text(data, "state"), Standing.PENDING),
        amount=fields.whole(data, "amount"),
        currency=fields.text(data, "currency"),
        is_live=MODES.get(fields.text(data, "mode")),
        shown=fields.whitelist(data, SHOWN),
    )


def _refund(data: object) -> RefundStatus:
    if not isinstance(data, dict):
        raise GatewayUnknown("Acme told of a refund that cannot be read.")
    return RefundStatus(
        provider_id=fields.text(data, "id"),
        standing=REFUND_STANDINGS.get(fields.text(data, "state"), RefundStanding.PENDING),
        amount=fields.whole(data, "amount") or 0,
        key=fields.text(data, "key"),
    )
