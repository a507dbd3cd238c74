"""Settings of the raw view."""

from __future__ import annotations

from benchmarks.sites.shared import *  # noqa: F403

ROOT_URLCONF = "benchmarks.sites.raw.urls"
