"""What Paystack's answers say: whether they can be believed, and of which transaction they speak."""

from __future__ import annotations

from types import MappingProxyType
from typing import TYPE_CHECKING, Any

from partscatalog.payments.gateways import fields
from partscatalog.payments.gateways.base import GatewayRefused, GatewayUnknown, Standing, Status

if TYPE_CHECKING:
    from collections.abc import Mapping

    from partscatalog.payments.gateways.transport import Answer

#: ``abandoned`` is what Paystack says before the buyer has paid; whatever it adds one day is not paid either.
#: ``reversed`` was paid and is given back as a whole.
STANDINGS: Mapping[str, Standing] = MappingProxyType(
    {"success": Standing.PAID, "failed": Standing.FAILED, "reversed": Standing.FAILED}
)

DOMAINS: Mapping[str, bool] = MappingProxyType({"live": True, "test": False})

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

#: Fewer digits than this surely fit a database column.
MAX_DIGITS = 19


def data_of(answer: Answer) -> Mapping[str, Any]:
    """Return the object that an answer carries, or raise what the lack of it means."""
    data = content_of(answer)
    if not isinstance(data, dict):
        raise GatewayUnknown(f"Paystack gave no usable answer ({answer.status}).")
    return data


def content_of(answer: Answer) -> object:
    """Return what an answer carries, whatever it is, or raise what a refusal means."""
    document = answer.document or {}
    if 400 <= answer.status < 500 and not _is_doubtful(answer):
        raise GatewayRefused(f"Paystack refused with {answer.status}.")
    if not 200 <= answer.status < 300 or document.get("status") is not True:
        raise GatewayUnknown(f"Paystack gave no usable answer ({answer.status}).")
    return document.get("data")


def _is_doubtful(answer: Answer) -> bool:
    """Tell whether a refusal leaves open that the transaction exists.

    A duplicate reference means that it does: its page was told once, and is lost.
    """
    document = answer.document or {}
    is_duplicate = fields.text(document, "code") == "duplicate_reference" or fields.text(
        document, "message"
    ).lower().startswith("duplicate")
    return is_duplicate or answer.status == 408


def is_missing(answer: Answer) -> bool:
    """Tell whether Paystack says that it knows no such reference: by 404, or by 400."""
    if answer.document is None:
        return False
    return answer.status == 404 or (answer.status == 400 and answer.document.get("status") is False)


def status_of(data: Mapping[str, Any]) -> Status:
    """Return what a transaction says of itself."""
    return Status(
        reference=fields.reference(data, "reference"),
        provider_id=id_of(data, "id"),
        standing=STANDINGS.get(fields.text(data, "status"), Standing.PENDING),
        amount=fields.whole(data, "amount"),
        requested_amount=fields.whole(data, "requested_amount"),
        currency=fields.text(data, "currency"),
        is_live=DOMAINS.get(fields.text(data, "domain")),
        shown=fields.whitelist(data, SHOWN),
    )


def number(data: Mapping[str, Any], name: str) -> int | None:
    """Return a whole number that Paystack writes as a number or as text."""
    written = fields.text(data, name)
    if 0 < len(written) < MAX_DIGITS and written.isascii() and written.isdecimal():
        return int(written)
    return fields.whole(data, name)


def id_of(data: Mapping[str, Any], name: str) -> str:
    """Return an id of Paystack's as text, or nothing."""
    value = number(data, name)
    return str(value) if value else ""


def _transaction(data: Mapping[str, Any]) -> Mapping[str, Any]:
    """Return the transaction that a refund or dispute carries as an object, else nothing."""
    transaction = data.get("transaction")
    return transaction if isinstance(transaction, dict) else {}


def transaction_id(data: Mapping[str, Any]) -> str:
    """Return the id of the transaction that a refund or dispute is of."""
    return id_of(_transaction(data), "id") or id_of(data, "transaction")


def transaction_reference(data: Mapping[str, Any]) -> str:
    """Return the reference of the transaction that a refund or dispute is of."""
    return fields.reference(_transaction(data), "reference") or fields.reference(
        data, "transaction_reference"
    )
