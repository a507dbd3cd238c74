"""The history of an order: each move is a row, and carries the mail that tells of it."""

from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy as _

from partscatalog.orders.models.order import Order
from partscatalog.orders.states import Party, Status


class OrderEvent(models.Model):
    """One move of an order.

    ``mail`` names the mail that tells the customer, empty for none. ``mail_claimed_at`` is set by the
    one who is sending it, ``mail_sent_at`` when it is done, so that each kind is sent once.
    """

    class Mail(models.TextChoices):
        PLACED = "placed", _("order placed")
        PAID = "paid", _("order paid")
        SHIPPED = "shipped", _("order shipped")
        CANCELLED = "cancelled", _("order cancelled")

    order = models.ForeignKey(Order, on_delete=models.CASCADE, related_name="events")
    from_status = models.CharField(_("from"), max_length=12, choices=Status, null=True)
    to_status = models.CharField(_("to"), max_length=12, choices=Status)
    by = models.CharField(_("by"), max_length=10, choices=Party)
    reason = models.CharField(_("reason"), max_length=200, blank=True, default="")
    at = models.DateTimeField(_("at"), auto_now_add=True)
    mail = models.CharField(max_length=10, choices=Mail, blank=True, default="")
    mail_claimed_at = models.DateTimeField(null=True)
    mail_sent_at = models.DateTimeField(_("mail sent at"), null=True)

    class Meta:
        verbose_name = _("order event")
        verbose_name_plural = _("order events")
        ordering = ["pk"]
        indexes = [models.Index(fields=["mail_sent_at", "at"], name="pc_order_event_mail")]

    def __str__(self) -> str:
        steps = (self.get_from_status_display(), self.get_to_status_display())
        return " → ".join(str(step) for step in steps if step)
