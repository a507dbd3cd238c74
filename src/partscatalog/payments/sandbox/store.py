"""The sandbox provider's books: open a transaction, find it, let the buyer act on it."""

from __future__ import annotations

import re
import secrets
import string
from typing import TYPE_CHECKING
from urllib.parse import urlencode, urlsplit, urlunsplit

from partscatalog.payments.sandbox.models import SandboxTransaction

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


def _with_reference(url: str, reference: str) -> str:
    parts = urlsplit(url)
    query = "&".join(part for part in (parts.query, urlencode({"reference": reference})) if part)
    return urlunsplit(parts._replace(query=query))
