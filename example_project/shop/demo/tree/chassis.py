"""Brakes, steering and suspension."""

from __future__ import annotations

from shop.demo.spec import Group, Measure, PartType, mm, one_of

AXLE = one_of("axle", "front", "rear")
SIDE = one_of("side", "left", "right")

HYDRAULICS = Group(
    name="Brake Hydraulics",
    about="Cylinders, hoses and boosters: the way from pedal to wheel.",
    types=(
        PartType(
            category="Brake Master Cylinders",
            about="Tandem cylinders with and without tank.",
            name="Brake Master Cylinder, {bore}, {ports} ports",
            text="Tandem cylinder, bore {bore}, {ports} ports of {thread}, {tank}. "
            "Bleed it on the bench first.",
            price=(32000, 150000),
            shape="cylinder",
            attributes=(
                one_of("bore", "19.05 mm", "20.64 mm", "22.22 mm", "23.81 mm", "25.4 mm"),
                one_of("ports", 2, 3, 4),
                one_of("thread", "M10 x 1.0", "M12 x 1.0"),
                one_of("tank", "with tank", "without tank"),
            ),
        ),
        PartType(
            category="Wheel Cylinders",
            about="Cylinders for drum brakes.",
            name="Wheel Cylinder, {bore}, {side}",
            text="{material} cylinder, bore {bore}, inlet {thread}, for the {side} side.",
            price=(4500, 21000),
            shape="cylinder",
            attributes=(
                one_of("bore", "15.87 mm", "17.46 mm", "19.05 mm", "20.64 mm", "22.22 mm"),
                SIDE,
                one_of("material", "cast iron", "aluminium"),
                one_of("thread", "M10 x 1.0", "M12 x 1.0"),
            ),
        ),
        PartType(
            category="Brake Hoses",
            about="Flexible hoses from pipe to caliper.",
            name="Brake Hose, {axle}, {length}",
            text="{material} hose for the {axle} axle, {length} long, ends {ends}. Tested at {pressure}.",
            price=(3500, 16500),
            shape="hose",
            attributes=(
                AXLE,
                mm("length", 180, 620, 5),
                one_of("ends", "M10 x 1.0 and banjo", "M10 x 1.0 and M10 x 1.0", "M12 x 1.0 and banjo"),
                one_of("material", "rubber", "steel-braided"),
                Measure("pressure", "bar", 200, 350, 50),
            ),
        ),
        PartType(
            category="Brake Boosters",
            about="Vacuum boosters between pedal and master cylinder.",
            name="Brake Booster, {diaphragms} diaphragm, {diameter}",
            text="Vacuum booster of {diameter}, {diaphragms} diaphragm, with check valve.",
            price=(65000, 260000),
            shape="booster",
            attributes=(
                one_of("diaphragms", "single", "tandem"),
                mm("diameter", 200, 280, 5),
            ),
            share=1,
        ),
        PartType(
            category="Wheel Speed Sensors",
            about="Sensors for anti-lock brakes.",
            name="Wheel Speed Sensor, {axle} {side}, {kind}",
            text="{kind} sensor for the {axle} axle, {side} side, {cable} of cable. "
            "Clean the seat of rust first.",
            price=(8500, 58000),
            shape="sensor",
            attributes=(AXLE, SIDE, one_of("kind", "active", "passive"), mm("cable", 300, 1300, 20)),
            share=3,
        ),
    ),
)

BRAKES = Group(
    name="Brakes",
    about="Pads, discs, shoes, drums and calipers.",
    groups=(HYDRAULICS,),
    types=(
        PartType(
            category="Brake Pads",
            about="Pad sets for one axle.",
            name="Brake Pad Set, {axle}, {width} x {height}",
            text="Set of four {compound} pads for the {axle} axle, {width} by {height}, {thickness} thick, "
            "{wear}. Bed them in over 200 km.",
            price=(9500, 58000),
            shape="pad",
            attributes=(
                AXLE,
                mm("width", 86, 166, 0.5),
                mm("height", 40, 74, 0.5),
                mm("thickness", 14, 20, 0.5),
                one_of("compound", "organic", "low-metal", "ceramic"),
                one_of("wear", "without wear indicator", "with wear indicator", "ready for a wear sensor"),
            ),
            share=6,
        ),
        PartType(
            category="Brake Discs",
            about="Solid and vented discs.",
            name="Brake Disc, {axle}, {diameter}, {kind}",
            text="{kind} disc for the {axle} axle: {diameter} across, {thickness} thick, {holes} bolt holes. "
            "Change discs in pairs, with new pads.",
            price=(14000, 92000),
            shape="disc",
            attributes=(
                AXLE,
                mm("diameter", 236, 360, 2),
                mm("thickness", 9, 32),
                one_of("kind", "solid", "vented", "drilled"),
                one_of("holes", 4, 5, 6),
            ),
            share=5,
        ),
        PartType(
            category="Brake Shoes",
            about="Shoe sets for drum and hand brakes.",
            name="Brake Shoe Set, {diameter} x {width}",
            text="Four shoes for a drum of {diameter}, {width} wide, {fixing} lining, {springs}.",
            price=(8500, 38000),
            shape="shoe",
            attributes=(
                mm("diameter", 160, 295, 5),
                mm("width", 25, 64),
                one_of("fixing", "bonded", "riveted"),
                one_of("springs", "with springs", "without springs"),
            ),
            share=3,
        ),
        PartType(
            category="Brake Drums",
            about="Drums with and without hub.",
            name="Brake Drum, {diameter}, {holes} holes",
            text="Grey cast iron drum, {diameter} inside, {depth} deep, {holes} bolt holes.",
            price=(16000, 74000),
            shape="drum",
            attributes=(
                mm("diameter", 180, 320, 5),
                mm("depth", 42, 92, 2),
                one_of("holes", 4, 5, 6),
            ),
        ),
        PartType(
            category="Brake Calipers",
            about="New calipers, ready to fit.",
            name="Brake Caliper, {axle} {side}, {piston}",
            text="{kind} caliper for the {axle} axle, {side} side, piston {piston}, {material}. "
            "Bolts and guide grease are in the box.",
            price=(32000, 165000),
            shape="caliper",
            attributes=(
                AXLE,
                SIDE,
                mm("piston", 32, 60, 2),
                one_of("kind", "sliding", "fixed"),
                one_of("material", "cast iron", "aluminium"),
            ),
        ),
    ),
)

STEERING = Group(
    name="Steering",
    about="Racks, pumps, rods and ends.",
    types=(
        PartType(
            category="Tie Rod Ends",
            about="Outer ball joints of the steering.",
            name="Tie Rod End, {side}, {thread}",
            text="End for the {side} side, cone {cone}, thread {thread}, {length} long, with lock nut. "
            "Have the tracking set afterwards.",
            price=(5500, 26000),
            shape="rod_end",
            attributes=(
                SIDE,
                one_of("thread", "M12 x 1.25", "M14 x 1.5", "M16 x 1.5"),
                mm("cone", 11, 18, 0.5),
                mm("length", 78, 190, 2),
            ),
            share=4,
        ),
        PartType(
            category="Inner Tie Rods",
            about="Axial joints at the rack.",
            name="Inner Tie Rod, {length}, {thread}",
            text="Axial joint, {length} long, {thread} at the rack, {outer} outside, with lock plate.",
            price=(6500, 30000),
            shape="tie_rod",
            attributes=(
                mm("length", 160, 360, 2),
                one_of("thread", "M14 x 1.5", "M16 x 1.5", "M18 x 1.5"),
                one_of("outer", "M12 x 1.25", "M14 x 1.5"),
            ),
        ),
        PartType(
            category="Steering Racks",
            about="Mechanical, hydraulic and electric racks.",
            name="Steering Rack, {assistance}, {turns} turns",
            text="{assistance} rack, {turns} turns from lock to lock, {drive}, inner tie rods fitted.",
            price=(120000, 490000),
            shape="rack",
            attributes=(
                one_of("assistance", "manual", "hydraulic", "electric"),
                Measure("turns", "", 2.6, 4.2, 0.1),
                one_of("drive", "left-hand drive", "right-hand drive"),
            ),
            share=1,
        ),
        PartType(
            category="Power Steering Pumps",
            about="Belt-driven hydraulic pumps.",
            name="Power Steering Pump, {pressure}, {pulley}",
            text="Vane pump, {pressure}, {pulley}. Fill and bleed it before the engine is started.",
            price=(48000, 210000),
            shape="pump",
            attributes=(
                Measure("pressure", "bar", 80, 130, 5),
                one_of("pulley", "with pulley", "without pulley"),
            ),
        ),
        PartType(
            category="Steering Boots",
            about="Bellows for steering racks.",
            name="Steering Boot, {bellows} folds, {length}",
            text="{material} bellows with {bellows} folds, {length} long, clips in the box.",
            price=(2500, 12500),
            shape="boot",
            attributes=(
                one_of("bellows", 8, 10, 12, 14),
                mm("length", 110, 240, 5),
                one_of("material", "rubber", "thermoplastic"),
            ),
        ),
    ),
)

SUSPENSION = Group(
    name="Suspension",
    about="Shock absorbers, springs, arms, joints and bushes.",
    types=(
        PartType(
            category="Shock Absorbers",
            about="Gas and oil shock absorbers and struts.",
            name="Shock Absorber, {axle}, {kind}, {body}",
            text="{body} for the {axle} axle, {kind} pressure, rod {rod}, stroke {stroke}. "
            "Change them in pairs.",
            price=(18000, 115000),
            shape="shock",
            attributes=(
                AXLE,
                one_of("kind", "gas", "oil"),
                one_of("body", "strut", "damper"),
                mm("rod", 11, 25),
                mm("stroke", 120, 240, 5),
            ),
            share=5,
        ),
        PartType(
            category="Coil Springs",
            about="Springs for front and rear.",
            name="Coil Spring, {axle}, {wire} wire",
            text="Spring for the {axle} axle, wire {wire}, {length} long unloaded, {coils} coils, "
            "phosphated and coated.",
            price=(15000, 68000),
            shape="spring",
            attributes=(
                AXLE,
                mm("wire", 10, 16, 0.5),
                mm("length", 260, 460, 5),
                Measure("coils", "", 5, 10, 0.5),
            ),
            share=3,
        ),
        PartType(
            category="Control Arms",
            about="Arms with bushes and ball joint.",
            name="Control Arm, {place} {side}, {material}",
            text="{material} arm for the {axle} axle, {place}, {side} side, bushes fitted, {joint}.",
            price=(22000, 125000),
            shape="arm",
            attributes=(
                AXLE,
                one_of("place", "upper", "lower"),
                SIDE,
                one_of("material", "pressed steel", "cast iron", "aluminium"),
                one_of("joint", "with ball joint", "without ball joint"),
            ),
            share=4,
        ),
        PartType(
            category="Ball Joints",
            about="Joints between arm and knuckle.",
            name="Ball Joint, {place}, {cone}",
            text="{place} joint, cone {cone}, {fixing}, grease for life, with nut.",
            price=(5500, 28000),
            shape="ball_joint",
            attributes=(
                one_of("place", "upper", "lower"),
                mm("cone", 14, 24, 0.5),
                one_of("fixing", "pressed in", "bolted", "riveted"),
            ),
            share=4,
        ),
        PartType(
            category="Stabiliser Links",
            about="Links between stabiliser and strut.",
            name="Stabiliser Link, {axle}, {length}",
            text="{material} link for the {axle} axle, {length} between joints, thread {thread}, with nuts.",
            price=(4500, 19500),
            shape="link",
            attributes=(
                AXLE,
                mm("length", 72, 340, 2),
                one_of("thread", "M8", "M10", "M12"),
                one_of("material", "steel", "plastic"),
            ),
            share=4,
        ),
        PartType(
            category="Suspension Bushes",
            about="Rubber and polyurethane bushes.",
            name="Suspension Bush, {outer} x {length}",
            text="{material} bush, {outer} outside, {inner} inside, {length} long. "
            "Tighten its bolt with the car on its wheels.",
            price=(1800, 14500),
            shape="bush",
            attributes=(
                mm("outer", 30, 72, 2),
                one_of("inner", "10 mm", "12 mm", "14 mm", "16 mm"),
                mm("length", 32, 74, 2),
                one_of("material", "rubber", "polyurethane", "hydraulic rubber"),
            ),
            share=3,
        ),
        PartType(
            category="Strut Mounts",
            about="Top mounts with and without bearing.",
            name="Strut Mount, {axle}, {bearing}",
            text="Top mount for the {axle} axle, {holes} studs, {bearing}.",
            price=(8500, 42000),
            shape="mount",
            attributes=(
                AXLE,
                one_of("bearing", "with bearing", "without bearing"),
                one_of("holes", 2, 3),
            ),
        ),
        PartType(
            category="Leaf Springs",
            about="Leaf packs for vans and pick-ups.",
            name="Leaf Spring, {leaves} leaves, {length}",
            text="Pack of {leaves} leaves, {width} wide, {length} between eyes, bushes fitted, "
            "carries {load}.",
            price=(52000, 195000),
            shape="leaf_spring",
            attributes=(
                one_of("leaves", 2, 3, 4, 5, 7),
                mm("width", 60, 80, 5),
                mm("length", 1100, 1500, 10),
                Measure("load", "kg", 600, 1600, 50),
            ),
            share=1,
        ),
    ),
)
