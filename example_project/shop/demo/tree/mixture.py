"""Fuel, ignition and exhaust: what goes into the cylinder, lights it and leaves it."""

from __future__ import annotations

from shop.demo.spec import Group, Measure, PartType, mm, one_of

FUEL = Group(
    name="Fuel System",
    about="Pumps, injectors and throttle bodies for petrol and diesel.",
    types=(
        PartType(
            category="Fuel Pumps",
            about="In-tank and in-line electric pumps.",
            name="Fuel Pump, {place}, {flow}",
            text="Electric {place} pump, {flow} at {pressure}, 12 V. A strainer is in the box.",
            price=(22000, 135000),
            shape="fuel_pump",
            attributes=(
                one_of("place", "in-tank", "in-line"),
                Measure("flow", "l/h", 80, 260, 10),
                Measure("pressure", "bar", 3, 6.5, 0.5),
            ),
            share=3,
        ),
        PartType(
            category="Fuel Injectors",
            about="Port and direct injectors, sold each.",
            name="Fuel Injector, {kind}, {flow}",
            text="{kind} injector, {flow} at 3 bar, {holes} holes, {resistance}. New seals are in the box.",
            price=(18000, 145000),
            shape="injector",
            attributes=(
                one_of("kind", "port", "direct"),
                Measure("flow", "cm³/min", 140, 560, 10),
                one_of("holes", 2, 4, 6, 8, 12),
                Measure("resistance", "ohm", 1.5, 14.5, 0.5),
            ),
            share=3,
        ),
        PartType(
            category="Throttle Bodies",
            about="Electronic and cable throttle bodies.",
            name="Throttle Body, {bore}, {control}",
            text="Aluminium throttle body, bore {bore}, {control} control, {pins} pins. "
            "The engine has to learn its idle afterwards.",
            price=(48000, 240000),
            shape="throttle",
            attributes=(
                mm("bore", 38, 72, 2),
                one_of("control", "electronic", "cable"),
                one_of("pins", 4, 5, 6, 8),
            ),
        ),
        PartType(
            category="Fuel Pressure Regulators",
            about="Regulators for rail and tank.",
            name="Fuel Pressure Regulator, {pressure}",
            text="Holds the rail at {pressure}, {connection}, with O-ring.",
            price=(7500, 42000),
            shape="thermostat",
            attributes=(
                Measure("pressure", "bar", 2.5, 4.5, 0.1),
                one_of("connection", "plug-in", "8 mm hose", "M14 x 1.5"),
            ),
            share=1,
        ),
        PartType(
            category="Fuel Caps",
            about="Caps for the filler neck.",
            name="Fuel Cap, {fit}, {lock}",
            text="Cap with {fit} for a neck of {neck}, {lock}, with tether and seal.",
            price=(2500, 14000),
            shape="cap",
            attributes=(
                one_of("fit", "bayonet", "screw thread"),
                one_of("lock", "lockable", "without lock"),
                mm("neck", 40, 62, 2),
            ),
            share=1,
        ),
        PartType(
            category="Carburettors",
            about="Carburettors for engines of another day. We sell what is left no longer.",
            name="Carburettor, {barrels} barrel, {venturi}",
            text="Downdraught carburettor, {barrels} barrel, venturi {venturi}, {choke} choke.",
            price=(45000, 160000),
            shape="throttle",
            attributes=(
                one_of("barrels", 1, 2),
                mm("venturi", 22, 34),
                one_of("choke", "manual", "automatic"),
            ),
            share=1,
            is_active=False,
        ),
    ),
)

IGNITION = Group(
    name="Ignition",
    about="Spark plugs, coils, leads and glow plugs.",
    types=(
        PartType(
            category="Spark Plugs",
            about="Plugs in nickel, platinum and iridium.",
            name="Spark Plug, {electrode}, {thread}",
            text="{electrode} plug, thread {thread}, reach {reach}, gap {gap}, hexagon {hexagon}. "
            "Tighten by torque wrench on a cold engine.",
            price=(1800, 12500),
            shape="spark_plug",
            attributes=(
                one_of("electrode", "nickel", "platinum", "iridium"),
                one_of("thread", "M10 x 1.0", "M12 x 1.25", "M14 x 1.25"),
                one_of("reach", "19 mm", "25 mm", "26.5 mm"),
                mm("gap", 0.6, 1.3, 0.1),
                one_of("hexagon", "14 mm", "16 mm", "20.8 mm"),
            ),
            share=5,
        ),
        PartType(
            category="Ignition Coils",
            about="Pencil coils and coil packs.",
            name="Ignition Coil, {kind}, {pins} pins",
            text="{kind} for {outputs} plugs with {pins} pins, primary side {resistance}.",
            price=(14500, 72000),
            shape="coil_pack",
            attributes=(
                one_of("kind", "pencil coil", "coil pack", "coil rail"),
                one_of("pins", 2, 3, 4),
                one_of("outputs", 1, 2, 4),
                Measure("resistance", "ohm", 0.3, 1.2, 0.1),
            ),
            share=3,
        ),
        PartType(
            category="Ignition Lead Sets",
            about="High-tension leads in sets.",
            name="Ignition Lead Set, {leads} leads, {jacket}",
            text="{leads} leads, longest {length}, {jacket} jacket, {conductor} conductor.",
            price=(8500, 46000),
            shape="leads",
            attributes=(
                one_of("leads", 3, 4, 5, 6),
                mm("length", 420, 960, 20),
                one_of("jacket", "silicone", "EPDM"),
                one_of("conductor", "copper", "carbon", "wire-wound"),
            ),
        ),
        PartType(
            category="Glow Plugs",
            about="Metal and ceramic glow plugs for diesels.",
            name="Glow Plug, {voltage}, {thread}",
            text="{kind} glow plug, {voltage}, thread {thread}, {length} long, hot in {heating_time}.",
            price=(4800, 32000),
            shape="glow_plug",
            attributes=(
                one_of("kind", "metal", "ceramic"),
                one_of("voltage", "4.4 V", "7 V", "11 V"),
                one_of("thread", "M8 x 1.0", "M10 x 1.0", "M12 x 1.25"),
                mm("length", 78, 162, 2),
                Measure("heating_time", "s", 2, 7, 1),
            ),
        ),
        PartType(
            category="Crankshaft Sensors",
            about="Speed and position sensors for the crankshaft.",
            name="Crankshaft Sensor, {kind}, {cable}",
            text="{kind} sensor with {pins} pins and {cable} of cable. "
            "Check the air gap; a wrong one stops the engine when it is hot.",
            price=(7500, 48000),
            shape="sensor",
            attributes=(
                one_of("kind", "inductive", "Hall"),
                one_of("pins", 2, 3),
                mm("cable", 100, 900, 50),
            ),
        ),
        PartType(
            category="Knock Sensors",
            about="Sensors that hear an engine knock.",
            name="Knock Sensor, {pins} pins, {cable}",
            text="Piezo knock sensor with {pins} pins and {cable} of cable, bolt {bolt}, tightened "
            "to {torque}.",
            price=(9500, 52000),
            shape="sensor",
            attributes=(
                one_of("pins", 2, 3),
                mm("cable", 0, 600, 50),
                one_of("bolt", "M8", "M10"),
                Measure("torque", "Nm", 18, 25, 1),
            ),
            share=1,
        ),
    ),
)

EXHAUST = Group(
    name="Exhaust",
    about="Silencers, catalytic converters, sensors and all that holds them.",
    types=(
        PartType(
            category="Silencers",
            about="Front, middle and end silencers.",
            name="Silencer, {place}, {pipe}",
            text="{place} silencer in {steel}, {length} long, pipe {pipe}. "
            "Clamps and hangers are ordered apart.",
            price=(28000, 145000),
            shape="silencer",
            attributes=(
                one_of("place", "front", "middle", "end"),
                mm("pipe", 38, 63),
                mm("length", 320, 720, 10),
                one_of("steel", "aluminised steel", "stainless steel"),
            ),
        ),
        PartType(
            category="Catalytic Converters",
            about="Converters for petrol and diesel.",
            name="Catalytic Converter, {fuel}, {cells}",
            text="{substrate} converter for {fuel}, {cells}, with flanges and gasket.",
            price=(120000, 480000),
            shape="silencer",
            attributes=(
                one_of("fuel", "petrol", "diesel"),
                Measure("cells", "cpsi", 200, 600, 100),
                one_of("substrate", "ceramic", "metal"),
            ),
            share=1,
        ),
        PartType(
            category="Oxygen Sensors",
            about="Lambda sensors before and after the converter.",
            name="Oxygen Sensor, {place}, {wires} wires",
            text="{kind} sensor for the place {place}, {wires} wires, {cable} of cable, thread M18 x 1.5. "
            "Keep grease off the tip.",
            price=(19500, 98000),
            shape="probe",
            attributes=(
                one_of("place", "before the converter", "after the converter"),
                one_of("kind", "zirconia", "wide-band", "titania"),
                one_of("wires", 1, 3, 4, 5),
                mm("cable", 280, 1100, 20),
            ),
            share=3,
        ),
        PartType(
            category="Exhaust Gaskets",
            about="Flange, ring and manifold gaskets.",
            name="Exhaust Gasket, {kind}, {bore}",
            text="{kind} gasket for a bore of {bore}, {material}. Clean both faces before fitting.",
            price=(1200, 9500),
            shape="flange",
            attributes=(
                one_of("kind", "flange", "ring", "manifold"),
                mm("bore", 36, 72, 2),
                one_of("material", "graphite", "steel", "wire mesh"),
            ),
        ),
        PartType(
            category="Flexible Pipes",
            about="Flexible pieces between manifold and pipe.",
            name="Flexible Exhaust Pipe, {bore} x {length}",
            text="Stainless braid over an {liner} liner, bore {bore}, {length} long, to be welded in.",
            price=(7500, 36000),
            shape="flex",
            attributes=(
                mm("bore", 40, 70, 5),
                mm("length", 100, 300, 10),
                one_of("liner", "interlock", "inner braid"),
            ),
        ),
        PartType(
            category="Exhaust Hangers",
            about="Rubber rings and hangers.",
            name="Exhaust Hanger, {holes} holes",
            text="Hanger of {material} with {holes} holes, {length} between them, good to {heat}.",
            price=(800, 5200),
            shape="hanger",
            attributes=(
                one_of("holes", 1, 2, 3),
                mm("length", 28, 64, 2),
                one_of("material", "EPDM", "silicone"),
                Measure("heat", "°C", 150, 250, 25),
            ),
            share=1,
        ),
        PartType(
            category="EGR Valves",
            about="Valves for exhaust gas recirculation.",
            name="EGR Valve, {control}, {pins} pins",
            text="{control} valve with {pins} pins, {cooler}. A gasket is in the box.",
            price=(42000, 220000),
            shape="throttle",
            attributes=(
                one_of("control", "electric", "vacuum"),
                one_of("pins", 2, 5, 6),
                one_of("cooler", "with cooler", "without cooler"),
            ),
        ),
    ),
)
