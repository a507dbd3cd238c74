"""What a gateway said of a payment: a log to which is only added."""

from __future__ import annotations

from typing import Any, NoReturn

from django.db import models
from django.utils.translation import gettext_lazy as _

from partscatalog.payments.models.payment import Payment


class PaymentEventQuerySet(models.QuerySet["PaymentEvent"]):
    def update(self, **values: Any) -> NoReturn:
        """Refuse: what a gateway said is not changed afterwards."""
        raise TypeError("Payment events are never changed.")

    def bulk_create(self, objs: Any, *args: Any, update_conflicts: bool = False, **kwargs: Any) -> Any:
        """Refuse to write over what a gateway said."""
        if update_conflicts:
            raise TypeError("Payment events are never changed.")
        return super().bulk_create(objs, *args, **kwargs)

    def delete(self) -> NoReturn:
        """Refuse: what a gateway said is not forgotten."""
        raise TypeError("Payment events are never deleted.")


class PaymentEvent(models.Model):
    """One webhook, or one answer of the gateway when it was asked.

    ``digest`` is the SHA-256 of the event's id, or of its body where it has none; with the gateway's alias
    it is unique, so that what is told twice counts once. ``body`` holds the few fields that may be kept.
    """

    class Source(models.TextChoices):
        WEBHOOK = "webhook", _("webhook")
        ASKED = "asked", _("the gateway was asked")

    payment = models.ForeignKey(
        Payment, verbose_name=_("payment"), on_delete=models.PROTECT, related_name="events"
    )
    gateway = models.CharField(_("gateway"), max_length=50)
    source = models.CharField(_("source"), max_length=10, choices=Source)
    kind = models.CharField(_("kind"), max_length=255)
    digest = models.CharField(max_length=64)
    body = models.JSONField(_("body"), default=dict)
    at = models.DateTimeField(_("at"), auto_now_add=True)

    objects = PaymentEventQuerySet.as_manager()

    class Meta:
        verbose_name = _("payment event")
        verbose_name_plural = _("payment events")
        ordering = ["pk"]
        constraints = [models.UniqueConstraint(fields=["gateway", "digest"], name="pc_payment_event_once")]

    def __str__(self) -> str:
        return self.kind

    def save(self, **kwargs: Any) -> None:
        """Insert the event; one that is there already is never changed.

        :raises TypeError: for an event that was saved before.
        """
        if not self._state.adding:
            raise TypeError("Payment events are never changed.")
        super().save(**{**kwargs, "force_insert": True})

    def delete(self, *args: Any, **kwargs: Any) -> NoReturn:
        """Refuse: what a gateway said is not forgotten."""
        raise TypeError("Payment events are never deleted.")
