"""Paystack as far as this package speaks to it."""

from __future__ import annotations

import hashlib
import hmac
import itertools
import json
import re
import threading
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import parse_qsl, urlsplit

from tests.payments.fakes.server import Call, FakeServer, Reply

SECRET_KEY = "sk_test_the_fake_knows_this_key"
#: What Paystack sends along and nobody may keep: it can be charged again.
AUTHORIZATION_CODE = "AUTH_charge_me_again"
MOST_PER_PAGE = 100

START_FIELDS = {"email", "amount", "currency", "reference", "metadata", "callback_url"}

NOT_FOUND: Reply = (
    404,
    {"status": False, "message": "Transaction not found", "code": "transaction_not_found"},
)


@dataclass
class FakePaystack(FakeServer):
    """Transactions by reference, their refunds, and the events that Paystack would send."""

    secret_key: str = SECRET_KEY
    transactions: dict[str, dict[str, Any]] = field(default_factory=dict)
    #: Of all transactions, the newest first, as the API lists them.
    refunds: list[dict[str, Any]] = field(default_factory=list)
    #: What the answers to starts say otherwise.
    started: dict[str, Any] = field(default_factory=dict)
    ids: Any = field(default_factory=lambda: itertools.count(1001))
    books: Any = field(default_factory=threading.RLock)

    def reply(self, call: Call) -> Reply:
        if call.headers.get("Authorization") != f"Bearer {self.secret_key}":
            return 401, {"status": False, "message": "Invalid key", "code": "invalid_Key"}
        if call.path == "/transaction/initialize":
            return self._initialize(call.document)
        if call.path.startswith("/transaction/verify/"):
            return self._verify(call.path.rsplit("/", 1)[1])
        if call.path == "/refund" and call.method == "POST":
            return self._refund(call.document)
        if call.path.startswith("/refund?"):
            return self._list_refunds(dict(parse_qsl(urlsplit(call.path).query)))
        return 404, {"status": False, "message": "Not found"}

    def pay(self, reference: str, /, **changes: Any) -> dict[str, Any]:
        """Let the buyer pay; ``changes`` is what the provider then says otherwise."""
        transaction = self.transactions[reference]
        transaction.update(status="success", gateway_response="Successful", channel="card", **changes)
        return transaction

    def refund_at_the_desk(self, reference: str, amount: int | None = None) -> dict[str, Any]:
        """Give money back in the dashboard, where nobody knows of the shop's keys."""
        note = f"Refund for transaction {reference} by owner@example.com"
        document = {"transaction": reference, "amount": amount, "merchant_note": note}
        status, answer = self._refund({name: value for name, value in document.items() if value})
        assert status == 200, answer
        return self.refunds[0]

    def settle(self, refund: dict[str, Any], status: str) -> None:
        """Let a refund go on; one that fails leaves the money with the shop."""
        with self.books:
            refund["status"] = status
            transaction = self._of_refund(refund)
            transaction["status"] = "success" if self._left(transaction) else "reversed"

    def refunded(self, reference: str) -> int:
        """Return how much of a transaction was given back."""
        transaction = self.transactions[reference]
        given_back: int = transaction["amount"] - self._left(transaction)
        return given_back

    def refund_webhook(self, refund: dict[str, Any], **changes: Any) -> tuple[bytes, dict[str, str]]:
        """Return what Paystack tells of a refund: not which one, and the amount as text."""
        data = {
            "status": refund["status"],
            "transaction_reference": self._of_refund(refund)["reference"],
            "refund_reference": None,
            "amount": str(refund["amount"]),
            "currency": refund["currency"],
            "processor": "instant-transfer",
            "customer": {"first_name": "Drew", "last_name": "Berry", "email": "buyer@example.com"},
            "integration": 412829,
            "domain": refund["domain"],
        }
        return self.webhook(f"refund.{refund['status']}", {**data, **changes})

    def dispute_webhook(
        self, event: str, reference: str, *, resolution: str | None = None, **changes: Any
    ) -> tuple[bytes, dict[str, str]]:
        """Return what Paystack tells of a dispute: ``create``, ``remind`` or ``resolve``."""
        transaction = self.transactions[reference]
        data = {
            "id": 358_950,
            "refund_amount": transaction["amount"],
            "currency": transaction["currency"],
            "status": "resolved" if event == "resolve" else "awaiting-merchant-feedback",
            "resolution": resolution,
            "domain": transaction["domain"],
            "transaction": transaction,
            "transaction_reference": None,
            "category": "chargeback",
            "customer": {"email": "buyer@example.com"},
            "bin": "123456",
            "last4": "1234",
            "history": [{"status": "pending", "by": "buyer@example.com"}],
        }
        return self.webhook(f"charge.dispute.{event}", {**data, **changes})

    def webhook(self, event: str, data: Any, *, key: str | None = None) -> tuple[bytes, dict[str, str]]:
        """Return an event's body and its signed headers."""
        body = json.dumps({"event": event, "data": data}).encode()
        return body, self.sign(body, key=key)

    def sign(self, body: bytes, *, key: str | None = None) -> dict[str, str]:
        """Return the headers that prove the body."""
        digest = hmac.new((key or self.secret_key).encode(), body, hashlib.sha512).hexdigest()
        return {"x-paystack-signature": digest}

    def _initialize(self, document: dict[str, Any]) -> Reply:
        reference = document["reference"]
        if reference in self.transactions:
            return 400, {
                "status": False,
                "message": "Duplicate Transaction Reference",
                "code": "duplicate_reference",
            }
        if not _is_conforming(document):
            return 400, {"status": False, "message": "Invalid parameters", "code": "invalid_params"}
        number = next(self.ids)
        self.transactions[reference] = self._transaction(number, document)
        page = {"authorization_url": f"https://checkout.paystack.com/{number}", "access_code": str(number)}
        data = {**page, "reference": reference, **self.started}
        return 200, {"status": True, "message": "Created", "data": data}

    def _transaction(self, number: int, document: dict[str, Any]) -> dict[str, Any]:
        return {
            "id": number,
            "domain": "live" if self.secret_key.startswith("sk_live_") else "test",
            "status": "abandoned",
            "reference": document["reference"],
            "amount": document["amount"],
            "requested_amount": document["amount"],
            "currency": document["currency"],
            "channel": None,
            "gateway_response": "The transaction was not completed",
            "ip_address": "203.0.113.7",
            "metadata": document["metadata"],
            "customer": {"email": document["email"]},
            "authorization": {"authorization_code": AUTHORIZATION_CODE, "last4": "4081"},
        }

    def _verify(self, reference: str) -> Reply:
        if reference not in self.transactions:
            return NOT_FOUND
        return 200, {"status": True, "message": "Verified", "data": self.transactions[reference]}

    def _refund(self, document: dict[str, Any]) -> Reply:
        transaction = self.transactions.get(document["transaction"])
        if transaction is None:
            return NOT_FOUND
        with self.books:
            left = self._left(transaction)
            amount = document.get("amount", left)
            refusal = _refusal(transaction, amount=amount, left=left)
            if refusal:
                return 400, {"status": False, "type": "api_error", **refusal}
            refund = self._new_refund(transaction, amount, document["merchant_note"])
            self.refunds.insert(0, refund)
            if amount == left:
                transaction["status"] = "reversed"
        answer = {**refund, "transaction": {**transaction, "refunded_amount": amount}}
        return 200, {"status": True, "message": "Refund has been queued for processing", "data": answer}

    def _new_refund(self, transaction: dict[str, Any], amount: int, note: str) -> dict[str, Any]:
        return {
            "integration": 412829,
            "transaction": transaction["id"],
            "dispute": None,
            "settlement": None,
            "id": next(self.ids),
            "domain": transaction["domain"],
            "currency": transaction["currency"],
            "amount": amount,
            "status": "pending",
            "refunded_by": "owner@example.com",
            "customer_note": f"Refund for transaction {transaction['reference']}",
            "merchant_note": note,
            "deducted_amount": 0,
            "fully_deducted": False,
        }

    def _list_refunds(self, query: dict[str, str]) -> Reply:
        found = [refund for refund in self.refunds if str(refund["transaction"]) == query["transaction"]]
        size, page = min(int(query["perPage"]), MOST_PER_PAGE), int(query["page"])
        pages = -(-len(found) // size)
        meta = {"total": len(found), "skipped": 0, "perPage": size, "page": page, "pageCount": pages}
        rows = found[(page - 1) * size : page * size]
        return 200, {"status": True, "message": "Refunds retrieved", "data": rows, "meta": meta}

    def _left(self, transaction: dict[str, Any]) -> int:
        given_back = sum(
            refund["amount"]
            for refund in self.refunds
            if refund["transaction"] == transaction["id"] and refund["status"] != "failed"
        )
        left: int = transaction["amount"] - given_back
        return left

    def _of_refund(self, refund: dict[str, Any]) -> dict[str, Any]:
        return next(
            transaction
            for transaction in self.transactions.values()
            if transaction["id"] == refund["transaction"]
        )


def _is_conforming(document: dict[str, Any]) -> bool:
    """Tell whether a start says all that this package has a reason to say, and nothing else."""
    is_whole = {"email", "amount", "currency", "reference", "metadata"} <= set(document) <= START_FIELDS
    return (
        is_whole
        and "@" in document["email"]
        and type(document["amount"]) is int
        and document["amount"] > 0
        and re.fullmatch("[A-Z]{3}", document["currency"]) is not None
        and re.fullmatch(r"[A-Za-z0-9_.=-]{1,100}", document["reference"]) is not None
    )


def _refusal(transaction: dict[str, Any], *, amount: int, left: int) -> dict[str, str] | None:
    if not left:
        return {"message": "Transaction has been fully reversed", "code": "transaction_reversed"}
    if transaction["status"] != "success":
        return {"message": "Only a successful transaction can be refunded", "code": "invalid_params"}
    if amount > left:
        return {"message": "Refund amount is more than is left of the transaction", "code": "invalid_params"}
    return None
