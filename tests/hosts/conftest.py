"""Projects that are foreign to the package, each made for one test and run in a process of its own."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import pytest

from tests.example.site import ROOT, VARIABLES

if TYPE_CHECKING:
    from pathlib import Path

SETTINGS = """
SECRET_KEY = "a-key-of-this-project-that-nobody-has-to-guess-0123456789"
DEBUG = True
ALLOWED_HOSTS = ["testserver"]
USE_TZ = True
ROOT_URLCONF = "urls"
INSTALLED_APPS = [
    "django.contrib.auth", "django.contrib.contenttypes",
    "django.contrib.messages", "django.contrib.sessions",
]
MIDDLEWARE = ["django.contrib.sessions.middleware.SessionMiddleware"]
TEMPLATES = [{"BACKEND": "django.template.backends.django.DjangoTemplates", "APP_DIRS": True}]
DATABASES = {"default": {"ENGINE": "django.db.backends.sqlite3", "NAME": "db.sqlite3"}}
EMAIL_BACKEND = "django.core.mail.backends.locmem.EmailBackend"
PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
"""
URLS = """
from django.urls import include, path
urlpatterns = [path("api/", include("partscatalog.urls"))]
"""
START = """
import json, django
django.setup()
from django.core.management import call_command
def say(value): print("said:" + json.dumps(value))
"""


@dataclass(frozen=True)
class Project:
    """A folder with settings, URLs and apps of its own."""

    folder: Path

    def write(self, file: str, text: str) -> None:
        """Append to a file of the project."""
        path = self.folder / file
        path.parent.mkdir(parents=True, exist_ok=True)
        with path.open("a") as opened:
            opened.write(text + "\n")

    def run(self, code: str) -> list[Any]:
        """Run the code with Django set up, and return what it said by ``say()``."""
        inherited = {name: value for name, value in os.environ.items() if name not in VARIABLES}
        paths = os.pathsep.join([str(self.folder), str(ROOT / "src")])
        ran = subprocess.run(
            [sys.executable, "-W", "error::RuntimeWarning", "-c", START + code],
            cwd=self.folder,
            env={**inherited, "PYTHONPATH": paths, "DJANGO_SETTINGS_MODULE": "settings"},
            capture_output=True,
            text=True,
            timeout=120,
            check=False,
        )
        assert ran.returncode == 0, ran.stdout + ran.stderr
        lines = [line.removeprefix("said:") for line in ran.stdout.splitlines() if line.startswith("said:")]
        return [json.loads(line) for line in lines]


@pytest.fixture
def project(tmp_path):
    made = Project(tmp_path)
    made.write("settings.py", SETTINGS)
    made.write("urls.py", URLS)
    return made
