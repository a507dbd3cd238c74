"""``make demo`` on the terminal: what it says, and how it ends."""

from __future__ import annotations

import signal
import subprocess
import sys
from typing import TYPE_CHECKING

from tests.example.site import PROJECT, environment, free_port

if TYPE_CHECKING:
    from pathlib import Path


def test_an_interrupt_while_the_shop_is_filled_ends_it_in_one_line(tmp_path: Path):
    site = environment(DATABASE_URL=f"sqlite:///{tmp_path / 'db.sqlite3'}", PYTHONUNBUFFERED="1")
    command = [sys.executable, "demo.py", "--port", str(free_port())]
    with subprocess.Popen(
        command, cwd=PROJECT, env=site, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    ) as demo:
        assert demo.stdout is not None
        begun = demo.stdout.readline()
        demo.send_signal(signal.SIGINT)
        said = demo.communicate(timeout=60)

    assert "staff@example.com" in begun
    assert demo.returncode == 1
    assert said[1].strip() == "Interrupted before the shop was filled; the next start begins anew."
