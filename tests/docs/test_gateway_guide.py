"""The gateway of the guide keeps the contract, by the test that the guide shows."""

from __future__ import annotations

import pytest

from partscatalog.payments.gateways.base import WebhookRefused
from partscatalog.payments.gateways.signing import sign
from partscatalog.testing import gateways
from tests.docs.guides import DOCS, blocks
from tests.docs.test_pages import load

PAGE = "howto/write-a-gateway.md"
AcmeGateway = load("howto/acme.py").AcmeGateway
acme_contract = load("howto/acme_contract.py")
TestAcme = acme_contract.TestAcme
TestBrokenAcme = acme_contract.TestBrokenAcme


def test_without_a_key_no_webhook_is_believed():
    """T-HOOK-1."""
    gateway = AcmeGateway(alias="acme", options={})
    body = b'{"kind": "payment", "id": "ev_1", "payment": {}}'

    with pytest.raises(WebhookRefused):
        gateway.parse_webhook(headers={"acme-signature": sign(body, key="")}, body=body)


def test_the_guide_says_what_each_class_of_the_contract_promises():
    names = {name for name in vars(gateways) if name.endswith("Contract") and not name.startswith("_")}

    rows = [line for line in (DOCS / PAGE).read_text().splitlines() if line.startswith("| `")]
    assert {row.split("`")[1] for row in rows} == names


def test_a_project_that_follows_the_guide_runs_the_contract_and_takes_the_gateway(host):
    for file, source in (("acme.py", "acme.py"), ("test_acme.py", "acme_contract.py")):
        host.append(file, (DOCS / "howto" / source).read_text())
    host.append("conftest.py", blocks(PAGE)["conftest.py"])
    host.append("host/settings.py", blocks(PAGE)["testing.py"])

    some = ["-k", "test_start_pay or four_full"]
    ran = host.python("-m", "pytest", "--ds=host.settings", "test_acme.py", *some)
    host.append("host/settings.py", "import os\n" + blocks(PAGE)["gateway.py"])
    check = host.manage("check")

    assert (ran.returncode, "3 passed" in ran.stdout) == (0, True), ran.stdout
    assert (check.returncode, check.stderr) == (0, "")
