"""Carts and their lines."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from partscatalog import money
from partscatalog.cart.querysets import CartQuerySet
from partscatalog.catalog.models import Product


class Cart(models.Model):
    """What a visitor means to buy.

    ``open_for`` holds the user of an open cart, ``open_in`` the digest of the session in which a guest's
    was made; both are emptied when the cart is closed. Unique columns give each user, and each session
    that is known already, at most one open cart on every database. A guest's cart has no user.
    """

    class Status(models.TextChoices):
        OPEN = "open", _("open")
        ORDERED = "ordered", _("ordered")
        MERGED = "merged", _("merged into another cart")

    user = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        verbose_name=_("user"),
        on_delete=models.CASCADE,
        related_name="+",
        null=True,
    )
    open_for = models.OneToOneField(
        settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="+", null=True, editable=False
    )
    open_in = models.CharField(max_length=64, null=True, unique=True, editable=False)
    status = models.CharField(_("status"), max_length=10, choices=Status, default=Status.OPEN)
    created_at = models.DateTimeField(_("created at"), auto_now_add=True)
    changed_at = models.DateTimeField(_("changed at"), auto_now_add=True)

    objects = CartQuerySet.as_manager()

    class Meta:
        verbose_name = _("cart")
        verbose_name_plural = _("carts")
        indexes = [models.Index(fields=["status", "changed_at"], name="pc_cart_status_changed")]

    def __str__(self) -> str:
        return f"{self.pk} ({self.get_status_display()})"


class CartLine(models.Model):
    """So many pieces of one product.

    ``seen_price`` is the price per piece when the line was last changed, to tell the buyer when it is
    another today. ``wanted`` is what a merge had to lower to ``quantity``, until the line is changed.
    """

    cart = models.ForeignKey(Cart, on_delete=models.CASCADE, related_name="lines")
    product = models.ForeignKey(
        Product, verbose_name=_("product"), on_delete=models.CASCADE, related_name="+"
    )
    quantity = models.IntegerField(_("quantity"))
    wanted = models.IntegerField(_("wanted"), null=True)
    seen_price = models.DecimalField(max_digits=money.PRICE_DIGITS, decimal_places=money.DECIMAL_PLACES)

    class Meta:
        verbose_name = _("cart line")
        verbose_name_plural = _("cart lines")
        ordering = ["pk"]
        constraints = [
            models.UniqueConstraint(fields=["cart", "product"], name="pc_cart_line_product"),
            models.CheckConstraint(condition=models.Q(quantity__gte=0), name="pc_cart_line_quantity"),
        ]

    def __str__(self) -> str:
        return f"{self.quantity} x {self.product_id}"

    @property
    def is_sold(self) -> bool:
        """Whether the public may still see the product."""
        return self.product.is_active and self.product.category.is_visible

    @property
    def available(self) -> int:
        """How many pieces can be had: the stock, none of a product that is no longer sold."""
        return self.product.stock if self.is_sold else 0
