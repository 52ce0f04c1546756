"""Hundreds of clients that begin something and do not go on."""

from __future__ import annotations

import contextlib
import resource
import socket
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager

HALVES = {
    "silent": b"",
    "half a line": b"GET /login HT",
    "half a head": b"POST /login HTTP/1.1\r\nHost: site\r\nX-Long: ",
    "half a small body": b"POST /login HTTP/1.1\r\nHost: site\r\nContent-Length: 1000\r\n\r\nab",
    "half a form": b"POST /login HTTP/1.1\r\nHost: site\r\nContent-Type: application/x-www-form-urlencoded\r\n"
    b"Content-Length: 1000\r\n\r\ncsrf_token=",
    "half a chunk": b"POST /login HTTP/1.1\r\nHost: site\r\nContent-Type: application/x-www-form-urlencoded\r\n"
    b"Transfer-Encoding: chunked\r\n\r\n400\r\nab",
    "half of JSON": b"POST /api/v1/devices/pair HTTP/1.1\r\nHost: site\r\nContent-Type: application/json\r\n"
    b'Content-Length: 100\r\n\r\n{"code": ',
}

ANSWERED = {
    "half a large body": b"POST /login HTTP/1.1\r\nHost: site\r\nContent-Length: 90000000\r\n\r\n" + b"a" * 100_000,
    "does not close": b"GET /healthz HTTP/1.0\r\nHost: site\r\n\r\n",
    "does not close what was refused": b"nonsense\r\n\r\n",
}
"""The site has answered, and they go on holding the connection."""

READS_NOTHING = b"GET /bootstrap/static/css/bootstrap.min.css HTTP/1.1\r\nHost: site\r\n\r\n" * 60
"""More than the system keeps for who does not take it."""


@contextmanager
def crowd(port: int, *begun: bytes, source: str = "127.0.0.1") -> Iterator[None]:
    """A connection for each of these beginnings, all from one address, which stay open."""
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (hard, hard))
    try:
        with ExitStack() as open_ones:
            for beginning in begun:
                open_ones.enter_context(_begun(port, beginning, source))
            yield
    finally:
        resource.setrlimit(resource.RLIMIT_NOFILE, (soft, hard))


def _begun(port: int, beginning: bytes, source: str) -> socket.socket:
    client = socket.socket()
    client.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)  # so that little of an answer is under way unread
    client.bind((source, 0))
    client.settimeout(5)
    with contextlib.suppress(OSError):  # a site that takes no more of it is what the test will notice
        client.connect(("127.0.0.1", port))
        client.settimeout(0.2)
        client.sendall(beginning)
    return client
