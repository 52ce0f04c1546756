"""The HTTP side: one POST a request, threads, limits, and an orderly end."""

from __future__ import annotations

import logging
import socket
import sys
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from uuid import uuid4

from rekognition_local.api import CONTENT_TYPE, Answer, Api, error_answer
from rekognition_local.errors import ServiceError

# Two pictures of 5 MB in base64, and some.
MOST_BODY_BYTES = 16 * 1024 * 1024
_MOST_DIGITS = 18
IDLE_S = 60.0
_END_S = 20.0

log = logging.getLogger(__name__)


class EndpointServer(ThreadingHTTPServer):
    """A thread a connection; `end` waits for the requests that are answered now, not for idle connections."""

    daemon_threads = True
    request_queue_size = 128

    def __init__(self, host: str, port: int, api: Api) -> None:
        self.api = api
        self.address_family = socket.AF_INET6 if ":" in host else socket.AF_INET
        self._busy = 0
        self.is_ending = False
        self._changed = threading.Condition()
        super().__init__((host, port), _Handler)

    def server_bind(self) -> None:
        """As the base does, without asking the network for this machine's name."""
        self.socket.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        self.socket.bind(self.server_address)
        self.server_address = self.socket.getsockname()
        self.server_name, self.server_port = str(self.server_address[0]), int(self.server_address[1])

    def handle_error(self, request: Any, client_address: Any) -> None:
        """A client that goes away, or sends nothing, is no fault of this server."""
        if isinstance(sys.exception(), OSError):
            log.debug("%s: %s", client_address, sys.exception())
        else:
            log.exception("The connection of %s was broken off.", client_address)

    def count(self, change: int) -> None:
        """One more request, or one less, is being answered."""
        with self._changed:
            self._busy += change
            self._changed.notify_all()

    def end(self) -> None:
        """Take no more requests, and wait a while for those that are being answered."""
        self.is_ending = True
        self.shutdown()
        self.server_close()
        with self._changed:
            self._changed.wait_for(lambda: self._busy == 0, _END_S)


class _Handler(BaseHTTPRequestHandler):
    """One connection."""

    protocol_version = "HTTP/1.1"
    timeout = IDLE_S
    # Headers and body go out in one packet; else each answer waits for the client's acknowledgement.
    wbufsize = -1
    disable_nagle_algorithm = True
    server: EndpointServer

    def do_POST(self) -> None:
        """Answer a request."""
        self.server.count(1)
        try:
            self._answer()
        finally:
            self.server.count(-1)

    def do_GET(self) -> None:
        """Say that the server is there, for those who wait for it."""
        self._send(Answer(200, b'{"status": "ready"}'), str(uuid4()))

    def handle_expect_100(self) -> bool:
        """Tell a client that asks first to send its body, at once: it waits for that."""
        goes_on = super().handle_expect_100()
        self.wfile.flush()
        return goes_on

    def _answer(self) -> None:
        request_id = str(uuid4())
        try:
            body = self._body()
        except ServiceError as error:
            # What is left of the request would be read as the next one.
            self.close_connection = True
            return self._send(error_answer(error, request_id), request_id)
        target, content_type = self.headers.get("X-Amz-Target", ""), self.headers.get("Content-Type", "")
        return self._send(self.server.api.answer(target, content_type, body, request_id), request_id)

    def _body(self) -> bytes:
        if "Origin" in self.headers:
            # No SDK sends it; a page in somebody's browser does, and has no business here.
            raise ServiceError("AccessDeniedException", "Requests of web pages are not answered.", 403)
        if self.server.is_ending:
            raise ServiceError("ServiceUnavailableException", "The server is being stopped.", 503)
        length = self.headers.get("Content-Length", "")
        if not (length.isascii() and length.isdigit()):
            raise ServiceError("MissingContentLength", "The request has no Content-Length.", 411)
        # Python reads no number of thousands of digits.
        if len(length) > _MOST_DIGITS or int(length) > MOST_BODY_BYTES:
            message = f"The request is larger than {MOST_BODY_BYTES} bytes."
            raise ServiceError("RequestEntityTooLargeException", message, 413)
        return self.rfile.read(int(length))

    def _send(self, answer: Answer, request_id: str) -> None:
        self.send_response(answer.status)
        self.send_header("Content-Type", CONTENT_TYPE)
        self.send_header("Content-Length", str(len(answer.body)))
        self.send_header("x-amzn-RequestId", request_id)
        if self.close_connection:
            self.send_header("Connection", "close")
        self.end_headers()
        self.wfile.write(answer.body)

    def version_string(self) -> str:
        """The header Server."""
        return "rekognition_local"

    def log_message(self, format: str, *args: Any) -> None:  # noqa: A002
        """Requests are logged where they are asked for, with --verbose."""
        log.debug(format, *args)
