"""The tree of categories: its stored paths are what walking the parents gives, whatever is done to it."""

from __future__ import annotations

import copy
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

import pytest
from django.db import connection, transaction
from django.test import override_settings
from hypothesis import Phase, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    Bundle,
    RuleBasedStateMachine,
    initialize,
    invariant,
    multiple,
    precondition,
    rule,
    run_state_machine_as_test,
)

from partscatalog.catalog import tree
from partscatalog.catalog.models import Category, Product
from partscatalog.catalog.services import groups, laws
from partscatalog.exceptions import InUse, InvalidMove, NotFound, PartsCatalogError
from partscatalog.testing import make_product

if TYPE_CHECKING:
    from collections.abc import Iterator

pytestmark = pytest.mark.django_db

#: SQLite answers at once; the others are asked over a socket, so they get fewer trials.
TRIALS = settings(
    max_examples=30 if connection.vendor == "sqlite" else 10,
    stateful_step_count=30,
    deadline=None,
    derandomize=True,
    phases=[Phase.generate, Phase.shrink],
    report_multiple_bugs=False,
)

#: How many categories may stand one below the other, and in all: so few that trials reach it.
DEPTH, MOST = 4, 7
NAMES = st.sampled_from(["Engine", "Pistons", "Rings"])
COLUMNS = st.fixed_dictionaries({}, optional={"name": NAMES, "is_active": st.booleans()})


@dataclass(frozen=True)
class Node:
    """What a category is to be."""

    parent: int | None
    name: str
    is_active: bool = True
    has_products: bool = False


class Tree(RuleBasedStateMachine):
    """Staff at work on the tree, with old copies of its categories; a trial is rolled back at its end.

    ``nodes`` is the tree as it is to be, by primary key: each step is granted or refused by it alone.
    """

    categories = Bundle("categories")

    def __init__(self):
        super().__init__()
        self.undo = ExitStack()
        self.undo.enter_context(rolled_back())
        self.undo.enter_context(override_settings(PARTSCATALOG={"CATEGORY_MAX_DEPTH": DEPTH}))
        self.nodes: dict[int, Node] = {}
        self.seen: tuple[Any, ...] = ()

    def teardown(self):
        self.undo.close()

    @initialize(target=categories)
    def plant(self):
        roots = [self.create("Engine", None), self.create("Wheels", None)]
        return multiple(*roots, self.create("Pistons", roots[0]))

    @precondition(lambda self: len(self.nodes) < MOST)
    @rule(target=categories, name=NAMES, parent=st.none() | categories)
    def add(self, name, parent):
        made = self.create(name, parent)
        return multiple() if made is None else made

    def create(self, name: str, parent: Category | None) -> Category | None:
        made = None
        with refused_with(self.no_room(1, parent)):
            made = groups.create_category({"name": name, "parent": copy.copy(parent)})
        if made is not None:
            self.nodes[made.pk] = Node(parent.pk if parent else None, name)
        return made

    @rule(category=categories, parents=st.lists(st.none() | categories, min_size=1, max_size=3))
    def move(self, category, parents):
        for parent in parents:
            is_cycle = parent is not None and category.pk in self.chain(parent.pk)
            refusal = InvalidMove if is_cycle else self.no_room(self.height(category.pk), parent)
            if self.change(category, {"parent": copy.copy(parent)}, refusal):
                self.now_is(category, parent=parent.pk if parent else None)

    @rule(category=categories, columns=COLUMNS)
    def edit(self, category, columns):
        if self.change(category, columns, None):
            self.now_is(category, **columns)

    def change(
        self, category: Category, changes: dict[str, Any], refusal: type[PartsCatalogError] | None
    ) -> bool:
        refusal = refusal if category.pk in self.nodes else NotFound
        with refused_with(refusal):
            groups.change(copy.copy(category), changes)
        return refusal is None

    def now_is(self, category: Category, **changes: Any) -> None:
        self.nodes[category.pk] = replace(self.nodes[category.pk], **changes)

    @rule(category=categories)
    def fill(self, category):
        if category.pk in self.nodes:
            make_product(category=category)
            self.now_is(category, has_products=True)

    @rule(category=categories)
    def delete(self, category):
        """Delete it, and where that was done once more."""
        if category.pk not in self.nodes:
            return
        is_used = self.nodes[category.pk].has_products or self.below(category.pk)
        with refused_with(InUse if is_used else None):
            groups.delete(copy.copy(category))
        if not is_used:
            del self.nodes[category.pk]
            with refused_with(NotFound):
                groups.delete(copy.copy(category))

    @invariant()
    def the_tree_is_what_its_parents_say(self):
        before, self.seen = self.seen, stored()
        if self.seen == before:
            return
        rows = list(Category.objects.order_by("path"))
        columns = {row.pk: (row.parent_id, row.name, row.is_active) for row in rows}
        assert columns == {pk: (node.parent, node.name, node.is_active) for pk, node in self.nodes.items()}
        for row in rows:
            chain = self.chain(row.pk)
            assert row.path == "".join(map(tree.step, chain)), "another path than that of the parents"
            assert (tree.ancestor_ids(row.path), row.depth) == (chain, len(chain) - 1)
            assert row.is_visible == all(self.nodes[pk].is_active for pk in chain), "wrongly shown or hidden"
            assert len(chain) <= DEPTH, "deeper than the tree may grow"
            self.verify_below(row)
        assert list(laws.violations()) == []

    def verify_below(self, row: Category) -> None:
        """Compare what stands below it by path with what does by parents."""
        subtree = {row.pk, *self.below(row.pk)}
        found = Category.objects.subtree_of(row.slug).values_list("pk", flat=True)
        filled = Product.objects.filter(category__path__startswith=row.path).values_list(
            "category", flat=True
        )
        assert set(found) == (subtree if row.is_visible else set())
        assert set(filled) == {pk for pk in subtree if self.nodes[pk].has_products}

    def chain(self, pk: int) -> list[int]:
        """Return the ids from the root down to this one."""
        parent = self.nodes[pk].parent if pk in self.nodes else None
        return [*(self.chain(parent) if parent else []), pk]

    def below(self, pk: int) -> list[int]:
        return [each for each in self.nodes if each != pk and pk in self.chain(each)]

    def height(self, pk: int) -> int:
        """Return how many levels the category makes with what stands below it."""
        return 1 + max(len(self.chain(each)) - len(self.chain(pk)) for each in [pk, *self.below(pk)])

    def no_room(self, levels: int, parent: Category | None) -> type[PartsCatalogError] | None:
        """Return the refusal of so many levels below a parent, which may be gone or too deep."""
        if parent is None:
            return None
        is_there = parent.pk in self.nodes
        return None if is_there and len(self.chain(parent.pk)) + levels <= DEPTH else InvalidMove


@contextmanager
def rolled_back() -> Iterator[None]:
    with transaction.atomic():
        yield
        transaction.set_rollback(True)


@contextmanager
def refused_with(refusal: type[PartsCatalogError] | None) -> Iterator[None]:
    """Let the block be refused with exactly this error, nothing changed; with none let it be granted."""
    before = stored()
    raised = None
    try:
        yield
    except PartsCatalogError as error:
        raised = type(error)
    assert raised is refusal, "granted or refused against the rules"
    if refusal:
        assert stored() == before, "a refusal changed rows"


def stored() -> tuple[Any, ...]:
    """Return all rows of the tree, and which of them have products."""
    products = Product.objects.order_by("pk").values_list("pk", "category")
    return list(Category.objects.order_by("pk").values_list()), list(products)


def test_the_tree_stays_right_whatever_is_done_to_it():
    """T-DOS-5"""
    run_state_machine_as_test(Tree, settings=TRIALS)


def leave_what_stands_below(patch: pytest.MonkeyPatch) -> None:
    patch.setattr(tree, "_below", lambda category: [])


def allow_every_place(patch: pytest.MonkeyPatch) -> None:
    patch.setattr(tree, "verify_place", lambda category, parent: None)


def save_old_copies(patch: pytest.MonkeyPatch) -> None:
    patch.setattr(Category, "refresh_from_db", lambda copy: Category.objects.get(pk=copy.pk))


def hide_nothing_below(patch: pytest.MonkeyPatch) -> None:
    moved = tree._moved
    patch.setattr(
        tree, "_moved", lambda rows, path, visible: moved(rows[: None if visible else 1], path, visible)
    )


@pytest.mark.parametrize(
    "breach", [leave_what_stands_below, allow_every_place, save_old_copies, hide_nothing_below]
)
def test_such_trials_find_each_broken_guard(monkeypatch, breach):
    breach(monkeypatch)

    with pytest.raises(AssertionError):
        run_state_machine_as_test(Tree, settings=settings(TRIALS, max_examples=500, phases=[Phase.generate]))
