"""Pictures of products and where their files lie."""

from __future__ import annotations

from secrets import token_hex
from typing import Any

from django.db import models, transaction
from django.utils.translation import gettext_lazy as _

from partscatalog.catalog.models.product import Product


def image_path(image: ProductImage, filename: str) -> str:
    """Return where a picture is kept: a name of ours, of which only the type comes from the upload."""
    name = token_hex(12)
    extension = filename.rpartition(".")[2]
    return f"partscatalog/products/{name[:2]}/{name}.{extension}"


class ProductImage(models.Model):
    """A picture of a product.

    ``thumbnails`` names the stored files by size; a task fills it after the picture was added.
    """

    product = models.ForeignKey(
        Product, verbose_name=_("product"), on_delete=models.CASCADE, related_name="images"
    )
    image = models.ImageField(_("picture"), upload_to=image_path, max_length=200)
    alt_text = models.CharField(_("alternative text"), max_length=200, blank=True, default="")
    position = models.PositiveIntegerField(_("position"), default=0)
    thumbnails = models.JSONField(default=dict, editable=False)
    created_at = models.DateTimeField(_("created at"), auto_now_add=True)

    class Meta:
        verbose_name = _("product picture")
        verbose_name_plural = _("product pictures")
        ordering = ["position", "pk"]

    def __str__(self) -> str:
        return self.alt_text or str(self.image.name)

    def save(self, *args: Any, **kwargs: Any) -> None:
        """Save the row, and what tells caches of it, in one transaction."""
        with transaction.atomic(using=kwargs.get("using")):
            super().save(*args, **kwargs)
