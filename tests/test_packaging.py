"""The built wheel holds what an installed shop needs, and nothing else."""

from __future__ import annotations

import os
import re
import zipfile
from email import message_from_bytes
from pathlib import Path

import pytest
from hatchling.builders.wheel import WheelBuilder

ROOT = Path(__file__).resolve().parent.parent
SOURCE = ROOT / "src"
SECRET = re.compile(rb"sk_(?:live|test)_[0-9a-zA-Z]{16,}|-----BEGIN [A-Z ]*PRIVATE KEY-----")

FOREIGN = re.compile(r"(^|/)(tests?|\.env|\.git)(/|$)|\.(sqlite3|log|pem)$")


@pytest.fixture(scope="module")
def wheel(tmp_path_factory):
    """The wheel that WHEEL names (``make package`` does), else one built here."""
    path = os.environ.get("WHEEL") or next(
        WheelBuilder(str(ROOT)).build(directory=str(tmp_path_factory.mktemp("dist")), versions=["standard"])
    )
    with zipfile.ZipFile(path) as opened:
        yield opened


@pytest.fixture
def metadata(wheel):
    name = next(name for name in wheel.namelist() if name.endswith(".dist-info/METADATA"))
    return message_from_bytes(wheel.read(name))


def test_every_file_of_the_package_is_in_the_wheel(wheel):
    """Templates, translations, migrations and the typed marker were lost by other build tools."""
    expected = {
        str(path.relative_to(SOURCE))
        for path in (SOURCE / "partscatalog").rglob("*")
        if path.is_file() and "__pycache__" not in path.parts
    }

    packed = {name for name in wheel.namelist() if name.startswith("partscatalog/")}

    assert packed == expected
    assert "partscatalog/py.typed" in packed
    assert {Path(name).suffix for name in packed} >= {".py", ".html", ".txt", ".typed", ".po", ".mo"}


def test_the_wheel_installs_nothing_beside_the_package(wheel):
    """T-SUP-1."""
    assert {name.split("/")[0].split("-")[0] for name in wheel.namelist()} == {"partscatalog"}


def test_the_wheel_holds_no_secret_and_no_data_of_a_run(wheel):
    """T-SUP-1."""
    names = wheel.namelist()

    assert [
        name for name in names if re.search(r"(^|/)(tests?|\.env|\.git)(/|$)|\.(sqlite3|log|pem)$", name)
    ] == []
    assert [name for name in names if SECRET.search(wheel.read(name))] == []


def test_the_metadata_says_what_the_project_is(wheel, metadata):
    assert metadata["Name"] == "partscatalog"
    assert metadata["Requires-Python"] == ">=3.11"
    assert metadata["License-Expression"] == "MIT"
    assert metadata["Description-Content-Type"] == "text/markdown"
    assert any(name.endswith("licenses/LICENSE") for name in wheel.namelist())


def test_the_description_links_nowhere_that_is_not_there(metadata):
    """An index shows the description alone: of the files beside it none can be reached."""
    description = metadata.get_payload()

    opening = r"\]\(\s*|^\[[^]]+\]:\s*|(?:href|src)=[\"']"
    links = re.findall(rf"(?:{opening})([^)\s\"']+)", description, re.MULTILINE)

    assert [link for link in links if not link.startswith("https://")] == []


def test_every_file_that_the_readme_names_is_there():
    named = re.findall(r"`((?:docs/)?[\w/-]+\.md|LICENSE)`", (ROOT / "README.md").read_text())

    assert len(named) >= 9
    assert [name for name in named if not (ROOT / name).is_file()] == []


def test_the_full_extra_has_all_but_what_needs_a_compiler(metadata):
    extras: dict[str, set[str]] = {}
    for line in metadata.get_all("Requires-Dist", []):
        requirement, _, extra = line.partition("; extra == ")
        extras.setdefault(extra.strip("'"), set()).add(requirement)

    assert set(extras) == {"", "redis", "celery", "postgres", "mysql", "stripe", "docs-ui", "full"}
    others = extras["redis"] | extras["celery"] | extras["postgres"] | extras["stripe"] | extras["docs-ui"]
    assert extras["full"] == others
    assert not extras["full"] & extras["mysql"]


def test_the_celery_extra_brings_what_its_transport_to_redis_imports(metadata):
    required = metadata.get_all("Requires-Dist", [])

    assert "packaging; extra == 'celery'" in required


def test_no_dependency_has_an_upper_cap(metadata):
    required = [line.split(";")[0] for line in metadata.get_all("Requires-Dist", [])]

    assert [line for line in required if re.search(r"<|==|~=|!=", line)] == []
