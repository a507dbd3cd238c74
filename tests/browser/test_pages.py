"""The demo's first pages as a person sees them."""

from __future__ import annotations

import pytest

pytestmark = pytest.mark.browser


@pytest.mark.parametrize(
    ("path", "sight"), [("/api/docs/", "/api/products/"), ("/api/redoc/", "/api/products/")]
)
def test_the_documentation_shows_the_api_and_asks_no_foreign_host(page, foreign, path, sight):
    page.goto(path)

    page.get_by_text(sight).first.wait_for(timeout=20_000)
    page.wait_for_load_state("networkidle")
    assert foreign == []


def test_the_front_page_leads_to_documentation_api_and_admin(page, foreign):
    page.goto("/")

    links = [link.get_attribute("href") for link in page.get_by_role("link").all()]

    assert {"/api/docs/", "/api/redoc/", "/api/schema/", "/api/", "/admin/"} <= set(links)
    assert foreign == []


def test_staff_signs_in_to_the_admin_and_finds_the_products(page, foreign):
    page.goto("/admin/")
    page.get_by_label("e-mail").fill("staff@example.com")
    page.get_by_label("Password").fill("partscatalog-demo")
    page.get_by_role("button", name="Log in").click()

    page.get_by_role("link", name="Products", exact=True).click()

    page.get_by_role("heading", name="Select product to change").wait_for()
    assert page.locator("#result_list tbody tr").count() == 50
    assert page.locator("link[href*='/static/admin/css/base.css']").count() == 1
    assert foreign == []


def test_staff_see_every_column_of_the_products_at_1200_pixels(page):
    page.set_viewport_size({"width": 1200, "height": 800})
    page.goto("/admin/login/?next=/admin/partscatalog_catalog/product/")
    page.fill("[name=username]", "staff@example.com")
    page.fill("[name=password]", "partscatalog-demo")
    page.click("[type=submit]")

    page.locator("#result_list tbody tr").nth(49).wait_for(timeout=20_000)
    shown, whole = page.evaluate(
        "[document.querySelector('.results').clientWidth, document.querySelector('.results').scrollWidth]"
    )
    assert whole <= shown
