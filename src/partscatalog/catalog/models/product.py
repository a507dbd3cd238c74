"""Products: what is sold, under which number, at which price, and how many there are."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from django.core.validators import MinValueValidator
from django.db import models, transaction
from django.utils.translation import gettext_lazy as _

from partscatalog import money, numbers
from partscatalog.catalog import slugs
from partscatalog.catalog.models.brand import Brand
from partscatalog.catalog.models.category import Category
from partscatalog.catalog.models.fields import AttributesField, PriceField, StockField
from partscatalog.catalog.querysets import ProductQuerySet
from partscatalog.catalog.validators import validate_amount, validate_number, validate_slug

NUMBER_LENGTH = 64
#: What lists are ordered by, read forwards or backwards, by the name in their indexes.
_ORDERS = {"newest": ["-created_at", "-id"], "price": ["price", "id"], "name": ["name", "id"]}


class Product(models.Model):
    category = models.ForeignKey(
        Category, verbose_name=_("category"), on_delete=models.PROTECT, related_name="products"
    )
    brand = models.ForeignKey(
        Brand,
        verbose_name=_("brand"),
        on_delete=models.PROTECT,
        related_name="products",
        null=True,
        blank=True,
    )
    number = models.CharField(
        _("part number"),
        max_length=NUMBER_LENGTH,
        null=True,
        blank=True,
        validators=[validate_number],
        help_text=_("The maker's number as the maker writes it; it is found in any spelling."),
    )
    number_normalised = models.GeneratedField(
        expression=numbers.normalised(models.F("number")),
        output_field=models.CharField(max_length=NUMBER_LENGTH, null=True),
        db_persist=True,
    )
    name = models.CharField(_("name"), max_length=200)
    slug = models.SlugField(
        _("slug"),
        max_length=slugs.MAX_LENGTH,
        unique=True,
        blank=True,
        validators=[validate_slug],
        help_text=_("Made from the name where it is left empty; it does not change with the name."),
    )
    description = models.TextField(_("description"), max_length=20_000, blank=True, default="")
    attributes = AttributesField(_("attributes"), default=dict, blank=True)
    price = PriceField(
        _("price"),
        max_digits=money.PRICE_DIGITS,
        decimal_places=money.DECIMAL_PLACES,
        validators=[MinValueValidator(Decimal(0)), validate_amount],
    )
    stock = StockField(_("stock"), default=0, validators=[MinValueValidator(0)])
    #: What indexes hold of the stock: an order that leaves some of it writes none of them.
    is_in_stock = models.GeneratedField(
        expression=models.Q(stock__gt=0),  # type: ignore[arg-type]  # it is one
        output_field=models.BooleanField(),
        db_persist=True,
    )
    is_active = models.BooleanField(_("active"), default=True)
    created_at = models.DateTimeField(_("created at"), auto_now_add=True)
    updated_at = models.DateTimeField(_("updated at"), auto_now=True)

    objects = ProductQuerySet.as_manager()

    class Meta:
        verbose_name = _("product")
        verbose_name_plural = _("products")
        ordering = ["-created_at", "-pk"]
        constraints = [
            models.CheckConstraint(condition=models.Q(stock__gte=0), name="pc_product_stock_not_negative"),
            models.CheckConstraint(condition=models.Q(price__gte=0), name="pc_product_price_not_negative"),
            models.UniqueConstraint(fields=["brand", "number_normalised"], name="pc_product_brand_number"),
        ]
        indexes = [
            *(models.Index(fields=order, name=f"pc_product_{name}") for name, order in _ORDERS.items()),
            *(
                models.Index(fields=[of, *order, "is_in_stock"], name=f"pc_product_{of}_{name}")
                for of in ("category", "brand")
                for name, order in _ORDERS.items()
            ),
            *(
                models.Index(fields=["is_in_stock", *order], name=f"pc_product_stock_{name}")
                for name, order in _ORDERS.items()
            ),
            models.Index(fields=["number_normalised"], name="pc_product_number"),
        ]

    def __str__(self) -> str:
        return self.name

    def save(self, *args: Any, **kwargs: Any) -> None:
        """Save the row; a new one books its stock as the first movement in the same transaction."""
        with transaction.atomic(using=kwargs.get("using")):
            if self.slug:
                super().save(*args, **kwargs)
            else:
                slugs.save_with_slug(
                    self,
                    lambda: super(Product, self).save(*args, **kwargs),
                    name=self.name,
                    fallback="product",
                )
