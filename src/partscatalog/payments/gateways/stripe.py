"""Stripe, spoken to by its official SDK: Checkout Sessions, refunds and webhooks."""

from __future__ import annotations

import importlib.util
import re
from datetime import timedelta
from types import MappingProxyType
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit, urlunsplit

from partscatalog.payments.gateways import fields
from partscatalog.payments.gateways.base import (
    PROVIDER_ID,
    REFERENCE,
    Attempt,
    Event,
    Gateway,
    GatewayError,
    GatewayRefused,
    GatewayUnknown,
    RefundRequest,
    RefundStatus,
    Standing,
    Started,
    StartRequest,
    Status,
    WebhookRefused,
)
from partscatalog.payments.gateways.options import Fault, FaultCode
from partscatalog.payments.gateways.stripe_events import event_of, intent_of, refund_of, status_of
from partscatalog.payments.gateways.transport import is_loopback_url, is_safe_url

if TYPE_CHECKING:
    from collections.abc import Mapping
    from decimal import Decimal

    from partscatalog.payments.gateways.stripe_sdk import StripeApi

BASE_URL = "https://api.stripe.com"

#: A Checkout Session's id; nothing else ever reaches Stripe's URLs.
SESSION_ID = re.compile(r"cs_[A-Za-z0-9_]{1,250}", re.ASCII)

#: How far the clocks of Stripe and of the shop may be apart, when a session is looked for by its time.
CLOCK_SKEW = timedelta(minutes=5)

ZERO_DECIMALS = "BIF CLP DJF GNF JPY KMF KRW MGA PYG RWF VND VUV XAF XOF XPF".split()  # noqa: SIM905
THREE_DECIMALS = ("BHD", "IQD", "JOD", "KWD", "LYD", "OMR", "TND")
#: Currencies without decimals that Stripe takes in hundredths all the same.
IN_HUNDREDTHS = ("ISK", "UGX")

NO_KEY = Fault(
    code=FaultCode.MISSING_KEY,
    text="There is no SECRET_KEY.",
    hint="Give the secret key (sk_...) of your Stripe account, or a restricted one (rk_...), in OPTIONS.",
)
BROKEN_KEY = Fault(
    code=FaultCode.BAD_OPTION,
    text="SECRET_KEY holds characters that no key has.",
    hint="Copy the key again from your Stripe account.",
)
PUBLIC_KEY = Fault(
    code=FaultCode.PUBLIC_KEY,
    text="SECRET_KEY holds a publishable key.",
    hint="Give the key that begins with sk_ or rk_.",
)
NO_WEBHOOK_SECRET = Fault(
    code=FaultCode.UNPROVEN_WEBHOOKS,
    text="There are no WEBHOOK_SECRETS, and every webhook is refused.",
    hint="Give the signing secret (whsec_...) of your webhook endpoint at Stripe in OPTIONS.",
)
INSECURE_URL = Fault(
    code=FaultCode.INSECURE_URL,
    text="BASE_URL is neither https nor on this machine.",
    hint="Leave BASE_URL out, or begin it with https://.",
)
NOT_INSTALLED = Fault(
    code=FaultCode.NOT_INSTALLED,
    text="Stripe's SDK is not installed.",
    hint="Install it with the package: pip install 'partscatalog[stripe]'.",
)


class StripeGateway(Gateway):
    """Stripe under one key. OPTIONS: ``SECRET_KEY``, ``WEBHOOK_SECRETS``, ``BASE_URL``, ``TIMEOUT``.

    ``WEBHOOK_SECRETS`` is the signing secret of the webhook endpoint, or a list of several while one is
    rolled. Needs the extra ``stripe``.
    """

    decimals = MappingProxyType({**dict.fromkeys(ZERO_DECIMALS, 0), **dict.fromkeys(THREE_DECIMALS, 3)})
    #: Stripe takes only multiples of these minor units.
    steps: Mapping[str, int] = MappingProxyType(
        {**dict.fromkeys(THREE_DECIMALS, 10), **dict.fromkeys(IN_HUNDREDTHS, 100)}
    )
    can_refund = True

    def __init__(self, *, alias: str, options: Mapping[str, object]) -> None:
        super().__init__(alias=alias, options=options)
        self.secret = self.options.secret("SECRET_KEY")
        self.webhook_secrets = self.options.secrets("WEBHOOK_SECRETS")
        self.base_url = self.options.text("BASE_URL", default=BASE_URL)

    @property
    def is_configured(self) -> bool:
        """Whether SDK, key, webhook secret and a safe address are there."""
        has_secrets = self.secret.is_sendable and bool(self.webhook_secrets)
        return has_secrets and not self._is_public and is_safe_url(self.base_url) and _is_installed()

    @property
    def is_live(self) -> bool | None:
        """Whether the key moves real money, told by its prefix."""
        if self.secret.startswith(("sk_live_", "rk_live_")):
            return True
        return False if self.secret.startswith(("sk_test_", "rk_test_")) else None

    @property
    def is_rehearsal(self) -> bool:
        """Whether it speaks to a stand-in on this very machine."""
        return is_loopback_url(self.base_url)

    def start(self, request: StartRequest) -> Started:
        """Open a Checkout Session; the same attempt told again is the same session."""
        if not request.return_url:
            raise GatewayRefused("Stripe must be told where to send the buyer back to.")
        params: Any = _session_params(request)
        session = self._api().ask(
            lambda client: client.v1.checkout.sessions.create(params, {"idempotency_key": request.reference})
        )
        if not SESSION_ID.fullmatch(fields.text(session, "id")):
            raise GatewayUnknown("Stripe named no session.")
        return Started(
            reference=fields.reference(session, "client_reference_id"),
            access_code=fields.text(session, "id"),
            authorization_url=fields.text(session, "url"),
        )

    def fetch(self, attempt: Attempt) -> Status:
        """Look the session up by its id, or among those of its time where the id was never told."""
        if not REFERENCE.fullmatch(attempt.reference):
            return Status(reference=attempt.reference, standing=Standing.MISSING)
        session = self._find(self._api(), attempt)
        if session is None:
            return Status(reference=attempt.reference, standing=Standing.MISSING)
        return status_of(session)

    def close(self, attempt: Attempt) -> None:
        """Expire the session, so that it cannot be paid any more."""
        api = self._api()
        session = self._find(api, attempt)
        if session is not None and fields.text(session, "status") == "open":
            session = self._expire(api, fields.text(session, "id"))
        if session is not None and fields.text(session, "status") != "expired":
            raise GatewayUnknown("The session was completed meanwhile.")

    def refund(self, request: RefundRequest) -> RefundStatus:
        """Give money back; the same key is the same refund."""
        api = self._api()
        params: Any = {
            "payment_intent": self._intent_to_refund(api, request.attempt),
            "amount": request.amount,
            "metadata": {"key": request.key, "reference": request.attempt.reference},
        }
        return refund_of(
            api.ask(lambda client: client.v1.refunds.create(params, {"idempotency_key": request.key}))
        )

    def fetch_refunds(self, attempt: Attempt) -> list[RefundStatus]:
        """List the refunds of the payment, those from the dashboard too."""
        api = self._api()
        intent = self._intent(api, attempt)
        if not intent:
            return []
        found = api.pages(lambda client, params: client.v1.refunds.list(params), {"payment_intent": intent})
        return [refund_of(refund) for refund in found]

    def parse_webhook(self, *, headers: Mapping[str, str], body: bytes) -> Event:
        """Check ``stripe-signature`` by the SDK with each of the secrets, and read the event."""
        if not self.is_configured:
            raise WebhookRefused("There is no key, or no secret to check webhooks by.")
        from partscatalog.payments.gateways import stripe_sdk  # noqa: PLC0415  # an extra, and slow to import

        if not stripe_sdk.is_signed(body, headers.get("stripe-signature", ""), secrets=self.webhook_secrets):
            raise WebhookRefused("The signature is wrong.")
        return event_of(body)

    def faults(self) -> list[Fault]:
        """Return what is wrong with keys, secrets and base URL, and whether the SDK is there."""
        found = super().faults()
        if not self.secret:
            found.append(NO_KEY)
        elif not self.secret.is_sendable:
            found.append(BROKEN_KEY)
        elif self._is_public:
            found.append(PUBLIC_KEY)
        if not self.webhook_secrets:
            found.append(NO_WEBHOOK_SECRET)
        if not is_safe_url(self.base_url):
            found.append(INSECURE_URL)
        if not _is_installed():
            found.append(NOT_INSTALLED)
        return found

    def to_minor(self, amount: Decimal, currency: str) -> int:
        """Return the amount in Stripe's minor units.

        :raises ValueError: when a fraction would remain of what Stripe takes.
        """
        units = super().to_minor(amount, currency)
        if units % self.steps.get(currency, 1):
            raise ValueError(f"{amount} has a fraction of {currency} that Stripe does not take.")
        return units

    @property
    def _is_public(self) -> bool:
        return self.secret.startswith("pk_")

    def _api(self) -> StripeApi:
        """Return Stripe's API for one operation, whose time begins to run."""
        if not _is_installed():
            raise GatewayRefused(NOT_INSTALLED.text)
        from partscatalog.payments.gateways import stripe_sdk  # noqa: PLC0415  # an extra, and slow to import

        return stripe_sdk.StripeApi(base_url=self.base_url, secret=self.secret, timeout=self.timeout)

    def _find(self, api: StripeApi, attempt: Attempt) -> Mapping[str, Any] | None:
        if SESSION_ID.fullmatch(attempt.access_code):
            return self._retrieve(api, attempt.access_code)
        return self._search(api, attempt)

    def _retrieve(self, api: StripeApi, session_id: str) -> Mapping[str, Any] | None:
        """Return the session with the payment intent behind it, which alone tells that a method failed."""
        from partscatalog.payments.gateways.stripe_sdk import Missing  # noqa: PLC0415

        try:
            session = api.ask(
                lambda client: client.v1.checkout.sessions.retrieve(
                    session_id, {"expand": ["payment_intent"]}
                )
            )
        except Missing:
            return None
        if not SESSION_ID.fullmatch(session_id) or fields.text(session, "id") != session_id:
            raise GatewayUnknown("Stripe answered about another session.")
        return session

    def _expire(self, api: StripeApi, session_id: str) -> Mapping[str, Any] | None:
        try:
            # Without a key of our own: told again it would get the first answer again, even a failure.
            return api.ask(lambda client: client.v1.checkout.sessions.expire(session_id))
        except GatewayRefused:
            # Someone else was faster, with another end of it or with the same.
            return self._retrieve(api, session_id)

    def _search(self, api: StripeApi, attempt: Attempt) -> Mapping[str, Any] | None:
        """Look for a session whose id was never told among those that were made around its time."""
        latest = attempt.begun_at + timedelta(seconds=self.timeout) + CLOCK_SKEW
        params = {
            "created": {
                "gte": int((attempt.begun_at - CLOCK_SKEW).timestamp()),
                "lte": int(latest.timestamp()),
            }
        }
        sessions = api.pages(lambda client, wanted: client.v1.checkout.sessions.list(wanted), params)
        for session in sessions:
            if fields.text(session, "client_reference_id") == attempt.reference:
                return self._retrieve(api, fields.text(session, "id"))
        return None

    def _intent(self, api: StripeApi, attempt: Attempt) -> str:
        if PROVIDER_ID.fullmatch(attempt.provider_id):
            return attempt.provider_id
        session = self._find(api, attempt)
        return "" if session is None else intent_of(session)

    def _intent_to_refund(self, api: StripeApi, attempt: Attempt) -> str:
        try:
            intent = self._intent(api, attempt)
        except GatewayError as err:
            raise GatewayRefused("Stripe could not be asked for the money to give back.") from err
        if not intent:
            raise GatewayRefused("Stripe knows of no money to give back.")
        return intent


def _is_installed() -> bool:
    return importlib.util.find_spec("stripe") is not None


def _session_params(request: StartRequest) -> dict[str, Any]:
    metadata = {
        "reference": request.reference,
        "order_id": str(request.order_id),
        "order_number": request.order_number,
        "user_id": request.user_id,
    }
    price = {
        "currency": request.currency.lower(),
        "unit_amount": request.amount,
        "product_data": {"name": request.order_number},
    }
    return {
        "mode": "payment",
        "ui_mode": "hosted_page",
        "line_items": [{"quantity": 1, "price_data": price}],
        "customer_email": request.email,
        "client_reference_id": request.reference,
        "metadata": metadata,
        "payment_intent_data": {"metadata": metadata},
        # Else amount and currency may come back in the buyer's own currency.
        "adaptive_pricing": {"enabled": False},
        # Stripe puts the session's id in place of the braces, which therefore must not be encoded.
        "success_url": _with_query(
            request.return_url, f"reference={request.reference}&session_id={{CHECKOUT_SESSION_ID}}"
        ),
        "cancel_url": _with_query(request.return_url, f"reference={request.reference}"),
    }


def _with_query(url: str, query: str) -> str:
    parts = urlsplit(url)
    return urlunsplit(parts._replace(query=f"{parts.query}&{query}" if parts.query else query))
