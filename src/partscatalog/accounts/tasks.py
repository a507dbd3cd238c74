"""What runs after a request or by the clock; each may run twice."""

from __future__ import annotations

from partscatalog.accounts.services import passwords, signing_in
from partscatalog.jobs import task


@task
def send_reset_mail(pk: str) -> None:
    """Send the mail that lets a user set a new password."""
    passwords.send_reset_mail(pk)


@task
def purge_tokens() -> None:
    """Forget the revoked tokens that have expired by themselves."""
    signing_in.purge()
