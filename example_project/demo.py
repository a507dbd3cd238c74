"""Set the demo shop up and serve it in the foreground: ``make demo``."""

from __future__ import annotations

import argparse
import ctypes
import os
import signal
import socket
import sys
from pathlib import Path
from typing import TYPE_CHECKING

if __name__ == "__main__":
    # While the rest is loaded there is nothing that a Ctrl-C would have to put in order.
    signal.signal(signal.SIGINT, signal.SIG_DFL)

import django
from django.core.management import call_command

from shop.demo import people

if TYPE_CHECKING:
    from collections.abc import Callable

# Where the settings let mails be written.
MAILS = Path(__file__).resolve().parent / "run" / "mail"
# From <linux/prctl.h>.
PR_SET_PDEATHSIG = 1


def port_from_arguments(description: str) -> int:
    """Read ``--port``, the one option of both ways to start the demo."""
    parser = argparse.ArgumentParser(description=description)
    parser.add_argument("--port", type=int, default=8000)
    return int(parser.parse_args().port)


def refuse_taken_port(port: int) -> None:
    """Stop before the work begins if somebody else already serves there."""
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind(("127.0.0.1", port))
        except OSError as err:
            sys.exit(f"Port {port} cannot be used ({err.strerror}); choose another one with PORT=8123.")


def end_with_parent() -> None:
    """Ask Linux to end this process when make is killed, so that nothing is left behind."""
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(PR_SET_PDEATHSIG, signal.SIGTERM)


def prepare() -> None:
    """Bring the database up to date and fill an empty shop; of a filled one set a password given anew."""
    try:
        call_command("migrate", verbosity=0)
        call_command("seed_demo", if_empty=True)
    except KeyboardInterrupt:
        sys.exit("\nInterrupted before the shop was filled; the next start begins anew.")


def told_password() -> str:
    """Return the password that signs both people in, or what there is to say of one not known here."""
    known = os.environ.get("DEMO_PASSWORD") or people.OPEN_PASSWORD
    return known if people.sign_in_with(known) else "as it was given or printed first; DEMO_PASSWORD sets it"


def announce(port: int, password: str) -> None:
    """Print where the shop is, who may log in and where mails go."""
    base = f"http://localhost:{port}"
    lines = [
        "",
        f"  Shop       {base}/",
        f"  API        {base}/api/",
        f"  API docs   {base}/api/docs/",
        f"  Admin      {base}/admin/",
        "",
        "  Staff      staff@example.com",
        "  Buyer      buyer@example.com (register other people by other addresses)",
        f"  Password   {password}",
        f"  Mails      {MAILS}",
        "",
        "  Ctrl-C ends it.",
        "",
    ]
    print("\n".join(lines), flush=True)


def interruptible(main: Callable[[], None]) -> None:
    """Run it, and let Ctrl-C end it without a traceback."""
    # A shell that starts jobs in the background tells them to ignore Ctrl-C; this one must hear it.
    signal.signal(signal.SIGINT, signal.default_int_handler)
    try:
        main()
    except KeyboardInterrupt:
        sys.exit("\nInterrupted.")


def main() -> None:
    port = port_from_arguments("Serve the demo shop on this machine.")
    end_with_parent()
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")
    django.setup()
    refuse_taken_port(port)
    prepare()
    announce(port, told_password())
    call_command("runserver", f"127.0.0.1:{port}", use_reloader=False)


if __name__ == "__main__":
    interruptible(main)
