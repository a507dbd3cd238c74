"""What is asked of a site in this process, and of a server, arrives; statements are counted."""

from __future__ import annotations

import json
from contextlib import suppress
from itertools import repeat
from threading import Thread
from wsgiref.simple_server import WSGIRequestHandler, make_server

import pytest
from django.core.wsgi import get_wsgi_application
from django.db import connection, transaction

from benchmarks.doors import FULL_CART, Absent, Shop
from benchmarks.inprocess import Client, Request, call
from benchmarks.load import Ask, drive, message
from benchmarks.statements import is_mark, recorded
from partscatalog.testing import make_category, make_product


def echo(environ, start_response):
    """Answer what was asked for; a path that ends in 404 is refused by it."""
    body = environ["wsgi.input"].read(int(environ["CONTENT_LENGTH"]))
    told = {
        name: environ.get(name, "") for name in ("REQUEST_METHOD", "PATH_INFO", "QUERY_STRING", "HTTP_X_A")
    }
    answer = json.dumps({**told, "body": body.decode()}).encode()
    status = "404 Not Found" if environ["PATH_INFO"].endswith("404") else "200 OK"
    start_response(status, [("Content-Length", str(len(answer))), ("Set-Cookie", "a=1; Path=/")])
    return [answer]


class Silent(WSGIRequestHandler):
    def log_message(self, *_):
        pass


@pytest.fixture
def port():
    with make_server("127.0.0.1", 0, echo, handler_class=Silent) as server:
        thread = Thread(target=server.serve_forever)
        thread.start()
        yield server.server_port
        server.shutdown()
        thread.join()


def test_a_request_arrives_whole_and_its_cost_is_told():
    answer = call(echo, Request("/a%20b/?c=d", "POST", {"X-A": "e"}, b"f"))

    assert answer.json() == {
        "REQUEST_METHOD": "POST",
        "PATH_INFO": "/a b/",
        "QUERY_STRING": "c=d",
        "HTTP_X_A": "e",
        "body": "f",
    }
    assert answer.status == 200
    assert answer.wall > 0


def test_a_visitor_keeps_the_cookies_and_leaves_them():
    client = Client(echo)
    client.get("/")
    assert client.request("/").headers == {"Cookie": "a=1"}

    client.leave()

    assert client.request("/").headers == {}


def test_the_load_counts_answers_by_kind_and_status(port):
    asks = iter([Ask("read", message("/a/")), Ask("order", message("/404", method="POST", body=b"{}"))] * 4)

    load = drive(port, asks, connections=3, seconds=5)

    assert load.answers == {("read", 200): 4, ("order", 404): 4}
    assert (load.failures, load.summary()["requests"]) == (4, 8)


def test_the_load_ends_with_its_time(port):
    load = drive(port, repeat(Ask("read", message("/"))), connections=2, seconds=0.05)

    assert 0.05 <= load.seconds < 5
    assert load.rate == len(load.times) / load.seconds


@pytest.mark.django_db
def test_statements_are_counted_without_transaction_marks():
    with recorded() as ran, transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("SELECT %s", [1])

    assert ran == [("SELECT %s", [1])]


@pytest.mark.parametrize(
    ("sql", "expected"), [("BEGIN IMMEDIATE", True), ('SAVEPOINT "x"', True), ("SELECT 1", False)]
)
def test_marks_are_told_from_statements(sql, expected):
    assert is_mark(sql) is expected


@pytest.mark.django_db(transaction=True)
def test_every_door_of_a_shop_answers():
    category = make_category()
    for pk in (1, 2, 3, FULL_CART + 1):
        make_product(f"Piston {pk}", pk=pk, category=category, stock=1_000)
    application = get_wsgi_application()

    answers = {}
    for name, door in Shop(Client(application)).doors().items():
        with suppress(Absent):
            answers[name] = call(application, door())

    odd = {name: answer.status for name, answer in answers.items() if answer.status != 200}
    assert odd == {
        name: status for name, status in (("304", 304), ("order of 3 lines", 201)) if name in answers
    }
    assert len(answers["cached list of 20"].json()) == 4
    assert len(answers["cart of 3 lines"].json()["items"]) == 3
    assert len(answers["order of 3 lines"].json()["items"]) == 3
