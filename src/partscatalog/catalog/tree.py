"""The tree of categories: paths of ids, moves, and what they make visible.

A path joins the ids from the root down, each filled to the same width, so that the order of paths is
the order of the tree and a subtree is one range of it.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.db.models import F

from partscatalog.conf import get_settings
from partscatalog.exceptions import InvalidMove

if TYPE_CHECKING:
    from partscatalog.catalog.models.category import Category

WIDTH = 10
#: Columns are as long as the deepest tree that a site may allow.
DEEPEST = 24
MAX_PATH = WIDTH * DEEPEST
#: Sorts after every digit in every collation, so that a subtree ends before its path and this.
AFTER_DIGITS = "A"


def step(pk: int) -> str:
    """Return the part of a path that one category adds."""
    return f"{pk:0{WIDTH}d}"


def depth(path: str) -> int:
    """Return how many ancestors the category of this path has."""
    return max(0, len(path) // WIDTH - 1)


def ancestor_ids(path: str) -> list[int]:
    """Return the ids on a path from the root down, the category's own last."""
    return [int(path[start : start + WIDTH]) for start in range(0, len(path), WIDTH)]


def lock(model: type[Category]) -> None:
    """Let one change of the tree run at a time: a write to its roots, which works on every database."""
    model._base_manager.filter(parent=None).update(path=F("path"))


def refresh(category: Category) -> None:
    """Take over the stored path and visibility, which a copy in memory may have missed.

    Call it under the lock.

    :raises InvalidMove: when the parent is gone.
    """
    rows = type(category)._base_manager.all()
    if category.parent_id and not rows.filter(pk=category.parent_id).exists():
        raise InvalidMove
    stored = rows.filter(pk=category.pk).values_list("path", "is_visible").first()
    if stored:
        category.path, category.is_visible = stored


def place(category: Category) -> None:
    """Write the category's path and visibility, and those of all that stands below it.

    :raises InvalidMove: when that would make a cycle or pass ``CATEGORY_MAX_DEPTH``.
    """
    parent = _parent(category)
    path = (parent.path if parent else "") + step(category.pk)
    visible = category.is_active and (parent is None or parent.is_visible)
    if (path, visible) == (category.path, category.is_visible):
        return
    if path != category.path:
        # A tree that grew deeper before the limit was lowered stays as it is, and can be hidden.
        verify_place(category, parent)
    moved = _moved([category, *_below(category)], path, visible)
    type(category)._base_manager.bulk_update(moved, ["path", "is_visible"], batch_size=500)


def verify_place(category: Category, parent: Category | None) -> None:
    """Refuse a place below the category itself, or deeper than the tree may grow.

    :raises InvalidMove: then.
    """
    above = parent.path if parent else ""
    if category.path and above.startswith(category.path):
        raise InvalidMove
    deepest = max((len(row.path) for row in _below(category)), default=len(category.path))
    height = max(1, (deepest - len(category.path)) // WIDTH + 1)
    if len(above) // WIDTH + height > min(get_settings().CATEGORY_MAX_DEPTH, DEEPEST):
        raise InvalidMove


def _parent(category: Category) -> Category | None:
    """Return the parent as it is in the database now; a copy in memory may be older than the lock."""
    if category.parent_id is None:
        return None
    return type(category)._base_manager.get(pk=category.parent_id)


def _below(category: Category) -> list[Category]:
    if not category.path:
        return []
    return list(
        type(category)._base_manager.filter(path__gt=category.path, path__lt=category.path + AFTER_DIGITS)
    )


def _moved(rows: list[Category], path: str, visible: bool) -> list[Category]:  # noqa: FBT001
    """Give the rows (a subtree, its root first, parents before children) their new paths and visibility."""
    rows = [rows[0], *sorted(rows[1:], key=lambda row: row.path)]
    old = len(rows[0].path)
    seen: dict[str, bool] = {}
    for row in rows:
        row.path = path + row.path[old:] if row is not rows[0] else path
        above = visible if row is rows[0] else seen[row.path[:-WIDTH]] and row.is_active
        row.is_visible = seen[row.path] = above
    return rows
