"""A fresh project that follows the install guide, with the built wheel and without extras, sells a part."""

from __future__ import annotations

import re
import shutil
import subprocess

import pytest

from tests.docs.guides import DOCS, blocks

GUIDE = blocks("howto/install-into-your-site.md")
PRODUCT = (
    "from partscatalog.testing import make_category, make_product; "
    "make_product('Piston', category=make_category('Engine Parts'))"
)


def lines(text: str) -> int:
    return len(text.strip().splitlines())


def test_the_guide_takes_at_most_six_lines_of_settings_and_one_of_urls():
    assert lines(GUIDE["settings.py"]) <= 6
    assert lines(GUIDE["urls.py"]) == 1


@pytest.mark.parametrize("page", ["README.md", "docs/howto/install-into-your-site.md"])
def test_a_page_tells_as_many_lines_of_settings_as_the_guide_has(page):
    told = re.findall(r"(\w+)\s+lines\s+of\s+settings", (DOCS.parent / page).read_text())

    assert told == [["none", "one", "two", "three", "four", "five", "six"][lines(GUIDE["settings.py"])]]


@pytest.mark.skipif(not shutil.which("curl"), reason="the guide's commands need curl")
def test_a_project_that_follows_the_guides_installs_the_wheel_and_sells_a_part(host, tmp_path):
    check = host.manage("check")
    assert (check.returncode, check.stderr) == (0, "")
    assert host.manage("makemigrations", "--check", "--dry-run").returncode == 0
    assert host.manage("migrate").returncode == 0
    assert host.manage("shell", "-c", PRODUCT).returncode == 0

    with host.served() as base:
        flow = blocks("reference/api.md")["flow"].replace("http://localhost:8000", base)
        bought = subprocess.run(
            ["bash", "-euo", "pipefail", "-c", flow],
            cwd=tmp_path,
            capture_output=True,
            text=True,
            timeout=60,
            check=False,
        )

    assert bought.returncode == 0, bought.stdout + bought.stderr
    assert bought.stdout.endswith('{"detail":"Payment verified and order marked as paid."}paid\n')
    assert host.manage("check_invariants").returncode == 0


@pytest.mark.parametrize("block", ["paystack.py", "proxies.py", "sessions.py", "celery.py", "docs.py"])
def test_every_other_block_of_the_guide_passes_the_checks(host, block):
    host.append("host/settings.py", "import os\n" + GUIDE[block])

    check = host.manage("check")

    assert (check.returncode, check.stderr) == (0, "")


def test_the_stripe_block_of_the_guide_lacks_nothing_but_the_extra(host):
    host.append("host/settings.py", "import os\n" + GUIDE["stripe.py"])

    check = host.manage("check")

    assert check.returncode == 1
    assert re.findall(r"\(partscatalog\w*\.\w+\)", check.stderr) == ["(partscatalog_payments.E012)"]
    assert "pip install 'partscatalog[stripe]'" in check.stderr


def test_the_one_setting_of_the_guide_makes_a_schema_without_a_warning(host):
    host.append("host/settings.py", GUIDE["docs.py"])

    made = host.manage("spectacular", "--validate", "--fail-on-warn")

    assert (made.returncode, made.stderr) == (0, "")
    assert "operationId: carts_products_add" in made.stdout
