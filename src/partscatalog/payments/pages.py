"""The plain page for buyers who come back from a provider; it changes nothing."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.db import transaction
from django.shortcuts import render
from django.views.decorators.http import require_safe

if TYPE_CHECKING:
    from django.http import HttpRequest, HttpResponse


@transaction.non_atomic_requests
@require_safe
def returned(request: HttpRequest) -> HttpResponse:
    """Tell the buyer to go back to the shop, which asks whether the payment is there."""
    return render(request, "partscatalog/payments/return.html")
