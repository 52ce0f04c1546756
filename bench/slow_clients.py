"""Opens connections that do not go on before a real site, and says how long others wait meanwhile.

`python -m bench.slow_clients`: 500 connections, a third each silent, with half a head, and with half a small body. It
starts a site of its own in a folder of its own, or asks the one at `--address`, such as a proxy's. It ends with status
1 where an answer takes longer than a second.
"""

from __future__ import annotations

import argparse
import socket
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from pathlib import Path
from urllib.parse import urlsplit

import requests

from bench.device_site import running_site

MOST_S = 1.0
PATHS = ("/healthz", "/login")
_ROUNDS = 5
_TIMEOUT_S = 30.0
_KINDS = (
    b"",
    b"GET /login HTTP/1.1\r\nHost: bench\r\nX-Slow: ",
    b"POST /login HTTP/1.1\r\nHost: bench\r\nContent-Length: 1000\r\n\r\nab",
)


def main(arguments: Sequence[str] | None = None) -> int:
    """0, or 1 where somebody waited for more than a second."""
    parser = argparse.ArgumentParser(prog="python -m bench.slow_clients", description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--connections", type=int, default=500, help="how many do not go on (default %(default)s)")
    parser.add_argument("--address", metavar="URL", help="of a site that runs already")
    options = parser.parse_args(arguments)
    with ExitStack() as stack:
        address = options.address
        if address is None:
            folder = stack.enter_context(tempfile.TemporaryDirectory())
            address = stack.enter_context(running_site(Path(folder, "data"), 1, worker=False)).address
        print(f"{options.connections} connections that do not go on, before {address}", flush=True)
        with crowd(address, options.connections):
            slowest = {path: max(seconds_of(address, path) for _ in range(_ROUNDS)) for path in PATHS}
    for path, seconds in slowest.items():
        print(f"{path}: {seconds:.2f} s at most, of {_ROUNDS}")
    return int(max(slowest.values()) > MOST_S)


@contextmanager
def crowd(address: str, count: int) -> Iterator[None]:
    """So many connections, open while the context is."""
    place = urlsplit(address)
    with ExitStack() as stack:
        for number in range(count):
            one = socket.create_connection((place.hostname or "", place.port or 80), timeout=_TIMEOUT_S)
            stack.enter_context(one)
            one.sendall(_KINDS[number % len(_KINDS)])
        time.sleep(1)  # until the site has taken them all
        yield


def seconds_of(address: str, path: str) -> float:
    """How long one request takes, on a connection of its own."""
    began = time.perf_counter()
    requests.get(address + path, timeout=_TIMEOUT_S).raise_for_status()
    return time.perf_counter() - began


if __name__ == "__main__":
    sys.exit(main())
