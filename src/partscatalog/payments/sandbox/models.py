"""The sandbox provider's own books, as a real provider would keep them elsewhere."""

from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy as _


class SandboxTransaction(models.Model):
    """One payment as the provider sees it; the amounts are in the currency's smallest unit.

    ``account`` is the gateway's alias: each alias is an account of its own. ``paid_amount`` is what the
    buyer really paid.
    """

    class Status(models.TextChoices):
        OPEN = "open", _("open")
        PAID = "paid", _("paid")
        DECLINED = "declined", _("declined")
        CANCELLED = "cancelled", _("cancelled")
        #: The buyer chose a slow method; the money is on its way.
        LATER = "later", _("on its way")

    account = models.CharField(max_length=50)
    reference = models.CharField(max_length=100)
    access_code = models.CharField(max_length=32, unique=True)
    amount = models.BigIntegerField()
    paid_amount = models.BigIntegerField(null=True)
    currency = models.CharField(max_length=3)
    status = models.CharField(max_length=10, choices=Status, default=Status.OPEN)
    return_url = models.TextField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["account", "reference"], name="pc_sandbox_reference"),
        ]

    def __str__(self) -> str:
        return self.reference

    def describe(self) -> dict[str, object]:
        """Return what the provider says of it, to whoever asks and in its webhooks."""
        return {
            "reference": self.reference,
            "status": self.status,
            "amount": self.amount if self.paid_amount is None else self.paid_amount,
            "currency": self.currency,
        }


class SandboxRefund(models.Model):
    """Money given back, as the provider sees it; one ``key`` of one transaction is one refund."""

    transaction = models.ForeignKey(SandboxTransaction, on_delete=models.CASCADE, related_name="refunds")
    key = models.CharField(max_length=64, null=True)
    amount = models.BigIntegerField()
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        ordering = ["pk"]
        constraints = [
            models.UniqueConstraint(fields=["transaction", "key"], name="pc_sandbox_refund_key"),
        ]

    def __str__(self) -> str:
        return f"rf_{self.pk}"
