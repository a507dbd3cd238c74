"""Driveline, clutch and gearbox."""

from __future__ import annotations

from shop.demo.spec import Group, Measure, PartType, mm, one_of

SIDE = one_of("side", "left", "right")

DRIVELINE = Group(
    name="Driveline and Hubs",
    about="Shafts, joints, hubs and wheel bearings.",
    types=(
        PartType(
            category="Wheel Bearings",
            about="Bearing kits and hub units.",
            name="Wheel Bearing Kit, {axle}, {outer}",
            text="{kind} for the {axle} axle, {inner} inside, {outer} outside, {ring}. "
            "Press on the outer ring only.",
            price=(8500, 62000),
            shape="bearing",
            attributes=(
                one_of("axle", "front", "rear"),
                mm("inner", 25, 48),
                mm("outer", 52, 92),
                one_of("kind", "ball bearing", "taper roller bearing", "hub unit"),
                one_of("ring", "with magnetic ring", "without magnetic ring"),
            ),
            share=4,
        ),
        PartType(
            category="Wheel Hubs",
            about="Hubs with studs.",
            name="Wheel Hub, {axle}, {holes} studs",
            text="Forged hub for the {axle} axle, {holes} studs on a circle of {circle}, {splines} splines.",
            price=(18500, 84000),
            shape="hub",
            attributes=(
                one_of("axle", "front", "rear"),
                one_of("holes", 4, 5, 6),
                one_of("circle", "98 mm", "100 mm", "108 mm", "112 mm", "114.3 mm", "139.7 mm"),
                one_of("splines", 22, 24, 26, 27, 30, 36),
            ),
        ),
        PartType(
            category="CV Joint Kits",
            about="Constant velocity joints with boot, grease and clips.",
            name="CV Joint Kit, {place}, {outer_splines} splines",
            text="{place} joint with {outer_splines} splines outside and {inner_splines} inside, "
            "seal {seal}, boot, grease and clips in the box.",
            price=(14500, 72000),
            shape="cv_joint",
            attributes=(
                one_of("place", "wheel side", "gearbox side"),
                one_of("outer_splines", *range(22, 37)),
                one_of("inner_splines", *range(19, 35)),
                mm("seal", 46, 64),
            ),
            share=3,
        ),
        PartType(
            category="Drive Shafts",
            about="Complete shafts with both joints.",
            name="Drive Shaft, {side}, {length}",
            text="Shaft for the {side} side, {length} long, {splines} splines at the wheel, both "
            "joints greased.",
            price=(48000, 220000),
            shape="shaft",
            attributes=(
                SIDE,
                mm("length", 480, 980, 5),
                one_of("splines", *range(22, 37)),
            ),
        ),
        PartType(
            category="CV Boots",
            about="Boot kits for drive shafts.",
            name="CV Boot Kit, {small} x {large}",
            text="{material} boot, {small} and {large} across, {height} high, with grease and clips.",
            price=(2800, 13500),
            shape="boot",
            attributes=(
                mm("small", 18, 32),
                mm("large", 64, 98),
                mm("height", 84, 132, 2),
                one_of("material", "rubber", "thermoplastic"),
            ),
        ),
        PartType(
            category="Universal Joints",
            about="Crosses for propeller shafts.",
            name="Universal Joint, {cap} x {span}",
            text="Cross with caps of {cap}, {span} across, {greasing}, circlips in the box.",
            price=(5500, 26000),
            shape="cross",
            attributes=(
                one_of("cap", "22 mm", "24 mm", "26 mm", "27 mm", "28 mm", "30.2 mm", "32 mm"),
                mm("span", 54, 106, 0.5),
                one_of("greasing", "with grease nipple", "greased for life"),
            ),
        ),
        PartType(
            category="Propeller Shafts",
            about="Shafts to the rear axle.",
            name="Propeller Shaft, {pieces}, {length}",
            text="{pieces} shaft, {length} long at mid-stroke, tube {tube}, balanced.",
            price=(110000, 460000),
            shape="shaft",
            attributes=(
                one_of("pieces", "one-piece", "two-piece"),
                mm("length", 1100, 2200, 10),
                mm("tube", 50, 90, 5),
            ),
            share=1,
        ),
        PartType(
            category="Wheel Bolts and Nuts",
            about="Bolts and nuts for steel and alloy wheels.",
            name="Wheel {piece}, {thread}, {seat} seat",
            text="{piece} {thread}, {seat} seat, hexagon {hexagon}, zinc-flake coated.",
            price=(400, 2600),
            shape="bolt",
            attributes=(
                one_of("piece", "Bolt", "Nut"),
                one_of("thread", "M12 x 1.25", "M12 x 1.5", "M14 x 1.5", "1/2-20 UNF"),
                one_of("seat", "cone", "ball", "flat"),
                one_of("hexagon", "17 mm", "19 mm", "21 mm"),
            ),
        ),
    ),
)

CLUTCH = Group(
    name="Clutch and Gearbox",
    about="Clutch kits, cylinders, flywheels and gearbox parts.",
    types=(
        PartType(
            category="Clutch Kits",
            about="Plate, cover and bearing in one box.",
            name="Clutch Kit, {diameter}, {splines} splines",
            text="Clutch plate of {diameter} with {splines} splines, pressure plate and {bearing}, "
            "made to go together.",
            price=(48000, 230000),
            shape="clutch",
            attributes=(
                mm("diameter", 180, 260, 5),
                one_of("splines", 14, 17, 18, 20, 21, 23, 24, 26, 28),
                one_of("bearing", "release bearing", "hydraulic release bearing", "no release bearing"),
            ),
            share=3,
        ),
        PartType(
            category="Clutch Plates",
            about="Driven plates.",
            name="Clutch Plate, {diameter}, {splines} splines",
            text="Driven plate of {diameter}, {splines} splines for a shaft of {shaft}, {springs} "
            "damper springs.",
            price=(18500, 84000),
            shape="clutch",
            attributes=(
                mm("diameter", 180, 260, 5),
                one_of("splines", 14, 17, 18, 20, 21, 23, 24, 26, 28),
                mm("shaft", 17, 30, 0.5),
                one_of("springs", 4, 6, 8),
            ),
        ),
        PartType(
            category="Release Bearings",
            about="Mechanical and hydraulic release bearings.",
            name="Release Bearing, {kind}, {inner}",
            text="{kind} bearing, {inner} inside, {height} high, runs quietly at all times.",
            price=(6500, 58000),
            shape="bearing",
            attributes=(
                one_of("kind", "mechanical", "hydraulic"),
                mm("inner", 24, 46),
                mm("height", 20, 64),
            ),
        ),
        PartType(
            category="Clutch Slave Cylinders",
            about="Cylinders at the gearbox.",
            name="Clutch Slave Cylinder, {bore}, {material}",
            text="{material} cylinder, bore {bore}, stroke {stroke}, inlet M12 x 1.0.",
            price=(8500, 46000),
            shape="cylinder",
            attributes=(
                one_of("bore", "17.46 mm", "19.05 mm", "20.64 mm", "22.22 mm"),
                one_of("material", "aluminium", "plastic", "cast iron"),
                mm("stroke", 14, 36),
            ),
        ),
        PartType(
            category="Flywheels",
            about="Solid and dual-mass flywheels.",
            name="Flywheel, {kind}, {diameter}",
            text="{kind} flywheel, friction face {diameter}, {teeth} teeth on the ring, {holes} bolt holes. "
            "Use new bolts.",
            price=(68000, 420000),
            shape="flywheel",
            attributes=(
                one_of("kind", "solid", "dual-mass"),
                mm("diameter", 200, 270, 5),
                one_of("teeth", *range(104, 143, 3)),
                one_of("holes", 6, 8),
            ),
            share=1,
        ),
        PartType(
            category="Gearbox Mounts",
            about="Mounts between gearbox and body.",
            name="Gearbox Mount, {gearbox}, {thread}",
            text="Rubber mount for {gearbox} gearboxes, hardness {hardness}, stud {thread}.",
            price=(9500, 54000),
            shape="mount",
            attributes=(
                one_of("gearbox", "manual", "automatic"),
                Measure("hardness", "Shore A", 45, 65, 5),
                one_of("thread", "M8", "M10", "M12"),
            ),
        ),
    ),
)
