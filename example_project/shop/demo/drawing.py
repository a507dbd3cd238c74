"""A few strokes, on a sheet that is a hundred units wide and high, from which the pictures are drawn."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol

from PIL import Image, ImageDraw

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    Colour = tuple[int, int, int]

#: Strokes are drawn so many times larger and then shrunk: Pillow's own edges are jagged.
OVERSAMPLING = 2
#: How far a part's shadow falls to the right and down.
SHADOW = (1.2, 1.8)

TONES: Mapping[str, Colour] = {
    "metal": (154, 163, 173),
    "light": (206, 212, 218),
    "white": (240, 243, 245),
    "steel": (112, 122, 134),
    "dark": (66, 74, 86),
    "rubber": (44, 48, 56),
    "brass": (200, 158, 84),
    "copper": (184, 112, 74),
    "glass": (190, 220, 232),
    "amber": (240, 160, 40),
    "red": (198, 54, 48),
    "cream": (238, 224, 190),
}


@dataclass(frozen=True, slots=True)
class Sheet:
    """Where strokes go: a drawing, its scale, its colours by tone, and how far all is moved."""

    draw: ImageDraw.ImageDraw
    scale: float
    colours: Mapping[str, Colour]
    offset: tuple[float, float] = (0, 0)

    def at(self, *points: tuple[float, float]) -> list[tuple[float, float]]:
        right, down = self.offset
        return [((x + right) * self.scale, (y + down) * self.scale) for x, y in points]


class Stroke(Protocol):
    """One thing drawn in one tone."""

    @property
    def tone(self) -> str:
        """A name of `TONES`, or `accent` or `ground`, which differ from picture to picture."""

    def draw(self, sheet: Sheet, colour: Colour) -> None:
        """Put the stroke on the sheet."""


@dataclass(frozen=True, slots=True)
class Disc:
    """A full circle or, with `tall`, an ellipse of another height."""

    tone: str
    x: float
    y: float
    r: float
    tall: float | None = None

    def draw(self, sheet: Sheet, colour: Colour) -> None:
        tall = self.r if self.tall is None else self.tall
        box = sheet.at((self.x - self.r, self.y - tall), (self.x + self.r, self.y + tall))
        sheet.draw.ellipse(box, fill=colour)


@dataclass(frozen=True, slots=True)
class Box:
    """An upright rectangle with round corners."""

    tone: str
    left: float
    top: float
    right: float
    bottom: float
    corner: float = 0

    def draw(self, sheet: Sheet, colour: Colour) -> None:
        box = sheet.at((self.left, self.top), (self.right, self.bottom))
        sheet.draw.rounded_rectangle(box, self.corner * sheet.scale, fill=colour)


@dataclass(frozen=True, slots=True)
class Bar:
    """A thick line through points, with round ends."""

    tone: str
    width: float
    points: tuple[tuple[float, float], ...]

    def draw(self, sheet: Sheet, colour: Colour) -> None:
        points = sheet.at(*self.points)
        sheet.draw.line(points, fill=colour, width=round(self.width * sheet.scale), joint="curve")
        for x, y in (points[0], points[-1]):
            r = self.width * sheet.scale / 2
            sheet.draw.ellipse((x - r, y - r, x + r, y + r), fill=colour)


@dataclass(frozen=True, slots=True)
class Poly:
    """A filled polygon."""

    tone: str
    points: tuple[tuple[float, float], ...]

    def draw(self, sheet: Sheet, colour: Colour) -> None:
        sheet.draw.polygon(sheet.at(*self.points), fill=colour)


@dataclass(frozen=True, slots=True)
class Arc:
    """A piece of a ring; degrees run clockwise from three o'clock."""

    tone: str
    x: float
    y: float
    r: float
    width: float
    start: float = 0
    end: float = 360

    def draw(self, sheet: Sheet, colour: Colour) -> None:
        box = sheet.at((self.x - self.r, self.y - self.r), (self.x + self.r, self.y + self.r))
        sheet.draw.arc(box, self.start, self.end, fill=colour, width=round(self.width * sheet.scale))


def bar(tone: str, width: float, *points: tuple[float, float]) -> Bar:
    return Bar(tone, width, points)


def poly(tone: str, *points: tuple[float, float]) -> Poly:
    return Poly(tone, points)


def disc(tone: str, r: float) -> Disc:
    """Give a full circle in the middle of the picture."""
    return Disc(tone, 50, 44, r)


def ring(tone: str, r: float, width: float, start: float = 0, end: float = 360) -> Arc:
    """Give a ring, or a piece of one, around the middle of the picture."""
    return Arc(tone, 50, 44, r, width, start, end)


def around(tone: str, count: int, circle: float, r: float, x: float = 50, y: float = 44) -> tuple[Disc, ...]:
    """Discs at equal distances on a circle: bolt holes, balls, knobs."""
    angles = (math.tau * (i + 0.25) / count for i in range(count))
    return tuple(Disc(tone, x + circle * math.cos(a), y + circle * math.sin(a), r) for a in angles)


def spokes(tone: str, count: int, inner: float, outer: float, width: float) -> tuple[Bar, ...]:
    """Bars from an inner to an outer circle: teeth, blades, slots."""
    angles = [math.tau * (i + 0.5) / count for i in range(count)]
    return tuple(
        Bar(tone, width, tuple((50 + r * math.cos(a), 44 + r * math.sin(a)) for r in (inner, outer)))
        for a in angles
    )


def rows(tone: str, count: int, box: tuple[float, float, float, float], thick: float) -> tuple[Box, ...]:
    """Level boxes one below the other: fins, folds, threads."""
    return tuple(_level(tone, count, box, thick))


def columns(tone: str, count: int, box: tuple[float, float, float, float], thick: float) -> tuple[Box, ...]:
    """Upright boxes side by side: pleats, slots, pins."""
    left, top, right, bottom = box
    turned = _level(tone, count, (top, left, bottom, right), thick)
    return tuple(Box(tone, b.top, b.left, b.bottom, b.right, b.corner) for b in turned)


def _level(tone: str, count: int, box: tuple[float, float, float, float], thick: float) -> Iterator[Box]:
    left, top, right, bottom = box
    for i in range(count):
        y = top + (bottom - top - thick) * i / max(count - 1, 1)
        yield Box(tone, left, y, right, y + thick, thick / 2)


def paint(*, strokes: tuple[Stroke, ...], size: int, ground: Colour, accent: Colour) -> Image.Image:
    """Draw a part with its shadow before a pale moon on the ground's colour."""
    image = Image.new("RGB", (size * OVERSAMPLING, size * OVERSAMPLING), ground)
    draw = ImageDraw.Draw(image)
    scale = size * OVERSAMPLING / 100
    moon = _mix(ground, (255, 255, 255), 0.42)
    sheet = Sheet(draw, scale, {**TONES, "accent": accent, "ground": moon})
    Disc("ground", 50, 44, 41).draw(sheet, moon)
    shadow = Sheet(draw, scale, sheet.colours, SHADOW)
    for stroke in strokes:
        stroke.draw(shadow, moon if stroke.tone == "ground" else _mix(moon, (40, 50, 60), 0.2))
    for stroke in strokes:
        stroke.draw(sheet, sheet.colours[stroke.tone])
    return image.reduce(OVERSAMPLING)


def _mix(one: Colour, other: Colour, share: float) -> Colour:
    red, green, blue = (round(a + (b - a) * share) for a, b in zip(one, other, strict=True))
    return red, green, blue
