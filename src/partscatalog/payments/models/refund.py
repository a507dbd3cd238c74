"""Money of a payment given back, by staff here or at the provider's own desk."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from partscatalog import money
from partscatalog.payments.models.payment import Payment
from partscatalog.payments.states import RefundState


class Refund(models.Model):
    """One refund, in the currency that the payment brought.

    ``key`` names it at the gateway before the gateway has named it. ``request_hash`` is that of the
    ``Idempotency-Key`` and its user, ``body_hash`` that of what was asked for with it. ``requested_by`` is
    empty for a refund that was made at the provider. ``restock`` returns the order's pieces with it.
    """

    payment = models.ForeignKey(
        Payment, verbose_name=_("payment"), on_delete=models.PROTECT, related_name="refunds"
    )
    key = models.CharField(max_length=64, unique=True)
    provider_id = models.CharField(_("provider's id"), max_length=100, null=True)
    amount = models.DecimalField(
        _("amount"), max_digits=money.TOTAL_DIGITS, decimal_places=money.DECIMAL_PLACES
    )
    amount_minor = models.BigIntegerField(_("amount in the gateway's units"))
    state = models.CharField(_("state"), max_length=10, choices=RefundState, default=RefundState.CREATED)
    restock = models.BooleanField(_("returns the stock"), default=False)
    requested_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        verbose_name=_("requested by"),
        on_delete=models.SET_NULL,
        related_name="+",
        null=True,
    )
    request_hash = models.CharField(max_length=64, unique=True, null=True)
    body_hash = models.CharField(max_length=64, blank=True, default="")
    created_at = models.DateTimeField(_("begun at"), auto_now_add=True)

    class Meta:
        verbose_name = _("refund")
        verbose_name_plural = _("refunds")
        ordering = ["pk"]
        constraints = [
            models.UniqueConstraint(fields=["payment", "provider_id"], name="pc_refund_provider_id"),
            models.CheckConstraint(condition=Q(amount__gt=0, amount_minor__gt=0), name="pc_refund_amount"),
            models.CheckConstraint(condition=Q(state__in=RefundState.values), name="pc_refund_state"),
        ]

    def __str__(self) -> str:
        return self.key
