"""Categories and brands: what products stand under; neither goes while something stands under it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, TypeVar

from django.core.exceptions import ObjectDoesNotExist
from django.db import IntegrityError
from django.db.models import F, ProtectedError

from partscatalog.catalog import tree
from partscatalog.catalog.models import Brand, Category
from partscatalog.exceptions import InUse, NotFound
from partscatalog.transactions import writing

if TYPE_CHECKING:
    from collections.abc import Mapping


G = TypeVar("G", Category, Brand)


@writing
def create_category(fields: Mapping[str, Any]) -> Category:
    """Add a category; it takes its place in the tree, and a slug made from its name.

    :raises InvalidMove: when the tree may not grow so deep.
    """
    return Category.objects.create(**fields)


@writing
def create_brand(fields: Mapping[str, Any]) -> Brand:
    """Add a brand, with a slug made from its name."""
    return Brand.objects.create(**fields)


@writing
def change(group: G, changes: Mapping[str, Any]) -> G:
    """Change the columns given; a category moves with all that stands below it.

    :raises InvalidMove: when a category would stand below itself or too deep.
    :raises NotFound: when it is gone.
    """
    _lock(group)
    for name, value in changes.items():
        setattr(group, name, value)
    group.save()
    return group


def delete(group: Category | Brand) -> None:
    """Delete a category or brand that nothing stands under.

    :raises InUse: when something does, also when it came in this moment.
    :raises NotFound: when it is gone.
    """
    try:
        _delete(group)
    except (ProtectedError, IntegrityError) as error:
        raise InUse from error


@writing
def _delete(group: Category | Brand) -> None:
    _lock(group)
    group.delete()


def _lock(group: Category | Brand) -> None:
    """Let one change of the tree, or of this brand, run at a time; a write, which every database waits for.

    The row is read anew, for saving an old copy would undo what was changed since.

    :raises NotFound: when it is gone: saving it would bring it back.
    """
    if isinstance(group, Category):
        tree.lock(Category)
    else:
        Brand._base_manager.filter(pk=group.pk).update(name=F("name"))
    try:
        group.refresh_from_db()
    except ObjectDoesNotExist as error:
        raise NotFound from error
