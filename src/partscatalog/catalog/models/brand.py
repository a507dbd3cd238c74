"""Brands: who makes a part and gives it its number."""

from __future__ import annotations

from typing import Any

from django.db import models, transaction
from django.utils.translation import gettext_lazy as _

from partscatalog.catalog import slugs
from partscatalog.catalog.validators import validate_slug


class Brand(models.Model):
    name = models.CharField(_("name"), max_length=100)
    slug = models.SlugField(
        _("slug"),
        max_length=slugs.MAX_LENGTH,
        unique=True,
        blank=True,
        validators=[validate_slug],
        help_text=_("Made from the name where it is left empty; it does not change with the name."),
    )
    created_at = models.DateTimeField(_("created at"), auto_now_add=True)

    class Meta:
        verbose_name = _("brand")
        verbose_name_plural = _("brands")
        ordering = ["name", "pk"]

    def __str__(self) -> str:
        return self.name

    def save(self, *args: Any, **kwargs: Any) -> None:
        """Save the row, and what tells caches of it, in one transaction."""
        with transaction.atomic(using=kwargs.get("using")):
            if self.slug:
                super().save(*args, **kwargs)
            else:
                slugs.save_with_slug(
                    self, lambda: super(Brand, self).save(*args, **kwargs), name=self.name, fallback="brand"
                )
