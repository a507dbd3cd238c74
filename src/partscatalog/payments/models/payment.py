"""One attempt to pay one order at one gateway."""

from __future__ import annotations

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from partscatalog import money
from partscatalog.orders.models import Order
from partscatalog.payments.gateways.base import Attempt
from partscatalog.payments.querysets import PaymentQuerySet
from partscatalog.payments.states import HOLDING, SETTLED, Review, State


class Payment(models.Model):
    """An attempt, with the amount, currency and mode that were asked for when it began.

    ``open_for`` is the order while, and only while, the attempt is created or open: a unique column gives
    each order at most one such attempt on every database. ``amount_minor`` is the amount in the gateway's own
    units. ``received_minor`` is what came in, fees that the buyer bore set aside; money that does not fit has
    not paid the order and has no ``paid_at``. ``dispute`` is what the gateway said last of a buyer's
    complaint. ``shown`` is the little that is kept of the gateway's last word. ``next_check_at`` is when the
    gateway is asked the next time, empty for never.
    """

    order = models.ForeignKey(
        Order, verbose_name=_("order"), on_delete=models.PROTECT, related_name="payments"
    )
    open_for = models.OneToOneField(
        Order, on_delete=models.PROTECT, related_name="+", null=True, editable=False
    )
    gateway = models.CharField(_("gateway"), max_length=50)
    reference = models.CharField(_("reference"), max_length=100, unique=True)
    amount = models.DecimalField(
        _("amount"), max_digits=money.TOTAL_DIGITS, decimal_places=money.DECIMAL_PLACES
    )
    amount_minor = models.BigIntegerField(_("amount in the gateway's units"))
    currency = models.CharField(_("currency"), max_length=3)
    is_live = models.BooleanField(_("real money"), null=True)
    state = models.CharField(_("state"), max_length=20, choices=State, default=State.CREATED)
    needs_review = models.BooleanField(_("needs review"), default=False)
    review_reason = models.CharField(_("to review"), max_length=20, choices=Review, blank=True, default="")
    #: The lasting reason for which staff have dismissed it.
    dismissed = models.CharField(max_length=20, blank=True, default="", editable=False)
    received_minor = models.BigIntegerField(_("received, in the gateway's units"), null=True)
    received_currency = models.CharField(_("received currency"), max_length=3, blank=True, default="")
    provider_id = models.CharField(_("provider's id"), max_length=100, blank=True, default="")
    dispute = models.CharField(max_length=10, blank=True, default="")
    access_code = models.CharField(max_length=255, blank=True, default="")
    authorization_url = models.TextField(blank=True, default="")
    shown = models.JSONField(_("gateway's answer"), default=dict)
    created_at = models.DateTimeField(_("begun at"), auto_now_add=True)
    paid_at = models.DateTimeField(_("paid at"), null=True)
    accepted_at = models.DateTimeField(_("accepted by staff at"), null=True)
    checks = models.PositiveSmallIntegerField(default=0, editable=False)
    next_check_at = models.DateTimeField(_("asked again at"), null=True)

    objects = PaymentQuerySet.as_manager()

    class Meta:
        verbose_name = _("payment")
        verbose_name_plural = _("payments")
        ordering = ["-created_at", "-pk"]
        indexes = [
            models.Index(fields=["needs_review", "-created_at"], name="pc_payment_review"),
            models.Index(fields=["next_check_at"], name="pc_payment_next_check"),
            models.Index(fields=["gateway", "provider_id"], name="pc_payment_provider_id"),
        ]
        constraints = [
            models.CheckConstraint(condition=Q(amount__gt=0, amount_minor__gt=0), name="pc_payment_amount"),
            models.CheckConstraint(condition=Q(state__in=State.values), name="pc_payment_state"),
            models.CheckConstraint(
                condition=Q(open_for__isnull=True) | Q(open_for=F("order"), state__in=sorted(HOLDING)),
                name="pc_payment_open_for",
            ),
            models.CheckConstraint(
                condition=~Q(state__in=sorted(HOLDING)) | Q(open_for__isnull=False), name="pc_payment_holds"
            ),
            models.CheckConstraint(
                condition=Q(paid_at__isnull=False, state__in=sorted(SETTLED))
                | (Q(paid_at__isnull=True) & ~Q(state=State.PAID)),
                name="pc_payment_paid_at",
            ),
        ]

    def __str__(self) -> str:
        return self.reference

    @property
    def is_settled(self) -> bool:
        """Whether its money came and was dealt with; only refunds and disputes come after that."""
        return self.state in SETTLED

    @property
    def has_paid(self) -> bool:
        """Whether it has paid its order, whatever happened afterwards."""
        return self.paid_at is not None

    @property
    def attempt(self) -> Attempt:
        """By what the gateway is asked about it."""
        return Attempt(
            reference=self.reference,
            begun_at=self.created_at,
            access_code=self.access_code,
            provider_id=self.provider_id,
        )
