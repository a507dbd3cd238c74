"""Part numbers: one form for every spelling, the same in Python and in the database."""

from __future__ import annotations

import string

import pytest
from hypothesis import given
from hypothesis import strategies as st

from partscatalog.catalog.models import Product
from partscatalog.numbers import SEPARATORS, normalise
from partscatalog.testing import make_category, make_product


@pytest.mark.parametrize(
    ("written", "normal"),
    [
        ("90919-01253", "9091901253"),
        ("0 986 494 019", "0986494019"),
        ("04465-0K240", "044650K240"),
        ("a 000.420/22_20", "A0004202220"),
        ("K&N (33+2031)*", "KN332031"),
        ("1\u20132\u00a03", "123"),
        ("000", "000"),
        ("", ""),
        ("-./ ", ""),
    ],
)
def test_separators_and_letter_case_tell_no_parts_apart_and_zeros_do(written, normal):
    assert normalise(written) == normal


@given(st.text(alphabet=string.ascii_letters + string.digits + SEPARATORS))
def test_a_normal_number_is_its_own_normal_form(number):
    normal = normalise(number)

    assert normalise(normal) == normal
    assert set(normal) <= set(string.ascii_uppercase + string.digits)


@pytest.mark.django_db
def test_the_database_normalises_as_python_does():
    category = make_category()
    printable = [character for character in string.printable if character.isprintable()]
    written = [f"A{character}1{character}b" for character in [*printable, *SEPARATORS]]
    for number, text in enumerate(written):
        make_product(f"Part {number}", number=text, category=category)

    kept = list(Product.objects.order_by("pk").values_list("number", "number_normalised"))

    assert kept == [(text, normalise(text)) for text in written]


@pytest.mark.django_db
def test_the_normal_form_follows_every_write():
    product = make_product(number="a-1")

    Product.objects.filter(pk=product.pk).update(number="b-2")
    updated = Product.objects.get(pk=product.pk).number_normalised
    Product.objects.bulk_update([Product(pk=product.pk, number="c-3")], ["number"])
    written = Product.objects.get(pk=product.pk).number_normalised

    assert (updated, written) == ("B2", "C3")
