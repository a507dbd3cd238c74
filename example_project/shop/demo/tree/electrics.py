"""Electrics and lighting."""

from __future__ import annotations

from shop.demo.spec import Group, Measure, PartType, mm, one_of

SIDE = one_of("side", "left", "right")

ELECTRICS = Group(
    name="Electrics",
    about="Batteries, alternators, starters and small electric parts.",
    types=(
        PartType(
            category="Batteries",
            about="Starter batteries.",
            name="Battery, {capacity}, {cold_start}, {kind}",
            text="{kind} battery, 12 V, {capacity}, {cold_start} cold start, positive pole {pole}. "
            "Sold charged.",
            price=(58000, 210000),
            shape="battery",
            attributes=(
                Measure("capacity", "Ah", 36, 110, 2),
                Measure("cold_start", "A", 330, 950, 10),
                one_of("kind", "wet", "EFB", "AGM"),
                one_of("pole", "left", "right"),
            ),
            share=3,
        ),
        PartType(
            category="Alternators",
            about="New alternators with regulator.",
            name="Alternator, {current}, {grooves} grooves",
            text="14 V, {current}, pulley with {grooves} grooves of {pulley}, turning {turning}, "
            "regulator built in.",
            price=(72000, 340000),
            shape="alternator",
            attributes=(
                Measure("current", "A", 65, 180, 5),
                one_of("grooves", 1, 4, 5, 6, 7),
                mm("pulley", 48, 66),
                one_of("turning", "clockwise", "anticlockwise"),
            ),
            share=3,
        ),
        PartType(
            category="Starter Motors",
            about="New starters.",
            name="Starter Motor, {power}, {teeth} teeth",
            text="12 V, {power}, pinion with {teeth} teeth, {holes} flange holes.",
            price=(58000, 260000),
            shape="starter",
            attributes=(
                Measure("power", "kW", 0.8, 2.8, 0.1),
                one_of("teeth", 8, 9, 10, 11, 12, 13),
                one_of("holes", 2, 3),
            ),
            share=3,
        ),
        PartType(
            category="Relays",
            about="Relays for lamps, fans and pumps.",
            name="Relay, {pins} pins, {current}",
            text="12 V relay, {current}, {pins} pins, {contact}, coil protected by {guard}.",
            price=(900, 7800),
            shape="relay",
            attributes=(
                one_of("pins", 4, 5),
                Measure("current", "A", 20, 70, 10),
                one_of("contact", "normally open", "change-over"),
                one_of("guard", "a resistor", "a diode"),
            ),
        ),
        PartType(
            category="Fuses",
            about="Blade fuses by the bag.",
            name="Fuse, {size}, {current}, bag of {count}",
            text="Bag of {count} {size} blade fuses of {current}, 32 V.",
            price=(500, 3200),
            shape="fuse",
            attributes=(
                one_of("size", "micro", "mini", "standard", "maxi"),
                Measure("current", "A", 5, 40, 5),
                one_of("count", 5, 10, 25, 50),
            ),
        ),
        PartType(
            category="Horns",
            about="Disc and snail horns.",
            name="Horn, {kind}, {tone}",
            text="{kind} horn, {tone}, {loudness} at two metres, 12 V.",
            price=(3800, 18500),
            shape="horn",
            attributes=(
                one_of("kind", "disc", "snail"),
                Measure("tone", "Hz", 335, 500, 15),
                Measure("loudness", "dB", 105, 118, 1),
            ),
            share=1,
        ),
        PartType(
            category="Window Motors",
            about="Motors for electric windows.",
            name="Window Motor, {place} {side}",
            text="12 V motor for the {place} door, {side} side, {pins} pins, {memory}.",
            price=(16500, 74000),
            shape="starter",
            attributes=(
                one_of("place", "front", "rear"),
                SIDE,
                one_of("pins", 2, 6, 8),
                one_of("memory", "with comfort function", "without comfort function"),
            ),
        ),
        PartType(
            category="Ignition Switches",
            about="Switches and lock barrels.",
            name="Ignition Switch, {pins} pins, {barrel}",
            text="Switch with {pins} pins for {positions} positions, {barrel}.",
            price=(4800, 42000),
            shape="relay",
            attributes=(
                one_of("pins", 4, 5, 6, 7),
                one_of("positions", 3, 4, 5),
                one_of("barrel", "with barrel and keys", "without barrel"),
            ),
            share=1,
        ),
    ),
)

LIGHTING = Group(
    name="Lighting",
    about="Lamps and bulbs, front and rear.",
    types=(
        PartType(
            category="Headlamps",
            about="Complete headlamps.",
            name="Headlamp, {side}, {light}",
            text="{light} headlamp for the {side} side, {levelling} levelling, {dip}.",
            price=(48000, 420000),
            shape="headlamp",
            attributes=(
                SIDE,
                one_of("light", "halogen", "xenon", "LED"),
                one_of("levelling", "manual", "electric", "automatic"),
                one_of("dip", "for driving on the right", "for driving on the left"),
            ),
            share=3,
        ),
        PartType(
            category="Rear Lamps",
            about="Complete rear lamps.",
            name="Rear Lamp, {side}, {place}, {light}",
            text="{light} lamp for the {side} side, {place}, {holder}.",
            price=(22000, 145000),
            shape="rear_lamp",
            attributes=(
                SIDE,
                one_of("place", "outer", "inner"),
                one_of("light", "bulb", "LED"),
                one_of("holder", "with holder", "without holder"),
            ),
        ),
        PartType(
            category="Fog Lamps",
            about="Front and rear fog lamps.",
            name="Fog Lamp, {place} {side}, {cap}",
            text="Lamp for the {place}, {side} side, cap {cap}, {glass} lens.",
            price=(12500, 68000),
            shape="fog_lamp",
            attributes=(
                one_of("place", "front", "rear"),
                SIDE,
                one_of("cap", "H3", "H8", "H11", "HB4"),
                one_of("glass", "glass", "plastic"),
            ),
        ),
        PartType(
            category="Bulbs",
            about="Halogen, xenon and LED bulbs.",
            name="Bulb, {cap}, {power}, {kind}",
            text="{kind} bulb, cap {cap}, 12 V, {power}, {tone}. Do not touch the glass.",
            price=(800, 26000),
            shape="bulb",
            attributes=(
                one_of("cap", "H1", "H4", "H7", "H11", "P21W", "W5W", "HB3", "D2S"),
                Measure("power", "W", 5, 60, 5),
                one_of("kind", "halogen", "long-life", "bright", "LED"),
                Measure("tone", "K", 3000, 6000, 500),
            ),
            share=4,
        ),
        PartType(
            category="Indicator Lamps",
            about="Front and side indicators.",
            name="Indicator Lamp, {place} {side}, {lens}",
            text="Indicator for the {place}, {side} side, {lens} lens, {holder}.",
            price=(3500, 24000),
            shape="fog_lamp",
            attributes=(
                one_of("place", "front", "wing", "mirror"),
                SIDE,
                one_of("lens", "clear", "amber", "smoked"),
                one_of("holder", "with holder", "without holder"),
            ),
        ),
    ),
)
