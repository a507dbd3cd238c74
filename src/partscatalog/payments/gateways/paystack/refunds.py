"""Refunds at Paystack, which has no idempotency keys: looked up by the key in their note, and made once."""

from __future__ import annotations

import re
from dataclasses import replace
from types import MappingProxyType
from typing import TYPE_CHECKING, Any
from urllib.parse import quote

from partscatalog.payments.gateways import fields
from partscatalog.payments.gateways.base import GatewayUnknown, RefundStanding, RefundStatus
from partscatalog.payments.gateways.paystack.reading import (
    content_of,
    data_of,
    id_of,
    number,
    transaction_id,
    transaction_reference,
)

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from partscatalog.payments.gateways.base import RefundRequest
    from partscatalog.payments.gateways.paystack.calls import Calls
    from partscatalog.payments.gateways.transport import Answer

#: ``needs-attention`` waits for the buyer's bank details and goes on afterwards.
STANDINGS: Mapping[str, RefundStanding] = MappingProxyType(
    {"processed": RefundStanding.SUCCEEDED, "failed": RefundStanding.FAILED}
)

#: A key of ours, as it stands alone in a ``merchant_note``; a refund from the dashboard has prose there.
KEY = re.compile(r"RFD_[0-9a-f]{32}", re.ASCII)

PER_PAGE = 100
MAX_PAGES = 20


def list_refunds(calls: Calls, transaction: str) -> list[RefundStatus]:
    """Return every refund of the transaction.

    One that is made meanwhile moves the others a place on: a refund may be seen on two pages.
    """
    refunds = (_of_transaction(row, transaction) for row in _rows(calls, transaction))
    return list({refund.provider_id: refund for refund in refunds if refund is not None}.values())


def make_refund(calls: Calls, request: RefundRequest) -> RefundStatus:
    """Give the money back; a repeat gives it back again."""
    document = {
        "transaction": request.attempt.reference,
        "amount": request.amount,
        "currency": request.currency,
        "merchant_note": request.key,
    }
    data = data_of(calls.post("/refund", document))
    refund = _status(data)
    if refund.amount != request.amount or transaction_reference(data) not in {"", request.attempt.reference}:
        raise GatewayUnknown("Paystack answered about another refund.")
    return replace(refund, key=request.key)


def _rows(calls: Calls, transaction: str) -> Iterator[Mapping[str, Any]]:
    """Yield the rows of all pages, or raise: a list that is not whole would let a refund be made twice."""
    query = f"transaction={quote(transaction, safe='')}&perPage={PER_PAGE}"
    for page in range(1, MAX_PAGES + 1):
        answer = calls.get(f"/refund?{query}&page={page}")
        rows = _page(answer)
        yield from rows
        if not rows or page >= _page_count(answer):
            return
    raise GatewayUnknown("The list of refunds has no end.")


def _page(answer: Answer) -> Sequence[Mapping[str, Any]]:
    rows = content_of(answer)
    if not isinstance(rows, list) or not all(isinstance(row, dict) for row in rows):
        raise GatewayUnknown("Paystack gave no list of refunds.")
    return rows


def _page_count(answer: Answer) -> float:
    """Return how many pages there are; where Paystack does not tell, only an empty one is the last."""
    meta = (answer.document or {}).get("meta")
    count = number(meta, "pageCount") if isinstance(meta, dict) else None
    return float("inf") if count is None else count


def _of_transaction(row: Mapping[str, Any], transaction: str) -> RefundStatus | None:
    """Return the refund unless it is another transaction's, which a filter that is not heeded lets in."""
    whose = transaction_id(row)
    if not whose:
        raise GatewayUnknown("Paystack told of a refund and not of which transaction.")
    return _status(row) if whose == transaction else None


def _status(data: Mapping[str, Any]) -> RefundStatus:
    note = fields.text(data, "merchant_note")
    return RefundStatus(
        provider_id=id_of(data, "id"),
        standing=STANDINGS.get(fields.text(data, "status"), RefundStanding.PENDING),
        amount=number(data, "amount") or 0,
        key=note if KEY.fullmatch(note) else "",
    )
