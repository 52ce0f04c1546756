"""AWS's services by moto over real connections."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

import requests
from moto.server import ThreadedMotoServer


@contextmanager
def moto_server() -> Iterator[str]:
    """Its address. Moto keeps one state for the whole process, so what tests before left there is forgotten first."""
    server = ThreadedMotoServer(ip_address="127.0.0.1", port=0, verbose=False)
    server.start()
    try:
        address = "http://{}:{}".format(*server.get_host_and_port())
        requests.post(f"{address}/moto-api/reset", timeout=60).raise_for_status()
        yield address
    finally:
        server.stop()
