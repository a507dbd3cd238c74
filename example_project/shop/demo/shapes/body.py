"""Electric parts, lamps and parts of the body."""

from __future__ import annotations

from typing import TYPE_CHECKING

from shop.demo.drawing import Arc, Box, Disc, bar, columns, poly, rows

if TYPE_CHECKING:
    from collections.abc import Mapping

    from shop.demo.drawing import Stroke


SHAPES: Mapping[str, tuple[Stroke, ...]] = {
    "battery": (
        Box("dark", 14, 26, 86, 74, 4),
        Box("steel", 12, 22, 88, 34, 3),
        Box("accent", 22, 42, 78, 64, 3),
        Box("red", 22, 13, 34, 23, 2),
        Box("metal", 66, 13, 78, 23, 2),
        bar("white", 2.6, (30, 53), (42, 53)),
        bar("white", 2.6, (36, 47), (36, 59)),
        bar("white", 2.6, (58, 53), (70, 53)),
    ),
    "starter": (
        Box("steel", 30, 34, 80, 68, 8),
        Box("accent", 42, 34, 68, 68),
        Box("metal", 40, 18, 78, 36, 7),
        Box("metal", 18, 26, 32, 72, 3),
        Box("dark", 8, 44, 20, 58, 2),
        *rows("light", 4, (8, 45, 20, 57), 1.4),
        Box("copper", 78, 22, 88, 28, 1.5),
    ),
    "relay": (
        Box("dark", 26, 12, 74, 58, 4),
        Box("accent", 31, 17, 69, 40, 2),
        bar("white", 1.6, (36, 32), (44, 32), (54, 24)),
        bar("white", 1.6, (55, 32), (64, 32)),
        Box("steel", 24, 54, 76, 60, 2),
        *columns("metal", 4, (31, 60, 69, 77), 5),
    ),
    "fuse": (
        Box("accent", 18, 18, 82, 50, 6),
        Box("white", 34, 26, 66, 36, 2),
        *columns("metal", 2, (24, 50, 76, 77), 15),
        Arc("light", 50, 46, 11, 2.2, 180, 360),
        Box("light", 22, 22, 78, 24, 1),
    ),
    "headlamp": (
        poly("dark", (8, 34), (28, 18), (90, 24), (92, 46), (74, 68), (22, 66)),
        poly("glass", (13, 36), (30, 23), (86, 28), (87, 45), (72, 63), (25, 61)),
        Disc("white", 40, 43, 13),
        Disc("metal", 40, 43, 10),
        Disc("white", 40, 43, 6),
        Disc("white", 66, 43, 10),
        Disc("accent", 66, 43, 7),
        poly("amber", (78, 29), (86, 30), (86.5, 42), (80, 40)),
    ),
    "rear_lamp": (
        poly("dark", (24, 12), (70, 10), (80, 30), (74, 76), (30, 76)),
        poly("red", (28, 16), (67, 14), (75, 30), (72, 40), (27.8, 40)),
        poly("amber", (28, 42), (72, 42), (70.6, 54), (29, 54)),
        poly("white", (29.4, 56), (70.4, 56), (69, 72), (33, 72)),
        *columns("light", 5, (34, 58, 66, 70), 0.9),
        bar("accent", 2, (32, 27), (68, 26)),
    ),
    "bulb": (
        Disc("glass", 50, 32, 19, 23),
        Disc("white", 44, 25, 5, 8),
        bar("steel", 1.4, (45, 52), (44, 34), (48, 29), (52, 29), (56, 34), (55, 52)),
        bar("amber", 2, (45, 32), (50, 27), (55, 32)),
        Box("metal", 38, 50, 62, 66, 3),
        Box("accent", 34, 62, 66, 69, 2),
        *columns("brass", 3, (40, 69, 60, 78), 4),
    ),
    "mirror": (
        Box("dark", 18, 18, 82, 58, 16),
        Box("accent", 18, 18, 82, 30, 6),
        Box("glass", 24, 24, 76, 53, 12),
        bar("white", 2.4, (36, 44), (50, 30)),
        bar("white", 1.4, (46, 46), (58, 34)),
        poly("dark", (56, 56), (76, 54), (90, 74), (72, 76)),
    ),
    "wiper": (
        bar("rubber", 3.2, (12, 68), (88, 26)),
        bar("steel", 3, (14, 62), (86, 22)),
        Arc("accent", 50, 43, 14, 4, 155, 320),
        bar("dark", 8, (42, 42), (58, 33)),
        Disc("metal", 50, 37.5, 3),
    ),
    "bumper": (
        poly("steel", (6, 36), (22, 24), (78, 24), (94, 36), (92, 62), (80, 66), (20, 66), (8, 62)),
        Box("accent", 18, 30, 82, 40, 4),
        Box("dark", 32, 46, 68, 60, 4),
        *columns("steel", 7, (36, 46, 64, 60), 1),
        Disc("glass", 20, 53, 5),
        Disc("glass", 80, 53, 5),
    ),
    "wing": (
        poly(
            "accent", (10, 32), (30, 22), (86, 20), (90, 34), (88, 70), (69, 58), (52, 50), (35, 58), (16, 64)
        ),
        poly("accent", (33, 58), (31, 68), (16, 64), (16, 50)),
        poly("accent", (71, 58), (73, 70), (88, 70), (88, 50)),
        bar("dark", 2.6, (31, 68), (34, 59), (42, 52), (52, 50), (62, 52), (70, 59), (73, 69)),
        bar("white", 1.6, (16, 36), (34, 28), (82, 25)),
    ),
    "bonnet": (
        poly("accent", (20, 18), (80, 18), (92, 66), (78, 72), (22, 72), (8, 66)),
        poly("light", (36, 24), (40, 24), (36, 66), (31, 66)),
        poly("light", (60, 24), (64, 24), (69, 66), (64, 66)),
        bar("dark", 2, (22, 70), (78, 70)),
    ),
    "regulator": (
        bar("metal", 7, (30, 14), (36, 74)),
        bar("metal", 7, (70, 14), (64, 74)),
        bar("dark", 1.6, (30, 14), (64, 74)),
        bar("dark", 1.6, (70, 14), (36, 74)),
        Box("accent", 24, 34, 76, 42, 3),
        Disc("dark", 50, 56, 11),
        Disc("steel", 50, 56, 6),
    ),
    "handle": (
        Box("dark", 10, 32, 34, 58, 8),
        Box("dark", 66, 32, 90, 58, 8),
        bar("accent", 11, (20, 42), (50, 36), (80, 42)),
        bar("white", 1.8, (22, 39), (50, 33), (78, 39)),
        Disc("metal", 80, 51, 3.4),
    ),
    "gas_spring": (
        bar("light", 4, (50, 44), (80, 20)),
        bar("dark", 11, (20, 68), (52, 42)),
        bar("accent", 11, (30, 60), (42, 50)),
        Disc("steel", 82, 18, 6),
        Disc("ground", 82, 18, 2.6),
        Disc("steel", 17, 70, 6),
        Disc("ground", 17, 70, 2.6),
    ),
}
