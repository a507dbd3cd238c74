"""Stripe as far as this package speaks to it: forms in, JSON out, and nothing twice under one key."""

from __future__ import annotations

import hashlib
import hmac
import itertools
import json
import re
import time
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import parse_qsl, urlsplit

from tests.payments.fakes.server import Call, FakeServer, Reply

SECRET_KEY = "sk_test_the_fake_knows_this_key"
WEBHOOK_SECRET = "whsec_the_fake_signs_with_this"
API_VERSION = "2026-10-28.endive"
#: What Stripe sends along and nobody may keep.
CARD_FINGERPRINT = "Xt5EWLLDS7FJjR1c"

SESSIONS = "/v1/checkout/sessions"
REFUNDS = "/v1/refunds"

#: Every field of a form that this package has a reason to send when it opens a session.
START_FIELDS = {
    "mode",
    "ui_mode",
    "line_items[0][quantity]",
    "line_items[0][price_data][currency]",
    "line_items[0][price_data][unit_amount]",
    "line_items[0][price_data][product_data][name]",
    "customer_email",
    "client_reference_id",
    "adaptive_pricing[enabled]",
    "success_url",
    "cancel_url",
    *(
        f"{where}[{name}]"
        for where in ("metadata", "payment_intent_data[metadata]")
        for name in ("reference", "order_id", "order_number", "user_id")
    ),
}


@dataclass
class FakeStripe(FakeServer):
    """Sessions, payment intents and refunds by id, and the events that Stripe would send."""

    secret_key: str = SECRET_KEY
    webhook_secret: str = WEBHOOK_SECRET
    sessions: dict[str, dict[str, Any]] = field(default_factory=dict)
    intents: dict[str, dict[str, Any]] = field(default_factory=dict)
    refunds: dict[str, dict[str, Any]] = field(default_factory=dict)
    #: What was answered under each idempotency key, and to which form; told again to whoever asks again.
    answered: dict[str, tuple[Any, Reply]] = field(default_factory=dict)
    #: Paths whose calls are carried out and answered 500, which is then the answer to that key for ever.
    breaks_after: set[str] = field(default_factory=set)
    #: What the answers to starts say otherwise.
    started: dict[str, Any] = field(default_factory=dict)
    #: How many objects a page of a list holds, whatever is asked for.
    page_size: int = 100
    #: What a refund is when it is made.
    refund_status: str = "succeeded"
    ids: Any = field(default_factory=lambda: itertools.count(1))

    def parse(self, body: bytes) -> dict[str, str]:
        return dict(parse_qsl(body.decode(), keep_blank_values=True, strict_parsing=bool(body)))

    def reply(self, call: Call) -> Reply:
        if call.headers.get("Authorization") != f"Bearer {self.secret_key}":
            return _error(401, "Invalid API Key provided: sk_test_*****")
        if call.headers.get("Stripe-Version") != API_VERSION:
            return _error(400, "This version of the API is not the one that was agreed upon.")
        parts = urlsplit(call.path)
        if call.method == "POST":
            return self._once(call.headers["Idempotency-Key"], parts.path, call.document)
        return self._get(parts.path, dict(parse_qsl(parts.query)))

    # What buyers and the shop's owner do at Stripe.

    def session(self, reference: str) -> dict[str, Any]:
        """Return the session of a reference, whatever Stripe says of it otherwise by now."""
        return next(s for s in self.sessions.values() if s["metadata"]["reference"] == reference)

    def pay(self, reference: str, **changes: Any) -> dict[str, Any]:
        """Let the buyer pay; ``changes`` is what Stripe then says of the session otherwise."""
        return self._complete(reference, "succeeded", payment_status="paid", **changes)

    def complete_unpaid(self, reference: str) -> dict[str, Any]:
        """Let the buyer choose a method whose money comes days later."""
        return self._complete(reference, "processing")

    def fail(self, reference: str) -> dict[str, Any]:
        """Let the money not come after all, days later."""
        return self._complete(reference, "requires_payment_method")

    def decline(self, reference: str) -> dict[str, Any]:
        """Let a card be declined; the page stays open for another."""
        session = self.session(reference)
        session["payment_intent"] = self._intent(session, "requires_payment_method")
        return session

    def stand(self, reference: str, status: str, payment_status: str, intent: str = "") -> dict[str, Any]:
        """Let a session stand as these words of Stripe's say, and its payment intent as the last one."""
        session = self.session(reference)
        session.update(status=status, payment_status=payment_status)
        if intent:
            session["payment_intent"] = self._intent(session, intent)
        return session

    def expire(self, reference: str) -> dict[str, Any]:
        """Let the session's time run out."""
        session = self.session(reference)
        session.update(status="expired", url=None)
        return session

    def refund_in_dashboard(self, reference: str, amount: int) -> dict[str, Any]:
        """Let the shop's owner give money back at Stripe's own desk."""
        return self._add_refund(self.session(reference)["payment_intent"], amount, {})

    def charge(self, reference: str) -> dict[str, Any]:
        """Return the charge of a paid session, as the event of a refund carries it."""
        session = self.session(reference)
        intent = self.intents[session["payment_intent"]]
        return {
            "id": f"ch_{session['payment_intent']}",
            "object": "charge",
            "amount": intent["amount"],
            "amount_refunded": self.refunded(intent["id"]),
            "currency": intent["currency"],
            "livemode": intent["livemode"],
            "metadata": intent["metadata"],
            "payment_intent": intent["id"],
            "payment_method_details": {"card": {"fingerprint": CARD_FINGERPRINT}},
            "status": "succeeded",
        }

    def dispute(self, reference: str, status: str) -> dict[str, Any]:
        """Return a buyer's complaint to his bank, as its events carry it."""
        session = self.session(reference)
        return {
            "id": f"du_{session['payment_intent']}",
            "object": "dispute",
            "amount": session["amount_total"],
            "charge": f"ch_{session['payment_intent']}",
            "currency": session["currency"],
            "livemode": session["livemode"],
            "metadata": {},
            "payment_intent": session["payment_intent"],
            "reason": "fraudulent",
            "status": status,
        }

    def webhook(self, kind: str, thing: Any, **changes: Any) -> tuple[bytes, dict[str, str]]:
        """Return an event's body and its signed headers; ``changes`` is what the event says otherwise."""
        event = {
            "id": f"evt_{next(self.ids)}",
            "object": "event",
            "api_version": "2020-08-27",
            "created": int(time.time()),
            "data": {"object": thing},
            "livemode": self._is_live(),
            "pending_webhooks": 1,
            "request": {"id": None, "idempotency_key": None},
            "type": kind,
        }
        body = json.dumps({**event, **changes}, indent=2).encode()
        return body, self.sign(body)

    def sign(self, body: bytes, *, secrets: tuple[str, ...] = (), age: float = 0) -> dict[str, str]:
        """Return the headers that prove the body; with several secrets they hold a signature of each."""
        at = int(time.time() - age)
        marks = [f"v1={signature(body, secret, at)}" for secret in secrets or (self.webhook_secret,)]
        return {"stripe-signature": ",".join([f"t={at}", "v0=0", *marks])}

    # Stripe itself.

    def _once(self, key: str, path: str, form: dict[str, str]) -> Reply:
        """Carry a call out once; the same key is answered the same again, and belongs to the same form."""
        if key in self.answered:
            known, reply = self.answered[key]
            if known != (path, form):
                return _error(400, "Keys are for one form.", type="idempotency_error")
            return reply
        reply = self._post(path, form)
        if path in self.breaks_after:
            reply = _error(500, "Something went wrong on our end.", type="api_error")
        if reply[0] not in range(400, 500):
            self.answered[key] = (path, form), reply
        return reply

    def _post(self, path: str, form: dict[str, str]) -> Reply:
        if path == SESSIONS:
            return self._open(form)
        if path == REFUNDS:
            return self._refund(form)
        if match := re.fullmatch(rf"{SESSIONS}/(\w+)/expire", path):
            return self._expire(match[1])
        return _error(404, "Unrecognized request URL.")

    def _get(self, path: str, query: dict[str, str]) -> Reply:
        if path == SESSIONS:
            found = list(self.sessions.values())
            return self._list(found, query)
        if path == REFUNDS:
            found = [r for r in self.refunds.values() if r["payment_intent"] == query["payment_intent"]]
            return self._list(found, query)
        session = self.sessions.get(path.removeprefix(f"{SESSIONS}/"))
        if session is None:
            return _missing()
        return 200, self._expanded(session) if "payment_intent" in query.values() else session

    def _list(self, found: list[dict[str, Any]], query: dict[str, str]) -> Reply:
        since, until = int(query.get("created[gte]", 0)), int(query.get("created[lte]", 2**40))
        newest_first = [thing for thing in reversed(found) if since <= thing["created"] <= until]
        ids = [thing["id"] for thing in newest_first]
        begin = ids.index(query["starting_after"]) + 1 if "starting_after" in query else 0
        end = begin + min(int(query["limit"]), self.page_size)
        page = {"has_more": end < len(ids), "data": newest_first[begin:end]}
        return 200, {"object": "list", "url": "/v1/x", **page}

    def _open(self, form: dict[str, str]) -> Reply:
        if set(form) != START_FIELDS:
            return _error(400, f"Received unknown or too few parameters: {set(form) ^ START_FIELDS}")
        amount = int(form["line_items[0][price_data][unit_amount]"])
        currency = form["line_items[0][price_data][currency]"]
        is_conforming = (
            (form["mode"], form["ui_mode"]) == ("payment", "hosted_page")
            and form["line_items[0][quantity]"] == "1"
            and form["adaptive_pricing[enabled]"] == "false"
            and amount > 0
            and currency.islower()
            and amount % {"kwd": 10, "isk": 100, "ugx": 100}.get(currency, 1) == 0
        )
        if not is_conforming:
            return _error(400, "Invalid parameters.")
        session = self._new_session(form, amount, currency)
        self.sessions[session["id"]] = session
        return 200, {**session, **self.started}

    def _new_session(self, form: dict[str, str], amount: int, currency: str) -> dict[str, Any]:
        session_id = f"cs_test_a{next(self.ids)}"
        return {
            "id": session_id,
            "object": "checkout.session",
            "amount_subtotal": amount,
            "amount_total": amount,
            "cancel_url": form["cancel_url"],
            "client_reference_id": form["client_reference_id"],
            "created": int(time.time()),
            "currency": currency,
            "customer_details": {"email": form["customer_email"], "name": None},
            "customer_email": form["customer_email"],
            "livemode": self._is_live(),
            "metadata": _named(form, "metadata"),
            "mode": "payment",
            "payment_intent": None,
            "payment_intent_data": _named(form, "payment_intent_data[metadata]"),
            "payment_status": "unpaid",
            "status": "open",
            "success_url": form["success_url"],
            "url": f"https://checkout.stripe.com/c/pay/{session_id}#fidkdWxOYHwnPyd1blpxYHZxWj",
        }

    def _expire(self, session_id: str) -> Reply:
        session = self.sessions.get(session_id)
        if session is None:
            return _missing()
        if session["status"] != "open":
            return _error(400, "Only Checkout Sessions with a status in [open] can be expired.")
        return 200, self.expire(session["metadata"]["reference"])

    def _refund(self, form: dict[str, str]) -> Reply:
        intent = self.intents.get(form["payment_intent"])
        if intent is None:
            return _missing()
        left = intent["amount"] - self.refunded(intent["id"])
        if left == 0:
            return _error(400, "The charge has already been refunded.", code="charge_already_refunded")
        if intent["status"] != "succeeded" or not 0 < int(form["amount"]) <= left:
            return _error(400, "Refund amount is greater than unrefunded amount on charge.")
        return 200, self._add_refund(intent["id"], int(form["amount"]), _named(form, "metadata"))

    def _add_refund(self, intent_id: str, amount: int, metadata: dict[str, str]) -> dict[str, Any]:
        refund_id = f"re_{next(self.ids)}"
        self.refunds[refund_id] = {
            "id": refund_id,
            "object": "refund",
            "amount": amount,
            "created": int(time.time()),
            "currency": self.intents[intent_id]["currency"],
            "metadata": metadata,
            "payment_intent": intent_id,
            "reason": None,
            "status": self.refund_status,
        }
        return self.refunds[refund_id]

    def refunded(self, intent_id: str) -> int:
        kept = [r for r in self.refunds.values() if r["status"] not in {"failed", "canceled"}]
        return sum(refund["amount"] for refund in kept if refund["payment_intent"] == intent_id)

    def _complete(self, reference: str, intent_status: str, **changes: Any) -> dict[str, Any]:
        session = self.session(reference)
        session.update(status="complete", url=None, payment_intent=self._intent(session, intent_status))
        session.update(changes)
        return session

    def _intent(self, session: dict[str, Any], status: str) -> str:
        """Return the id of the session's payment intent, which only now comes to be."""
        intent_id: str = session["payment_intent"] or f"pi_{next(self.ids)}"
        self.intents[intent_id] = {
            "id": intent_id,
            "object": "payment_intent",
            "amount": session["amount_total"],
            "currency": session["currency"],
            "livemode": session["livemode"],
            "metadata": session["payment_intent_data"],
            "status": status,
        }
        return intent_id

    def _expanded(self, session: dict[str, Any]) -> dict[str, Any]:
        return {**session, "payment_intent": self.intents.get(session["payment_intent"])}

    def _is_live(self) -> bool:
        return "_live_" in self.secret_key


def signature(body: bytes, secret: str, at: int) -> str:
    """Return the hex HMAC-SHA256 by which Stripe proves a body."""
    return hmac.new(secret.encode(), b"%d." % at + body, hashlib.sha256).hexdigest()


def _named(form: dict[str, str], where: str) -> dict[str, str]:
    """Return the fields of a form that stand in brackets behind the name."""
    found = {re.fullmatch(rf"{re.escape(where)}\[(\w+)\]", name): value for name, value in form.items()}
    return {match[1]: value for match, value in found.items() if match}


def _error(status: int, message: str, **details: str) -> Reply:
    return status, {"error": {"type": "invalid_request_error", "message": message, **details}}


def _missing() -> Reply:
    return _error(404, "No such object.", code="resource_missing")
