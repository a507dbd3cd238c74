"""The demo's data: what an invented catalog must be to pass for a real one."""

from __future__ import annotations

import re
from collections import Counter
from decimal import Decimal
from io import BytesIO
from itertools import islice
from math import gcd
from statistics import mean, median

import pytest
from django.utils.text import slugify
from PIL import Image

from partscatalog import numbers
from shop.demo.brands import MAKERS, SERIAL_DIGITS, STRIDE, TYPE_DIGITS
from shop.demo.parts import parts
from shop.demo.pictures import draw_all
from shop.demo.shapes import SHAPES
from shop.demo.tree import ROOTS

GROUPS = [group for root in ROOTS for group in root.walk()]
TYPES = [part_type for group in GROUPS for part_type in group.types]
#: Makers of parts and of vehicles whose names a customer knows.
REAL = """
    aisin ajusa akebono aluminium-rheinfelden amsoil aral ashika ate audi autolite bando behr bendix
    beru bharat bilstein bluechem blueprint bmw boge borgwarner bosal bosch brembo bridgestone britax
    castrol champion cofle continental contitech corteco cummins dacia daewoo dayco delco delphi denso
    dorman dunlop eberspacher elring exedy exide facet febi febi-bilstein federal-mogul ferodo fiat
    filtron ford fram fte garrett gates gkn glyco gmb goetze goodyear graf hankook hella hengst
    herth-buss hi-q hitachi honda hutchinson hyundai ina innio innoson isuzu iveco jaguar japanparts
    jurid kamoka kavo kayaba kia knecht kolbenschmidt koni koyo kyb lemforder lesjofors lpr lucas luk
    magneti-marelli mahle mando mann mann-filter mapco maxgear mazda metelli meyle michelin mintex
    mitsubishi mobil mobiletron monroe moog motorcraft motul narva nipparts nissan nissens nk nsk ntn
    optibelt osram pagid payen peugeot philips pierburg polcar purflux purolator raybestos reinz renault
    ridex ruville sachs sangsin sasic schaeffler sidem skf snap-on snr spidan stabilus standard stant
    subaru swag swf tenneco textar thule timken tokico topran toyota trico trucktec trw tudor tyc ufi
    vag vaico valeo varta vdo vemo victor-reinz vika volkswagen volvo wabco wagner wahler walker wix
    wynns yuasa zf zimmermann
""".split()  # noqa: SIM905  # a name a line would bury the tests


@pytest.fixture(scope="module")
def shop():
    return list(islice(parts(), 2_000))


def test_the_tree_has_its_groups_and_part_types():
    assert len(GROUPS) == 17
    assert len(TYPES) == 112


def test_every_category_has_a_slug_of_its_own_and_a_description():
    slugs = Counter(slugify(name) for name in [g.name for g in GROUPS] + [t.category for t in TYPES])

    assert [slug for slug, count in slugs.items() if count > 1] == []
    assert all(text.endswith(".") for text in [*(g.about for g in GROUPS), *(t.about for t in TYPES)])


def test_begins_with_the_piston_of_product_md(shop):
    piston = shop[0]

    assert (piston.name, piston.slug, piston.category) == ("Piston", "piston", "engine-parts")
    assert (str(piston.price), piston.stock, piston.is_active) == ("2500.00", 50, True)


def test_the_product_of_product_mds_cart_example_can_be_bought(shop):
    """The curl examples of product.md add the product with the id 101."""
    part = shop[100]

    assert part.is_active
    assert part.stock >= 3
    assert part.category in {slugify(t.category) for t in TYPES if t.is_active}


def test_a_larger_shop_begins_with_the_smaller_one(shop):
    assert list(islice(parts(), 300)) == shop[:300]


def test_slugs_and_numbers_are_unique():
    many = list(islice(parts(), 20_000))

    assert len({part.slug for part in many}) == 20_000
    assert len({(part.maker.name, numbers.normalise(part.number)) for part in many}) == 20_000


@pytest.mark.parametrize("maker", MAKERS, ids=lambda maker: maker.name)
def test_a_makers_scheme_never_gives_a_number_twice(maker):
    assert maker.scheme.count("@") == TYPE_DIGITS
    assert maker.scheme.count("#") == SERIAL_DIGITS
    assert gcd(STRIDE, 10**SERIAL_DIGITS) == 1
    assert len({maker.number(code=101, count=count) for count in range(3_000)}) == 3_000


@pytest.mark.parametrize("maker", MAKERS, ids=lambda maker: maker.name)
def test_no_maker_is_a_real_one(maker):
    assert maker.slug not in REAL
    assert not [name for name in REAL if len(name) > 4 and name in maker.slug]


def test_there_are_25_makers_and_all_of_them_are_in_the_shop(shop):
    assert len({maker.slug for maker in MAKERS}) == 25
    assert {part.maker for part in shop} == set(MAKERS)


def test_numbers_are_written_as_makers_write_them(shop):
    """Of 1,158 real articles 55 % are written with separators and 12 % begin with 0."""
    separated = sum(part.number != numbers.normalise(part.number) for part in shop) / len(shop)
    zeros = sum(part.number.startswith("0") for part in shop) / len(shop)

    assert 0.45 < separated < 0.65
    assert 0.08 < zeros < 0.18


def test_prices_have_two_decimals_and_lie_where_such_parts_do(shop):
    assert all(part.price == part.price.quantize(Decimal("0.01")) for part in shop)
    assert all(200 <= part.price <= 700_000 for part in shop)


def test_stock_runs_from_none_to_two_thousand_with_many_small_ones(shop):
    stock = [part.stock for part in shop]

    assert (min(stock), max(stock)) == (0, 2_000)
    assert 100 <= stock.count(0) <= 250
    assert 2 * median(stock) < mean(stock)


def test_a_few_parts_are_no_longer_sold(shop):
    assert sum(not part.is_active for part in shop) == 50
    assert [part_type.category for part_type in TYPES if not part_type.is_active] == ["Carburettors"]


def test_every_part_type_is_in_the_shop_and_tells_its_measures(shop):
    assert {part.category for part in shop} == {slugify(t.category) for t in TYPES} | {"engine-parts"}
    assert all(part.attributes for part in shop)
    assert all(re.fullmatch("[a-z][a-z0-9_]*", key) for part in shop for key in part.attributes)


def test_texts_are_whole_sentences(shop):
    for part in shop:
        assert "{" not in part.name + part.description
        assert part.description.endswith(".")
        assert part.description[0] == part.description[0].upper()
        assert "  " not in part.name + part.description


def test_every_shape_is_drawn_and_used():
    assert {part_type.shape for part_type in TYPES} == set(SHAPES)


def test_pictures_are_small_and_thumbnails_have_their_size(shop):
    one_of_each = list({part.shape: part for part in shop}.values())

    drawn = list(draw_all(one_of_each, {"small": (160, 120), "medium": (900, 900)}))

    assert len(drawn) == len(SHAPES)
    for picture in drawn:
        assert len(picture.picture) < 15_000
        assert Image.open(BytesIO(picture.picture)).size == (480, 480)
        assert Image.open(BytesIO(picture.thumbnails["small"])).size == (120, 120)
        assert Image.open(BytesIO(picture.thumbnails["medium"])).size == (480, 480)


def test_a_picture_shows_the_number_and_comes_out_the_same_each_time(shop):
    first = shop[0]
    twin = next(p for p in shop[1:] if (p.shape, p.maker.colour, p.group) == _motif(first))

    drawn = {picture.part.slug: picture for picture in draw_all([first, twin], {"small": (160, 160)})}
    again = {picture.part.slug: picture for picture in draw_all([first, twin], {"small": (160, 160)})}

    assert drawn == again
    assert drawn[first.slug].picture != drawn[twin.slug].picture
    assert drawn[first.slug].thumbnails == drawn[twin.slug].thumbnails


def _motif(part):
    return part.shape, part.maker.colour, part.group
