"""The makers of the demo's parts: all invented, for real names with invented numbers would mislead."""

from __future__ import annotations

from dataclasses import dataclass
from zlib import crc32

from django.utils.text import slugify

#: A number has three figures for the type of part and five that count; no two parts of a brand share one.
TYPE_DIGITS = 3
SERIAL_DIGITS = 5
#: Odd and no multiple of five, so that counting by it meets every serial once before it meets one twice.
STRIDE = 61_003

RED = (188, 54, 48)
BLUE = (38, 86, 150)
ORANGE = (214, 122, 34)
GREEN = (36, 118, 92)
VIOLET = (104, 74, 146)


@dataclass(frozen=True, slots=True, kw_only=True)
class Maker:
    """A brand: how it writes its numbers, what it makes, and where in the market it stands.

    In `scheme` each `@` is a figure of the part type's code and each `#` one of the serial. `percent` is
    its price level, 100 being the middle of the market. `groups` names the top groups that it serves; none
    means all.
    """

    name: str
    line: str
    scheme: str
    percent: int
    colour: tuple[int, int, int]
    groups: tuple[str, ...] = ()

    @property
    def slug(self) -> str:
        return slugify(self.name)

    def weight(self, group: str) -> int:
        """Tell how many of the group's parts are its own: a specialist has twice a generalist's share."""
        if not self.groups:
            return 1
        return 2 if group in self.groups else 0

    def number(self, *, code: int, count: int) -> str:
        """Write the number of its part with this count among its parts of this type."""
        start = crc32(f"{self.name} {code}".encode())
        serial = (start + count * STRIDE) % 10**SERIAL_DIGITS
        digits = {"@": iter(f"{code:0{TYPE_DIGITS}d}"), "#": iter(f"{serial:0{SERIAL_DIGITS}d}")}
        return "".join(next(digits[sign]) if sign in digits else sign for sign in self.scheme)


MAKERS = (
    # Four that make nearly everything.
    Maker(
        name="Kestrane",
        line="Kestrane makes to first-fit tolerances and gives three years of guarantee.",
        scheme="0 @@@ ### ##",
        percent=135,
        colour=BLUE,
    ),
    Maker(
        name="Maruvane",
        line="Maruvane is the workshop's everyday choice, with two years of guarantee.",
        scheme="@@@##-###A0",
        percent=105,
        colour=GREEN,
    ),
    Maker(
        name="Adekora",
        line="Adekora parts are made for hot climates and rough roads.",
        scheme="AD@@@#####",
        percent=85,
        colour=ORANGE,
    ),
    Maker(
        name="Olumaxa",
        line="Olumaxa keeps older cars on the road at a fair price.",
        scheme="OX@@@#####",
        percent=70,
        colour=RED,
    ),
    # Engine, fuel, filters.
    Maker(
        name="Zylmark",
        line="Zylmark has machined engine parts for two generations.",
        scheme="@@@ ### ##",
        percent=120,
        colour=RED,
        groups=("Engine Parts", "Cooling"),
    ),
    Maker(
        name="Halvexa",
        line="Halvexa tests every piece before it is packed.",
        scheme="H@@@-#####",
        percent=115,
        colour=VIOLET,
        groups=("Engine Parts", "Fuel System"),
    ),
    Maker(
        name="Velmaric",
        line="Velmaric filters fit as easily as the first one did.",
        scheme="V@@@/#####",
        percent=105,
        colour=GREEN,
        groups=("Filters",),
    ),
    Maker(
        name="Ceduline",
        line="Ceduline works for clean air and clean fuel.",
        scheme="C@@@.#####",
        percent=90,
        colour=BLUE,
        groups=("Filters", "Fuel System"),
    ),
    Maker(
        name="Tessarik",
        line="Tessarik supplies sensors and injection with test sheets.",
        scheme="@@@#####T",
        percent=125,
        colour=ORANGE,
        groups=("Fuel System", "Ignition", "Exhaust"),
    ),
    # Ignition and electrics.
    Maker(
        name="Amperith",
        line="Amperith has wound, wired and charged since the days of six volts.",
        scheme="AM-@@@-#####",
        percent=130,
        colour=BLUE,
        groups=("Ignition", "Electrics"),
    ),
    Maker(
        name="Skarvolt",
        line="Skarvolt sells electric parts without a surcharge for the name.",
        scheme="0@@@#####",
        percent=80,
        colour=VIOLET,
        groups=("Ignition", "Electrics", "Lighting"),
    ),
    Maker(
        name="Glimvar",
        line="Glimvar lamps carry their approval mark on the glass.",
        scheme="G@@@#####L",
        percent=110,
        colour=ORANGE,
        groups=("Lighting",),
    ),
    # Cooling, air conditioning, exhaust.
    Maker(
        name="Thermavost",
        line="Thermavost builds for engines that run hot.",
        scheme="@@@#####",
        percent=115,
        colour=RED,
        groups=("Cooling", "Air Conditioning"),
    ),
    Maker(
        name="Isvarda",
        line="Isvarda tests every circuit with helium.",
        scheme="IS@@@#####",
        percent=100,
        colour=BLUE,
        groups=("Cooling", "Air Conditioning"),
    ),
    Maker(
        name="Pellador",
        line="Pellador bends, welds and coats in one house.",
        scheme="@@@-#####-00",
        percent=90,
        colour=GREEN,
        groups=("Exhaust",),
    ),
    # Brakes and chassis.
    Maker(
        name="Ombrava",
        line="Ombrava tests its friction parts on the mountain.",
        scheme="OB @@@-#####",
        percent=125,
        colour=RED,
        groups=("Brakes",),
    ),
    Maker(
        name="Brenvalda",
        line="Brenvalda coats its brake parts against rust.",
        scheme="B@@@#####",
        percent=100,
        colour=GREEN,
        groups=("Brakes",),
    ),
    Maker(
        name="Frixonda",
        line="Frixonda mixes its own linings, free of copper.",
        scheme="F@@@#####",
        percent=85,
        colour=ORANGE,
        groups=("Brakes", "Clutch and Gearbox"),
    ),
    Maker(
        name="Tarnholt",
        line="Tarnholt seals its joints for the life of the car.",
        scheme="TH@@@#####",
        percent=115,
        colour=VIOLET,
        groups=("Steering", "Suspension"),
    ),
    Maker(
        name="Sprungholm",
        line="Sprungholm winds springs and fills dampers for bad roads.",
        scheme="S@@@-###.##",
        percent=120,
        colour=ORANGE,
        groups=("Suspension",),
    ),
    Maker(
        name="Quendrick",
        line="Quendrick forges what has to hold.",
        scheme="Q@@@/##-###",
        percent=95,
        colour=BLUE,
        groups=("Steering", "Driveline and Hubs"),
    ),
    # Driveline, clutch, body.
    Maker(
        name="Axelorn",
        line="Axelorn grinds and greases its joints in one house.",
        scheme="AX@@@ #####",
        percent=110,
        colour=GREEN,
        groups=("Driveline and Hubs",),
    ),
    Maker(
        name="Torquenna",
        line="Torquenna balances every clutch that leaves the house.",
        scheme="@@@ #### #0",
        percent=120,
        colour=VIOLET,
        groups=("Clutch and Gearbox", "Driveline and Hubs"),
    ),
    Maker(
        name="Grundavik",
        line="Grundavik presses panels that fit without bending.",
        scheme="GV@@@#####",
        percent=95,
        colour=BLUE,
        groups=("Body and Mirrors",),
    ),
    Maker(
        name="Wexaline",
        line="Wexaline primes and packs its parts for a long way.",
        scheme="W @@@ ### ##",
        percent=110,
        colour=VIOLET,
        groups=("Body and Mirrors", "Lighting"),
    ),
)
