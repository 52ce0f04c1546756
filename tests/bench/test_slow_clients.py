"""The bench of slow clients tells a site that answers beside them from one that does not."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, HTTPServer, ThreadingHTTPServer

import pytest

from bench import slow_clients


class _Answers(BaseHTTPRequestHandler):
    def do_GET(self) -> None:
        self.send_response(200)
        self.send_header("Content-Length", "0")
        self.end_headers()

    def log_message(self, *_: object) -> None:
        """Say nothing."""


@pytest.fixture(params=[ThreadingHTTPServer, HTTPServer], ids=["many at once", "one after the other"])
def server(request: pytest.FixtureRequest) -> Iterator[HTTPServer]:
    with request.param(("127.0.0.1", 0), _Answers) as server:
        if isinstance(server, ThreadingHTTPServer):
            server.daemon_threads = True
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield server
        server.shutdown()


def test_only_a_site_that_waits_for_nobody_passes(
    server: HTTPServer, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(slow_clients, "_TIMEOUT_S", 3.0)
    arguments = ["--connections", "6", "--address", f"http://127.0.0.1:{server.server_port}"]
    if isinstance(server, ThreadingHTTPServer):
        monkeypatch.setattr(slow_clients, "MOST_S", 60.0)  # how fast this machine is, is no matter here
        assert slow_clients.main(arguments) == 0
        assert "/healthz" in capsys.readouterr().out
    else:
        with pytest.raises(OSError, match="timed out"):
            slow_clients.main(arguments)
