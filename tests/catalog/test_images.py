"""Pictures: judged by their content, cleaned, bounded, and gone with all their files."""

from __future__ import annotations

import struct
import zlib
from io import BytesIO

import pytest
from django.contrib.auth.models import Permission
from django.core.files.storage import default_storage
from django.core.files.uploadedfile import SimpleUploadedFile
from PIL import Image

from partscatalog.catalog.models import ProductImage
from partscatalog.catalog.services import images
from partscatalog.testing import make_category, make_product, make_user

pytestmark = pytest.mark.django_db

IMAGES = "/api/categories/engine-parts/products/piston/images/"


@pytest.fixture
def product():
    return make_product(category=make_category("Engine Parts"))


@pytest.fixture
def staff(signed_in):
    clerk = make_user("staff@example.com", is_staff=True)
    clerk.user_permissions.set(Permission.objects.filter(content_type__app_label="partscatalog_catalog"))
    return signed_in(clerk)


@pytest.fixture(autouse=True)
def _own_media(settings, tmp_path):
    settings.MEDIA_ROOT = tmp_path


def files(tmp_path):
    return sorted(path.name for path in tmp_path.rglob("*") if path.is_file())


def written(image: Image.Image, kind: str, **options) -> bytes:
    out = BytesIO()
    image.save(out, format=kind, **options)
    return out.getvalue()


def upload(staff, content: bytes, name: str = "picture.jpg", **fields):
    file = SimpleUploadedFile(name, content, content_type="image/jpeg")
    return staff.post(IMAGES, {"image": file, **fields}, format="multipart")


def stored() -> Image.Image:
    with default_storage.open(str(ProductImage.objects.get().image.name)) as content:
        image = Image.open(content)
        image.load()
        return image


RED = Image.new("RGB", (40, 20), (255, 0, 0))


def test_keeps_a_picture_and_makes_its_thumbnails(
    staff, product, tmp_path, django_capture_on_commit_callbacks
):
    with django_capture_on_commit_callbacks(execute=True):
        answer = upload(
            staff, written(Image.new("RGB", (1000, 500)), "JPEG"), alt_text="A piston", position=2
        )

    image = ProductImage.objects.get()
    shown = staff.get("/api/products/").json()[0]["images"]
    assert answer.status_code == 201
    assert {**answer.json(), "image": ""} == {
        "id": image.pk,
        "image": "",
        "alt_text": "A piston",
        "position": 2,
        "thumbnails": {},
    }
    assert set(shown[0]["thumbnails"]) == {"small", "medium"}
    with default_storage.open(image.thumbnails["small"]) as content:
        assert Image.open(content).size == (160, 80)
    assert len(files(tmp_path)) == 3


def test_makes_thumbnails_again_without_leaving_files(product, tmp_path, settings):
    image = images.add(product=product, file=SimpleUploadedFile("a.jpg", written(RED, "JPEG")))

    for sizes in ({"small": (10, 10)}, {"small": (10, 10)}, {"large": (30, 30)}):
        settings.PARTSCATALOG = {**settings.PARTSCATALOG, "THUMBNAIL_SIZES": sizes}
        images.make_thumbnails(image.pk)

    image.refresh_from_db()
    assert list(image.thumbnails) == ["large"]
    assert len(files(tmp_path)) == 2


@pytest.mark.parametrize(
    ("kind", "image", "expected", "mode"),
    [
        ("JPEG", RED, "JPEG", "RGB"),
        ("JPEG", RED.convert("CMYK"), "JPEG", "RGB"),
        ("JPEG", RED.convert("L"), "JPEG", "RGB"),
        ("MPO", RED, "JPEG", "RGB"),
        ("PNG", RED, "PNG", "RGB"),
        ("PNG", RED.convert("P"), "PNG", "RGB"),
        ("PNG", RED.convert("RGBA"), "PNG", "RGBA"),
        ("PNG", RED.convert("LA"), "PNG", "RGBA"),
        ("PNG", Image.new("I;16", (40, 20), 65535), "PNG", "RGB"),
        ("WEBP", RED, "WEBP", "RGB"),
        ("WEBP", RED.convert("RGBA"), "WEBP", "RGBA"),
    ],
)
def test_keeps_one_frame_of_eight_bit_srgb(staff, product, kind, image, expected, mode):
    options = {"save_all": True, "append_images": [RED]} if kind == "MPO" else {}

    assert upload(staff, written(image, kind, **options)).status_code == 201

    kept = stored()
    kept_mode = "RGB" if mode == "RGBA" and kept.mode == "RGB" and kind == "WEBP" else mode
    assert (kept.format, kept.mode, kept.size) == (expected, kept_mode, (40, 20))
    assert getattr(kept, "n_frames", 1) == 1


def test_keeps_white_of_sixteen_bits_white(staff, product):
    upload(staff, written(Image.new("I;16", (4, 4), 65535), "PNG"))

    assert stored().getpixel((0, 0)) == (255, 255, 255)


def test_keeps_the_first_frame_of_an_animation(staff, product):
    frames = [Image.new("RGB", (8, 8), colour) for colour in ("blue", "red", "green")]

    upload(staff, written(frames[0], "PNG", save_all=True, append_images=frames[1:]))

    assert stored().getpixel((0, 0)) == (0, 0, 255)
    assert getattr(stored(), "n_frames", 1) == 1


def test_turns_a_picture_upright_and_removes_its_metadata(staff, product):
    """T-UP-5"""
    exif = Image.Exif()
    exif[0x0112] = 6
    exif[0x010F] = "Maker of phones"
    exif.get_ifd(0x8825)[1] = "N"

    upload(staff, written(RED, "JPEG", exif=exif, comment=b"secret"))

    kept = stored()
    assert kept.size == (20, 40)
    assert (dict(kept.getexif()), kept.info.get("comment"), kept.info.get("icc_profile")) == ({}, None, None)


def bomb() -> bytes:
    """Return a small PNG that announces 50,000 by 50,000 pixels."""
    header = struct.pack(">IIBBBBB", 50_000, 50_000, 8, 2, 0, 0, 0)
    parts = [(b"IHDR", header), (b"IDAT", zlib.compress(b"\0" * 1000)), (b"IEND", b"")]
    chunks = [
        struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))
        for kind, data in parts
    ]
    return b"\x89PNG\r\n\x1a\n" + b"".join(chunks)


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"no picture",
        b"<svg xmlns='http://www.w3.org/2000/svg'><script>alert(1)</script></svg>",
        b"<html><script>alert(1)</script></html>",
        b"%PDF-1.4",
        written(RED, "GIF"),
        written(RED, "BMP"),
        written(RED, "TIFF"),
        written(Image.effect_noise((200, 200), 50), "JPEG")[:3000],
        written(Image.effect_noise((200, 200), 50), "PNG")[:3000],
        b"\xff\xd8\xff\xe0" + b"x" * 100,
        bomb(),
    ],
    ids=[
        "empty",
        "text",
        "svg",
        "html",
        "pdf",
        "gif",
        "bmp",
        "tiff",
        "cut jpeg",
        "cut png",
        "false jpeg",
        "bomb",
    ],
)
def test_refuses_what_is_no_picture_and_keeps_nothing(staff, product, tmp_path, content):
    """T-UP-1, T-UP-2"""
    answer = upload(staff, content)

    assert (answer.status_code, answer.json()["code"]) == (400, "invalid")
    assert "image" in answer.json()
    assert (ProductImage.objects.count(), files(tmp_path)) == (0, [])


def test_writes_a_polyglot_anew(staff, product):
    """T-UP-2"""
    upload(staff, written(RED, "JPEG") + b"<script>alert(1)</script>")

    with default_storage.open(str(ProductImage.objects.get().image.name)) as content:
        assert b"script" not in content.read()


@pytest.mark.parametrize(
    "name", ["../../x.jpg", "a.php.png", "CON", "x" * 300 + ".jpg", "\u202egpj.exe", "page.html"]
)
def test_gives_a_name_of_its_own(staff, product, name):
    """T-UP-3"""
    assert upload(staff, written(RED, "PNG"), name).status_code == 201

    kept = str(ProductImage.objects.get().image.name)
    assert kept.startswith("partscatalog/products/")
    assert kept.endswith(".png")
    assert kept.rpartition("/")[2].removesuffix(".png").isalnum()


@pytest.mark.parametrize(
    ("setting", "value"), [("IMAGE_MAX_BYTES", 100), ("IMAGE_MAX_PIXELS", 799), ("IMAGES_PER_PRODUCT", 0)]
)
def test_refuses_what_passes_a_limit(staff, product, settings, tmp_path, setting, value):
    """T-UP-1, T-UP-4"""
    settings.PARTSCATALOG = {**settings.PARTSCATALOG, setting: value}

    answer = upload(staff, written(RED, "PNG", compress_level=0))

    assert (answer.status_code, answer.json()["code"]) == (400, "invalid")
    assert (ProductImage.objects.count(), files(tmp_path)) == (0, [])


def test_refuses_a_huge_upload_by_its_length(staff, product, settings):
    """T-UP-4"""
    settings.PARTSCATALOG = {**settings.PARTSCATALOG, "IMAGE_MAX_BYTES": 1000}

    answer = upload(staff, b"x" * 5_000_000)

    assert (answer.status_code, answer.json()["code"]) == (413, "too_large")


@pytest.mark.parametrize(
    ("field", "value"), [("position", "-1"), ("position", "1.5"), ("alt_text", "x" * 201)]
)
def test_refuses_bad_fields_under_their_name(staff, product, tmp_path, field, value):
    answer = upload(staff, written(RED, "PNG"), **{field: value})

    assert (answer.status_code, list(answer.json())) == (400, [field, "code"])
    assert files(tmp_path) == []


def test_changes_and_deletes_a_picture(staff, product, tmp_path, django_capture_on_commit_callbacks):
    """T-UP-6"""
    with django_capture_on_commit_callbacks(execute=True):
        pk = upload(staff, written(RED, "JPEG")).json()["id"]
    changed = staff.patch(f"{IMAGES}{pk}/", {"alt_text": "Side", "position": 3}, format="json")
    assert (changed.status_code, changed.json()["alt_text"], changed.json()["position"]) == (200, "Side", 3)

    with django_capture_on_commit_callbacks(execute=True):
        deleted = staff.delete(f"{IMAGES}{pk}/")

    assert (deleted.status_code, ProductImage.objects.count(), files(tmp_path)) == (204, 0, [])


def test_takes_the_files_with_the_product(product, tmp_path, django_capture_on_commit_callbacks):
    """T-UP-6"""
    with django_capture_on_commit_callbacks(execute=True):
        images.add(product=product, file=SimpleUploadedFile("a.jpg", written(RED, "JPEG")))
    assert len(files(tmp_path)) == 3

    with django_capture_on_commit_callbacks(execute=True):
        product.delete()

    assert files(tmp_path) == []


def test_knows_no_picture_of_another_product(staff, product):
    """T-IDOR-7"""
    other = images.add(product=make_product("Ring"), file=SimpleUploadedFile("a.jpg", written(RED, "JPEG")))

    assert staff.delete(f"{IMAGES}{other.pk}/").status_code == 404
    assert ProductImage.objects.count() == 1


def test_lets_nobody_else_upload(api, signed_in, product):
    """T-FUNC-1"""
    answers = [upload(client, written(RED, "JPEG")) for client in (api, signed_in(make_user()))]

    assert [answer.status_code for answer in answers] == [401, 403]
    assert ProductImage.objects.count() == 0
