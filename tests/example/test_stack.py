"""What `make stack` says when it cannot start, and what its broker may cost."""

from __future__ import annotations

import socket
import subprocess
import sys

import pytest

from tests.example.site import PROJECT, environment, manage

SILENT = {
    "DATABASE_URL": "postgres://shop:hidden@127.0.0.1:1/shop",
    "REDIS_URL": "redis://127.0.0.1:1/0",
    "CELERY_BROKER_URL": "redis://127.0.0.1:1/1",
}


def stack(**variables: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "stack.py", "--port", "0"],
        cwd=PROJECT,
        env=environment(**variables),
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )


def test_names_every_variable_that_is_missing():
    result = stack()

    assert result.returncode != 0
    for name in SILENT:
        assert f"{name} is not set" in result.stderr


def test_asks_for_a_database_server():
    result = stack(**{**SILENT, "DATABASE_URL": "sqlite:////tmp/shop.sqlite3"})

    assert result.returncode != 0
    assert "DATABASE_URL names SQLite" in result.stderr


def test_names_every_service_that_does_not_answer_and_no_password():
    result = stack(**SILENT)

    assert result.returncode != 0
    for name in SILENT:
        assert f"{name}: no answer from 127.0.0.1:1" in result.stderr
    assert "hidden" not in result.stderr


def test_names_a_module_that_is_missing_instead_of_the_service():
    code = "import stack\ndef ask(): import nonesuch\nprint(stack.complaint('REDIS_URL', ask))"
    said = subprocess.run(
        [sys.executable, "-c", code],
        cwd=PROJECT,
        env=environment(**SILENT),
        capture_output=True,
        text=True,
        check=True,
    ).stdout

    assert said == "REDIS_URL: the module nonesuch is not installed; pip install it\n"


def test_a_hanging_broker_costs_about_a_second_and_the_caller_goes_on():
    code = (
        "import time; from partscatalog import jobs; start = time.monotonic(); "
        "jobs.later('partscatalog.orders.tasks.expire_orders'); print(time.monotonic() - start)"
    )
    with socket.create_server(("127.0.0.1", 0), backlog=16) as hanging:
        broker = f"redis://127.0.0.1:{hanging.getsockname()[1]}/0"

        result = manage("shell", "-v", "0", "-c", code, CELERY_BROKER_URL=broker)

    assert result.returncode == 0, result.stderr
    assert 0.5 < float(result.stdout) < 5
    assert "partscatalog.orders.tasks.expire_orders failed" in result.stderr


def test_every_periodic_task_is_one_that_the_worker_knows():
    code = (
        "from config.celery import app; from partscatalog import beat; app.loader.import_default_modules(); "
        "print(sorted({entry['task'] for entry in beat.SCHEDULE.values()} - set(app.tasks)))"
    )

    assert manage("shell", "-v", "0", "-c", code).stdout.strip() == "[]"


@pytest.mark.parametrize(("broker", "is_loaded"), [("", False), ("redis://127.0.0.1:6379/2", True)])
def test_a_process_loads_celery_only_where_a_broker_is_named(broker, is_loaded):
    code = "import sys; print('celery' in sys.modules)"

    assert manage("shell", "-v", "0", "-c", code, CELERY_BROKER_URL=broker).stdout.strip() == str(is_loaded)
