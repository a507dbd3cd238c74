"""What must follow a change of our own models through whatever door it was made."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, Any

from django.db import transaction
from django.db.models.signals import post_delete, post_save, pre_save
from django.dispatch import receiver

from partscatalog.catalog.cache import changes
from partscatalog.catalog.models import Brand, CatalogChange, Category, Product, ProductImage
from partscatalog.catalog.services import stock

if TYPE_CHECKING:
    from collections.abc import Collection

Reach = CatalogChange.Reach


@receiver(post_save, sender=Product, dispatch_uid="partscatalog.first_movement")
def book_first_movement(*, instance: Product, created: bool, raw: bool, **_: Any) -> None:
    """Book a new product's stock; ``save()`` holds the transaction that both stand in."""
    if created and not raw:
        stock.book_initial([instance])


@receiver([post_save, post_delete], sender=Product, dispatch_uid="partscatalog.product_changed")
def record_product(*, instance: Product, created: bool = False, raw: bool = False, **_: Any) -> None:
    """Lists may move by any column of a product; a new one is recorded with its first movement."""
    if raw or not created:
        changes.record(Reach.LISTED, [instance.pk])


@receiver([post_save, post_delete], sender=ProductImage, dispatch_uid="partscatalog.image_changed")
def record_picture(*, instance: ProductImage, origin: Any = None, **_: Any) -> None:
    """A picture that goes with its product needs no word of its own."""
    if not isinstance(origin, Product):
        changes.record(Reach.SHOWN, [instance.product_id])


@receiver(pre_save, sender=ProductImage, dispatch_uid="partscatalog.image_leaves")
def record_leaving(*, instance: ProductImage, update_fields: Collection[str] | None, **_: Any) -> None:
    """The product that a picture leaves for another one shows it no more."""
    if instance.pk and (update_fields is None or {"product", "product_id"} & set(update_fields)):
        stored = ProductImage.objects.filter(pk=instance.pk).exclude(product=instance.product_id)
        changes.record(Reach.SHOWN, stored.values_list("product_id", flat=True))


@receiver([post_save, post_delete], sender=Category, dispatch_uid="partscatalog.category_changed")
@receiver([post_save, post_delete], sender=Brand, dispatch_uid="partscatalog.brand_changed")
def record_group(**_: Any) -> None:
    changes.record(Reach.ALL)


@receiver(post_delete, sender=ProductImage, dispatch_uid="partscatalog.image_files")
def remove_files(*, instance: ProductImage, **_: Any) -> None:
    """Delete the files of a picture once its row is gone for good, also with its product."""
    names = [str(instance.image.name), *instance.thumbnails.values()]
    storage = instance.image.storage
    for name in names:
        transaction.on_commit(partial(storage.delete, name), robust=True)
