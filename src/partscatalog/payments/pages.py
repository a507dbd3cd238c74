"""The plain page for buyers who come back from a provider; it changes nothing."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.shortcuts import render
from drf_spectacular.utils import extend_schema

from partscatalog.api.views import ShopView

if TYPE_CHECKING:
    from django.http import HttpResponse
    from rest_framework.request import Request


class ReturnPage(ShopView):
    """Tell the buyer to go back to the shop, which asks whether the payment is there."""

    authentication_classes = []

    @extend_schema(exclude=True)
    def get(self, request: Request) -> HttpResponse:
        return render(request._request, "partscatalog/payments/return.html")
