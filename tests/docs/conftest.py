"""A fresh project with the built wheel and without extras, for the guides to be followed in."""

from __future__ import annotations

import os
import subprocess
import sys
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

INSTALL = blocks("howto/install-into-your-site.md")
#: Loaded by Python at its start: the optional packages cannot be imported, as if they were not installed.
WITHOUT_EXTRAS = (
    "import sys\nfor name in ('celery', 'django_redis', 'redis', 'stripe'): sys.modules[name] = None\n"
)


@dataclass(frozen=True, kw_only=True)
class Host:
    """A project made by `django-admin startproject`, with the wheel installed beside it."""

    folder: Path
    wheel: Path
    port: int

    def environment(self) -> dict[str, str]:
        inherited = {name: value for name, value in os.environ.items() if name not in VARIABLES}
        paths = [self.folder / "without", self.wheel]
        return {
            **inherited,
            "PYTHONPATH": os.pathsep.join(map(str, paths)),
            "PAYSTACK_SECRET_KEY": "sk_test_x",
            "STRIPE_SECRET_KEY": "sk_test_x",
            "STRIPE_WEBHOOK_SECRET": "whsec_x",
            "ACME_KEY": "test_x",
        }

    def manage(self, *arguments: str) -> subprocess.CompletedProcess[str]:
        return self.python("manage.py", *arguments)

    def python(self, *arguments: str) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            [sys.executable, *arguments],
            cwd=self.folder / "project",
            env=self.environment(),
            capture_output=True,
            text=True,
            timeout=120,
            check=False,
        )

    def append(self, file: str, text: str) -> None:
        """Append to a file of the project, with the address that this host is served at."""
        path = self.folder / "project" / file
        path.parent.mkdir(exist_ok=True)
        with path.open("a") as opened:
            opened.write(text.replace("localhost:8000", f"localhost:{self.port}"))

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


@pytest.fixture(scope="session")
def installed_wheel(tmp_path_factory):
    """The folder that the built wheel is installed in; what it depends on is what the tests run with."""
    folder = tmp_path_factory.mktemp("wheel")
    wheel = next(WheelBuilder(str(ROOT)).build(directory=str(folder / "dist"), versions=["standard"]))
    options = ["--quiet", "--no-deps", "--no-index", "--target", str(folder / "installed")]
    subprocess.run([sys.executable, "-m", "pip", "install", *options, wheel], check=True)
    return folder / "installed"


@pytest.fixture
def host(tmp_path, installed_wheel):
    (tmp_path / "without").mkdir()
    (tmp_path / "without" / "sitecustomize.py").write_text(WITHOUT_EXTRAS)
    (tmp_path / "project").mkdir()
    start = [sys.executable, "-m", "django", "startproject", "host", "project"]
    subprocess.run(start, cwd=tmp_path, check=True, env={**os.environ, "DJANGO_SETTINGS_MODULE": ""})
    made = Host(folder=tmp_path, wheel=installed_wheel, port=free_port())
    made.append("host/settings.py", INSTALL["settings.py"])
    made.append("host/urls.py", "from django.urls import include\n" + INSTALL["urls.py"])
    return made
