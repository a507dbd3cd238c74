"""How a part of each shape is drawn: a row of strokes, the lowest first.

The middle of a picture is at (50, 44); below 84 stands the band with the part number.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from shop.demo.shapes import body, chassis, engine, wheels

if TYPE_CHECKING:
    from collections.abc import Mapping

    from shop.demo.drawing import Stroke

SHAPES: Mapping[str, tuple[Stroke, ...]] = {
    **wheels.SHAPES,
    **engine.SHAPES,
    **chassis.SHAPES,
    **body.SHAPES,
}
