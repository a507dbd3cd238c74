"""What runs by the clock; it may run twice."""

from __future__ import annotations

from partscatalog.cart.services import purging
from partscatalog.jobs import task


@task
def purge_carts() -> None:
    """Delete the carts that nobody comes back to."""
    purging.purge()
