"""What must follow a save of our own models through whatever door it was made."""

from __future__ import annotations

from typing import Any

from django.db.models.signals import post_save
from django.dispatch import receiver

from partscatalog.catalog.models import Product
from partscatalog.catalog.services import stock


@receiver(post_save, sender=Product, dispatch_uid="partscatalog.first_movement")
def book_first_movement(*, instance: Product, created: bool, raw: bool, **_: Any) -> None:
    """Book a new product's stock; ``save()`` holds the transaction that both stand in."""
    if created and not raw:
        stock.book_initial([instance])
