"""Engine, timing drive, filters and cooling."""

from __future__ import annotations

from shop.demo.spec import Group, Measure, PartType, mm, one_of

TIMING = Group(
    name="Timing Drive",
    about="What keeps camshaft and crankshaft in step: belts, chains, tensioners and complete kits.",
    types=(
        PartType(
            category="Timing Belts",
            about="Toothed belts for overhead camshafts.",
            name="Timing Belt, {teeth} teeth, {width}",
            text="Toothed belt with {teeth} teeth, {width} wide, {compound} with glass cord. "
            "Never kink it or turn it inside out. Change the tensioner with it.",
            price=(6500, 28000),
            shape="belt",
            attributes=(
                one_of("teeth", *range(89, 187, 7)),
                mm("width", 19, 32, 0.5),
                one_of("compound", "HNBR", "chloroprene"),
            ),
        ),
        PartType(
            category="Timing Belt Kits",
            about="Belt, tensioner and idlers in one box.",
            name="Timing Belt Kit, {teeth} teeth, {pieces} pieces",
            text="Belt with {teeth} teeth, tensioner, idlers and bolts, {pieces} pieces in one box. "
            "Due after {interval} at the latest.",
            price=(28000, 120000),
            shape="belt_kit",
            attributes=(
                one_of("teeth", *range(96, 180, 6)),
                one_of("pieces", 3, 4, 5, 6),
                Measure("interval", "km", 60000, 150000, 10000),
            ),
        ),
        PartType(
            category="Timing Chains",
            about="Roller, bush and silent chains for camshaft drives.",
            name="Timing Chain, {kind}, {links} links",
            text="{kind} chain of {links} links at {pitch} pitch, closed. "
            "A chain that rattles on a cold start has run its time.",
            price=(9500, 48000),
            shape="chain",
            attributes=(
                one_of("kind", "roller", "bush", "silent"),
                one_of("links", *range(92, 178, 4)),
                one_of("pitch", "8 mm", "9.525 mm"),
            ),
        ),
        PartType(
            category="Tensioner Pulleys",
            about="Sprung and fixed pulleys for timing and auxiliary belts.",
            name="Tensioner Pulley, {drive}, {diameter}",
            text="Pulley of {diameter} for the {drive} belt, {width} wide, {material} tread on a "
            "sealed bearing.",
            price=(7000, 36000),
            shape="pulley",
            attributes=(
                one_of("drive", "timing", "auxiliary"),
                mm("diameter", 48, 80),
                mm("width", 18, 34),
                one_of("material", "steel", "glass-filled nylon"),
            ),
        ),
        PartType(
            category="Camshaft Sprockets",
            about="Fixed and adjustable wheels on the camshaft.",
            name="Camshaft Sprocket, {teeth} teeth",
            text="{material} wheel with {teeth} teeth for a shaft of {bore}. Fit with a new bolt.",
            price=(11000, 65000),
            shape="gear",
            attributes=(
                one_of("teeth", 36, 38, 40, 42, 44, 48),
                mm("bore", 22, 34),
                one_of("material", "sintered steel", "aluminium"),
            ),
            share=1,
        ),
    ),
)

ENGINE = Group(
    name="Engine Parts",
    about="All engine-related parts.",
    groups=(TIMING,),
    types=(
        PartType(
            category="Pistons",
            about="Pistons with pin, sold each.",
            name="Piston, {bore}, {oversize} oversize",
            text="Cast aluminium piston for a bore of {bore}, {oversize} over standard, with a pin of {pin}. "
            "Compression height {height}. Rings are ordered apart.",
            price=(6500, 42000),
            shape="piston",
            attributes=(
                mm("bore", 66, 104, 0.5),
                one_of("oversize", "0.00 mm", "0.25 mm", "0.50 mm", "0.75 mm", "1.00 mm"),
                mm("height", 26, 44, 0.5),
                mm("pin", 17, 30),
            ),
        ),
        PartType(
            category="Piston Rings",
            about="Ring sets for one cylinder or a whole engine.",
            name="Piston Ring Set, {bore}, for {cylinders} cylinders",
            text="Two compression rings and one oil ring for each of {cylinders} cylinders of {bore} bore. "
            "Top ring {face}.",
            price=(5500, 52000),
            shape="rings",
            attributes=(
                mm("bore", 66, 104, 0.5),
                one_of("cylinders", 1, 3, 4, 6),
                one_of("face", "chrome plated", "nitrided", "molybdenum filled"),
            ),
        ),
        PartType(
            category="Connecting Rods",
            about="Forged and sintered rods with cap and bolts.",
            name="Connecting Rod, {length}, {material}",
            text="{material} rod, {length} between centres, big end {big_end}, with cap and new bolts. "
            "Weigh the set before you fit it.",
            price=(24000, 110000),
            shape="rod",
            attributes=(
                mm("length", 118, 172, 0.5),
                mm("big_end", 42, 62, 0.5),
                one_of("material", "forged steel", "sintered steel"),
            ),
            share=1,
        ),
        PartType(
            category="Crankshaft Bearings",
            about="Main and big-end bearing shells.",
            name="Bearing Shell Set, {place}, {undersize} undersize",
            text="Set of {place} bearing shells for a journal of {journal}, {undersize} under "
            "standard, {lining}.",
            price=(9000, 48000),
            shape="shells",
            attributes=(
                one_of("place", "main", "big end"),
                mm("journal", 40, 72, 0.5),
                one_of("undersize", "0.00 mm", "0.25 mm", "0.50 mm"),
                one_of("lining", "aluminium-tin", "copper-lead"),
            ),
        ),
        PartType(
            category="Crankshaft Seals",
            about="Radial shaft seals for front and rear of the crankshaft.",
            name="Crankshaft Seal, {place}, {inner} x {outer}",
            text="Radial shaft seal for the {place} of the crankshaft, {inner} by {outer}, {material} lip. "
            "Oil the lip before fitting.",
            price=(1800, 14500),
            shape="seal",
            attributes=(
                one_of("place", "front", "rear"),
                mm("inner", 28, 90, 2),
                mm("outer", 100, 130, 2),
                one_of("material", "FKM", "PTFE", "ACM"),
            ),
        ),
        PartType(
            category="Cylinder Head Gaskets",
            about="Head gaskets in steel and composite.",
            name="Cylinder Head Gasket, {kind}, {bore}",
            text="{kind} gasket for {cylinders} cylinders, bore {bore}, {thickness} thick. "
            "Use new head bolts and the maker's tightening order.",
            price=(7500, 46000),
            shape="gasket",
            attributes=(
                one_of("kind", "multi-layer steel", "composite"),
                one_of("cylinders", 3, 4, 6),
                mm("bore", 70, 104, 0.5),
                mm("thickness", 1.2, 1.8, 0.1),
            ),
        ),
        PartType(
            category="Rocker Cover Gaskets",
            about="Seals between head and rocker cover.",
            name="Rocker Cover Gasket, {material}",
            text="Moulded {material} gasket, {length} long, with {seals} plug well seals.",
            price=(2500, 15500),
            shape="gasket",
            attributes=(
                one_of("material", "silicone", "nitrile", "ACM"),
                mm("length", 330, 560, 5),
                one_of("seals", 0, 3, 4, 6),
            ),
        ),
        PartType(
            category="Engine Valves",
            about="Inlet and exhaust valves, sold each.",
            name="Engine Valve, {side}, {head}",
            text="{side} valve, head {head}, stem {stem}, {length} long. Lap it in before fitting.",
            price=(2200, 16000),
            shape="valve",
            attributes=(
                one_of("side", "inlet", "exhaust"),
                mm("head", 24, 46, 0.5),
                mm("stem", 5, 9, 0.5),
                mm("length", 88, 124),
            ),
        ),
        PartType(
            category="Camshafts",
            about="Camshafts in standard profile.",
            name="Camshaft, {side}, {lobes} lobes",
            text="{material} camshaft for the {side} side, {lobes} lobes, {length} long. "
            "Fit with new lifters and assembly paste.",
            price=(42000, 210000),
            shape="camshaft",
            attributes=(
                one_of("side", "inlet", "exhaust", "inlet and exhaust"),
                one_of("lobes", 6, 8, 12),
                mm("length", 340, 560, 5),
                one_of("material", "chilled cast iron", "assembled steel"),
            ),
            share=1,
        ),
        PartType(
            category="Valve Lifters",
            about="Hydraulic and solid lifters.",
            name="Valve Lifter, {kind}, {diameter}",
            text="{kind} lifter of {diameter}, {height} high. Prime hydraulic lifters in clean oil first.",
            price=(2800, 15000),
            shape="cup",
            attributes=(
                one_of("kind", "hydraulic", "solid"),
                mm("diameter", 22, 35),
                mm("height", 24, 48),
            ),
        ),
        PartType(
            category="Engine Mounts",
            about="Rubber and hydraulic mounts between engine and body.",
            name="Engine Mount, {side}, {kind}",
            text="{kind} mount for the {side} of the engine, rubber of {hardness}, stud {thread}.",
            price=(14000, 85000),
            shape="mount",
            attributes=(
                one_of("side", "left", "right", "front", "rear"),
                one_of("kind", "rubber", "hydraulic"),
                Measure("hardness", "Shore A", 45, 65, 5),
                one_of("thread", "M10", "M12"),
            ),
            share=3,
        ),
        PartType(
            category="Oil Pumps",
            about="Gear and rotor pumps for engine oil.",
            name="Oil Pump, {kind}, {flow}",
            text="{kind} pump, {flow} at rated speed, relief valve set at {pressure}. "
            "Fill it with oil first.",
            price=(32000, 160000),
            shape="pump",
            attributes=(
                one_of("kind", "gear", "rotor", "vane"),
                Measure("flow", "l/min", 18, 62, 2),
                Measure("pressure", "bar", 4, 6.5, 0.5),
            ),
        ),
        PartType(
            category="Oil Sumps",
            about="Sumps in steel and aluminium.",
            name="Oil Sump, {material}, {capacity}",
            text="{material} sump for {capacity} of oil with plug {plug}. Sealing compound is ordered apart.",
            price=(26000, 130000),
            shape="tray",
            attributes=(
                one_of("material", "steel", "aluminium"),
                Measure("capacity", "l", 3.2, 7.5, 0.1),
                one_of("plug", "M12 x 1.5", "M14 x 1.5", "M18 x 1.5"),
            ),
            share=1,
        ),
    ),
)

FILTERS = Group(
    name="Filters",
    about="Filters for oil, air, fuel and cabin: the parts of every service.",
    types=(
        PartType(
            category="Oil Filters",
            about="Spin-on filters and inserts.",
            name="Oil Filter, {kind}, {height}",
            text="{kind} filter of {diameter} by {height}, thread {thread}, bypass at {bypass}. "
            "Change it with every oil change.",
            price=(3200, 14500),
            shape="filter",
            attributes=(
                one_of("kind", "spin-on", "insert"),
                mm("diameter", 64, 96),
                mm("height", 54, 142, 2),
                one_of("thread", "M20 x 1.5", "3/4-16 UNF", "M22 x 1.5"),
                Measure("bypass", "bar", 0.8, 2.5, 0.1),
            ),
            share=5,
        ),
        PartType(
            category="Air Filters",
            about="Panel and round filters for the engine's air.",
            name="Air Filter, {kind}, {length} x {width}",
            text="{kind} filter with {medium} medium, {length} by {width}, {height} high. "
            "On dusty roads change it twice as often.",
            price=(4200, 21000),
            shape="panel",
            attributes=(
                one_of("kind", "panel", "round"),
                mm("length", 180, 380, 5),
                mm("width", 110, 175, 5),
                mm("height", 38, 72, 2),
                one_of("medium", "cellulose", "synthetic"),
            ),
            share=5,
        ),
        PartType(
            category="Fuel Filters",
            about="In-line filters and inserts for petrol and diesel.",
            name="Fuel Filter, {fuel}, {connection}",
            text="{fuel} filter, {connection} connection, {height} high, holds back particles from "
            "{fineness}.",
            price=(4800, 32000),
            shape="inline_filter",
            attributes=(
                one_of("fuel", "petrol", "diesel"),
                one_of("connection", "8 mm quick-fit", "10 mm quick-fit", "M14 x 1.5", "M16 x 1.5"),
                mm("height", 90, 190, 5),
                Measure("fineness", "µm", 3, 15, 1),
            ),
            share=3,
        ),
        PartType(
            category="Cabin Filters",
            about="Dust, charcoal and allergy filters for the cabin.",
            name="Cabin Filter, {kind}, {length} x {width}",
            text="{kind} filter for the heater box, {length} by {width}, {height} high. "
            "Mind the arrow: it shows the air.",
            price=(3800, 19500),
            shape="panel",
            attributes=(
                one_of("kind", "dust", "charcoal", "allergy"),
                mm("length", 180, 320, 5),
                mm("width", 140, 175, 5),
                mm("height", 17, 42),
            ),
            share=4,
        ),
        PartType(
            category="Transmission Filters",
            about="Suction filters for automatic transmissions.",
            name="Transmission Filter, {medium}",
            text="Suction filter with {medium} medium and seal for an automatic of {gears} gears.",
            price=(8500, 46000),
            shape="tray",
            attributes=(
                one_of("medium", "felt", "steel mesh"),
                one_of("gears", 4, 5, 6, 8, 9),
            ),
            share=1,
        ),
    ),
)

COOLING = Group(
    name="Cooling",
    about="Radiators, pumps, thermostats and hoses that keep an engine at its temperature.",
    types=(
        PartType(
            category="Radiators",
            about="Engine radiators with aluminium core.",
            name="Radiator, {core_height} x {core_width}, {gearbox}",
            text="Aluminium core of {core_height} by {core_width}, {depth} deep, plastic tanks, "
            "for cars with {gearbox} gearbox. Flush the circuit before you fill it.",
            price=(68000, 290000),
            shape="radiator",
            attributes=(
                mm("core_height", 320, 480, 5),
                mm("core_width", 500, 740, 5),
                mm("depth", 16, 42, 2),
                one_of("gearbox", "manual", "automatic"),
            ),
            share=3,
        ),
        PartType(
            category="Water Pumps",
            about="Coolant pumps with seal.",
            name="Water Pump, {impeller} impeller, {blades} blades",
            text="Pump with {impeller} impeller of {blades} blades, {drive} drive, gasket in the box.",
            price=(16500, 92000),
            shape="pump",
            attributes=(
                one_of("impeller", "steel", "cast iron", "plastic"),
                one_of("blades", 6, 7, 8),
                one_of("drive", "timing belt", "auxiliary belt", "chain"),
            ),
            share=3,
        ),
        PartType(
            category="Thermostats",
            about="Thermostats with and without housing.",
            name="Thermostat, {opening}, {housing}",
            text="Opens at {opening}, fully open 15 degrees above, {diameter} across, {housing}.",
            price=(4500, 38000),
            shape="thermostat",
            attributes=(
                Measure("opening", "°C", 76, 92, 2),
                mm("diameter", 44, 67),
                one_of("housing", "with housing", "without housing"),
            ),
            share=3,
        ),
        PartType(
            category="Cooling Fans",
            about="Electric fans for the radiator.",
            name="Cooling Fan, {diameter}, {power}",
            text="Electric fan of {diameter}, {blades} blades, {power} at 12 V, with frame.",
            price=(38000, 185000),
            shape="fan",
            attributes=(
                mm("diameter", 280, 420, 5),
                Measure("power", "W", 120, 600, 20),
                one_of("blades", 5, 7, 9),
            ),
        ),
        PartType(
            category="Radiator Hoses",
            about="Moulded coolant hoses.",
            name="Radiator Hose, {place}, {bore}",
            text="Moulded {material} hose for the {place} of the radiator, bore {bore}, {length} "
            "along its bends. "
            "Change the clips with it.",
            price=(4200, 24000),
            shape="hose",
            attributes=(
                one_of("place", "top", "bottom"),
                mm("bore", 28, 44, 2),
                mm("length", 220, 640, 10),
                one_of("material", "EPDM", "silicone"),
            ),
        ),
        PartType(
            category="Expansion Tanks",
            about="Coolant tanks with level mark.",
            name="Expansion Tank, {capacity}, {sensor}",
            text="Tank of {capacity}, tested at {pressure}, {sensor}. The cap is ordered apart.",
            price=(9500, 52000),
            shape="tank",
            attributes=(
                Measure("capacity", "l", 0.8, 2.6, 0.2),
                Measure("pressure", "bar", 1.2, 2, 0.1),
                one_of("sensor", "with level sensor", "without level sensor"),
            ),
        ),
        PartType(
            category="Radiator Caps",
            about="Pressure caps for radiator and expansion tank.",
            name="Radiator Cap, {pressure}",
            text="Pressure cap that opens at {pressure}, {fit}. Never open it hot.",
            price=(1500, 8500),
            shape="cap",
            attributes=(
                Measure("pressure", "bar", 0.9, 2, 0.1),
                one_of("fit", "bayonet", "screw thread"),
            ),
        ),
    ),
)
