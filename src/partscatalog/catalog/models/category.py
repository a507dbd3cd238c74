"""Categories: a tree kept as parent keys and stored paths of ids."""

from __future__ import annotations

from typing import Any

from django.db import models, transaction
from django.utils.translation import gettext_lazy as _

from partscatalog.catalog import slugs, tree
from partscatalog.catalog.querysets import CategoryQuerySet
from partscatalog.catalog.validators import validate_slug


class Category(models.Model):
    """A group of products and of further categories.

    ``path`` holds the ids of its ancestors and its own, ``is_visible`` says that it and all of them are
    active; both follow from the other columns and are kept right by every ``save()``.
    """

    parent = models.ForeignKey(
        "self",
        verbose_name=_("parent"),
        on_delete=models.PROTECT,
        related_name="children",
        null=True,
        blank=True,
    )
    name = models.CharField(_("name"), max_length=100)
    slug = models.SlugField(
        _("slug"),
        max_length=slugs.MAX_LENGTH,
        unique=True,
        blank=True,
        validators=[validate_slug],
        help_text=_("Made from the name where it is left empty; it does not change with the name."),
    )
    description = models.TextField(_("description"), max_length=5_000, blank=True, default="")
    is_active = models.BooleanField(
        _("active"),
        default=True,
        help_text=_("A category that is not active hides all that stands below it."),
    )
    path = models.CharField(max_length=tree.MAX_PATH, default="", editable=False, db_index=True)
    is_visible = models.BooleanField(_("visible"), default=False, editable=False)
    created_at = models.DateTimeField(_("created at"), auto_now_add=True)

    objects = CategoryQuerySet.as_manager()

    class Meta:
        verbose_name = _("category")
        verbose_name_plural = _("categories")
        ordering = ["path"]
        indexes = [models.Index(fields=["is_visible", "path", "id"], name="pc_category_visible_path")]

    def __str__(self) -> str:
        return self.name

    def save(self, *args: Any, **kwargs: Any) -> None:
        """Save the row and place it in the tree with all that stands below it, in one transaction.

        :raises InvalidMove: when the parent is the category itself, stands below it, or is too deep.
        """
        with transaction.atomic(using=kwargs.get("using")):
            tree.lock(type(self))
            tree.refresh(self)
            if self.slug:
                super().save(*args, **kwargs)
            else:
                slugs.save_with_slug(
                    self,
                    lambda: super(Category, self).save(*args, **kwargs),
                    name=self.name,
                    fallback="category",
                )
            tree.place(self)

    @property
    def depth(self) -> int:
        """How many ancestors it has."""
        return tree.depth(self.path)
