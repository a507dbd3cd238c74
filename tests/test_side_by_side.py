"""Runs of the tests on one machine share no file, whichever checkout they are started from."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

SHOW = """
from tests.project import settings
settings.MEDIA_ROOT.mkdir()
print(settings.DATABASES["default"]["TEST"]["NAME"])
print(settings.MEDIA_ROOT)
"""


def files_of_a_run() -> set[Path]:
    environment = {name: value for name, value in os.environ.items() if name != "DATABASE_URL"}
    path = os.pathsep.join(entry for entry in sys.path if entry)
    shown = subprocess.run(
        [sys.executable, "-c", SHOW],
        env={**environment, "PYTHONPATH": path},
        capture_output=True,
        text=True,
        check=True,
    )
    return {Path(line) for line in shown.stdout.splitlines()}


def test_two_runs_share_neither_database_nor_media_and_leave_nothing():
    first, second = files_of_a_run(), files_of_a_run()

    folders = {path.parent for path in first | second}
    assert (len(first | second), len(folders)) == (4, 2)
    assert [folder for folder in folders if folder.exists()] == []
