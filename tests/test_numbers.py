"""Part numbers: one form for every spelling, the same in Python and in the database."""

from __future__ import annotations

import string

import pytest
from django.db import connection
from hypothesis import given
from hypothesis import strategies as st

from partscatalog.catalog.models import Product
from partscatalog.numbers import SEPARATORS, alphanumeric, candidates, normalise
from partscatalog.testing import make_category, make_product
from tests.catalog.spellings import SPELLINGS


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


@pytest.mark.parametrize("text", SPELLINGS.values(), ids=SPELLINGS)
def test_every_spelling_may_be_the_number(text):
    assert "44650K240" in candidates(text)


@pytest.mark.parametrize(
    ("written", "plain"),
    [
        ("\u00c4b\u20111", "\u00c4B1"),
        ("A\u0308b\u20111", "\u00c4B1"),
        ("\u0432\u0430\u0437 2101", "\u0412\u0410\u0417 2101".replace(" ", "")),
        ("\uff11\uff21", "1A"),
        ("\u00bd\u00b2", "122"),
        ("\u2116 7\u2122", "7"),
        ("\u00df", "\u00df"),
        ("\u200b|", ""),
    ],
)
def test_letters_and_digits_of_any_script_are_left_and_nothing_else(written, plain):
    assert alphanumeric(written) == plain


@pytest.mark.parametrize(("written", "forms"), [("a-1", ("A1",)), ("a|1", ("A|1", "A1")), ("- .", ())])
def test_a_text_may_be_few_numbers(written, forms):
    assert candidates(written) == forms


@pytest.mark.django_db
@pytest.mark.skipif(connection.vendor == "sqlite", reason="It knows letter case among ASCII letters alone.")
def test_the_database_knows_letter_case_as_python_does():
    category = make_category()
    written = [
        "\u00e9\u0432\u03c9",
        "stra\u00dfe",
        "\u1e9e",
        "\u0149",
        "\ufb01\u00b5",
        "\u01c6",
        "\u0131\u017f",
    ]
    for number, text in enumerate(written):
        make_product(f"Part {number}", number=text, category=category)

    kept = list(Product.objects.order_by("pk").values_list("number", "number_normalised"))

    assert kept == [(text, normalise(text)) for text in written]


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
