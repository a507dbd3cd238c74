"""The catalog in the admin: every rule of the services, as form errors and never as a crash."""

from __future__ import annotations

from decimal import Decimal
from io import BytesIO

import pytest
from bs4 import BeautifulSoup
from django.contrib.auth.models import Permission
from django.core.exceptions import ValidationError
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db.models import F
from PIL import Image

from partscatalog.catalog.models import Brand, Category, Product, ProductImage, StockMovement
from partscatalog.catalog.services import laws
from partscatalog.testing import make_brand, make_category, make_product, make_user
from tests.catalog.spellings import SPELLINGS

pytestmark = pytest.mark.django_db

ADMIN = "/admin/partscatalog_catalog"
#: Attributes that JSON can write and nobody can keep.
TRAPS = [
    r'{"a": "\ud800"}',
    r'{"\udfff": 1}',
    r'{"a": "\u0000"}',
    '{"a": NaN}',
    '{"a": -Infinity}',
    '{"a": 1e999}',
    f'{{"a": {"9" * 5_000}}}',
    f'{{"a": {"[" * 40}1{"]" * 40}}}',
    f'{{"a": {"[" * 3_000}',
    f'{{"a": {"[" * 3_000}1{"]" * 3_000}}}',
    f'{{"a": {"[" * 90_000}1{"]" * 90_000}}}',
    f'{{"a": "{"x" * 10_001}"}}',
    "[]",
    "null",
    '"x"',
]


def nested(depth: int) -> list[object]:
    inside: list[object] = []
    for _ in range(depth):
        inside = [inside]
    return inside


@pytest.fixture
def clerk():
    user = make_user("staff@example.com", is_staff=True)
    user.user_permissions.set(Permission.objects.filter(content_type__app_label="partscatalog_catalog"))
    return user


@pytest.fixture
def staff(client, clerk):
    client.force_login(clerk)
    return client


@pytest.fixture(autouse=True)
def _own_media(settings, tmp_path):
    settings.MEDIA_ROOT = tmp_path


def formset(prefix: str, initial: int = 0, **fields: object) -> dict[str, object]:
    total = initial + (1 if fields else 0)
    management = {f"{prefix}-TOTAL_FORMS": total, f"{prefix}-INITIAL_FORMS": initial}
    return {**management, **{f"{prefix}-{initial}-{name}": value for name, value in fields.items()}}


def form(category: Category, **changes: object) -> dict[str, object]:
    fields = {
        "name": "Piston",
        "category": category.pk,
        "price": "2500.00",
        "attributes": "{}",
        "is_active": "on",
    }
    return {**fields, **formset("images"), **formset("movements"), **changes}


def picture(kind: str = "PNG") -> SimpleUploadedFile:
    out = BytesIO()
    Image.new("RGB", (40, 20)).save(out, format=kind)
    return SimpleUploadedFile("a.png", out.getvalue())


def test_adds_a_category_below_another(staff):
    engine = make_category("Engine Parts")

    staff.post(f"{ADMIN}/category/add/", {"name": "Pistons", "parent": engine.pk, "is_active": "on"})

    pistons = Category.objects.get(name="Pistons")
    assert (pistons.slug, pistons.parent, pistons.is_visible) == ("pistons", engine, True)
    assert "padding-left: 2em" in staff.get(f"{ADMIN}/category/").content.decode()


def test_shows_a_cycle_as_a_form_error(staff):
    """T-DOS-5"""
    engine = make_category("Engine Parts")
    pistons = make_category("Pistons", parent=engine)

    page = staff.post(
        f"{ADMIN}/category/{engine.pk}/change/",
        {"name": "Engine Parts", "parent": pistons.pk, "is_active": "on"},
    )

    assert "A category cannot stand there in the tree." in page.content.decode()
    assert list(laws.violations()) == []


def test_hides_a_category_deeper_than_a_lowered_limit(staff, settings):
    engine = make_category("Engine Parts")
    pistons = make_category("Pistons", parent=engine)
    settings.PARTSCATALOG = {**settings.PARTSCATALOG, "CATEGORY_MAX_DEPTH": 1}

    staff.post(f"{ADMIN}/category/{pistons.pk}/change/", {"name": "Pistons", "parent": engine.pk})

    pistons.refresh_from_db()
    assert (pistons.is_active, pistons.is_visible, pistons.parent) == (False, False, engine)


def test_adds_a_product_with_a_picture_and_its_first_stock(staff):
    engine = make_category("Engine Parts")
    inline = formset("images", image=picture(), alt_text="A piston", position=0)

    answer = staff.post(f"{ADMIN}/product/add/", form(engine, stock="7", number=" NW-1 ", **inline))

    product = Product.objects.get()
    assert answer.status_code == 302, answer.content
    assert (product.slug, product.stock, product.price) == ("piston", 7, Decimal(2500))
    assert StockMovement.objects.get().delta == 7
    assert str(ProductImage.objects.get().image.name).startswith("partscatalog/products/")


@pytest.mark.parametrize("content", [b"<svg/>", b"no picture"])
def test_refuses_what_is_no_picture(staff, content, tmp_path):
    """T-UP-2"""
    inline = formset("images", image=SimpleUploadedFile("a.png", content), alt_text="", position=0)

    page = staff.post(f"{ADMIN}/product/add/", form(make_category(), stock="1", **inline))

    assert page.status_code == 200
    assert (Product.objects.count(), list(tmp_path.iterdir())) == (0, [])


def test_changes_price_and_activity_in_the_list(staff):
    product = make_product(stock=5)
    row = {
        "form-TOTAL_FORMS": 1,
        "form-INITIAL_FORMS": 1,
        "form-0-id": product.pk,
        "form-0-price": "99.50",
        "_save": "Save",
    }

    staff.post(f"{ADMIN}/product/", row)

    product.refresh_from_db()
    assert (product.price, product.is_active, product.stock) == (Decimal("99.5"), False, 5)


def test_the_list_names_brand_and_number_in_one_column(staff):
    make_product(number="NW-1", brand=make_brand("Nordwerk"))
    make_product("Gasket")

    page = BeautifulSoup(staff.get(f"{ADMIN}/product/").content, "html.parser")

    assert [cell.get_text(" ").strip() for cell in page.select(".field-part_number")] == ["", "Nordwerk NW-1"]


@pytest.mark.parametrize("price", ["1e5", "1_000", "٩", "99.505", "99.500"])
def test_refuses_a_price_in_the_list_that_is_not_plainly_written(staff, price):
    product = make_product(price="2500.00")
    management = {"form-TOTAL_FORMS": 1, "form-INITIAL_FORMS": 1, "_save": "Save"}

    page = staff.post(
        f"{ADMIN}/product/", {**management, "form-0-id": product.pk, "form-0-price": price}
    ).content.decode()

    product.refresh_from_db()
    assert "Write the amount in digits, with a point before its decimals." in page
    assert product.price == Decimal(2500)


@pytest.mark.parametrize(
    ("currency", "shown", "step"),
    [("NGN", "2500.00", "0.01"), ("JPY", "2500", "1"), ("KWD", "2500.000", "0.001")],
)
def test_shows_prices_with_the_decimals_of_the_currency(staff, settings, currency, shown, step):
    settings.PARTSCATALOG = {**settings.PARTSCATALOG, "CURRENCY": currency}
    product = make_product(price="2500.00")

    for page in ("", f"{product.pk}/change/"):
        price = BeautifulSoup(staff.get(f"{ADMIN}/product/{page}").content, "html.parser").select_one(
            "[name$=price]"
        )
        assert price is not None
        assert (price["value"], price["step"]) == (shown, step)


def test_shows_who_only_looks_the_price_with_the_decimals_of_the_currency(client):
    viewer = make_user("viewer@example.com", is_staff=True)
    viewer.user_permissions.set(Permission.objects.filter(codename="view_product"))
    client.force_login(viewer)
    product = make_product(price="2500.00")

    for page in ("", f"{product.pk}/change/"):
        shown = client.get(f"{ADMIN}/product/{page}").content.decode()
        assert "2500.00" in shown
        assert "2500.000" not in shown


def test_refuses_a_picture_whose_place_is_not_plainly_written(staff):
    inline = formset("images", image=picture(), alt_text="", position="1_0")

    page = staff.post(f"{ADMIN}/product/add/", form(make_category(), stock="1", **inline))

    assert (page.status_code, Product.objects.count()) == (200, 0)


@pytest.mark.parametrize("term", ["90919-01253", "9091901253", "90919 01253", "filter", "nordwerk"])
def test_finds_a_product(staff, term):
    make_product("Oil filter", number="90919-01253", brand=make_brand("Nordwerk"))
    make_product("Piston")

    page = staff.get(f"{ADMIN}/product/", {"q": term}).content.decode()

    assert "Oil filter" in page
    assert ">Piston<" not in page


def test_offers_no_absolute_stock_and_saves_none(staff):
    """T-RACE-17, T-FUNC-5"""
    product = make_product(stock=5)
    page = staff.get(f"{ADMIN}/product/{product.pk}/change/").content.decode()
    Product.objects.filter(pk=product.pk).update(stock=F("stock") - 2)
    StockMovement.objects.create(product=product, delta=-2, reason="sale")

    staff.post(f"{ADMIN}/product/{product.pk}/change/", form(product.category, stock="999", name="Renamed"))

    product.refresh_from_db()
    assert 'name="stock"' not in page
    assert (product.name, product.stock) == ("Renamed", 3)
    assert list(laws.violations()) == []


def test_adjusts_stock_by_a_difference_with_a_reason(staff, clerk):
    product = make_product(stock=5)

    staff.post(f"{ADMIN}/product/{product.pk}/adjust/", {"delta": "-2", "note": "Broken in the shelf."})

    product.refresh_from_db()
    movement = StockMovement.objects.latest("pk")
    page = staff.get(f"{ADMIN}/product/{product.pk}/change/").content.decode()
    assert product.stock == 3
    assert (movement.delta, movement.note, movement.actor) == (-2, "Broken in the shelf.", clerk)
    assert "Broken in the shelf." in page
    assert "Adjust stock" in page


@pytest.mark.parametrize(
    ("delta", "note"),
    [
        *[
            (delta, "x")
            for delta in ("-6", "0", "1.5", "1.0", "x", "٣", "1_0", "+1", "", "9" * 20, "9" * 5_000)
        ],
        ("1", ""),
        ("1", "x" * 201),
    ],
)
def test_refuses_an_adjustment_that_is_none(staff, delta, note):
    product = make_product(stock=5)

    page = staff.post(f"{ADMIN}/product/{product.pk}/adjust/", {"delta": delta, "note": note})

    product.refresh_from_db()
    assert (page.status_code, "errorlist" in page.content.decode()) == (200, True)
    assert (product.stock, StockMovement.objects.count()) == (5, 1)


def test_adjusts_for_nobody_without_the_permission(client):
    """T-FUNC-5"""
    viewer = make_user("viewer@example.com", is_staff=True)
    viewer.user_permissions.set(Permission.objects.filter(codename="view_product"))
    client.force_login(viewer)
    product = make_product(stock=5)

    answer = client.post(f"{ADMIN}/product/{product.pk}/adjust/", {"delta": "1", "note": "x"})

    product.refresh_from_db()
    assert (answer.status_code, product.stock) == (403, 5)


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("price", "1.005"),
        ("price", "-1"),
        ("price", "NaN"),
        ("price", "1e5"),
        ("price", "1_000"),
        ("price", "1,50"),
        ("price", "+1"),
        ("price", "١٢"),
        ("price", "9" * 400),
        ("price", "1000000000"),
        ("price", ""),
        ("number", "---"),
        ("number", "NW\u20111"),
        ("attributes", "[]"),
        ("stock", "-1"),
        ("stock", "1_000"),
        ("stock", "1.0"),
        ("stock", "١٢"),
        ("stock", "9" * 5_000),
        ("stock", "9" * 12),
    ],
)
def test_shows_bad_input_as_a_form_error(staff, field, value):
    page = staff.post(f"{ADMIN}/product/add/", form(make_category(), **{"stock": "1", field: value}))

    assert (page.status_code, "errorlist" in page.content.decode()) == (200, True)
    assert Product.objects.count() == 0


@pytest.mark.parametrize("slug", ["facets", "Facets"])
@pytest.mark.parametrize("model", ["product", "category", "brand"])
def test_shows_a_reserved_slug_as_a_form_error(staff, model, slug):
    """T-SLUG-1"""
    page = staff.post(f"{ADMIN}/{model}/add/", form(make_category(), stock="1", name="Facets", slug=slug))

    assert "This word is reserved; choose another slug." in page.content.decode()
    assert [model.objects.filter(name="Facets").count() for model in (Product, Category, Brand)] == [0, 0, 0]


def test_leaves_out_no_attributes_where_the_field_is_blank(staff):
    staff.post(f"{ADMIN}/product/add/", form(make_category(), stock="1", attributes=""))

    assert Product.objects.get().attributes == {}


@pytest.mark.parametrize("text", TRAPS, ids=range(len(TRAPS)))
def test_shows_attributes_that_no_database_takes_as_a_form_error(staff, text):
    """T-FUZZ-4"""
    product = make_product(attributes={"bore": 81})

    page = staff.post(
        f"{ADMIN}/product/{product.pk}/change/", form(product.category, name="Renamed", attributes=text)
    )

    product.refresh_from_db()
    assert (page.status_code, "errorlist" in page.content.decode()) == (200, True)
    assert (product.name, product.attributes) == ("Piston", {"bore": 81})


@pytest.mark.parametrize(
    "attributes",
    [
        {"a": "\ud800"},
        {"\udfff": 1},
        {"a": "\x00"},
        {"a": float("nan")},
        {"a": [float("inf")]},
        {"a": nested(3_000)},
        {"a": "x" * 10_001},
        [],
        "x",
        None,
    ],
    ids=range(10),
)
def test_any_form_of_a_host_refuses_such_attributes(attributes):
    product = make_product()
    product.attributes = attributes

    with pytest.raises(ValidationError) as refused:
        product.full_clean()

    assert list(refused.value.message_dict) == ["attributes"]


@pytest.mark.parametrize(
    ("kept", "written"),
    [
        ("NW-1", "nw 1"),
        ("\u00e4b-1", "\u00e4B 1"),
        ("\u0432\u0430\u0437-1", "\u0432\u0430\u0437 1"),
        ("\u00df-1", "\u00df1"),
    ],
)
def test_shows_a_taken_number_as_a_form_error(staff, kept, written):
    brand = make_brand()
    make_product(brand=brand, number=kept)

    page = staff.post(
        f"{ADMIN}/product/add/", form(make_category(), stock="1", brand=brand.pk, number=written)
    )

    assert "The brand has another product of this number." in page.content.decode()
    assert Product.objects.count() == 1


def test_the_ledger_is_read_alone(staff):
    make_product(stock=5)
    movement = StockMovement.objects.get()

    assert staff.get(f"{ADMIN}/stockmovement/").status_code == 200
    assert staff.get(f"{ADMIN}/stockmovement/add/").status_code == 403
    assert staff.post(f"{ADMIN}/stockmovement/{movement.pk}/delete/", {"post": "yes"}).status_code == 403


def test_escapes_names(staff):
    """T-XSS-1"""
    make_product("<script>alert(1)</script>", category=make_category("<script>alert(2)</script>"))

    for model in ("product", "category", "stockmovement"):
        assert "<script>alert" not in staff.get(f"{ADMIN}/{model}/").content.decode()


def found(staff, model, text):
    return list(staff.get(f"{ADMIN}/{model}/", {"q": text}).context["cl"].queryset)


def test_finds_a_number_in_any_spelling(staff):
    wanted = make_product("Wanted", number="4465-0K240", stock=1)
    make_product("Other", number="4465-0K24", stock=1, category=wanted.category)

    products = {text: found(staff, "product", text) for text in SPELLINGS.values()}
    movements = {text: found(staff, "stockmovement", text) for text in SPELLINGS.values()}

    assert {text: rows for text, rows in products.items() if rows != [wanted]} == {}
    assert {text: rows for text, rows in movements.items() if [row.product for row in rows] != [wanted]} == {}


@pytest.mark.parametrize(("text", "finds"), [("5-0k2", 2), ("5|0k2", 0), ("wanted", 1), ("- -", 0), ("", 2)])
def test_finds_parts_of_numbers_and_other_words(staff, text, finds):
    wanted = make_product("Wanted", number="4465 0K240", stock=1)
    make_product("Other", number="4465 0K24", stock=1, category=wanted.category)

    assert [len(found(staff, model, text)) for model in ("product", "stockmovement")] == [finds, finds]
