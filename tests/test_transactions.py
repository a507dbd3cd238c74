"""T-RACE-15: a transaction that the database gave up is run again, a few times at most, and counts once."""

from __future__ import annotations

from functools import partial
from threading import Barrier
from types import SimpleNamespace
from typing import TYPE_CHECKING, Any

import pytest
from django.core import mail
from django.db import IntegrityError, OperationalError, connection, transaction

from partscatalog import transactions
from partscatalog.catalog.models import Brand, Product, StockMovement
from partscatalog.catalog.services import stock
from partscatalog.exceptions import Busy, OutOfStock
from partscatalog.orders.models import Order, OrderEvent
from partscatalog.orders.services import releasing
from partscatalog.orders.signals import order_placed
from partscatalog.orders.states import Party
from partscatalog.testing import make_brand, make_cart, make_product, make_user
from partscatalog.testing.storms import storm
from partscatalog.transactions import writing
from tests.orders.conftest import place

if TYPE_CHECKING:
    from collections.abc import Callable

pytestmark = pytest.mark.django_db(transaction=True)

CREATE = "/api/orders/orders/create/"
DELIVERY = {"shipping_address": "123 Main St, City", "phone": "+234123456789"}


class DriverError(Exception):
    """What a database driver raises below Django's error."""

    def __init__(self, sqlstate: str | None) -> None:
        super().__init__(sqlstate)
        self.sqlstate = sqlstate


def refusal(*args: Any, sqlstate: str | None = None) -> OperationalError:
    """Return Django's error as it arrives from a driver."""
    error = OperationalError(*args)
    error.__cause__ = DriverError(sqlstate)
    return error


CONFLICTS = {
    "PostgreSQL: serialization failure": refusal("could not serialize access", sqlstate="40001"),
    "PostgreSQL: deadlock": refusal("deadlock detected", sqlstate="40P01"),
    "MariaDB: deadlock": refusal(1213, "Deadlock found when trying to get lock"),
    "MariaDB: row changed": refusal(1020, "Record has changed since last read"),
}
OTHERS = {
    "PostgreSQL: lock timeout": refusal("canceling statement due to lock timeout", sqlstate="55P03"),
    "PostgreSQL: gone": refusal("server closed the connection unexpectedly"),
    "MariaDB: lock wait timeout": refusal(1205, "Lock wait timeout exceeded"),
    "SQLite: locked": refusal("database is locked"),
}


class Shaky:
    """A writing service that the database gives up for the first so many times."""

    def __init__(self, *, times: int, error: Exception) -> None:
        self.calls = 0
        self.told: list[str] = []
        self.times = times
        self.error = error

    def __call__(self, name: str) -> Brand:
        self.calls += 1
        brand = Brand.objects.create(name=name)
        transaction.on_commit(lambda: self.told.append(name))
        if self.calls <= self.times:
            raise self.error
        return brand


def run(service: Shaky) -> Brand:
    @writing
    def named(name: str) -> Brand:
        return service(name)

    return named("Nordwerk")


@pytest.fixture
def pauses(monkeypatch) -> list[float]:
    """How long the service waited between its attempts, without waiting."""
    waited: list[float] = []
    monkeypatch.setattr(transactions, "time", SimpleNamespace(sleep=waited.append))
    return waited


@pytest.mark.parametrize("error", CONFLICTS.values(), ids=CONFLICTS)
@pytest.mark.parametrize("times", [1, 2, 3])
def test_runs_again_up_to_three_times_and_counts_once(pauses, times, error):
    service = Shaky(times=times, error=error)

    brand = run(service)

    assert service.calls == times + 1
    assert list(Brand.objects.values_list("pk", "name")) == [(brand.pk, "Nordwerk")]
    assert service.told == ["Nordwerk"]
    assert len(pauses) == times


@pytest.mark.parametrize("error", CONFLICTS.values(), ids=CONFLICTS)
def test_is_busy_after_the_third_retry_and_leaves_nothing(pauses, error):
    service = Shaky(times=4, error=error)

    with pytest.raises(Busy) as raised:
        run(service)

    assert raised.value.__cause__ is error
    assert (service.calls, len(pauses)) == (4, 3)
    assert not Brand.objects.exists()
    assert service.told == []


@pytest.mark.parametrize("error", OTHERS.values(), ids=OTHERS)
def test_what_another_try_does_not_heal_is_busy_at_once(pauses, error):
    service = Shaky(times=1, error=error)

    with pytest.raises(Busy) as raised:
        run(service)

    assert raised.value.__cause__ is error
    assert (service.calls, pauses) == (1, [])
    assert not Brand.objects.exists()


@pytest.mark.parametrize("error", [OutOfStock(), IntegrityError("twin"), KeyError("bug")], ids=repr)
def test_a_refusal_and_a_bug_go_to_the_caller_and_undo_what_was_written(pauses, error):
    service = Shaky(times=1, error=error)

    with pytest.raises(type(error)) as raised:
        run(service)

    assert raised.value is error
    assert service.calls == 1
    assert not Brand.objects.exists()


def test_waits_longer_each_time_and_never_as_long_as_another_caller(pauses):
    for _caller in range(20):
        with pytest.raises(Busy):
            run(Shaky(times=4, error=CONFLICTS["PostgreSQL: deadlock"]))

    for attempt in range(3):
        waits = pauses[attempt::3]
        assert all(0.005 * 2**attempt <= wait <= 0.02 * 2**attempt for wait in waits)
        assert len(set(waits)) > 10


def test_inside_a_callers_transaction_the_caller_decides(pauses):
    service = Shaky(times=1, error=CONFLICTS["PostgreSQL: deadlock"])

    with transaction.atomic():
        with pytest.raises(OperationalError):
            run(service)
        make_brand("Of the caller")

    assert (service.calls, pauses) == (1, [])
    assert list(Brand.objects.values_list("name", flat=True)) == ["Of the caller"]
    assert service.told == []


@pytest.fixture
def shaky_stock(monkeypatch, pauses) -> Callable[[int], list[Any]]:
    """Let the database give up the first so many orders when their stock is taken."""

    def install(times: int) -> list[Any]:
        subtract, taken = stock.subtract, list[Any]()

        def subtract_or_give_up(quantities: Any) -> bool:
            taken.append(quantities)
            done = subtract(quantities)
            if len(taken) <= times:
                raise CONFLICTS["PostgreSQL: deadlock"]
            return done

        monkeypatch.setattr(stock, "subtract", subtract_or_give_up)
        return taken

    return install


@pytest.fixture
def told():
    numbers: list[str] = []
    order_placed.connect(lambda order, **_: numbers.append(order.number), weak=False, dispatch_uid="test")
    yield numbers
    order_placed.disconnect(dispatch_uid="test")


def test_a_checkout_that_was_given_up_three_times_is_placed_once(shaky_stock, signed_in, told):
    buyer, product = make_user(), make_product(stock=5)
    make_cart({product: 2}, user=buyer)
    taken = shaky_stock(3)

    answer = signed_in(buyer).post(CREATE, DELIVERY, format="json")

    order = Order.objects.get()
    assert (answer.status_code, answer.json()["id"]) == (201, order.pk)
    assert len(taken) == 4
    assert Product.objects.get().stock == 3
    assert list(StockMovement.objects.order_by("pk").values_list("delta", flat=True)) == [5, -2]
    assert OrderEvent.objects.count() == 1
    assert (len(mail.outbox), told) == (1, [order.number])


def test_a_checkout_that_is_given_up_for_good_is_503_and_changes_nothing(shaky_stock, signed_in, told):
    buyer, product = make_user(), make_product(stock=5)
    cart = make_cart({product: 2}, user=buyer)
    shaky_stock(99)

    answer = signed_in(buyer).post(CREATE, DELIVERY, format="json", headers={"Idempotency-Key": "k"})

    assert (answer.status_code, answer.json()["code"]) == (503, "unavailable")
    assert answer.headers["Retry-After"] == "1"
    assert not Order.objects.exists()
    assert Product.objects.get().stock == 5
    assert StockMovement.objects.count() == 1
    cart.refresh_from_db()
    assert (cart.status, cart.lines.get().quantity) == ("open", 2)
    assert (mail.outbox, told) == ([], [])


@pytest.mark.parametrize("release", [partial(releasing.cancel, by=Party.STAFF), releasing.expire])
def test_a_release_that_was_given_up_is_done_once(monkeypatch, pauses, release):
    """The order in memory was moved by the first try already; the database knows better."""
    product = make_product(stock=5)
    order = place(make_user(), {product: 2})
    add, failures = stock.add, [CONFLICTS["PostgreSQL: deadlock"]]

    def add_or_give_up(quantities: Any) -> None:
        add(quantities)
        if failures:
            raise failures.pop()

    monkeypatch.setattr(stock, "add", add_or_give_up)

    release(order=order)

    product.refresh_from_db()
    assert (product.stock, len(pauses)) == (5, 1)
    assert list(StockMovement.objects.order_by("pk").values_list("delta", flat=True)) == [5, -2, 2]
    assert [event.to_status for event in order.events.order_by("pk")] == ["pending", order.status]


@pytest.mark.skipif(connection.vendor == "sqlite", reason="SQLite has one writer: none waits for another.")
def test_a_real_deadlock_ends_with_both_done():
    """Each of two callers holds a row and wants the other's; the database gives one of them up."""
    first, second = make_brand("First"), make_brand("Second")
    meeting = Barrier(2)
    calls: list[str] = []

    @writing
    def rename(one: Brand, other: Brand, name: str) -> None:
        calls.append(name)
        Brand.objects.filter(pk=one.pk).update(name=f"{name} {one.slug}")
        if calls.count(name) == 1:
            meeting.wait(10)
        Brand.objects.filter(pk=other.pk).update(name=f"{name} {other.slug}")

    outcomes = storm([lambda: rename(first, second, "A"), lambda: rename(second, first, "B")])

    names = set(Brand.objects.values_list("name", flat=True))
    assert outcomes.errors == []
    assert len(calls) == 3
    assert names in ({"A first", "A second"}, {"B first", "B second"})
