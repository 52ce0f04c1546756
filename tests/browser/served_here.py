"""A site in a thread of this process, for tests that change what it has, or that work off its jobs themselves."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager

from werkzeug.serving import make_server

from attendance.services import Services
from website import create_app


@contextmanager
def served_here(services: Services) -> Iterator[str]:
    """Its address."""
    server = make_server("127.0.0.1", 0, create_app(services=services), threaded=True)
    serving = threading.Thread(target=server.serve_forever)
    serving.start()
    yield f"http://127.0.0.1:{server.port}"
    server.shutdown()
    serving.join()
