"""A receiver of webhooks, written from docs/webhooks.md alone: it imports nothing of Rollcall."""

from __future__ import annotations

import hashlib
import hmac
import json
import threading
from collections.abc import Callable
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any


class WebhookReceiver:
    """Takes each event once, where it is signed and not old; `answers` are given first, then 204."""

    def __init__(self, now: Callable[[], float]) -> None:
        self.secret, self.now = "", now
        self.events: list[dict[str, Any]] = []
        self.refused: list[str] = []
        self.answers: list[tuple[int, dict[str, str]]] = []
        self.is_down = False
        self.asked = 0
        self._ids: set[str] = set()
        receiver = self

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                body = self.rfile.read(int(self.headers["Content-Length"]))
                status, headers = receiver.take(dict(self.headers), body)
                self.send_response(status)
                for name, value in headers.items():
                    self.send_header(name, value)
                self.send_header("Content-Length", "0")
                self.end_headers()

            def log_message(self, *_: Any) -> None:
                pass

        self.server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{self.server.server_port}/events?token=hidden"
        threading.Thread(target=self.server.serve_forever, daemon=True).start()

    def take(self, headers: dict[str, str], body: bytes) -> tuple[int, dict[str, str]]:
        self.asked += 1
        if self.is_down:
            return 502, {}
        if self.answers:
            return self.answers.pop(0)
        stamp = headers["X-Rollcall-Timestamp"]
        digits = hmac.new(self.secret.encode(), stamp.encode() + b"." + body, hashlib.sha256).hexdigest()
        if not hmac.compare_digest("sha256=" + digits, headers["X-Rollcall-Signature"]):
            self.refused.append("signature")
            return 401, {}
        if abs(self.now() - int(stamp)) >= 300:
            self.refused.append("old")
            return 401, {}
        event = json.loads(body)
        if event["id"] != headers["X-Rollcall-Event"]:
            return 400, {}
        if event["id"] not in self._ids:
            self._ids.add(event["id"])
            self.events.append(event)
        return 204, {}

    def close(self) -> None:
        self.server.shutdown()
        self.server.server_close()
