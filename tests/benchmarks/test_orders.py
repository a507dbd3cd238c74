"""The pgbench script is the order's own statements, with variables where its keys stood."""

from __future__ import annotations

import pytest

from benchmarks.ordering import rate
from benchmarks.sites.ours.capturing import script

NAMES = {"700000001": ":cart", "800000001": ":o_id", "600000000": ":p0", "AB12": ":number"}


def test_statements_keep_their_transaction_and_get_variables():
    sent = [
        ("SELECT 1", False),
        ("UPDATE cart SET x = 7\n  WHERE id = 700000001", True),
        ("INSERT INTO \"orders\" VALUES ('AB12', 1700000001) RETURNING id", True),
        ("INSERT INTO lines VALUES (800000001, '{600000000}')", True),
    ]

    assert script(sent, NAMES, 'INSERT INTO "orders"').splitlines() == [
        "SELECT 1;",
        "BEGIN;",
        "UPDATE cart SET x = 7 WHERE id = :cart;",
        "INSERT INTO \"orders\" VALUES (':number', 1700000001) RETURNING id \\gset o_",
        "INSERT INTO lines VALUES (:o_id, '{:p0}');",
        "COMMIT;",
    ]


def test_a_key_that_nobody_asks_for_is_not_kept():
    sent = [('INSERT INTO "orders" VALUES (1) RETURNING id', True), ("SELECT 2", False)]

    assert script(sent, NAMES, 'INSERT INTO "orders"').splitlines() == [
        "BEGIN;",
        'INSERT INTO "orders" VALUES (1) RETURNING id;',
        "COMMIT;",
        "SELECT 2;",
    ]


def test_the_rate_is_what_pgbench_printed():
    assert rate("latency average = 2 ms\ntps = 1934.25 (without initial connection time)\n") == 1934.25

    with pytest.raises(ValueError, match="printed no rate"):
        rate("pgbench: error")
