"""The admin's pages of our own stand where Django's stand, on each Django."""

from __future__ import annotations

import pytest
from bs4 import BeautifulSoup

from partscatalog.testing import make_product, make_user
from tests.payments.conftest import make_order, make_payment

pytestmark = pytest.mark.django_db


def product() -> str:
    return f"/admin/partscatalog_catalog/product/{make_product().pk}/"


def payment() -> str:
    return f"/admin/partscatalog_payments/payment/{make_payment(make_order(make_user())).pk}/"


@pytest.mark.parametrize(("row", "page"), [(product, "adjust/"), (payment, "refund/")])
def test_the_way_to_a_page_of_ours_is_djangos_and_one_step_more(admin_client, row, page):
    path = row()

    django, ours = (
        BeautifulSoup(admin_client.get(path + name).content, "html.parser").select_one(".breadcrumbs")
        for name in ("history/", page)
    )

    assert django is not None
    assert ours is not None
    assert ours.name == django.name
    assert [step.name for step in ours.find_all(True)] == [step.name for step in django.find_all(True)]
    assert [step["href"] for step in ours.select("a")] == [step["href"] for step in django.select("a")]
    assert [step.text for step in ours.select("a")] == [step.text for step in django.select("a")]
