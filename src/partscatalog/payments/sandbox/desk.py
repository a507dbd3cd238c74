"""What the buyer does on the sandbox's page, and what the provider then tells the shop."""

from __future__ import annotations

import json
import secrets
from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING

from django.db import transaction
from django.db.models import F
from django.utils.translation import gettext_lazy as _

from partscatalog.payments.gateways import registry
from partscatalog.payments.sandbox.gateway import SandboxGateway
from partscatalog.payments.sandbox.models import SandboxTransaction
from partscatalog.payments.sandbox.store import ACCESS_CODE
from partscatalog.payments.services import webhooks
from partscatalog.transactions import writing

if TYPE_CHECKING:
    from collections.abc import Mapping

    from django_stubs_ext import StrPromise

Status = SandboxTransaction.Status

#: A declined card may be tried again, as at real providers.
PAYABLE = (Status.OPEN, Status.DECLINED)


class Action(StrEnum):
    """The buttons of the page."""

    PAY = "pay"
    DECLINE = "decline"
    CANCEL = "cancel"
    LATER = "later"
    WRONG_AMOUNT = "wrong_amount"
    TWICE = "twice"


@dataclass(frozen=True, kw_only=True)
class Effect:
    """What a button does to a transaction, and how often the shop is told."""

    label: StrPromise
    status: SandboxTransaction.Status
    webhooks: int = 1
    #: Pay half of what was asked for.
    half: bool = False

    def paid_amount(self, page: SandboxTransaction) -> int | None:
        """Return what the buyer then has paid, if anything."""
        if self.status is not Status.PAID:
            return None
        return (page.amount // 2 or 2) if self.half else page.amount


EFFECTS: Mapping[Action, Effect] = {
    Action.PAY: Effect(label=_("Pay"), status=Status.PAID),
    Action.DECLINE: Effect(label=_("Decline the card"), status=Status.DECLINED),
    Action.CANCEL: Effect(label=_("Cancel"), status=Status.CANCELLED),
    Action.LATER: Effect(label=_("Pay later"), status=Status.LATER, webhooks=0),
    Action.WRONG_AMOUNT: Effect(label=_("Pay a wrong amount"), status=Status.PAID, half=True),
    Action.TWICE: Effect(label=_("Pay, and tell the shop twice"), status=Status.PAID, webhooks=2),
}


def find_page(access_code: str) -> SandboxTransaction | None:
    """Return the transaction whose page it is, where the sandbox may run."""
    if not ACCESS_CODE.fullmatch(access_code):
        return None
    page = SandboxTransaction.objects.filter(access_code=access_code).first()
    return page if page is not None and _gateway(page) is not None else None


@writing
def act(*, page: SandboxTransaction, action: Action) -> None:
    """Carry a button out, once, and tell the shop by signed webhooks after the commit.

    A page that is done with ignores its buttons.
    """
    effect = EFFECTS[action]
    changes = {"status": effect.status, "paid_amount": effect.paid_amount(page)}
    if not SandboxTransaction.objects.filter(pk=page.pk, status__in=PAYABLE).update(**changes):
        return
    page.refresh_from_db()
    body = _event(page)
    for _time in range(effect.webhooks):
        transaction.on_commit(lambda: _deliver(page, body), robust=True)


def clear_late() -> int:
    """Let the money of buyers who pay later arrive, without telling the shop, and return how many paid."""
    late = SandboxTransaction.objects.filter(status=Status.LATER)
    return late.update(status=Status.PAID, paid_amount=F("amount"))


def _event(page: SandboxTransaction) -> bytes:
    event = {
        "id": f"evt_{secrets.token_hex(12)}",
        "event": f"transaction.{page.status}",
        "data": page.describe(),
    }
    return json.dumps(event).encode()


def _deliver(page: SandboxTransaction, body: bytes) -> None:
    gateway = _gateway(page)
    if gateway is not None:
        webhooks.receive(alias=page.account, headers=gateway.sign(body), body=body)


def _gateway(page: SandboxTransaction) -> SandboxGateway | None:
    """Return the gateway that the page belongs to, if the site still has it and it may run."""
    try:
        gateway = registry.get(page.account)
    except registry.UnknownGateway:
        return None
    return gateway if isinstance(gateway, SandboxGateway) and gateway.is_configured else None
