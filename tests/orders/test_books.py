"""The books of the shop stay right through any row of buying, cancelling, expiring and changes by staff."""

from __future__ import annotations

import copy
from collections import defaultdict
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import TYPE_CHECKING, Any

import pytest
import time_machine
from django.db import connection, models, transaction
from django.db.models import F
from django.utils import timezone
from hypothesis import Phase, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    Bundle,
    RuleBasedStateMachine,
    consumes,
    initialize,
    invariant,
    multiple,
    precondition,
    rule,
    run_state_machine_as_test,
)
from rest_framework.request import Request
from rest_framework.test import APIRequestFactory

from partscatalog.api.visitor import Visitor
from partscatalog.cart.models import Cart, CartLine
from partscatalog.cart.services import adding, changing, finding
from partscatalog.catalog.models import Product, StockMovement
from partscatalog.catalog.models.fields import StockField
from partscatalog.catalog.services import products, stock
from partscatalog.exceptions import PartsCatalogError
from partscatalog.laws import LAWS
from partscatalog.orders import tasks
from partscatalog.orders.models import IdempotencyRecord, Order, OrderEvent, OrderLine
from partscatalog.orders.services import idempotency, moving, placing, releasing, settling
from partscatalog.orders.states import Party, Status
from partscatalog.testing import make_category, make_user

from .conftest import DELIVERY

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

pytestmark = pytest.mark.django_db

#: SQLite answers at once; the others are asked over a socket, so they get fewer trials.
TRIALS = settings(
    max_examples=40 if connection.vendor == "sqlite" else 15,
    stateful_step_count=30,
    deadline=None,
    derandomize=True,
    phases=[Phase.generate, Phase.shrink],
    report_multiple_bugs=False,
)

MORNING = datetime(2026, 1, 5, 9, tzinfo=UTC)
BUYERS = st.sampled_from([0, 1])
PIECES = st.integers(0, 9)
PRICES = st.sampled_from([Decimal(price) for price in ("19.99", "0.10", "2500", "0")])
NOTES = st.sampled_from(["", "Ring twice."])
COLUMNS = st.fixed_dictionaries({}, optional={"price": PRICES, "is_active": st.booleans()})

#: An order in one of these holds nothing.
RELEASED = {"cancelled", "expired"}
PAID = {"paid", "processing", "shipped", "delivered"}
#: What is done to an order, and the states in which it may be.
DEEDS = {
    "cancelled by its customer": {"pending"},
    "cancelled by staff": {"pending"},
    "paid": {"pending", *PAID},
    "paid late": {"pending", *RELEASED},
    "processing": {"paid"},
    "shipped": {"processing"},
    "delivered": {"shipped"},
    "refunded": {*PAID, "refunded"},
    "refunded and returned": {*PAID, "refunded"},
}

CATALOG: list[type[models.Model]] = [Product, StockMovement]
SALES: list[type[models.Model]] = [Cart, CartLine, Order, OrderLine, OrderEvent, IdempotencyRecord]


@dataclass(frozen=True)
class Placed:
    """An order as its request left it in memory, and that request."""

    order: Order
    buyer: int
    note: str
    key: str
    answer: dict[str, Any]


class Shop(RuleBasedStateMachine):
    """Two buyers, staff and the clock; each step calls services, and a trial is rolled back at its end.

    A step knows beforehand whether it is to be granted. Products and orders are given to the services
    as old copies. ``given`` is what the steps put on the shelf, by product: the first stock and each
    change by staff; ``returned`` are the orders whose pieces came back with a refund.
    """

    shelf = Bundle("shelf")
    orders = Bundle("orders")

    def __init__(self):
        super().__init__()
        self.undo = ExitStack()
        self.undo.enter_context(rolled_back())
        self.clock = self.undo.enter_context(time_machine.travel(MORNING, tick=False))
        self.buyers = [make_user(), make_user()]
        self.clerk = make_user(is_staff=True)
        self.category = make_category()
        self.given: dict[int, int] = {}
        self.returned: set[int] = set()
        self.rows = stored()

    def teardown(self):
        self.undo.close()

    @initialize(target=shelf)
    def open_the_shop(self):
        return multiple(self.new_product(9, Decimal("19.99")), self.new_product(1, Decimal("0.10")))

    @precondition(lambda self: len(self.given) < 4)
    @rule(target=shelf, pieces=PIECES, price=PRICES)
    def new_product(self, pieces, price):
        fields = {"name": "Piston", "category": self.category, "price": price, "stock": pieces}
        product = products.create(fields)
        self.given[product.pk] = pieces
        return product

    @rule(buyer=BUYERS, product=shelf, quantity=st.integers(1, 4), is_signed_in=st.booleans())
    def fill_the_cart(self, buyer, product, quantity, is_signed_in):
        """Add to it as its buyer, or as a guest whose cart becomes the buyer's."""
        held, available = self.held(buyer, product), available_of(product)
        guest = visitor(None)
        with granted_if(quantity <= available - (held if is_signed_in else 0)):
            adder = visitor(self.buyers[buyer]) if is_signed_in else guest
            adding.add(visitor=adder, product=product.pk, quantity=quantity)
            finding.find(visitor(self.buyers[buyer], token=guest.new_token))
            assert self.held(buyer, product) == min(held + quantity, available)

    @rule(buyer=BUYERS, quantity=st.none() | st.integers(1, 9))
    def change_the_quantity(self, buyer, quantity):
        """Change that of the first line of the cart."""
        line = self.lines(buyer).select_related("cart", "product").first()
        if line is None:
            return
        wanted = line.quantity + 1 if quantity is None else quantity
        with granted_if(wanted <= max(line.quantity, available_of(line.product))):
            changing.set_quantity(cart=line.cart, item=line.pk, quantity=quantity, user=self.buyers[buyer])
            assert self.held(buyer, line.product) == wanted

    @rule(target=orders, buyer=BUYERS, product=shelf, quantity=st.integers(0, 3), price=PRICES, note=NOTES)
    def order(self, buyer, product, quantity, price, note):
        """Add what can be had of the product, change its price, and order all that the cart holds."""
        quantity = min(quantity, available_of(product) - self.held(buyer, product))
        if quantity > 0:
            self.fill_the_cart(buyer, product, quantity, True)
            products.update(copy.copy(product), {"price": price})
        cart, key = self.last_cart(buyer), f"key {IdempotencyRecord.objects.count()}"
        if cart is None:
            return multiple()
        lines = list(cart.lines.select_related("product").exclude(quantity=0).order_by("pk"))
        can_be_had = all(line.quantity <= available_of(line.product) for line in lines)
        answer: dict[str, Any] = {}
        with granted_if(cart.status == "open" and lines and can_be_had):
            answer = placing.place_order(self.placement(buyer, cart, note, key))
        if not answer:
            return multiple()
        order = Order.objects.get(pk=answer["id"])
        ordered = list(order.lines.order_by("pk").values_list("product", "quantity", "price"))
        assert ordered == [(line.product_id, line.quantity, line.product.price) for line in lines]
        return Placed(order, buyer, note, key, answer)

    @rule(first=orders, note=NOTES)
    def order_again_with_the_key(self, first, note):
        before, cart = stored(), self.last_cart(first.buyer)
        assert cart is not None
        with granted_if(note == first.note):
            answer = placing.place_order(self.placement(first.buyer, cart, note, first.key))
            assert (answer, stored()) == (first.answer, before), "a repeated request did something"

    @rule(placed=orders, turns=st.lists(st.integers(0, 7), max_size=3), deed=st.sampled_from(list(DEEDS)))
    def move(self, placed, turns, deed):
        """Do to the order some of what may be done to it, then anything."""
        for turn in turns:
            status = Order.objects.get(pk=placed.order.pk).status
            ways = [way for way, states in DEEDS.items() if status in states]
            self.try_to(ways[turn % len(ways)], placed)
        self.try_to(deed, placed)

    def try_to(self, deed: str, placed: Placed) -> None:
        order = Order.objects.get(pk=placed.order.pk)
        is_short = order.status in RELEASED and not can_be_taken(order)
        with granted_if(order.status in DEEDS[deed] and not is_short):
            self.do(deed, copy.copy(placed.order), order.status)

    def do(self, deed: str, order: Order, status: str) -> None:
        by = Party.CUSTOMER if deed == "cancelled by its customer" else Party.STAFF
        if deed.startswith("cancelled"):
            releasing.cancel(order=order, by=by, actor=self.clerk if by == Party.STAFF else None)
        elif deed == "paid":
            assert moving.mark_paid(order=order) == (status == "pending")
        elif deed == "paid late":
            settling.accept_payment(order=order, actor=self.clerk)
        elif deed.startswith("refunded"):
            restock = deed == "refunded and returned"
            was_done = settling.refund(order=order, by=by, reason="Broken.", restock=restock)
            assert was_done == (status != "refunded")
            self.returned |= {order.pk} if was_done and restock else set()
        else:
            moving.move(order=order, to=Status(deed), by=by)

    @rule(hours=st.sampled_from([1, 23, 24, 25]))
    def wait(self, hours):
        """Let time pass and what runs by the clock run, and have the books checked."""
        self.clock.shift(timedelta(hours=hours))
        over = {"status": "pending", "created_at__lt": timezone.now() - timedelta(hours=24)}
        expected = dict(Order.objects.values_list("pk", "status"))
        expected |= dict.fromkeys(Order.objects.filter(**over).values_list("pk", flat=True), "expired")

        tasks.expire_orders()
        tasks.send_missing_mails()

        assert dict(Order.objects.values_list("pk", "status")) == expected, "other orders expired"
        assert breaches() == [], "a law is broken"

    @rule(product=shelf, pieces=st.integers(-9, 9).filter(bool), is_counted=st.booleans())
    def restock(self, product, pieces, is_counted):
        """Change the stock by so many pieces, or to so many."""
        before = Product.objects.get(pk=product.pk).stock
        change = abs(pieces) - before if is_counted else pieces
        with granted_if(before + change >= 0):
            if is_counted:
                products.update(copy.copy(product), {"stock": abs(pieces)}, actor=self.clerk)
            else:
                stock.adjust(product=product, delta=pieces, note="Found behind the shelf.", actor=self.clerk)
            self.given[product.pk] += change

    @rule(product=shelf, columns=COLUMNS)
    def edit(self, product, columns):
        """Change the columns given; none given: save the whole old copy, as a site's code may."""
        if columns:
            products.update(copy.copy(product), columns)
        else:
            copy.copy(product).save()

    @precondition(lambda self: len(self.given) > 2)
    @rule(product=consumes(shelf))
    def delete(self, product):
        """Delete it, and want it all the same."""
        products.delete(copy.copy(product))
        del self.given[product.pk]
        with granted_if(False):
            adding.add(visitor=visitor(self.buyers[0]), product=product.pk, quantity=1)
        with granted_if(False):
            stock.adjust(product=product, delta=1, note="Found behind the shelf.")
        with granted_if(False):
            products.update(copy.copy(product), {"stock": 1})

    @invariant()
    def the_books_are_right(self):
        before, self.rows = self.rows, stored()
        if self.rows == before:
            return
        stocks = dict(Product.objects.values_list("pk", "stock"))
        lines = list(OrderLine.objects.select_related("order"))
        assert stocks == ledger(stocks), "movements do not add up"
        assert stocks == self.left(lines), "pieces were lost or made"
        assert min(stocks.values()) >= 0, "more was sold than there is"
        assert dict(Order.objects.values_list("pk", "total_amount")) == costs(lines), "a total is wrong"
        assert all(takes_and_gives_in_turn(deltas) for deltas in bookings().values()), "booked twice"

    def left(self, lines: Sequence[OrderLine]) -> dict[int, int]:
        """Return what was given of each product, less what orders hold."""
        sums = dict(self.given)
        for line in lines:
            is_held = line.order.status not in RELEASED and line.order_id not in self.returned
            if line.product_id and is_held:
                sums[line.product_id] -= line.quantity
        return sums

    def lines(self, buyer: int) -> models.QuerySet[CartLine]:
        return CartLine.objects.filter(cart__open_for=self.buyers[buyer])

    def held(self, buyer: int, product: Product) -> int:
        line = self.lines(buyer).filter(product=product.pk).first()
        return line.quantity if line else 0

    def last_cart(self, buyer: int) -> Cart | None:
        """Return the buyer's open cart, else the one that they ordered last."""
        return Cart.objects.filter(user=self.buyers[buyer]).order_by("pk").last()

    def placement(self, buyer: int, cart: Cart, note: str, key: str) -> placing.Placement:
        user = self.buyers[buyer]
        return placing.Placement(
            cart=cart,
            user=user,
            delivery=placing.Delivery(**DELIVERY, billing_address=DELIVERY["shipping_address"], note=note),
            represent=lambda order: {"id": order.pk, "total": str(order.total_amount)},
            key=idempotency.Key.of(user, key, {"note": note}),
        )


@contextmanager
def rolled_back() -> Iterator[None]:
    with transaction.atomic():
        yield
        transaction.set_rollback(True)


@contextmanager
def granted_if(condition: Any) -> Iterator[None]:
    """Let the block be refused, with no row changed, where the condition is false, and only there."""
    before = None if condition else stored()
    refusal = None
    try:
        yield
    except PartsCatalogError as error:
        refusal = error.code
    assert bool(condition) == (refusal is None), f"granted or refused against the rules: {refusal}"
    assert before in (None, stored()), "a refusal changed rows"


def stored() -> list[Any]:
    """Return all rows as the database keeps them."""
    rows = []
    with connection.cursor() as cursor:
        for model in CATALOG + SALES:
            cursor.execute(f"SELECT * FROM {model._meta.db_table} ORDER BY id")
            rows += cursor.fetchall()
    return rows


def visitor(user: Any, token: str | None = None) -> Visitor:
    request = Request(APIRequestFactory().post("/", headers={"X-Cart-Token": token or ""}))
    if user:
        request.user = user
    return Visitor(request)


def available_of(product: Product) -> int:
    """Return how many pieces the public can have of it now."""
    return Product.objects.visible().values_list("stock", flat=True).filter(pk=product.pk).first() or 0


def ledger(stocks: dict[int, int]) -> dict[int, int]:
    """Return what the movements of each of these products add up to."""
    sums = dict.fromkeys(stocks, 0)
    for product, delta in StockMovement.objects.exclude(product=None).values_list("product", "delta"):
        sums[product] += delta
    return sums


def costs(lines: Sequence[OrderLine]) -> dict[int, Decimal]:
    """Return what the lines of each order cost."""
    sums: dict[int, Decimal] = defaultdict(Decimal)
    for line in lines:
        sums[line.order_id] += line.subtotal
    return sums


def bookings() -> dict[tuple[Any, Any], list[int]]:
    """Return what each order took of each product and gave back, in that order."""
    deltas = defaultdict(list)
    booked = StockMovement.objects.exclude(order_id=None).exclude(product=None).order_by("pk")
    for order, product, delta in booked.values_list("order_id", "product", "delta"):
        deltas[order, product].append(delta)
    return deltas


def takes_and_gives_in_turn(deltas: Sequence[int]) -> bool:
    first = deltas[0]
    return first < 0 and deltas == [first * (-1) ** turn for turn in range(len(deltas))]


def can_be_taken(order: Order) -> bool:
    """Tell whether what the order once had, of products that are still there, is on the shelf."""
    return not order.lines.filter(product__stock__lt=F("quantity")).exists()


def breaches() -> list[str]:
    """Return what breaks a law; those of payments are left out, for here orders are paid without any."""
    return [text for app, law in LAWS.items() if app != "payments" for text in law()]


def test_the_books_stay_right_whatever_happens():
    """T-ORDER-4, T-MONEY-1, T-IDEM-1, T-RACE-17"""
    run_state_machine_as_test(Shop, settings=TRIALS)


def give_back_twice(patch: pytest.MonkeyPatch) -> None:
    give_back = releasing.give_back
    patch.setattr(releasing, "give_back", lambda *args, **kwargs: [give_back(*args, **kwargs) for _ in "12"])


def give_back_unbooked(patch: pytest.MonkeyPatch) -> None:
    book = stock.book
    patch.setattr(stock, "book", lambda *args, **facts: facts["reason"] == "release" or book(*args, **facts))


def accept_without_stock(patch: pytest.MonkeyPatch) -> None:
    patch.setattr(settling, "_take_again", lambda *args: None)


def move_everywhere(patch: pytest.MonkeyPatch) -> None:
    patch.setattr(moving, "is_allowed", lambda source, target: True)


def forget_keys(patch: pytest.MonkeyPatch) -> None:
    patch.setattr(idempotency, "store", lambda *args: None)


def save_the_stock_of_old_copies(patch: pytest.MonkeyPatch) -> None:
    patch.setattr(StockField, "pre_save", models.IntegerField.pre_save)


def charge_the_price_seen(patch: pytest.MonkeyPatch) -> None:
    patch.setattr(placing, "_total", lambda priced, _: sum(x.seen_price * x.quantity for x in priced.lines))


@pytest.mark.parametrize(
    "breach",
    [
        give_back_twice,
        give_back_unbooked,
        accept_without_stock,
        move_everywhere,
        forget_keys,
        save_the_stock_of_old_copies,
        charge_the_price_seen,
    ],
)
def test_such_trials_find_each_broken_guard(monkeypatch, breach):
    breach(monkeypatch)

    with pytest.raises(AssertionError):
        run_state_machine_as_test(Shop, settings=settings(TRIALS, max_examples=400, phases=[Phase.generate]))
