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
    Standing,
    Started,
    StartRequest,
    Status,
    WebhookRefused,
)
from partscatalog.payments.gateways.signing import is_signed
from partscatalog.payments.gateways.transport import Answer, JsonApi, parse_object

if TYPE_CHECKING:
    from collections.abc import Mapping

STANDINGS = {"paid": Standing.PAID, "declined": Standing.FAILED}
SHOWN = ("reference", "state", "amount", "currency")


class AcmeGateway(Gateway):
    """Acme under one key. OPTIONS: ``SECRET_KEY``, ``BASE_URL``, ``TIMEOUT``."""

    def __init__(self, *, alias: str, options: Mapping[str, object]) -> None:
        super().__init__(alias=alias, options=options)
        self.secret = self.options.secret("SECRET_KEY")
        url = self.options.text("BASE_URL", default="https://api.acme.example")
        self.api = JsonApi(base_url=url, secret=self.secret, timeout=self.timeout)

    @property
    def is_configured(self) -> bool:
        return bool(self.secret)

    def start(self, request: StartRequest) -> Started:
        document = {
            "reference": request.reference,
            "amount": request.amount,
            "currency": request.currency,
            "email": request.email,
            "back_to": request.return_url,
        }
        data = _data(self.api.post("/payments", document))
        return Started(
            reference=fields.reference(data, "reference"),
            access_code=fields.text(data, "id"),
            authorization_url=fields.text(data, "page"),
        )

    def fetch(self, attempt: Attempt) -> Status:
        answer = self.api.get(f"/payments/{quote(attempt.reference, safe='')}")
        if answer.status == 404:
            return Status(reference=attempt.reference, standing=Standing.MISSING)
        return _status(_data(answer))

    def parse_webhook(self, *, headers: Mapping[str, str], body: bytes) -> Event:
        if not self.is_configured or not is_signed(body, headers.get("acme-signature", ""), key=self.secret):
            raise WebhookRefused("The signature is wrong.")
        document = parse_object(body)
        if document is None or not isinstance(document.get("payment"), dict):
            raise WebhookRefused("The body is no event of Acme.")
        status = _status(document["payment"])
        return Event(
            kind=fields.storable(fields.text(document, "kind")),
            event_id=fields.text(document, "id"),
            reference=status.reference,
            status=status,
            shown=status.shown,
        )


def _data(answer: Answer) -> Mapping[str, Any]:
    """Return the body of a good answer; a refusal is certain, everything else leaves it open."""
    if 400 <= answer.status < 500:
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
        shown=fields.whitelist(data, SHOWN),
    )
