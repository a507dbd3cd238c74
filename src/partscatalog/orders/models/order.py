"""Orders and their lines: what was bought, frozen as it was at that moment."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from partscatalog import money
from partscatalog.cart.models import Cart
from partscatalog.catalog.models import Product
from partscatalog.orders.querysets import OrderQuerySet
from partscatalog.orders.states import Status

if TYPE_CHECKING:
    from decimal import Decimal


class Order(models.Model):
    """A placed order. It outlives its user, its cart and its products.

    ``cart`` is unique: one cart gives at most one order. ``number`` is the public name of the order.
    ``paid_at`` is set by the one move to paid and stays.
    """

    number = models.CharField(_("number"), max_length=32, unique=True)
    user = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        verbose_name=_("customer"),
        on_delete=models.SET_NULL,
        related_name="+",
        null=True,
    )
    cart = models.OneToOneField(
        Cart, on_delete=models.SET_NULL, related_name="order", null=True, editable=False
    )
    status = models.CharField(_("status"), max_length=12, choices=Status, default=Status.PENDING)
    currency = models.CharField(_("currency"), max_length=3)
    total_amount = models.DecimalField(
        _("total"), max_digits=money.TOTAL_DIGITS, decimal_places=money.DECIMAL_PLACES
    )
    shipping_address = models.TextField(_("shipping address"), max_length=1_000)
    billing_address = models.TextField(_("billing address"), max_length=1_000)
    phone = models.CharField(_("phone"), max_length=16)
    note = models.TextField(_("note"), max_length=1_000, blank=True, default="")
    created_at = models.DateTimeField(_("placed at"), auto_now_add=True)
    paid_at = models.DateTimeField(_("paid at"), null=True)

    objects = OrderQuerySet.as_manager()

    class Meta:
        verbose_name = _("order")
        verbose_name_plural = _("orders")
        ordering = ["-created_at", "-pk"]
        indexes = [
            models.Index(fields=["user", "-created_at", "-id"], name="pc_order_user_newest"),
            models.Index(fields=["status", "created_at"], name="pc_order_status_created"),
        ]
        constraints = [
            models.CheckConstraint(
                condition=models.Q(total_amount__gte=0), name="pc_order_total_not_negative"
            ),
        ]

    def __str__(self) -> str:
        return self.number

    @property
    def is_paid(self) -> bool:
        """Whether its payment was received, whatever happened afterwards."""
        return self.paid_at is not None


class OrderLine(models.Model):
    """So many pieces of one product, with the name, number, brand and price of that moment."""

    order = models.ForeignKey(Order, on_delete=models.CASCADE, related_name="lines")
    product = models.ForeignKey(
        Product, verbose_name=_("product"), on_delete=models.SET_NULL, related_name="+", null=True
    )
    name = models.CharField(_("name"), max_length=200)
    number = models.CharField(_("part number"), max_length=64, null=True)
    brand = models.CharField(_("brand"), max_length=100, null=True)
    quantity = models.IntegerField(_("quantity"))
    price = models.DecimalField(
        _("price"), max_digits=money.PRICE_DIGITS, decimal_places=money.DECIMAL_PLACES
    )

    class Meta:
        verbose_name = _("order line")
        verbose_name_plural = _("order lines")
        ordering = ["pk"]
        constraints = [
            models.UniqueConstraint(fields=["order", "product"], name="pc_order_line_product"),
            models.CheckConstraint(condition=models.Q(quantity__gte=1), name="pc_order_line_quantity"),
            models.CheckConstraint(condition=models.Q(price__gte=0), name="pc_order_line_price"),
        ]

    def __str__(self) -> str:
        return f"{self.quantity} x {self.name}"

    @property
    def currency(self) -> str:
        """The order's."""
        return self.order.currency

    @property
    def subtotal(self) -> Decimal:
        """What all its pieces cost."""
        return self.quantity * self.price
