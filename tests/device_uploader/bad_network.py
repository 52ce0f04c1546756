"""A TCP proxy that is as bad as a school's network: down, silent, cutting connections anywhere, or closing one side."""

from __future__ import annotations

import contextlib
import random
import socket
import ssl
import threading
from collections.abc import Callable
from typing import Literal

State = Literal["up", "refusing", "silent", "cutting", "half closing"]
BLOCK = 4096


class BadNetwork:
    """Passes bytes on to `target` in the state that `set` gave it last; connections that are open feel it too."""

    def __init__(self, target: tuple[str, int], seed: int = 0) -> None:
        self._target, self._random = target, random.Random(seed)
        self._state: State = "up"
        self._lock = threading.Lock()
        self._open: set[socket.socket] = set()
        self._server = socket.create_server(("127.0.0.1", 0))
        self.port = self._server.getsockname()[1]
        self.cuts = 0
        self._stopped = False
        threading.Thread(target=self._accept, daemon=True).start()

    def set(self, state: State) -> None:
        """From now on; what is open is cut, as a network that goes away does."""
        self._state = state
        self.cut_all()

    def cut_all(self) -> None:
        """Every connection ends where it is."""
        with self._lock:
            sockets, self._open = self._open, set()
        self.cuts += len(sockets) // 2
        for one in sockets:
            close_hard(one)

    def stop(self) -> None:
        """For good."""
        self._stopped = True
        self._server.close()
        self.cut_all()

    def _accept(self) -> None:
        while not self._stopped:
            try:
                client, _ = self._server.accept()
            except OSError:
                return
            threading.Thread(target=self._serve, args=(client,), daemon=True).start()

    def _serve(self, client: socket.socket) -> None:
        state = self._state
        if state == "refusing":
            close_hard(client)
            return
        with self._lock:
            self._open.add(client)
        if state == "silent":
            return
        try:
            site = socket.create_connection(self._target, 5)
        except OSError:
            close_hard(client)
            return
        site.settimeout(None)
        with self._lock:
            self._open.add(site)
        limit = {"cutting": self._random.randrange(200_000), "half closing": self._random.randrange(50_000)}.get(state)
        there = threading.Thread(target=self._pump, args=(client, site, limit, state), daemon=True)
        there.start()
        self._pump(site, client, limit, state)
        there.join()
        with self._lock:
            self._open -= {client, site}
        close_hard(client)
        close_hard(site)

    def _pump(self, source: socket.socket, target: socket.socket, limit: int | None, state: State) -> None:
        passed = 0
        with contextlib.suppress(OSError):
            while block := source.recv(BLOCK):
                if limit is not None and passed + len(block) > limit:
                    target.sendall(block[: limit - passed])
                    if state == "cutting":
                        self.cuts += 1
                        close_hard(source)
                        close_hard(target)
                        return
                    break
                target.sendall(block)
                passed += len(block)
            target.shutdown(socket.SHUT_WR)


def close_hard(one: socket.socket) -> None:
    """As a machine does that has no idea of the connection any more."""
    with contextlib.suppress(OSError):
        one.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, b"\x01\x00\x00\x00\x00\x00\x00\x00")
        one.shutdown(socket.SHUT_RDWR)
    with contextlib.suppress(OSError):
        one.close()


def served(app: Callable[..., object], tls: ssl.SSLContext | None = None) -> tuple[int, Callable[[], None]]:
    """A WSGI app on a free port of this machine, and what stops it."""
    from werkzeug.serving import WSGIRequestHandler, make_server

    class Quiet(WSGIRequestHandler):
        protocol_version = "HTTP/1.1"

        def log(self, *_: object) -> None:
            return

    server = make_server("127.0.0.1", 0, app, threaded=True, request_handler=Quiet, ssl_context=tls)
    server.daemon_threads = True
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()

    def stop() -> None:
        server.shutdown()
        thread.join()
        server.server_close()

    return server.server_port, stop
