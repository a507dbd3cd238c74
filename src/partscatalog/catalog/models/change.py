"""What changed in the catalog, for caches that were not told: a row of the same transaction."""

from __future__ import annotations

from django.db import models


class CatalogChange(models.Model):
    """One change. ``product_id`` is empty where it reaches further than one product.

    A change of stock needs no row here: its movement is one. Rows are deleted after a while.
    """

    class Reach(models.TextChoices):
        #: One product's stock; lists that ask for stock may move.
        STOCK = "stock"
        #: What is shown of one product, without moving any list.
        SHOWN = "shown"
        #: One product's own columns: any list of products may move.
        LISTED = "listed"
        #: Categories or brands: everything.
        ALL = "all"

    reach = models.CharField(max_length=10, choices=Reach)
    product_id = models.BigIntegerField(null=True)
    at = models.DateTimeField(auto_now_add=True, db_index=True)

    def __str__(self) -> str:
        return f"{self.reach} {self.product_id or ''}"
