"""A fresh project that follows the install guide, with the built wheel and without extras, sells a part."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import zipfile
from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING

import pytest
from hatchling.builders.wheel import WheelBuilder

from tests.docs.guides import blocks
from tests.example.site import ROOT, VARIABLES, free_port, wait_for

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

GUIDE = blocks("howto/install-into-your-site.md")
#: Loaded by Python at its start: the optional packages cannot be imported, as if they were not installed.
WITHOUT_EXTRAS = (
    "import sys\nfor name in ('celery', 'django_redis', 'redis', 'stripe'): sys.modules[name] = None\n"
)
PRODUCT = (
    "from partscatalog.testing import make_category, make_product; "
    "make_product('Piston', category=make_category('Engine Parts'))"
)


@dataclass(frozen=True, kw_only=True)
class Host:
    """A project made by `django-admin startproject`, with the wheel unpacked beside it."""

    folder: Path
    port: int

    def environment(self) -> dict[str, str]:
        inherited = {name: value for name, value in os.environ.items() if name not in VARIABLES}
        paths = [self.folder / "without", self.folder / "wheel"]
        return {
            **inherited,
            "PYTHONPATH": os.pathsep.join(map(str, paths)),
            "PAYSTACK_SECRET_KEY": "sk_test_x",
        }

    def manage(self, *arguments: str) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            [sys.executable, "manage.py", *arguments],
            cwd=self.folder / "project",
            env=self.environment(),
            capture_output=True,
            text=True,
            timeout=120,
            check=False,
        )

    def add_settings(self, name: str) -> None:
        """Append a block of the guide, at the address that this host is served at."""
        with (self.folder / "project" / "host" / "settings.py").open("a") as settings:
            settings.write(GUIDE[name].replace("localhost:8000", f"localhost:{self.port}"))

    @contextmanager
    def served(self) -> Iterator[str]:
        base = f"http://localhost:{self.port}"
        command = [sys.executable, "manage.py", "runserver", "--noreload", str(self.port)]
        process = subprocess.Popen(
            command, cwd=self.folder / "project", env=self.environment(), stderr=subprocess.DEVNULL
        )
        try:
            wait_for(f"{base}/api/products/")
            yield base
        finally:
            process.terminate()
            process.wait(20)


@pytest.fixture
def host(tmp_path):
    wheel = next(WheelBuilder(str(ROOT)).build(directory=str(tmp_path), versions=["standard"]))
    zipfile.ZipFile(wheel).extractall(tmp_path / "wheel")
    (tmp_path / "without").mkdir()
    (tmp_path / "without" / "sitecustomize.py").write_text(WITHOUT_EXTRAS)
    (tmp_path / "project").mkdir()
    start = [sys.executable, "-m", "django", "startproject", "host", "project"]
    subprocess.run(start, cwd=tmp_path, check=True, env={**os.environ, "DJANGO_SETTINGS_MODULE": ""})
    made = Host(folder=tmp_path, port=free_port())
    made.add_settings("settings.py")
    with (tmp_path / "project" / "host" / "urls.py").open("a") as urls:
        urls.write("from django.urls import include\n" + GUIDE["urls.py"])
    return made


def lines(text: str) -> int:
    return len(text.strip().splitlines())


def test_the_guide_takes_at_most_six_lines_of_settings_and_one_of_urls():
    assert lines(GUIDE["settings.py"]) <= 6
    assert lines(GUIDE["urls.py"]) == 1


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
    assert bought.stdout.splitlines()[-1] == "paid"
    assert host.manage("check_invariants").returncode == 0


@pytest.mark.parametrize("block", ["paystack.py", "proxies.py", "celery.py", "docs.py"])
def test_every_other_block_of_the_guide_passes_the_checks(host, block):
    with (host.folder / "project" / "host" / "settings.py").open("a") as settings:
        settings.write("import os\n")
    host.add_settings(block)

    check = host.manage("check")

    assert (check.returncode, check.stderr) == (0, "")
