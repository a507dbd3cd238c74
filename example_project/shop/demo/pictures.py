"""Pictures of the demo's parts: the drawn part above a band in its maker's colour, with name and number."""

from __future__ import annotations

import colorsys
from collections import defaultdict
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from functools import cache, partial
from io import BytesIO
from itertools import chain
from typing import TYPE_CHECKING

from PIL import Image, ImageDraw, ImageFont

from shop.demo.drawing import paint
from shop.demo.shapes import SHAPES
from shop.demo.tree import ROOTS

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from shop.demo.drawing import Colour
    from shop.demo.parts import Part

#: Width and height of the whole picture.
SIZE = 480
#: Where the band begins, in parts of the height.
BAND = 0.84
#: A picture smaller than this has an empty band: nobody could read it.
LEGIBLE = 240
#: Colours of the part, and of the steps from the band's colour to the white of its letters.
DRAWN_COLOURS = 56
INK = 8
#: Beyond this zlib spends several times the time on a tenth of the bytes.
COMPRESSION = 4


@dataclass(frozen=True, slots=True)
class Drawn:
    """One part's picture as PNG, and its thumbnails by name."""

    part: Part
    picture: bytes
    thumbnails: Mapping[str, bytes]


@dataclass(frozen=True, slots=True)
class _Motif:
    """What parts must share for their pictures to differ in the band's letters only."""

    shape: str
    group: str
    colour: Colour


def draw_all(parts: Sequence[Part], sizes: Mapping[str, tuple[int, int]]) -> Iterator[Drawn]:
    """Draw the parts in the order that repeats the least work, with a thumbnail for each of the sizes."""
    alike: dict[_Motif, list[Part]] = defaultdict(list)
    for part in parts:
        alike[_Motif(part.shape, part.group, part.maker.colour)].append(part)
    with ThreadPoolExecutor() as threads:
        # Pillow leaves the interpreter to others while it draws.
        yield from chain.from_iterable(threads.map(partial(_draw, sizes=sizes), alike, alike.values()))


def _draw(motif: _Motif, parts: list[Part], *, sizes: Mapping[str, tuple[int, int]]) -> list[Drawn]:
    """Draw parts of one motif; a thumbnail is never larger than the picture."""
    widths = {name: min(*box, SIZE) for name, box in sizes.items()}
    plates = {width: _Plate(motif, width) for width in {SIZE, *widths.values()}}
    drawn = []
    for part in parts:
        prints = {width: plate.print(part) for width, plate in plates.items()}
        thumbnails = {name: prints[width] for name, width in widths.items()}
        drawn.append(Drawn(part, prints[SIZE], thumbnails))
    return drawn


class _Plate:
    """A motif in one size, ready to have names and numbers printed on it.

    It is kept in a palette whose last entries run from the band's colour to white, so that a print sets
    letters with smooth edges without touching the rest of the picture.
    """

    def __init__(self, motif: _Motif, size: int) -> None:
        self._size = size
        self._top = round(size * BAND)
        self._image = _with_palette(motif, size)
        self._image.paste(DRAWN_COLOURS, (0, self._top, size, size))
        self._unprinted = b"" if size >= LEGIBLE else _png(self._image)

    def print(self, part: Part) -> bytes:
        if self._unprinted:
            return self._unprinted
        image = self._image.copy()
        image.paste(self._letters(part), (0, self._top))
        return _png(image)

    def _letters(self, part: Part) -> Image.Image:
        height = self._size - self._top
        mask = Image.new("L", (self._size, height))
        draw = ImageDraw.Draw(mask)
        middle = self._size / 2
        draw.text((middle, height * 0.26), part.maker.name.upper(), 190, _font(height // 4), anchor="mm")
        draw.text((middle, height * 0.66), part.number, 255, _font(height // 2), anchor="mm")
        return Image.frombytes("P", mask.size, mask.point(_INK_TABLE).tobytes())


#: From the grey of a letter's edge to the entry of the palette.
_INK_TABLE = [DRAWN_COLOURS + grey * (INK - 1) // 255 for grey in range(256)]


def _with_palette(motif: _Motif, size: int) -> Image.Image:
    picture = paint(
        strokes=SHAPES[motif.shape], size=size, ground=_grounds()[motif.group], accent=motif.colour
    )
    image = picture.quantize(DRAWN_COLOURS, method=Image.Quantize.FASTOCTREE, dither=Image.Dither.NONE)
    drawn = (image.getpalette() or [])[: DRAWN_COLOURS * 3]
    ink = [round(c + (255 - c) * step / (INK - 1)) for step in range(INK) for c in motif.colour]
    image.putpalette(drawn + [0] * (DRAWN_COLOURS * 3 - len(drawn)) + ink)
    return image


@cache
def _grounds() -> Mapping[str, Colour]:
    """Give each group a pale colour of its own."""
    shades = ((root.name, colorsys.hls_to_rgb(i / len(ROOTS), 0.87, 0.3)) for i, root in enumerate(ROOTS))
    return {name: (round(r * 255), round(g * 255), round(b * 255)) for name, (r, g, b) in shades}


@cache
def _font(size: int) -> ImageFont.FreeTypeFont | ImageFont.ImageFont:
    return ImageFont.load_default(size)


def _png(image: Image.Image) -> bytes:
    file = BytesIO()
    image.save(file, "PNG", compress_level=COMPRESSION)
    return file.getvalue()
