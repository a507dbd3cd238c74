"""Carts in the admin: staff look at them, nobody edits them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.contrib import admin
from django.db.models import Count
from django.utils.translation import gettext_lazy as _

from partscatalog.admin import ShopModelAdmin
from partscatalog.cart.models import Cart, CartLine

if TYPE_CHECKING:
    from django.db.models import QuerySet
    from django.http import HttpRequest


class CartLineInline(admin.TabularInline):  # type: ignore[type-arg]  # not subscriptable at run time
    model = CartLine
    extra = 0
    can_delete = False
    fields = readonly_fields = ("product", "quantity", "wanted")

    def get_queryset(self, request: HttpRequest) -> QuerySet[CartLine]:
        return super().get_queryset(request).select_related("product")

    def has_add_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False


@admin.register(Cart)
class CartAdmin(ShopModelAdmin):
    list_display = ["id", "user", "status", "line_count", "created_at", "changed_at"]
    list_filter = ["status", "changed_at"]
    list_select_related = ["user"]
    ordering = ["-pk"]
    show_full_result_count = False
    inlines = [CartLineInline]
    fields = readonly_fields = ("user", "status", "created_at", "changed_at")

    def get_queryset(self, request: HttpRequest) -> QuerySet[Cart]:
        carts: QuerySet[Cart] = super().get_queryset(request)
        return carts.annotate(line_count=Count("lines"))

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """Nobody deletes a cart here; another page, which deletes its user, takes it along."""
        here = f"{self.opts.app_label}_{self.opts.model_name}_"
        is_here = request.resolver_match is None or (request.resolver_match.url_name or "").startswith(here)
        return not is_here and super().has_delete_permission(request, obj)

    @admin.display(description=_("lines"))
    def line_count(self, cart: Any) -> int:
        count: int = cart.line_count
        return count
