"""Amounts: each currency's decimals, one plain form, and minor units without rounding."""

from __future__ import annotations

import re
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from partscatalog import money

#: ISO 4217's table of minor units, for a currency of each kind that shops meet.
EXPONENTS = {
    "BIF": 0,
    "CLP": 0,
    "DJF": 0,
    "GNF": 0,
    "ISK": 0,
    "JPY": 0,
    "KMF": 0,
    "KRW": 0,
    "PYG": 0,
    "RWF": 0,
    "UGX": 0,
    "VND": 0,
    "VUV": 0,
    "XAF": 0,
    "XOF": 0,
    "XPF": 0,
    "CNY": 2,
    "EUR": 2,
    "GBP": 2,
    "GHS": 2,
    "HUF": 2,
    "INR": 2,
    "KES": 2,
    "MGA": 2,
    "NGN": 2,
    "TWD": 2,
    "USD": 2,
    "ZAR": 2,
    "BHD": 3,
    "IQD": 3,
    "JOD": 3,
    "KWD": 3,
    "LYD": 3,
    "OMR": 3,
    "TND": 3,
}

units = st.integers(min_value=0, max_value=10**15)


@pytest.mark.parametrize(("currency", "decimals"), EXPONENTS.items())
def test_a_currency_has_the_decimals_of_iso_4217(currency, decimals):
    """T-MONEY-4."""
    assert money.exponent(currency) == decimals
    assert currency in money.CURRENCIES


def test_the_table_knows_every_currency_once_and_by_three_capital_letters():
    """T-MONEY-4."""
    kinds = [money.ZERO_DECIMALS, money.TWO_DECIMALS, money.THREE_DECIMALS]

    assert sum(map(len, kinds)) == len(money.CURRENCIES)
    assert [code for code in money.CURRENCIES if not re.fullmatch("[A-Z]{3}", code)] == []
    assert {currency for currency, decimals in EXPONENTS.items() if decimals == 3} == money.THREE_DECIMALS
    assert max(map(money.exponent, money.CURRENCIES)) == money.DECIMAL_PLACES


@pytest.mark.parametrize(
    ("amount", "currency", "text"),
    [
        ("2500", "NGN", "2500.00"),
        ("2500.000", "NGN", "2500.00"),
        ("0", "NGN", "0.00"),
        ("1E+3", "NGN", "1000.00"),
        ("2500.000", "JPY", "2500"),
        ("2.5", "KWD", "2.500"),
        ("999999999999999.999", "KWD", "999999999999999.999"),
    ],
)
def test_writes_an_amount_with_the_currencys_decimals(amount, currency, text):
    """T-MONEY-1."""
    assert money.format_amount(Decimal(amount), currency) == text


@pytest.mark.parametrize(("amount", "currency"), [("0.001", "NGN"), ("2500.5", "JPY"), ("0.0001", "KWD")])
def test_never_rounds_a_fraction_of_the_smallest_unit(amount, currency):
    assert not money.fits(Decimal(amount), currency)
    with pytest.raises(ValueError, match=f"{amount} has a fraction"):
        money.format_amount(Decimal(amount), currency)


@pytest.mark.parametrize(
    ("text", "currency", "amount"),
    [
        ("2500.00", "NGN", "2500.00"),
        ("2500", "NGN", "2500.00"),
        ("0.5", "NGN", "0.50"),
        ("007", "JPY", "7"),
        ("1.234", "KWD", "1.234"),
    ],
)
def test_reads_the_plain_form(text, currency, amount):
    parsed = money.parse_amount(text, currency)

    assert parsed == Decimal(amount)
    assert parsed.as_tuple() == Decimal(amount).as_tuple()


@pytest.mark.parametrize(
    "text",
    [
        "",
        " 1",
        "1 ",
        "1\n",
        "-1",
        "+1",
        ".5",
        "5.",
        "1,5",
        "1,000.00",
        "1_000",
        "1e3",
        "1E3",
        "0x10",
        "NaN",
        "sNaN",
        "Infinity",
        "inf",
        "1.2.3",
        "١٢",
        "\uff11\uff12",
        "1\u00a0000",
        "0.001",
        "9" * 21,
        "9" * 5_000,
        "1\x00",
    ],
)
def test_refuses_every_other_form(text):
    with pytest.raises(ValueError, match=r"is not a plain amount|decimals"):
        money.parse_amount(text, "NGN")


@pytest.mark.parametrize(("text", "currency"), [("10.000", "NGN"), ("2500.0", "JPY"), ("1.2340", "KWD")])
def test_refuses_more_decimals_than_the_currency_has_though_they_be_zeros(text, currency):
    with pytest.raises(ValueError, match="decimals"):
        money.parse_amount(text, currency)


@pytest.mark.parametrize(
    ("amount", "decimals", "expected"),
    [("2500.00", 2, 250_000), ("2500", 0, 2500), ("2500", 2, 250_000), ("1.234", 3, 1234), ("0", 2, 0)],
)
def test_minor_units_have_the_gateways_decimals(amount, decimals, expected):
    """T-MONEY-4: not a bare times hundred, and the gateway's decimals may differ from ISO's."""
    minor = money.to_minor(Decimal(amount), decimals)

    assert (minor, type(minor)) == (expected, int)


@pytest.mark.parametrize(("amount", "decimals"), [("0.005", 2), ("2500.50", 0), ("0.0005", 3)])
def test_minor_units_are_never_rounded(amount, decimals):
    """T-MONEY-4."""
    with pytest.raises(ValueError, match="has a fraction"):
        money.to_minor(Decimal(amount), decimals)


@given(units=units, decimals=st.sampled_from([0, 2, 3]))
def test_minor_units_come_back_as_they_went(units, decimals):
    assert money.to_minor(money.from_minor(units, decimals), decimals) == units


@given(units=units, currency=st.sampled_from(sorted(money.CURRENCIES)))
def test_what_is_written_is_read_as_the_same_amount(units, currency):
    amount = money.from_minor(units, money.exponent(currency))

    text = money.format_amount(amount, currency)

    assert money.parse_amount(text, currency) == amount
    assert money.fits(amount, currency)
    assert len(text.partition(".")[2]) == money.exponent(currency)


@pytest.mark.parametrize(("amount", "scaled"), [("0.125", "0.12"), ("0.135", "0.14"), ("1", "1.00")])
def test_a_scaled_amount_shows_what_was_lost(amount, scaled):
    assert str(money.to_scale(Decimal(amount), 2)) == scaled
