"""``make demo`` on the terminal: what it says, and how it ends."""

from __future__ import annotations

import signal
import subprocess
import sys
from contextlib import contextmanager
from typing import TYPE_CHECKING

import pytest

from demo import announce
from tests.example.site import PROJECT, environment, free_port, manage
from tests.example.test_settings import settings

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path


@contextmanager
def demo(tmp_path: Path, *options: str) -> Iterator[subprocess.Popen[str]]:
    """Start the demo as make does, with further options of Python."""
    site = environment(DATABASE_URL=f"sqlite:///{tmp_path / 'db.sqlite3'}", PYTHONUNBUFFERED="1")
    command = [sys.executable, *options, "demo.py", "--port", str(free_port())]
    with subprocess.Popen(
        command, cwd=PROJECT, env=site, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    ) as process:
        yield process


@pytest.mark.parametrize("loaded", ["django", "django.apps.registry", "shop.demo.people", "shop.models"])
def test_an_interrupt_while_it_is_loaded_ends_it_without_a_traceback(tmp_path: Path, loaded: str):
    with demo(tmp_path, "-v") as process:
        assert process.stderr is not None
        for line in process.stderr:
            if line.startswith(f"import '{loaded}'"):
                break
        process.send_signal(signal.SIGINT)
        said = process.communicate(timeout=60)

    assert process.returncode in {1, -signal.SIGINT}
    assert "Traceback" not in said[1]


def test_an_interrupt_while_the_shop_is_filled_ends_it_in_one_line(tmp_path: Path):
    with demo(tmp_path) as process:
        assert process.stdout is not None
        begun = process.stdout.readline()
        process.send_signal(signal.SIGINT)
        said = process.communicate(timeout=60)

    assert "staff@example.com" in begun
    assert process.returncode == 1
    assert said[1].strip() == "Interrupted before the shop was filled; the next start begins anew."


def test_an_interrupt_while_it_serves_ends_it_without_a_traceback(tmp_path: Path):
    small = {"DATABASE_URL": f"sqlite:///{tmp_path / 'db.sqlite3'}"}
    for command in (["migrate"], ["seed_demo", "--products", "5"]):
        assert manage(*command, **small).returncode == 0

    with demo(tmp_path) as process:
        assert process.stdout is not None
        for line in process.stdout:
            if "Quit the server" in line:
                break
        process.send_signal(signal.SIGINT)
        said = process.communicate(timeout=60)

    assert process.returncode == 0
    assert "Traceback" not in said[1]


def test_tells_whose_address_is_taken_and_where_mails_go(capsys):
    (mails,) = settings("MAIL_FILES").values()

    announce(8123, "sesame")

    lines = [line.strip() for line in capsys.readouterr().out.splitlines()]
    assert "Buyer      buyer@example.com (register other people by other addresses)" in lines
    assert f"Mails      {mails}" in lines
