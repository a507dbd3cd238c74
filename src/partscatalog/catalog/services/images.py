"""Pictures of products: added clean, with thumbnails, and without files left behind."""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

from django.core.files.base import ContentFile
from django.db.models import F
from django.utils.translation import gettext_lazy as _

from partscatalog import jobs
from partscatalog.catalog.cache import changes
from partscatalog.catalog.models import CatalogChange, Product, ProductImage
from partscatalog.conf import get_settings
from partscatalog.exceptions import InvalidField, NotFound
from partscatalog.transactions import writing

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from django.core.files import File
    from django.core.files.storage import Storage


def add(*, product: Product, file: File[bytes], alt_text: str = "", position: int = 0) -> ProductImage:
    """Keep a picture of the product; its thumbnails are made by a task after the commit.

    :raises InvalidField: when the file is no picture, too large, or the product has enough of them.
    :raises NotFound: when the product is gone.
    """
    picture = _pictures().clean(file)
    image = ProductImage(product=product, alt_text=alt_text, position=position)
    image.image.save(f"picture.{picture.extension}", ContentFile(picture.content), save=False)
    try:
        _insert(image)
    except BaseException:
        # The row was not made, so nothing will ever name the file.
        image.image.storage.delete(str(image.image.name))
        raise
    return image


def verify(file: File[bytes]) -> None:
    """Look through a picture as :func:`add` does, and keep nothing.

    :raises InvalidField: when the file is no picture, or too large.
    """
    _pictures().clean(file)


@writing
def change(image: ProductImage, changes: Mapping[str, Any]) -> ProductImage:
    """Change what is said of a picture, and its place among the others."""
    for name, value in changes.items():
        setattr(image, name, value)
    image.save(update_fields=list(changes))
    return image


@writing
def delete(image: ProductImage) -> None:
    """Delete a picture; its files go after the commit."""
    image.delete()


def make_thumbnails(image_id: int) -> None:
    """Make the thumbnails of a picture in the sizes of the settings; safe to repeat."""
    image = ProductImage.objects.filter(pk=image_id).first()
    if image is None:
        return
    storage = image.image.storage
    made = {size: _make(storage, str(image.image.name), size, box) for size, box in _sizes()}
    obsolete = set(image.thumbnails.values()) - set(made.values())
    if not _keep_thumbnails(image, made):
        obsolete = set(made.values())
    for name in obsolete:
        storage.delete(name)


@writing
def _keep_thumbnails(image: ProductImage, made: Mapping[str, str]) -> bool:
    """Write down which files are there, and tell whether the picture still is."""
    is_there = ProductImage.objects.filter(pk=image.pk).update(thumbnails=made)
    changes.record(CatalogChange.Reach.SHOWN, [image.product_id])
    return bool(is_there)


@writing
def _insert(image: ProductImage) -> None:
    # A write to the product first: two uploads of one moment are counted one after the other.
    if not Product.objects.filter(pk=image.product_id).update(stock=F("stock")):
        raise NotFound
    if ProductImage.objects.filter(product=image.product_id).count() >= get_settings().IMAGES_PER_PRODUCT:
        raise InvalidField("image", _("The product has enough pictures."))
    image.save()
    jobs.later("partscatalog.catalog.tasks.make_thumbnails", image.pk)


def _pictures() -> Any:
    """Return what reads and writes pictures; a worker that only shows the catalog never loads Pillow."""
    return import_module("partscatalog.catalog.pictures")


def _sizes() -> Iterable[tuple[str, tuple[int, int]]]:
    return get_settings().THUMBNAIL_SIZES.items()


def _make(storage: Storage, source: str, size: str, box: tuple[int, int]) -> str:
    """Write one thumbnail beside its picture and return its name."""
    stem, _dot, extension = source.rpartition(".")
    name = f"{stem}-{size}.{extension}"
    with storage.open(source) as content:
        fitted = _pictures().fit(content, box)
    storage.delete(name)
    return storage.save(name, ContentFile(fitted))
