"""Paystack as far as this package speaks to it."""

from __future__ import annotations

import hashlib
import hmac
import itertools
import json
from dataclasses import dataclass, field
from typing import Any

from tests.payments.fakes.server import Call, FakeServer, Reply

SECRET_KEY = "sk_test_the_fake_knows_this_key"
#: What Paystack sends along and nobody may keep: it can be charged again.
AUTHORIZATION_CODE = "AUTH_charge_me_again"


@dataclass
class FakePaystack(FakeServer):
    """Transactions by reference, and the events that Paystack would send."""

    secret_key: str = SECRET_KEY
    transactions: dict[str, dict[str, Any]] = field(default_factory=dict)
    ids: Any = field(default_factory=lambda: itertools.count(1001))

    def reply(self, call: Call) -> Reply:
        if call.headers.get("Authorization") != f"Bearer {self.secret_key}":
            return 401, {"status": False, "message": "Invalid key", "code": "invalid_Key"}
        if call.path == "/transaction/initialize":
            return self._initialize(call.document)
        if call.path.startswith("/transaction/verify/"):
            return self._verify(call.path.rsplit("/", 1)[1])
        return 404, {"status": False, "message": "Not found"}

    def pay(self, reference: str, **changes: Any) -> dict[str, Any]:
        """Let the buyer pay; ``changes`` is what the provider then says otherwise."""
        transaction = self.transactions[reference]
        transaction.update(status="success", gateway_response="Successful", channel="card", **changes)
        return transaction

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
        number = next(self.ids)
        self.transactions[reference] = self._transaction(number, document)
        page = {"authorization_url": f"https://checkout.paystack.com/{number}", "access_code": str(number)}
        return 200, {"status": True, "message": "Created", "data": {**page, "reference": reference}}

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
            return 404, {"status": False, "message": "Transaction not found", "code": "transaction_not_found"}
        return 200, {"status": True, "message": "Verified", "data": self.transactions[reference]}
