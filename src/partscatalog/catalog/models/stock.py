"""The ledger of stock: each change of a product's stock is a row, and their sum is the stock."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _


class StockMovement(models.Model):
    """One change of one product's stock.

    It outlives product, order and actor. ``order_id`` is the id of the order that took or gave back the
    pieces, without a foreign key: the catalog stands below the orders.
    """

    class Reason(models.TextChoices):
        INITIAL = "initial", _("initial stock")
        STOCKTAKE = "stocktake", _("stocktake")
        ADJUSTMENT = "adjustment", _("adjustment")
        SALE = "sale", _("sale")
        RELEASE = "release", _("order cancelled or expired")
        RETURN = "return", _("refund returned to the shelf")

    product = models.ForeignKey(
        "partscatalog_catalog.Product",
        verbose_name=_("product"),
        on_delete=models.SET_NULL,
        related_name="movements",
        null=True,
    )
    delta = models.IntegerField(_("difference"))
    reason = models.CharField(_("reason"), max_length=20, choices=Reason)
    note = models.CharField(_("note"), max_length=200, blank=True, default="")
    order_id = models.BigIntegerField(_("order"), null=True, db_index=True)
    actor = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        verbose_name=_("by"),
        on_delete=models.SET_NULL,
        related_name="+",
        null=True,
    )
    created_at = models.DateTimeField(_("at"), auto_now_add=True)

    class Meta:
        verbose_name = _("stock movement")
        verbose_name_plural = _("stock movements")
        ordering = ["-pk"]

    def __str__(self) -> str:
        return f"{self.delta:+d} ({self.get_reason_display()})"
