"""The sandbox provider's page, on which the buyer decides what becomes of the payment."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.http import HttpResponseRedirect
from django.shortcuts import render
from django.utils.translation import gettext as _
from drf_spectacular.utils import extend_schema
from rest_framework.exceptions import ValidationError

from partscatalog import money
from partscatalog.api.views import ShopView
from partscatalog.exceptions import NotFound
from partscatalog.payments.sandbox import desk

if TYPE_CHECKING:
    from django.http import HttpResponse
    from rest_framework.request import Request

    from partscatalog.payments.sandbox.models import SandboxTransaction


class PayPage(ShopView):
    """Show the buttons; press one, and send the buyer back to the shop.

    As at a real provider, whoever knows the page's address may use it.
    """

    authentication_classes = []

    @extend_schema(exclude=True)
    def get(self, request: Request, access_code: str) -> HttpResponse:
        return render(request._request, "partscatalog/payments/sandbox.html", _context(_page(access_code)))

    @extend_schema(exclude=True)
    def post(self, request: Request, access_code: str) -> HttpResponse:
        page = _page(access_code)
        desk.act(page=page, action=_action(request.data))
        return HttpResponseRedirect(page.return_url)

    def finalize_response(self, request: Any, response: Any, *args: Any, **kwargs: Any) -> Any:
        response = super().finalize_response(request, response, *args, **kwargs)
        response.headers["Cache-Control"] = "private, no-store"
        return response


def _page(access_code: str) -> SandboxTransaction:
    page = desk.find_page(access_code)
    if page is None:
        raise NotFound
    return page


def _action(data: Any) -> desk.Action:
    try:
        return desk.Action(str(data.get("action")) if isinstance(data, dict) else "")
    except ValueError as err:
        raise ValidationError({"action": [_("There is no such button.")]}) from err


def _context(page: SandboxTransaction) -> dict[str, Any]:
    paid = page.paid_amount
    return {
        "page": page,
        "amount": _amount(page, page.amount),
        "paid_instead": _amount(page, paid) if paid is not None and paid != page.amount else "",
        "is_payable": page.status in desk.PAYABLE,
        "buttons": [(action.value, effect.label) for action, effect in desk.EFFECTS.items()],
    }


def _amount(page: SandboxTransaction, units: int) -> str:
    amount = money.from_minor(units, money.exponent(page.currency))
    return f"{page.currency} {money.format_amount(amount, page.currency)}"
