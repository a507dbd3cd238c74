"""Payments in the admin: to look at, with all that their gateways said; nothing is edited by hand."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.contrib import admin
from django.utils.translation import gettext_lazy as _

from partscatalog import money
from partscatalog.orders.admin import ReadOnlyInline
from partscatalog.payments.models import Payment, PaymentEvent

if TYPE_CHECKING:
    from django.http import HttpRequest


class PaymentInline(ReadOnlyInline):
    """The payments of an order, shown with it."""

    model = Payment
    fk_name = "order"
    fields = readonly_fields = (
        "reference",
        "gateway",
        "state",
        "total",
        "needs_review",
        "review_reason",
        "created_at",
        "paid_at",
    )
    show_change_link = True

    @admin.display(description=_("amount"))
    def total(self, payment: Payment) -> str:
        return _amount(payment)


class PaymentEventInline(ReadOnlyInline):
    model = PaymentEvent
    fields = readonly_fields = ("at", "source", "kind", "body")


@admin.register(Payment)
class PaymentAdmin(admin.ModelAdmin):  # type: ignore[type-arg]  # not subscriptable at run time
    list_display = ["reference", "order", "gateway", "state", "total", "needs_review", "created_at"]
    list_filter = ["needs_review", "state", "gateway", "is_live", "created_at"]
    search_fields = ["reference", "order__number"]
    list_select_related = ["order"]
    show_full_result_count = False
    inlines = [PaymentEventInline]
    fields = readonly_fields = (
        "reference",
        "order",
        "gateway",
        "is_live",
        "total",
        "amount_minor",
        "state",
        "needs_review",
        "review_reason",
        "shown",
        "created_at",
        "paid_at",
    )

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    @admin.display(description=_("amount"), ordering="amount")
    def total(self, payment: Payment) -> str:
        return _amount(payment)


def _amount(payment: Payment) -> str:
    return f"{money.format_amount(payment.amount, payment.currency)} {payment.currency}"
