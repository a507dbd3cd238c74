"""The sandbox provider's page, on which the buyer decides what becomes of the payment."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.db import transaction
from django.http import Http404, HttpResponseBadRequest, HttpResponseRedirect
from django.shortcuts import render
from django.views.decorators.cache import never_cache
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_http_methods

from partscatalog import money
from partscatalog.payments.sandbox import desk

if TYPE_CHECKING:
    from django.http import HttpRequest, HttpResponse

    from partscatalog.payments.sandbox.models import SandboxTransaction


@csrf_exempt  # as at a real provider: whoever knows the page's address may use it
@transaction.non_atomic_requests
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def pay_page(request: HttpRequest, access_code: str) -> HttpResponse:
    """Show the buttons; press one, and send the buyer back to the shop."""
    page = desk.find_page(access_code)
    if page is None:
        raise Http404
    if request.method != "POST":
        return _show(request, page)
    try:
        action = desk.Action(request.POST.get("action", ""))
    except ValueError:
        return HttpResponseBadRequest()
    desk.act(page=page, action=action)
    return HttpResponseRedirect(page.return_url)


def _show(request: HttpRequest, page: SandboxTransaction) -> HttpResponse:
    amount = money.from_minor(page.amount, money.exponent(page.currency))
    context = {
        "page": page,
        "amount": money.format_amount(amount, page.currency),
        "is_payable": page.status in desk.PAYABLE,
        "buttons": [(action.value, effect.label) for action, effect in desk.EFFECTS.items()],
    }
    return render(request, "partscatalog/payments/sandbox.html", context)
