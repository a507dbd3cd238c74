"""The sandbox provider's books: open a transaction, find it, let the buyer act on it."""

from __future__ import annotations

import re
import secrets
import string
from typing import TYPE_CHECKING
from urllib.parse import urlencode, urlsplit, urlunsplit

from partscatalog.payments.sandbox.models import SandboxRefund, SandboxTransaction
from partscatalog.transactions import writing

if TYPE_CHECKING:
    from partscatalog.payments.gateways.base import StartRequest

ALPHABET = string.ascii_lowercase + string.digits
CODE_LENGTH = 32
#: What an access code looks like; nothing else is looked up.
ACCESS_CODE = re.compile(rf"[{ALPHABET}]{{{CODE_LENGTH}}}")


class Store:
    """The transactions of one account at the sandbox provider."""

    def __init__(self, account: str) -> None:
        self.account = account

    def open(self, request: StartRequest, *, return_url: str) -> SandboxTransaction:
        """Write a new transaction down, with a page address that nobody can guess."""
        return SandboxTransaction.objects.create(
            account=self.account,
            reference=request.reference,
            access_code="".join(secrets.choice(ALPHABET) for _ in range(CODE_LENGTH)),
            amount=request.amount,
            currency=request.currency,
            return_url=_with_reference(return_url, request.reference),
        )

    def find(self, reference: str) -> SandboxTransaction | None:
        """Return the account's transaction of that reference."""
        return SandboxTransaction.objects.filter(account=self.account, reference=reference).first()

    @writing
    def refund(self, reference: str, *, amount: int, key: str | None = None) -> SandboxRefund | None:
        """Give money back and return the refund, the first one of its key; None when there is not so much."""
        paid = SandboxTransaction.objects.filter(
            account=self.account, reference=reference, status=SandboxTransaction.Status.PAID
        )
        # A write that changes nothing takes the row's lock on every database.
        if not paid.update(status=SandboxTransaction.Status.PAID):
            return None
        transaction = paid.get()
        earlier = transaction.refunds.filter(key=key).first() if key else None
        if earlier is not None:
            return earlier
        left = (transaction.paid_amount or 0) - sum(transaction.refunds.values_list("amount", flat=True))
        return transaction.refunds.create(key=key, amount=amount) if amount <= left else None

    def refunds(self, reference: str) -> list[SandboxRefund]:
        """Return all refunds of the account's transaction of that reference."""
        of_account = SandboxRefund.objects.filter(transaction__account=self.account)
        return list(of_account.filter(transaction__reference=reference))


def _with_reference(url: str, reference: str) -> str:
    parts = urlsplit(url)
    query = "&".join(part for part in (parts.query, urlencode({"reference": reference})) if part)
    return urlunsplit(parts._replace(query=query))
