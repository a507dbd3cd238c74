"""The words in which the demo's catalog is written: groups, part types and what is measured on a part."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from collections.abc import Iterator
    from random import Random

Value = int | float | str


class Attribute(Protocol):
    """Something told of every part of a type."""

    @property
    def name(self) -> str:
        """How templates call it."""

    @property
    def key(self) -> str:
        """How the product's JSON calls it, its unit included."""

    def draw(self, rng: Random) -> Value:
        """Choose a value for one part."""

    def show(self, value: Value) -> str:
        """Write the value as a shop would, with its unit."""


@dataclass(frozen=True, slots=True)
class Measure:
    """A number, mostly with a unit, from `low` to `high` in steps."""

    name: str
    unit: str
    low: float
    high: float
    step: float

    @property
    def key(self) -> str:
        return re.sub("[^a-z0-9]+", "_", f"{self.name} {self.unit}".lower().replace("µ", "u")).strip("_")

    def draw(self, rng: Random) -> Value:
        steps = round((self.high - self.low) / self.step)
        value = round(self.low + self.step * rng.randint(0, steps), 2)
        return int(value) if value == int(value) else value

    def show(self, value: Value) -> str:
        number = f"{value:,}" if isinstance(value, int) and value >= 10_000 else value
        return f"{number} {self.unit}".rstrip()


@dataclass(frozen=True, slots=True)
class Choice:
    """One of a few values."""

    name: str
    options: tuple[Value, ...]

    @property
    def key(self) -> str:
        return self.name

    def draw(self, rng: Random) -> Value:
        return rng.choice(self.options)

    def show(self, value: Value) -> str:
        return str(value)


def mm(name: str, low: float, high: float, step: float = 1) -> Measure:
    return Measure(name, "mm", low, high, step)


def one_of(name: str, *options: Value) -> Choice:
    return Choice(name, options)


@dataclass(frozen=True, slots=True, kw_only=True)
class PartType:
    """A category of parts that are bought by the same measures.

    `name` and `text` are templates over the attributes; `price` is the range in naira of a maker in the
    middle of the market; `share` says how many of its parts a shop carries beside those of other types.
    """

    category: str
    about: str
    name: str
    text: str
    price: tuple[int, int]
    shape: str
    attributes: tuple[Attribute, ...]
    share: int = 2
    is_active: bool = True


@dataclass(frozen=True, slots=True, kw_only=True)
class Group:
    """A branch of the tree: part types and smaller groups."""

    name: str
    about: str
    types: tuple[PartType, ...]
    groups: tuple[Group, ...] = ()

    def walk(self) -> Iterator[Group]:
        """Give this group and those below it, parents first."""
        yield self
        for group in self.groups:
            yield from group.walk()
