"""Connect to a host within a bound, whatever its name server and its addresses do."""

from __future__ import annotations

import socket
import threading
import time
from typing import TYPE_CHECKING, Any

from urllib3.util.connection import allowed_gai_family

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    Address = tuple[int, int, int, str, Any]
    SocketOption = tuple[int, int, int | bytes]

#: How long connecting takes at most, to all addresses of a host together.
CONNECT_SECONDS = 3.0
#: A lookup cannot be interrupted. While the name server hangs no more of them than these are left behind.
MOST_LOOKUPS = 8

_places = threading.BoundedSemaphore(MOST_LOOKUPS)


def dial(host: str, port: int, *, deadline: float, options: Iterable[SocketOption]) -> socket.socket:
    """Return a socket that is connected to the first address of the host that answers.

    A dead address takes no more than its share of the time, so that each of the others gets a try.

    :raises OSError: when there is none before the deadline, which is a time of the monotonic clock.
    """
    addresses = look_up(host, port, deadline=deadline)
    end = min(deadline, time.monotonic() + CONNECT_SECONDS)
    failure = OSError("The host has no address.")
    for number, address in enumerate(addresses):
        share = (end - time.monotonic()) / (len(addresses) - number)
        if share <= 0:
            raise TimeoutError("The time to connect is used up.")
        try:
            return _connect(address, share, options)
        except OSError as err:
            failure = err
    raise failure


def look_up(host: str, port: int, *, deadline: float) -> Sequence[Address]:
    """Return the host's addresses.

    :raises OSError: when it has none, or they are not known before the deadline.
    """
    if not _places.acquire(timeout=max(deadline - time.monotonic(), 0)):
        raise TimeoutError("Too many lookups are under way.")
    lookup = _Lookup(host.strip("[]"), port)
    try:
        lookup.start()
    except RuntimeError as err:
        _places.release()
        raise OSError("No thread can be started to look the host up.") from err
    lookup.join(max(deadline - time.monotonic(), 0))
    if lookup.is_alive():
        raise TimeoutError("The host could not be looked up in time.")
    return lookup.found


class _Lookup(threading.Thread):
    """Look a host up, and give the place back when the answer comes, were it long after the deadline."""

    def __init__(self, host: str, port: int) -> None:
        super().__init__(name="partscatalog-lookup", daemon=True)
        self.found: Sequence[Address] = ()
        self._asked = (host, port)

    def run(self) -> None:
        try:
            self.found = socket.getaddrinfo(*self._asked, allowed_gai_family(), socket.SOCK_STREAM)
        except (OSError, UnicodeError):
            # As good as no address; which of the many reasons it was helps nobody.
            self.found = ()
        finally:
            _places.release()


def _connect(address: Address, seconds: float, options: Iterable[SocketOption]) -> socket.socket:
    family, kind, protocol, _name, where = address
    sock = socket.socket(family, kind, protocol)
    try:
        for option in options:
            sock.setsockopt(*option)
        sock.settimeout(seconds)
        sock.connect(where)
    except OSError:
        sock.close()
        raise
    return sock
