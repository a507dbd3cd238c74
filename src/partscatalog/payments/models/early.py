"""What a provider told of money before the shop knew whose it is."""

from __future__ import annotations

from django.db import models


class EarlyEvent(models.Model):
    """A webhook that names money by the provider's own name for it alone, which no payment has yet.

    It becomes an event of the payment once one has. ``digest`` is that of a payment's event.
    """

    gateway = models.CharField(max_length=50)
    provider_id = models.CharField(max_length=100)
    kind = models.CharField(max_length=255)
    digest = models.CharField(max_length=64)
    body = models.JSONField(default=dict)
    dispute = models.CharField(max_length=10, blank=True, default="")
    is_hint = models.BooleanField(default=False)
    at = models.DateTimeField(auto_now_add=True)

    class Meta:
        ordering = ["pk"]
        indexes = [models.Index(fields=["gateway", "provider_id"], name="pc_early_event_money")]
        constraints = [models.UniqueConstraint(fields=["gateway", "digest"], name="pc_early_event_once")]

    def __str__(self) -> str:
        return self.kind
