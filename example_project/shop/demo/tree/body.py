"""Body and air conditioning."""

from __future__ import annotations

from shop.demo.spec import Group, Measure, PartType, mm, one_of

SIDE = one_of("side", "left", "right")

BODY = Group(
    name="Body and Mirrors",
    about="Panels, mirrors, wipers, handles and locks.",
    types=(
        PartType(
            category="Door Mirrors",
            about="Complete mirrors and glasses.",
            name="Door Mirror, {side}, {control}, {heating}",
            text="Mirror for the {side} door, {control} control, {heating}, {glass} glass, primed cover.",
            price=(19500, 145000),
            shape="mirror",
            attributes=(
                SIDE,
                one_of("control", "manual", "electric", "folding electric"),
                one_of("heating", "heated", "not heated"),
                one_of("glass", "flat", "convex", "aspherical"),
            ),
            share=3,
        ),
        PartType(
            category="Wiper Blades",
            about="Flat and bow blades.",
            name="Wiper Blade, {kind}, {length}",
            text="{kind} blade, {length} long, {adapter} adapter, {rubber} rubber. Sold each.",
            price=(2200, 14500),
            shape="wiper",
            attributes=(
                one_of("kind", "flat", "bow", "hybrid", "rear"),
                mm("length", 280, 750, 10),
                one_of("adapter", "hook", "bayonet", "side pin", "top lock"),
                one_of("rubber", "natural", "graphite-coated"),
            ),
            share=4,
        ),
        PartType(
            category="Bumpers",
            about="Front and rear bumpers.",
            name="Bumper, {place}, {finish}",
            text="{place} bumper, {finish}, {holes}. Brackets are ordered apart.",
            price=(45000, 260000),
            shape="bumper",
            attributes=(
                one_of("place", "front", "rear"),
                one_of("finish", "primed", "black grain", "part primed"),
                one_of("holes", "with sensor holes", "without sensor holes"),
            ),
        ),
        PartType(
            category="Wings",
            about="Front wings.",
            name="Wing, {side}, {material}",
            text="Front wing for the {side} side, {material}, {coat}, {hole}.",
            price=(32000, 160000),
            shape="wing",
            attributes=(
                SIDE,
                one_of("material", "steel", "galvanised steel", "aluminium", "plastic"),
                one_of("coat", "electro-coated", "primed"),
                one_of("hole", "with indicator hole", "without indicator hole"),
            ),
        ),
        PartType(
            category="Bonnets",
            about="Bonnets in steel and aluminium.",
            name="Bonnet, {material}, {length} x {width}",
            text="{material} bonnet, {length} by {width}, electro-coated. Hinges are ordered apart.",
            price=(78000, 340000),
            shape="bonnet",
            attributes=(
                one_of("material", "steel", "aluminium"),
                mm("length", 920, 1240, 10),
                mm("width", 1280, 1560, 10),
            ),
            share=1,
        ),
        PartType(
            category="Window Regulators",
            about="Regulators for door windows.",
            name="Window Regulator, {place} {side}, {motor}",
            text="{drive} regulator for the {place} door, {side} side, {motor}.",
            price=(18500, 92000),
            shape="regulator",
            attributes=(
                one_of("place", "front", "rear"),
                SIDE,
                one_of("motor", "with motor", "without motor"),
                one_of("drive", "cable", "scissor"),
            ),
        ),
        PartType(
            category="Door Handles",
            about="Outer and inner handles.",
            name="Door Handle, {place} {side}, {face}",
            text="{face} handle for the {place} door, {side} side, {finish}, {lock}.",
            price=(3800, 26000),
            shape="handle",
            attributes=(
                one_of("place", "front", "rear"),
                SIDE,
                one_of("face", "outer", "inner"),
                one_of("finish", "primed", "chrome", "black"),
                one_of("lock", "with key hole", "without key hole"),
            ),
        ),
        PartType(
            category="Gas Springs",
            about="Struts for tailgate and bonnet.",
            name="Gas Spring, {place}, {length}, {force}",
            text="Gas spring for the {place}, {length} extended, stroke {stroke}, {force}. "
            "Change them in pairs.",
            price=(5500, 26000),
            shape="gas_spring",
            attributes=(
                one_of("place", "tailgate", "bonnet"),
                mm("length", 320, 680, 5),
                mm("stroke", 110, 260, 5),
                Measure("force", "N", 180, 720, 20),
            ),
        ),
    ),
)

AIR_CONDITIONING = Group(
    name="Air Conditioning",
    about="Compressors, condensers and what belongs to a cool cabin.",
    types=(
        PartType(
            category="Air Conditioning Compressors",
            about="Compressors with clutch and oil.",
            name="Air Conditioning Compressor, {grooves} grooves, {displacement}",
            text="{displacement}, pulley with {grooves} grooves of {pulley}, {refrigerant}, oil filled. "
            "Flush the circuit and change the drier with it.",
            price=(110000, 480000),
            shape="alternator",
            attributes=(
                Measure("displacement", "cm³", 90, 180, 10),
                one_of("grooves", 4, 5, 6, 7),
                mm("pulley", 100, 130, 2),
                one_of("refrigerant", "R134a", "R1234yf"),
            ),
        ),
        PartType(
            category="Condensers",
            about="Aluminium condensers.",
            name="Condenser, {core_height} x {core_width}",
            text="Aluminium core of {core_height} by {core_width}, {depth} deep, {drier}, {refrigerant}.",
            price=(58000, 230000),
            shape="radiator",
            attributes=(
                mm("core_height", 320, 460, 5),
                mm("core_width", 480, 720, 5),
                mm("depth", 12, 20),
                one_of("drier", "with drier", "without drier"),
                one_of("refrigerant", "R134a", "R1234yf"),
            ),
        ),
        PartType(
            category="Receiver Driers",
            about="Driers for the refrigerant.",
            name="Receiver Drier, {diameter} x {height}",
            text="Drier of {diameter} by {height}, {material}. Keep it closed until it is fitted.",
            price=(8500, 42000),
            shape="canister",
            attributes=(
                mm("diameter", 32, 78, 2),
                mm("height", 160, 320, 5),
                one_of("material", "aluminium", "steel"),
            ),
        ),
        PartType(
            category="Expansion Valves",
            about="Valves before the evaporator.",
            name="Expansion Valve, {kind}",
            text="{kind} valve, {refrigerant}, O-rings in the box.",
            price=(7500, 38000),
            shape="thermostat",
            attributes=(
                one_of("kind", "block", "angle", "electronic"),
                one_of("refrigerant", "R134a", "R1234yf"),
            ),
            share=1,
        ),
        PartType(
            category="Cabin Blowers",
            about="Blowers for heating and cooling.",
            name="Cabin Blower, {diameter}, {drive}",
            text="Blower wheel of {diameter} with motor, {pins} pins, {drive}.",
            price=(24000, 115000),
            shape="blower",
            attributes=(
                mm("diameter", 118, 164, 2),
                one_of("pins", 2, 3, 4),
                one_of("drive", "left-hand drive", "right-hand drive"),
            ),
        ),
    ),
)
