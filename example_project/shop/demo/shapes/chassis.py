"""Parts of brakes, steering, suspension and driveline that are not wheels."""

from __future__ import annotations

from typing import TYPE_CHECKING

from shop.demo.drawing import Arc, Bar, Box, Disc, bar, columns, poly, rows

if TYPE_CHECKING:
    from collections.abc import Mapping

    from shop.demo.drawing import Stroke


SHAPES: Mapping[str, tuple[Stroke, ...]] = {
    "pad": (
        poly("steel", (10, 34), (22, 22), (78, 22), (90, 34), (86, 66), (14, 66)),
        poly("accent", (18, 30), (82, 30), (80, 62), (20, 62)),
        Box("dark", 48.5, 30, 51.5, 62),
        bar("dark", 1.6, (19, 32), (30, 61)),
        bar("dark", 1.6, (81, 32), (70, 61)),
        Box("steel", 4, 36, 14, 44, 2),
        Box("steel", 86, 36, 96, 44, 2),
    ),
    "shoe": (
        Arc("accent", 50, 44, 34, 6, 100, 260),
        Arc("steel", 50, 44, 29, 4, 100, 260),
        Arc("accent", 50, 44, 34, 6, -80, 80),
        Arc("steel", 50, 44, 29, 4, -80, 80),
        *(
            Bar("metal", 2, ((30, y), (38, y - 2), (46, y + 2), (54, y - 2), (62, y + 2), (70, y)))
            for y in (28, 60)
        ),
    ),
    "caliper": (
        poly("steel", (12, 30), (30, 18), (70, 18), (88, 30), (88, 50), (74, 60), (26, 60), (12, 50)),
        Box("accent", 20, 24, 80, 54, 10),
        Disc("dark", 38, 39, 10),
        Disc("metal", 38, 39, 7.5),
        Disc("dark", 62, 39, 10),
        Disc("metal", 62, 39, 7.5),
        Box("metal", 24, 60, 76, 74, 3),
        *(Disc("dark", x, 67, 3) for x in (32, 68)),
        Box("brass", 76, 12, 81, 22, 1.5),
    ),
    "cylinder": (
        Box("metal", 16, 38, 78, 60, 6),
        Box("light", 20, 41, 74, 44, 1.5),
        Box("steel", 76, 42, 92, 56, 3),
        Box("accent", 30, 16, 66, 38, 5),
        Box("dark", 40, 10, 56, 18, 3),
        poly("steel", (62, 60), (78, 60), (74, 74), (66, 74)),
        *(Disc("dark", x, 54, 2.8) for x in (30, 48)),
    ),
    "rod_end": (
        bar("metal", 9, (52, 48), (82, 70)),
        bar("light", 1.4, (54, 47), (80, 66)),
        Disc("steel", 40, 44, 19),
        Disc("accent", 40, 44, 14),
        Box("metal", 35, 12, 45, 34, 2),
        *rows("steel", 4, (35, 13, 45, 25), 1.3),
        poly("rubber", (32, 30), (48, 30), (52, 38), (28, 38)),
    ),
    "tie_rod": (
        bar("metal", 8, (34, 50), (88, 26)),
        *(bar("steel", 1.2, (x, 31), (x + 3, 38)) for x in (72, 76)),
        bar("steel", 3, (76, 31.4), (88, 26)),
        Disc("steel", 28, 53, 16),
        Disc("accent", 28, 53, 11),
        bar("metal", 9, (18, 58), (8, 62)),
    ),
    "rack": (
        bar("steel", 4, (8, 54), (92, 54)),
        Box("metal", 28, 47, 76, 61, 6),
        *rows("rubber", 1, (16, 48, 29, 60), 12),
        *columns("dark", 4, (17, 48, 29, 60), 1.4),
        Box("rubber", 74, 48, 86, 60, 5),
        *columns("dark", 4, (75, 48, 86, 60), 1.4),
        Box("accent", 34, 26, 48, 50, 4),
        Box("light", 38, 14, 44, 28, 2),
        *columns("steel", 3, (38, 16, 44, 24), 0.8),
    ),
    "boot": (
        *(Box("rubber", 20 + 3.2 * i, 16 + 7.4 * i, 80 - 3.2 * i, 24.6 + 7.4 * i, 4) for i in range(7)),
        *(Box("steel", 26 + 3.2 * i, 18.2 + 7.4 * i, 64 - 1.2 * i, 19.6 + 7.4 * i, 0.7) for i in range(7)),
        Box("accent", 40, 67, 60, 72, 1.5),
        Box("accent", 20, 13, 80, 18, 2),
    ),
    "shock": (
        Box("light", 47, 10, 53, 40, 1),
        Disc("steel", 50, 11, 6),
        Disc("ground", 50, 11, 2.6),
        Box("dark", 39, 26, 61, 34, 3),
        Box("accent", 41, 33, 59, 70, 3),
        Box("light", 43.5, 35, 46, 68, 1),
        Disc("steel", 50, 73, 7),
        Disc("ground", 50, 73, 3),
    ),
    "spring": (
        *(Bar("accent", 6, ((28, 20 + 9.5 * i), (72, 15 + 9.5 * i))) for i in range(7)),
        *(Bar("dark", 3, ((30, 21 + 9.5 * i), (70, 25 + 9.5 * i - 1))) for i in range(6)),
        *(Bar("light", 1.2, ((30, 18.6 + 9.5 * i), (66, 14.5 + 9.5 * i))) for i in range(7)),
    ),
    "arm": (
        bar("steel", 13, (20, 26), (46, 58), (80, 62)),
        bar("steel", 13, (20, 66), (46, 58)),
        bar("metal", 6, (22, 28), (46, 57), (78, 61)),
        bar("metal", 6, (22, 65), (44, 58)),
        *(Disc("dark", 20, y, 9) for y in (26, 66)),
        *(Disc("accent", 20, y, 6.5) for y in (26, 66)),
        *(Disc("ground", 20, y, 3) for y in (26, 66)),
        Disc("dark", 80, 60, 9),
        Box("accent", 76, 40, 84, 56, 2),
    ),
    "ball_joint": (
        poly("metal", (16, 60), (50, 38), (84, 60), (76, 70), (24, 70)),
        Disc("steel", 50, 54, 19),
        Disc("accent", 50, 54, 14),
        poly("rubber", (38, 40), (62, 40), (56, 28), (44, 28)),
        Box("metal", 45.5, 8, 54.5, 30, 2),
        *rows("steel", 4, (45.5, 9, 54.5, 20), 1.2),
        *(Disc("ground", x, 63, 3) for x in (27, 73)),
    ),
    "link": (
        bar("metal", 6, (32, 24), (68, 64)),
        Disc("steel", 30, 22, 10),
        Disc("accent", 30, 22, 7),
        Disc("steel", 70, 66, 10),
        Disc("accent", 70, 66, 7),
        bar("steel", 5, (30, 22), (12, 28)),
        bar("steel", 5, (70, 66), (88, 60)),
    ),
    "bush": (
        Box("metal", 22, 24, 78, 66, 4),
        Disc("metal", 24, 45, 9, 21),
        Disc("light", 76, 45, 9, 21),
        Disc("rubber", 76, 45, 7.4, 18),
        Disc("accent", 76, 45, 4.4, 9.5),
        Disc("ground", 76, 45, 2.8, 6.5),
        Box("light", 26, 28, 70, 31, 1.5),
    ),
    "leaf_spring": (
        bar("steel", 4.4, (12, 30), (30, 38), (50, 41), (70, 38), (88, 30)),
        bar("metal", 4.4, (20, 39.5), (34, 44), (50, 46), (66, 44), (80, 39.5)),
        bar("steel", 4.4, (29, 48), (40, 50.4), (50, 51), (60, 50.4), (71, 48)),
        bar("metal", 4.4, (38, 55.6), (50, 56.2), (62, 55.6)),
        Disc("steel", 12, 30, 7),
        Disc("ground", 12, 30, 3.4),
        Disc("steel", 88, 30, 7),
        Disc("ground", 88, 30, 3.4),
        Box("accent", 44, 40, 56, 70, 2),
    ),
    "shaft": (
        bar("metal", 6, (24, 60), (76, 28)),
        bar("light", 1.2, (26, 57), (74, 28)),
        Disc("rubber", 24, 60, 13),
        Disc("accent", 24, 60, 8),
        Disc("rubber", 76, 28, 13),
        Disc("accent", 76, 28, 8),
        bar("steel", 7, (18, 64), (8, 70)),
        bar("steel", 7, (82, 24), (92, 18)),
    ),
    "bolt": (
        poly("steel", (34, 12), (66, 12), (74, 22), (66, 32), (34, 32), (26, 22)),
        poly("accent", (38, 15), (62, 15), (68, 22), (62, 29), (38, 29), (32, 22)),
        poly("metal", (30, 32), (70, 32), (60, 42), (40, 42)),
        Box("metal", 41, 40, 59, 76, 3),
        *rows("steel", 8, (41, 44, 59, 74), 1.5),
    ),
}
