"""The periodic tasks, for a site's Celery beat: ``app.conf.beat_schedule = {**beat.SCHEDULE}``."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

SCHEDULE: dict[str, dict[str, Any]] = {
    "partscatalog-send-missing-mails": {
        "task": "partscatalog.orders.tasks.send_missing_mails",
        "schedule": timedelta(minutes=10),
    },
    "partscatalog-expire-orders": {
        "task": "partscatalog.orders.tasks.expire_orders",
        "schedule": timedelta(minutes=5),
    },
    "partscatalog-reconcile-payments": {
        "task": "partscatalog.payments.tasks.reconcile_payments",
        "schedule": timedelta(minutes=5),
    },
    "partscatalog-purge-idempotency-records": {
        "task": "partscatalog.orders.tasks.purge_idempotency_records",
        "schedule": timedelta(days=1),
    },
    "partscatalog-purge-changes": {
        "task": "partscatalog.catalog.tasks.purge_changes",
        "schedule": timedelta(days=1),
    },
    "partscatalog-purge-carts": {
        "task": "partscatalog.cart.tasks.purge_carts",
        "schedule": timedelta(days=1),
    },
    "partscatalog-purge-tokens": {
        "task": "partscatalog.accounts.tasks.purge_tokens",
        "schedule": timedelta(days=1),
    },
}
