"""The shapes that the drawings are made of."""

from __future__ import annotations

from dataclasses import dataclass
from html import escape

FONT = "font-family='system-ui, sans-serif'"
COLORS = {
    "accounts": "#e8def8",
    "catalog": "#d7ecd9",
    "cart": "#fdeec4",
    "orders": "#fddcc9",
    "payments": "#d3e6fb",
    "shared": "#eceff1",
    "outside": "#ffffff",
}

Point = tuple[int, int]


@dataclass(frozen=True, kw_only=True)
class Box:
    """One box with a name and a line below it."""

    left: int
    top: int
    width: int
    height: int
    name: str
    note: str
    color: str

    def svg(self) -> str:
        middle = self.left + self.width // 2
        line = self.top + self.height // 2 + (5 if not self.note else -3)
        parts = [self._outline(), text(self.name, x=middle, y=line, size=15, weight=600)]
        if self.note:
            parts.append(text(self.note, x=middle, y=line + 18, size=12))
        return "".join(parts)

    @property
    def center(self) -> Point:
        return self.left + self.width // 2, self.top + self.height // 2

    def edge(self, towards: Point) -> Point:
        """Return where the line from the middle of the box to a point outside leaves the box."""
        x, y = self.center
        across, down = towards[0] - x, towards[1] - y
        scale = min(
            half / abs(way) for half, way in ((self.width / 2, across), (self.height / 2, down)) if way
        )
        return round(x + across * scale), round(y + down * scale)

    def _outline(self) -> str:
        return (
            f"<rect x='{self.left}' y='{self.top}' width='{self.width}' height='{self.height}' rx='6'"
            f" fill='{COLORS[self.color]}' stroke='#546e7a'/>"
        )


def text(content: str, *, x: int, y: int, size: int, weight: int = 400, anchor: str = "middle") -> str:
    return (
        f"<text x='{x}' y='{y}' font-size='{size}' font-weight='{weight}' text-anchor='{anchor}'"
        f" fill='#263238' {FONT}>{escape(content)}</text>"
    )


def arrow(*, start: Point, end: Point, is_both_ways: bool = False, meaning: str = "") -> str:
    tips = " marker-start='url(#tip)'" if is_both_ways else ""
    title = f"<title>{escape(meaning)}</title>" if meaning else ""
    return (
        f"<line x1='{start[0]}' y1='{start[1]}' x2='{end[0]}' y2='{end[1]}'"
        f" stroke='#546e7a' stroke-width='1.5'{tips} marker-end='url(#tip)'>{title}</line>"
    )


def drawing(*, width: int, height: int, title: str, parts: list[str]) -> str:
    body = "\n  ".join(parts)
    return f"""<svg xmlns='http://www.w3.org/2000/svg' viewBox='0 0 {width} {height}'
  role='img' aria-label='{title}'>
  <defs>
    <marker id='tip' viewBox='0 0 8 8' refX='7' refY='4' markerWidth='8' markerHeight='8'
      orient='auto-start-reverse'>
      <path d='M0 0 L8 4 L0 8 z' fill='#546e7a'/>
    </marker>
  </defs>
  <rect width='{width}' height='{height}' fill='#ffffff'/>
  {body}
</svg>
"""
