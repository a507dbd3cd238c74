"""The plain page on which buyers land when they come back."""

from __future__ import annotations

import pytest


@pytest.mark.django_db
def test_the_return_page_tells_the_buyer_to_go_back_and_changes_nothing(client, django_assert_num_queries):
    with django_assert_num_queries(0):
        response = client.get("/api/payments/return/?reference=<script>alert(1)</script>&trxref=x")

    assert response.status_code == 200
    assert response["Content-Type"].startswith("text/html")
    assert b"go back to the shop" in response.content
    assert b"alert" not in response.content


@pytest.mark.parametrize("method", ["post", "put", "delete"])
def test_the_return_page_takes_nothing(client, method):
    response = getattr(client, method)("/api/payments/return/")

    assert (response.status_code, response.json()["code"]) == (405, "method_not_allowed")
