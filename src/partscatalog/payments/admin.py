"""Payments in the admin: all that their gateways said, money that waits for a decision, and refunds.

Nothing is edited by hand: actions call the services.
"""

from __future__ import annotations

import uuid
from typing import TYPE_CHECKING, Any

from django import forms
from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied, ValidationError
from django.http import HttpResponseRedirect
from django.shortcuts import get_object_or_404
from django.urls import path, reverse
from django.utils.html import format_html
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext

from partscatalog import money
from partscatalog.admin import ShopModelAdmin
from partscatalog.api.permissions import person
from partscatalog.exceptions import PartsCatalogError, RefundRefused
from partscatalog.orders.admin import ReadOnlyInline
from partscatalog.orders.services.idempotency import Key
from partscatalog.payments.models import Payment, PaymentEvent, Refund
from partscatalog.payments.services import balance, reviewing
from partscatalog.payments.services.refunding import RefundOrder, refund_payment

if TYPE_CHECKING:
    from collections.abc import Callable
    from decimal import Decimal

    from django.db.models import QuerySet
    from django.http import HttpRequest, HttpResponse


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


class RefundInline(ReadOnlyInline):
    model = Refund
    fields = readonly_fields = ("created_at", "total", "state", "restock", "requested_by", "provider_id")

    @admin.display(description=_("amount"))
    def total(self, refund: Refund) -> str:
        return balance.plain_amount(refund)


class PaymentEventInline(ReadOnlyInline):
    model = PaymentEvent
    fields = readonly_fields = ("at", "source", "kind", "body")


class RefundForm(forms.Form):
    """How much to give back. The token makes a form that is sent twice one refund."""

    amount = forms.CharField(
        label=_("Amount"), required=False, help_text=_("All that is left where not given.")
    )
    restock = forms.BooleanField(
        label=_("Return the stock"), required=False, help_text=_("Only with a refund of all that is left.")
    )
    token = forms.CharField(widget=forms.HiddenInput, max_length=64)

    def __init__(self, data: Any, *, currency: str) -> None:
        super().__init__(data, initial={"token": uuid.uuid4().hex})
        self.currency = currency

    def renew_token(self) -> None:
        """Let what is sent next be another refund, as this one was refused."""
        self.data = {**dict(self.data.items()), "token": uuid.uuid4().hex}

    def clean_amount(self) -> Decimal | None:
        text = self.cleaned_data["amount"].strip()
        if not text:
            return None
        try:
            return money.parse_amount(text, self.currency)
        except ValueError as err:
            raise ValidationError(_("Write the amount in digits, with a point before its decimals.")) from err


@admin.register(Payment)
class PaymentAdmin(ShopModelAdmin):
    list_display = ["short_reference", "needs_review", "review_reason", "state", "total"]
    list_filter = ["needs_review", "review_reason", "state", "gateway", "is_live", "created_at"]
    search_fields = ["reference", "order__number"]
    show_full_result_count = False
    inlines = [RefundInline, PaymentEventInline]
    actions = ["accept", "dismiss", "refund_rest"]
    change_form_template = "admin/partscatalog_payments/payment/change_form.html"
    fields = readonly_fields = (
        "reference",
        "order",
        "gateway",
        "is_live",
        "total",
        "received",
        "given_back",
        "state",
        "needs_review",
        "review_reason",
        "advice",
        "provider_id",
        "shown",
        "created_at",
        "paid_at",
        "accepted_at",
        "next_check_at",
    )

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def has_decide_permission(self, request: HttpRequest) -> bool:
        """Who may change payments decides about money that waits."""
        return bool(request.user.has_perm("partscatalog_payments.change_payment"))

    def has_refund_permission(self, request: HttpRequest) -> bool:
        return bool(request.user.has_perm("partscatalog_payments.add_refund"))

    @admin.display(description=_("reference"), ordering="reference")
    def short_reference(self, payment: Payment) -> str:
        """Let the reference break after the order's id: it is one long word otherwise."""
        order, _underscore, rest = payment.reference.rpartition("_")
        return format_html("{}_<wbr>{}", order, rest) if order else payment.reference

    @admin.display(description=_("amount"), ordering="amount")
    def total(self, payment: Payment) -> str:
        return _amount(payment)

    @admin.display(description=_("received"))
    def received(self, payment: Payment) -> str:
        return balance.text(payment, payment.received_minor or 0)

    @admin.display(description=_("given back"))
    def given_back(self, payment: Payment) -> str:
        return balance.text(payment, balance.given_back(payment))

    @admin.display(description=_("what to do"))
    def advice(self, payment: Payment) -> str:
        return str(reviewing.advice(payment) or "") if payment.needs_review else ""

    @admin.action(description=_("Accept the money for the order"), permissions=["decide"])
    def accept(self, request: HttpRequest, queryset: QuerySet[Payment]) -> None:
        actor = person(request)
        self._each(request, queryset, lambda payment: reviewing.accept(payment=payment, actor=actor))

    @admin.action(description=_("Dismiss the review"), permissions=["decide"])
    def dismiss(self, request: HttpRequest, queryset: QuerySet[Payment]) -> None:
        self._each(request, queryset, lambda payment: reviewing.dismiss(payment=payment))

    @admin.action(description=_("Refund all that is left"), permissions=["refund"])
    def refund_rest(self, request: HttpRequest, queryset: QuerySet[Payment]) -> None:
        actor = person(request)
        self._each(
            request, queryset, lambda payment: refund_payment(RefundOrder(payment=payment, actor=actor))
        )

    def _each(
        self, request: HttpRequest, queryset: QuerySet[Payment], service: Callable[[Payment], Any]
    ) -> None:
        """Call the service for each payment; one that is refused is named and does not stop the others."""
        done = 0
        for payment in queryset.order_by("pk"):
            try:
                service(payment)
                done += 1
            except PartsCatalogError as error:
                messages.error(request, f"{payment.reference}: {error.detail}")
                continue
            self.log_change(request, payment, request.POST.get("action", ""))
        if done:
            text = ngettext("%(count)d payment was changed.", "%(count)d payments were changed.", done)
            messages.success(request, text % {"count": done})

    def change_view(
        self,
        request: HttpRequest,
        object_id: str,
        form_url: str = "",
        extra_context: dict[str, Any] | None = None,
    ) -> HttpResponse:
        extra = {**(extra_context or {}), "may_refund": self.has_refund_permission(request)}
        return super().change_view(request, object_id, form_url, extra)

    def get_own_urls(self) -> list[Any]:
        refund = path(
            "<int:payment_id>/refund/",
            self.admin_site.admin_view(self.refund),
            name="partscatalog_payments_payment_refund",
        )
        return [refund]

    def refund(self, request: HttpRequest, payment_id: int) -> HttpResponse:
        """Ask how much, and have the refund service give it back."""
        payment = get_object_or_404(Payment, pk=payment_id)
        if not self.has_refund_permission(request):
            raise PermissionDenied
        form = RefundForm(request.POST or None, currency=payment.received_currency or payment.currency)
        if form.is_valid() and self._refunded(request, payment, form):
            return HttpResponseRedirect(
                reverse("admin:partscatalog_payments_payment_change", args=[payment.pk])
            )
        return self.own_page(
            request,
            "admin/partscatalog_payments/payment/refund.html",
            payment,
            title=_("Refund %(payment)s") % {"payment": payment},
            here=_("Refund"),
            form=form,
            left=balance.text(payment, balance.refundable(payment)),
        )

    def _refunded(self, request: HttpRequest, payment: Payment, form: RefundForm) -> bool:
        asked = {"amount": form.cleaned_data["amount"], "restock": form.cleaned_data["restock"]}
        body = {"payment": payment.reference, **{name: str(value) for name, value in asked.items()}}
        key = Key.of(person(request), form.cleaned_data["token"], body)
        try:
            refund = refund_payment(RefundOrder(payment=payment, actor=person(request), key=key, **asked))
        except PartsCatalogError as error:
            if isinstance(error, RefundRefused):
                form.renew_token()
            form.add_error(None, str(error.detail))
            return False
        self.log_change(request, payment, f"refund {refund.pk}")
        messages.success(request, _("The refund is %(state)s.") % {"state": refund.get_state_display()})
        return True


def _amount(payment: Payment) -> str:
    return f"{money.format_amount(payment.amount, payment.currency)} {payment.currency}"
