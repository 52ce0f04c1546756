"""The workspace before real connections: HTTP for the Web API and uploads, a WebSocket for Socket Mode."""

from __future__ import annotations

import json
import threading
import time
import uuid
from collections.abc import Mapping
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qsl, urlsplit

from websockets.exceptions import ConnectionClosed
from websockets.sync.server import Server, ServerConnection, serve

from tests.slack.workspace import APP, Limited, Refused, Workspace

ANSWERS_WITHIN_S = 3.0
"""How long Slack waits for an answer before it tells the person that something went wrong."""


class Unanswered(Exception):
    """Nobody acknowledged it in time."""


class SlackServer:
    """Runs while it is entered. `url` is slack_sdk's base_url."""

    def __init__(self, workspace: Workspace | None = None) -> None:
        self.workspace = workspace or Workspace()
        self._changed = threading.Condition()
        self._sockets: list[ServerConnection] = []
        self._answers: dict[str, Any] = {}
        self.opened = 0
        """How many sockets were ever opened."""

    def __enter__(self) -> SlackServer:
        self._http = _HttpServer(("127.0.0.1", 0), _Handler)
        self._http.slack = self
        self._websockets: Server = serve(self._talk, "127.0.0.1", 0, max_size=None, ping_interval=None)
        self.url = f"http://127.0.0.1:{self._http.server_port}/api/"
        self._socket_url = f"ws://127.0.0.1:{self._websockets.socket.getsockname()[1]}"
        self._threads = [
            threading.Thread(target=self._http.serve_forever, args=(0.02,), daemon=True),
            threading.Thread(target=self._websockets.serve_forever, daemon=True),
        ]
        for thread in self._threads:
            thread.start()
        return self

    def __exit__(self, *failure: object) -> None:
        for socket in self.sockets():
            socket.close()
        self._http.shutdown()
        self._http.server_close()
        self._websockets.shutdown()
        for thread in self._threads:
            thread.join(10)

    def sockets(self) -> list[ServerConnection]:
        """Those that are open now."""
        with self._changed:
            return list(self._sockets)

    def wait_for_socket(self, *, opened: int = 1, within_s: float = 20.0) -> None:
        """Until so many sockets were opened and one is open now. Raises Unanswered."""
        with self._changed:
            if not self._changed.wait_for(lambda: self._sockets and self.opened >= opened, within_s):
                raise Unanswered(f"{self.opened} sockets were opened, {len(self._sockets)} are open")

    def send(self, payload: Mapping[str, Any], *, kind: str = "interactive") -> str:
        """Send a payload by the newest socket; the id of its envelope. Raises Unanswered where none is open."""
        self.wait_for_socket()
        envelope_id = str(uuid.uuid4())
        envelope = {"envelope_id": envelope_id, "type": kind, "accepts_response_payload": True, "payload": payload}
        self.sockets()[-1].send(json.dumps(envelope))
        return envelope_id

    def wait_for_answer(self, envelope_id: str, within_s: float = ANSWERS_WITHIN_S) -> Any:
        """The payload of the acknowledgement, None where it has none. Raises Unanswered."""
        with self._changed:
            if not self._changed.wait_for(lambda: envelope_id in self._answers, within_s):
                raise Unanswered(envelope_id)
            return self._answers[envelope_id]

    def ask(self, payload: Mapping[str, Any]) -> Any:
        """Send, and wait as Slack does. Raises Unanswered."""
        return self.wait_for_answer(self.send(payload))

    def refresh(self) -> None:
        """What Slack does every few hours: it asks for a new socket and closes the old one a little later."""
        for socket in self.sockets():
            socket.send(json.dumps({"type": "disconnect", "reason": "refresh_requested"}))

    def hang_up(self) -> None:
        """Close every socket without a word."""
        for socket in self.sockets():
            socket.close()

    def _talk(self, socket: ServerConnection) -> None:
        hello = {"type": "hello", "num_connections": 1, "connection_info": {"app_id": APP}}
        socket.send(json.dumps(hello))
        with self._changed:
            self._sockets.append(socket)
            self.opened += 1
            self._changed.notify_all()
        try:
            for text in socket:
                answer = json.loads(text)
                with self._changed:
                    self._answers[answer["envelope_id"]] = answer.get("payload")
                    self._changed.notify_all()
        except ConnectionClosed:
            pass
        finally:
            with self._changed:
                self._sockets.remove(socket)
                self._changed.notify_all()

    def socket_url(self, path: str) -> str:
        """With this server's address."""
        return self._socket_url + path


class _HttpServer(ThreadingHTTPServer):
    daemon_threads = True
    slack: SlackServer


class _Handler(BaseHTTPRequestHandler):
    server: _HttpServer

    def do_GET(self) -> None:
        self.do_POST()

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
        path = urlsplit(self.path)
        if path.path.startswith("/upload/v1/"):
            fits = self.server.slack.workspace.upload(path.path.rpartition("/")[2], body)
            self._answer(200 if fits else 404, b"OK")
        else:
            self._call(path.path.rpartition("/")[2], self._arguments(path.query, body))

    def _arguments(self, query: str, body: bytes) -> dict[str, Any]:
        if self.headers.get_content_type() == "application/json":
            return dict(json.loads(body or b"{}"))
        return dict(parse_qsl(query)) | dict(parse_qsl(body.decode()))

    def _call(self, method: str, args: dict[str, Any]) -> None:
        workspace = self.server.slack.workspace
        if self._fails(method, after=False):
            return
        token = self.headers.get("Authorization", "").removeprefix("Bearer ") or str(args.pop("token", ""))
        try:
            answer = workspace.call(method, token, args)
        except Limited as limited:
            self._answer_json(429, {"ok": False, "error": "ratelimited"}, {"Retry-After": str(limited.retry_after_s)})
            return
        except Refused as refused:
            answer = refused.answer
        if not self._fails(method, after=True):
            self._answer_json(200, self._with_addresses(answer), {})

    def _with_addresses(self, answer: dict[str, Any]) -> dict[str, Any]:
        if "upload_url" in answer:
            answer = answer | {"upload_url": self.server.slack.url.removesuffix("/api/") + answer["upload_url"]}
        if str(answer.get("url", "")).startswith("/link/"):
            answer = answer | {"url": self.server.slack.socket_url(answer["url"])}
        return answer

    def _fails(self, method: str, *, after: bool) -> bool:
        fault = self.server.slack.workspace.next_fault(method, after=after)
        if fault is None:
            return False
        if fault.status is None:
            self.close_connection = True
            self.connection.close()
        elif fault.error is not None:
            self._answer_json(fault.status, {"ok": False, "error": fault.error}, {})
        else:
            self._answer(fault.status, b"something went wrong")
        return True

    def _answer_json(self, status: int, answer: Mapping[str, Any], headers: Mapping[str, str]) -> None:
        self._answer(status, json.dumps(answer).encode(), {"Content-Type": "application/json; charset=utf-8"} | headers)

    def _answer(self, status: int, body: bytes, headers: Mapping[str, str] | None = None) -> None:
        self.send_response(status)
        for name, value in (headers or {"Content-Type": "text/plain"}).items():
            self.send_header(name, value)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *args: object) -> None:
        """Nothing on the tests' screen."""

    def handle(self) -> None:
        """A connection that a fault cut, or that a killed process left, is no fault of this server."""
        try:
            super().handle()
        except (OSError, ValueError):
            time.sleep(0)
