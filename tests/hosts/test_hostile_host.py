"""The endpoints answer the same in a host that has changed every setting that could reach them."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path

import pytest
from rest_framework.settings import DEFAULTS

from tests.project import hostile

ROOT = Path(__file__).resolve().parents[2]
SUITES = [
    "tests/accounts/test_endpoints.py",
    "tests/cart/test_endpoints.py",
    "tests/cart/test_limits.py",
    "tests/cart/test_merging.py",
    "tests/cart/test_problems.py",
    "tests/catalog/test_admin.py",
    "tests/catalog/test_images.py",
    "tests/catalog/test_reading.py",
    "tests/catalog/test_writing.py",
    "tests/orders/test_admin.py",
    "tests/orders/test_create.py",
    "tests/orders/test_idempotency.py",
    "tests/orders/test_mails.py",
    "tests/orders/test_reading.py",
    "tests/payments/test_admin.py",
    "tests/payments/test_create.py",
    "tests/payments/test_pages.py",
    "tests/payments/test_sandbox.py",
    "tests/payments/test_verify.py",
    "tests/payments/test_webhooks.py",
    "tests/schema/test_answers.py",
    "tests/test_order_flow.py",
    "tests/test_product_contract.py",
]
#: DRF's settings that reach no answer: names in a browsable page, its tests' own client, and input formats of
#: fields that no view of ours has.
HARMLESS = re.compile(
    r"TEST_|HTML_|.*_INPUT_FORMATS$|VIEW_DESCRIPTION|SCHEMA_COERCE|STRING_|URL_FIELD_NAME|MAX_PAGE"
)


def test_every_suite_of_endpoints_passes():
    ran = subprocess.run(
        [
            *[sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", "--ds=tests.project.hostile"],
            # A gateway that keeps everybody waiting is as slow in every host.
            *["-k", "not drip and not hang", *SUITES],
        ],
        cwd=ROOT,
        capture_output=True,
        text=True,
        timeout=300,
        check=False,
    )

    passed = re.search(r"^(\d+) passed\b.* deselected in ", ran.stdout, re.MULTILINE)
    assert ran.returncode == 0, ran.stdout[-5_000:] + ran.stderr[-5_000:]
    assert passed is not None
    assert int(passed[1]) > 500


@pytest.mark.parametrize("name", sorted(DEFAULTS))
def test_the_host_has_changed_every_setting_of_drf_that_could_reach_an_answer(name):
    if not HARMLESS.match(name):
        assert hostile.REST_FRAMEWORK[name] != dict(DEFAULTS)[name]
