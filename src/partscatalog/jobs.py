"""Run a task after the commit: by Celery where a broker is set up, else inline.

A service names the task by its dotted path and hands over ids only. Each task may run twice.
"""

from __future__ import annotations

import logging
from importlib.util import find_spec
from typing import Any

from django.db import transaction

from partscatalog.conf import swap

logger = logging.getLogger(__name__)


def later(path: str, *ids: int | str) -> None:
    """Run the task once the current transaction has committed; at once outside of one.

    A task or broker that fails is logged and never reaches the caller, whose change is committed: the
    periodic tasks find what was not done.
    """
    transaction.on_commit(lambda: _run(path, ids), robust=True)


def has_broker() -> bool:
    """Tell whether Celery is installed and its current app names a broker."""
    if find_spec("celery") is None:
        return False
    return bool(_celery_app().conf.broker_url)


def task(function: Any) -> Any:
    """Make a function a Celery task where Celery is installed; without it, leave it a function."""
    if find_spec("celery") is None:
        return function
    return swap("celery.shared_task")(ignore_result=True)(function)


def _run(path: str, ids: tuple[int | str, ...]) -> None:
    function = swap(path)
    try:
        if has_broker():
            function.apply_async(args=ids, ignore_result=True, retry_policy={"max_retries": 1})
        else:
            function(*ids)
    except Exception:
        # Whatever a task, a template or a broker raises, the caller's change stands.
        logger.exception("The task %s failed for %s.", path, ids)


def _celery_app() -> Any:
    return swap("celery.current_app")
