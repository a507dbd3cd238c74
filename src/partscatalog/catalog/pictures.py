"""Turn an uploaded file into a picture that is safe to keep and to show, or refuse it.

The type is judged by what is in the file, never by its name. Only pixels survive: the picture is
decoded in full and written anew, so that metadata and anything hidden behind it are gone.
"""

from __future__ import annotations

from dataclasses import dataclass
from io import BytesIO
from typing import TYPE_CHECKING, Any

from django.utils.translation import gettext_lazy as _
from PIL import Image, ImageCms, ImageOps

from partscatalog.conf import get_settings
from partscatalog.exceptions import InvalidField

if TYPE_CHECKING:
    from collections.abc import Mapping

    from django.core.files import File

#: What is read, and what it is written as: a phone's MPO is found to be one by the reader of JPEG, and is a
#: JPEG with more pictures behind it.
FORMATS: Mapping[str, str] = {"JPEG": "JPEG", "MPO": "JPEG", "PNG": "PNG", "WEBP": "WEBP"}
EXTENSIONS: Mapping[str, str] = {"JPEG": "jpg", "PNG": "png", "WEBP": "webp"}
OPTIONS: Mapping[str, Mapping[str, Any]] = {
    "JPEG": {"quality": 88, "optimize": True},
    "PNG": {"optimize": True},
    "WEBP": {"quality": 88},
}


@dataclass(frozen=True)
class Picture:
    """A written picture and the ending of its name."""

    content: bytes
    extension: str


def clean(file: File[bytes]) -> Picture:
    """Return the upright, plain sRGB picture in the file.

    Bytes and pixels are looked at before anything is decoded.

    :raises InvalidField: for a file that is too large, broken, or no JPEG, PNG or WebP.
    """
    settings = get_settings()
    if (file.size or 0) > settings.IMAGE_MAX_BYTES:
        raise InvalidField("image", _("The picture has too many bytes."))
    image = _open(file)
    if image.width * image.height > settings.IMAGE_MAX_PIXELS:
        raise InvalidField("image", _("The picture has too many pixels."))
    written = FORMATS[str(image.format)]
    return Picture(encode(_decode(image), written), EXTENSIONS[written])


def encode(image: Image.Image, written: str) -> bytes:
    """Return the picture in one of the formats that are kept, without metadata."""
    out = BytesIO()
    image.save(out, format=written, **OPTIONS[written])
    return out.getvalue()


def fit(content: Any, box: tuple[int, int]) -> bytes:
    """Return a stored picture fitted into a box, in its own format; it is never enlarged."""
    with _read(content) as image:
        written = str(image.format)
        image.thumbnail(box)
        return encode(image, written)


def _read(content: Any) -> Image.Image:
    # Pillow loads its readers late, and a format whose reader is not loaded yet is a KeyError.
    Image.init()
    return Image.open(content, formats=tuple(EXTENSIONS))


def _open(file: File[bytes]) -> Image.Image:
    try:
        return _read(file)
    except (Image.DecompressionBombError, Image.DecompressionBombWarning) as error:
        raise InvalidField("image", _("The picture has too many pixels.")) from error
    except Exception as error:
        # Pillow's readers raise whatever a broken file makes them stumble over.
        raise InvalidField("image", _("This is no JPEG, PNG or WebP picture.")) from error


def _decode(image: Image.Image) -> Image.Image:
    """Decode the first frame and return its pixels alone, turned upright, in 8-bit sRGB."""
    try:
        image.seek(0)
        image.load()
        upright = ImageOps.exif_transpose(image)
        coloured = _in_srgb(_in_eight_bits(upright))
    except Exception as error:
        raise InvalidField("image", _("The picture is broken.")) from error
    plain = Image.new(coloured.mode, coloured.size)
    plain.paste(coloured)
    return plain


def _in_eight_bits(image: Image.Image) -> Image.Image:
    if not image.mode.startswith("I"):
        return image
    return image.convert("I").point(lambda value: value * (1 / 256)).convert("L")


def _in_srgb(image: Image.Image) -> Image.Image:
    mode = "RGBA" if image.has_transparency_data else "RGB"
    profile = image.info.get("icc_profile")
    if profile and image.mode in {"RGB", "CMYK", "L"} and mode == "RGB":
        try:
            source = ImageCms.ImageCmsProfile(BytesIO(profile))
            converted = ImageCms.profileToProfile(
                image, source, ImageCms.createProfile("sRGB"), outputMode="RGB"
            )
        except ImageCms.PyCMSError:
            # A profile that does not fit the picture says nothing about its colours.
            return image.convert(mode)
        return converted or image.convert(mode)
    return image.convert(mode)
