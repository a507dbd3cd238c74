"""What runs after a request; it may run twice."""

from __future__ import annotations

from partscatalog.catalog import counts
from partscatalog.catalog.cache import changes
from partscatalog.catalog.services import images
from partscatalog.jobs import task


@task
def make_thumbnails(image_id: int) -> None:
    """Make the thumbnails of a picture."""
    images.make_thumbnails(image_id)


@task
def purge_changes() -> None:
    """Delete the rows of changes that every cache was told of long ago, and condense numbers of products."""
    changes.purge()
    counts.condense()
