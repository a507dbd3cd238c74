"""The shape of payments and refunds for staff."""

from __future__ import annotations

from typing import Any

from rest_framework import serializers

from partscatalog import money
from partscatalog.api.fields import FlagField, MoneyField, UTCDateTimeField
from partscatalog.payments.models import Payment, PaymentEvent, Refund
from partscatalog.payments.services.balance import plain, plain_amount, worth
from partscatalog.payments.states import GIVEN_BACK


class RefundSerializer(serializers.Serializer[Refund]):
    """A refund as it stands; an ``unknown`` one is found out about by reconcile."""

    id = serializers.IntegerField(read_only=True)
    amount = serializers.SerializerMethodField()
    state = serializers.CharField(read_only=True)

    def get_amount(self, refund: Refund) -> str:
        return plain_amount(refund)


class PaymentEventSerializer(serializers.Serializer[PaymentEvent]):
    """What the gateway said, reduced to the few fields that are kept."""

    at = UTCDateTimeField()
    source = serializers.CharField(read_only=True)  # type: ignore[assignment]  # DRF's own name for another thing
    kind = serializers.CharField(read_only=True)
    body = serializers.DictField(read_only=True)


class PaymentSerializer(serializers.Serializer[Payment]):
    """A payment with its refunds and all that its gateway said, oldest first."""

    reference = serializers.CharField(read_only=True)
    order = serializers.IntegerField(source="order_id", read_only=True)
    gateway = serializers.CharField(read_only=True)
    state = serializers.CharField(read_only=True)
    amount = MoneyField(read_only=True)
    currency = serializers.CharField(read_only=True)
    received = serializers.SerializerMethodField(help_text="What really came in; null before anything did.")
    received_currency = serializers.CharField(
        read_only=True, help_text="The currency of `received` and `refunded`; empty before anything came in."
    )
    refunded = serializers.SerializerMethodField()
    needs_review = serializers.BooleanField(read_only=True)
    review_reason = serializers.CharField(read_only=True)
    refunds = RefundSerializer(many=True, read_only=True)
    events = PaymentEventSerializer(many=True, read_only=True)

    def get_received(self, payment: Payment) -> str | None:
        units = payment.received_minor
        return None if units is None else plain(worth(payment, units), payment.received_currency)

    def get_refunded(self, payment: Payment) -> str:
        currency = payment.received_currency or payment.currency
        amounts = [refund.amount for refund in payment.refunds.all() if refund.state in GIVEN_BACK]
        return plain(sum(amounts, start=money.ZERO), currency)


class RefundRequestSerializer(serializers.Serializer[Any]):
    """What staff ask for."""

    amount = MoneyField(
        max_digits=money.TOTAL_DIGITS,
        required=False,
        allow_null=True,
        help_text="How much to give back; all that is left where not given.",
    )
    restock = FlagField(
        required=False,
        default=False,
        help_text="Return the order's pieces to the stock; only with a refund of all that is left.",
    )
