"""On what and with what a run was made."""

from __future__ import annotations

import os
import platform
import subprocess
import sys
from datetime import UTC, datetime
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import TYPE_CHECKING, Any

from benchmarks.sites import ROOT

if TYPE_CHECKING:
    from collections.abc import Sequence

PACKAGES = ("Django", "djangorestframework", "gunicorn", "psycopg", "django-redis", "redis", "orjson")


def machine() -> str:
    """Return processor, cores, memory and system in one line."""
    processor = _field("/proc/cpuinfo", "model name") or platform.machine()
    memory = int((_field("/proc/meminfo", "MemTotal") or "0 kB").split()[0]) / 1024**2
    return f"{processor}, {os.cpu_count()} cores, {memory:.0f} GiB, {platform.system()} {platform.release()}"


def versions(packages: Sequence[str] = PACKAGES) -> list[str]:
    """Return Python and the packages that are installed, each with its version."""
    found = [f"Python {platform.python_version()}"]
    for name in packages:
        try:
            found.append(f"{name} {version(name)}")
        except PackageNotFoundError:
            continue
    return found


def commit() -> str:
    """Return which commit of the project is measured, or nothing outside a clone."""
    command = ["git", "describe", "--always", "--dirty", "--exclude=*"]
    told = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    return told.stdout.strip()


def busy() -> float:
    """Return how many processes wanted a core in the last minute; more than a few make every figure noisy."""
    return round(os.getloadavg()[0], 1)


def today() -> str:
    return datetime.now(UTC).date().isoformat()


def about(*, redis: str, versions: Sequence[str]) -> dict[str, Any]:
    """Return what stands beside the results of a run."""
    return {
        "date": today(),
        "machine": machine(),
        "versions": ", ".join([*versions, "Redis" if redis else "no Redis"]),
        "commit": commit(),
        "busy": busy(),
    }


def _field(path: str, name: str) -> str:
    try:
        lines = Path(path).read_text().splitlines()
    except OSError:
        return ""
    return next((line.partition(":")[2].strip() for line in lines if line.startswith(name)), "")


if __name__ == "__main__":
    print(", ".join(versions(sys.argv[1:])))
