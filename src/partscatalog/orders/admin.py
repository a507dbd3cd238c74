"""Orders in the admin: to look at, and to move on by actions; nothing is edited by hand."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.contrib import admin, messages
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext

from partscatalog import money
from partscatalog.admin import ShopModelAdmin
from partscatalog.api.permissions import person
from partscatalog.conf import swap
from partscatalog.exceptions import PartsCatalogError
from partscatalog.orders.hooks import ORDER_ADMIN_INLINES
from partscatalog.orders.models import Order, OrderEvent, OrderLine
from partscatalog.orders.services import moving, releasing
from partscatalog.orders.states import Party, Status

if TYPE_CHECKING:
    from collections.abc import Callable

    from django.db.models import QuerySet
    from django.http import HttpRequest


class ReadOnlyInline(admin.TabularInline):  # type: ignore[type-arg]  # not subscriptable at run time
    """Rows shown with their order, never changed."""

    extra = 0
    can_delete = False
    show_change_link = False

    def has_add_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False


class OrderLineInline(ReadOnlyInline):
    model = OrderLine
    fields = readonly_fields = ("name", "number", "brand", "quantity", "unit_price", "line_total")

    @admin.display(description=_("price"))
    def unit_price(self, line: OrderLine) -> str:
        return money.format_amount(line.price, line.currency)

    @admin.display(description=_("total"))
    def line_total(self, line: OrderLine) -> str:
        return money.format_amount(line.subtotal, line.currency)


class OrderEventInline(ReadOnlyInline):
    model = OrderEvent
    fields = readonly_fields = ("at", "from_status", "to_status", "by", "reason", "mail_sent_at")
    verbose_name_plural = _("history")


@admin.register(Order)
class OrderAdmin(ShopModelAdmin):
    list_display = ["number", "status", "total", "user", "created_at", "paid_at"]
    list_filter = ["status", "created_at"]
    search_fields = ["number", "phone", "lines__number", "lines__name"]
    list_select_related = ["user"]
    ordering = ["-created_at", "-pk"]
    show_full_result_count = False
    actions = ["mark_processing", "mark_shipped", "mark_delivered", "cancel"]
    fields = readonly_fields = (
        "number",
        "status",
        "total",
        "user",
        "created_at",
        "paid_at",
        "shipping_address",
        "billing_address",
        "phone",
        "note",
    )

    def get_inlines(self, request: HttpRequest, obj: Any) -> list[type[Any]]:
        return [OrderLineInline, OrderEventInline, *map(swap, ORDER_ADMIN_INLINES)]

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def has_move_permission(self, request: HttpRequest) -> bool:
        """Who may change orders moves them on."""
        return bool(request.user.has_perm("partscatalog_orders.change_order"))

    @admin.display(description=_("total"), ordering="total_amount")
    def total(self, order: Order) -> str:
        return f"{money.format_amount(order.total_amount, order.currency)} {order.currency}"

    @admin.action(description=_("Mark as processing"), permissions=["move"])
    def mark_processing(self, request: HttpRequest, queryset: QuerySet[Order]) -> None:
        self._each(request, queryset, lambda order: _move(order, Status.PROCESSING))

    @admin.action(description=_("Mark as shipped"), permissions=["move"])
    def mark_shipped(self, request: HttpRequest, queryset: QuerySet[Order]) -> None:
        self._each(request, queryset, lambda order: _move(order, Status.SHIPPED))

    @admin.action(description=_("Mark as delivered"), permissions=["move"])
    def mark_delivered(self, request: HttpRequest, queryset: QuerySet[Order]) -> None:
        self._each(request, queryset, lambda order: _move(order, Status.DELIVERED))

    @admin.action(description=_("Cancel and return the stock"), permissions=["move"])
    def cancel(self, request: HttpRequest, queryset: QuerySet[Order]) -> None:
        self._each(
            request,
            queryset,
            lambda order: releasing.cancel(order=order, by=Party.STAFF, actor=person(request)),
        )

    def _each(self, request: HttpRequest, queryset: QuerySet[Order], service: Callable[[Order], Any]) -> None:
        """Call the service for each order; one that is refused is named and does not stop the others."""
        done = 0
        for order in queryset.order_by("pk"):
            try:
                service(order)
                done += 1
            except PartsCatalogError as error:
                messages.error(request, f"{order.number} ({order.get_status_display()}): {error.detail}")
        if done:
            text = ngettext("%(count)d order was changed.", "%(count)d orders were changed.", done)
            messages.success(request, text % {"count": done})


def _move(order: Order, to: Status) -> None:
    moving.move(order=order, to=to, by=Party.STAFF)
