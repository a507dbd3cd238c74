"""An endless row of parts, the same in every run: a longer shop begins with the whole shorter one."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from decimal import Decimal
from random import Random
from typing import TYPE_CHECKING

from django.utils.text import slugify

from partscatalog import numbers
from shop.demo.brands import MAKERS, Maker
from shop.demo.tree import ROOTS

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from shop.demo.spec import PartType, Value

SEED = "partscatalog demo"
MOST_STOCK = 2_000
#: Of a hundred parts so many are sold out.
SOLD_OUT = 8
#: Each part whose count ends a row of so many is no longer sold.
INACTIVE_EVERY = 40
#: The first figure of a part type's code.
FIRST_CODE = 101


@dataclass(frozen=True, slots=True, kw_only=True)
class Part:
    """One part of the demo shop, as it goes into the catalog and onto its picture."""

    name: str
    slug: str
    category: str
    maker: Maker
    number: str
    description: str
    attributes: Mapping[str, Value]
    price: Decimal
    stock: int
    is_active: bool
    group: str
    shape: str


@dataclass(frozen=True, slots=True)
class _Line:
    """A part type with what the generator needs to make parts of it."""

    type: PartType
    code: int
    group: str
    makers: tuple[Maker, ...]


#: The part that product.md shows, in the group itself.
PISTON = Part(
    name="Piston",
    slug="piston",
    category="engine-parts",
    maker=next(maker for maker in MAKERS if maker.name == "Zylmark"),
    number="PN 2500",
    description="High quality piston. Cast aluminium, for a bore of 83 mm, with pin and circlips.",
    attributes={"bore_mm": 83, "oversize": "0.00 mm", "height_mm": 32.5, "pin_mm": 21},
    price=Decimal("2500.00"),
    stock=50,
    is_active=True,
    group="Engine Parts",
    shape="piston",
)


def parts() -> Iterator[Part]:
    """Yield the demo's parts without end, the Piston first, then the types mixed by their shares."""
    yield PISTON
    rng = Random(SEED)
    made: Counter[tuple[int, str]] = Counter()
    row = [line for line in _lines() for _ in range(line.type.share)]
    count = 1
    while True:
        rng.shuffle(row)
        for line in row:
            count += 1
            maker = rng.choice(line.makers)
            made[line.code, maker.name] += 1
            number = maker.number(code=line.code, count=made[line.code, maker.name])
            yield _part(line, maker, number, rng, is_active=count % INACTIVE_EVERY != 0)


def _lines() -> Iterator[_Line]:
    code = FIRST_CODE
    for root in ROOTS:
        makers = tuple(maker for maker in MAKERS for _ in range(maker.weight(root.name)))
        for group in root.walk():
            for part_type in group.types:
                yield _Line(part_type, code, root.name, makers)
                code += 1


def _part(line: _Line, maker: Maker, number: str, rng: Random, *, is_active: bool) -> Part:
    values = [(attribute, attribute.draw(rng)) for attribute in line.type.attributes]
    words = {attribute.name: attribute.show(value) for attribute, value in values}
    name = line.type.name.format_map(words)
    price = _price(line.type, maker, rng)
    return Part(
        name=name,
        slug=slugify(f"{name.partition(',')[0]} {maker.name} {numbers.normalise(number)}"),
        category=slugify(line.type.category),
        maker=maker,
        number=number,
        description=f"{_sentence(line.type.text.format_map(words))} {maker.line}",
        attributes={attribute.key: value for attribute, value in values},
        price=price,
        stock=_stock(price, rng),
        is_active=is_active,
        group=line.group,
        shape=line.type.shape,
    )


def _sentence(text: str) -> str:
    return text[0].upper() + text[1:]


def _price(part_type: PartType, maker: Maker, rng: Random) -> Decimal:
    """Draw a price of the maker's level, more often low in the range than high, rounded as shops do."""
    low, high = part_type.price
    kobo = round((low + (high - low) * rng.betavariate(2, 3)) * maker.percent)
    step = next(step for limit, step in _ROUNDING if kobo < limit)
    return Decimal(kobo - kobo % step).scaleb(-2)


#: Prices below so many kobo are multiples of so many: 0.50, 10, 50, 100 and 500 naira.
_ROUNDING = ((2_000_00, 50), (10_000_00, 10_00), (40_000_00, 50_00), (100_000_00, 100_00), (10**9, 500_00))


def _stock(price: Decimal, rng: Random) -> int:
    """Draw a stock: few of what is dear, many of what is cheap, now and then none."""
    if rng.randrange(100) < SOLD_OUT:
        return 0
    usual = 3_000_000 / (int(price) + 10_000)
    return min(MOST_STOCK, round(usual * rng.lognormvariate(0, 1.1)))
