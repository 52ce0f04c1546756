"""gunicorn's threaded worker, where who sends or reads slowly keeps nobody else waiting; see docs/decisions/0022.

A request has a thread of its own while it waits for its client, and there may be hundreds of those. At most `threads`
of them work at the same time. gunicorn's own worker has no more threads than may work, so that as many slow clients
stop it.
"""

from __future__ import annotations

import os
import resource
import select
import socket
import time
from collections import Counter, deque
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager, suppress
from functools import partial
from selectors import EVENT_READ
from threading import BoundedSemaphore
from typing import Any, TypeVar

from gunicorn.errors import AppImportError
from gunicorn.http.body import LengthReader
from gunicorn.http.errors import NoMoreData
from gunicorn.workers.gthread import TConn, ThreadWorker

from attendance.errors import RollcallError
from attendance.networks import network_of

T = TypeVar("T")

FIRST_BYTE_S = 15.0
"""Browsers open connections before they need them."""
SILENCE_S = 60.0
"""As nginx: who neither sends nor takes a byte for so long is gone. A player that was paused asks anew."""
START_S, LEAST_BYTES_PER_S = 30.0, 500.0
"""Who is waited for longer than the first, and has not moved a byte in every 2 ms of it, is gone too."""
LINGER_S = 2.0
"""For who does not close the connection on which all is said."""
SMALL_BODY = 100_000
"""As much as strangers may send: website/security.py."""
STOPPING_S = 0.5
"""While the site stops, nobody is waited for longer."""
_MOST_SENT = 1 << 20
_FILES_BESIDE = 256  # the database, media, evidence: what is open beside the connections


class PatientSocket(socket.socket):
    """A client's socket that does not stand in the way of others while it waits for the client."""

    def __init__(self, accepted: socket.socket, crowd: Crowd, network: str) -> None:
        super().__init__(fileno=accepted.detach())
        self.network = network
        self.waits_since: float | None = None
        self._crowd = crowd
        self._works = self.left = False
        self.begin()

    def begin(self) -> None:
        """A request begins: its client has been waited for not at all, and has moved nothing."""
        self._waited_s, self._moved = 0.0, 0

    @contextmanager
    def working(self) -> Iterator[None]:
        """Take one of the places of those who work, which waiting gives back for as long as it takes."""
        with self._crowd.places:
            self._works = True
            try:
                yield
            finally:
                self._works = False

    def recv(self, size: int, flags: int = 0) -> bytes:
        """Nothing where the client has gone, or was waited for long enough."""
        if self.gettimeout() is not None:  # gunicorn looks for what is left, for a bounded time
            return super().recv(size, flags)
        received = self._moving(
            lambda: super(PatientSocket, self).recv(size, flags | socket.MSG_DONTWAIT), select.POLLIN
        )
        self._moved += len(received or b"")
        return received or b""

    def sendall(self, data: Any, flags: int = 0) -> None:
        """Raises BrokenPipeError where the client has gone, or was waited for long enough."""
        left = memoryview(data).cast("B")
        send = super().send
        while left:
            left = left[self._sent(partial(send, left, flags | socket.MSG_DONTWAIT)) :]

    def sendfile(self, file: Any, offset: int = 0, count: int | None = None) -> int:
        """As `sendall`, without the bytes passing through this program."""
        left = os.fstat(file.fileno()).st_size - offset if count is None else count
        begun = offset
        os.set_blocking(self.fileno(), False)  # for the system's call alone; Python still takes it for a blocking one
        try:
            while left > 0:
                some = min(left, _MOST_SENT)
                sent = self._sent(partial(self._send_part, file, offset, some))
                if not sent:
                    break  # the file became shorter
                offset, left = offset + sent, left - sent
        finally:
            if self.fileno() >= 0:
                os.set_blocking(self.fileno(), True)
        return offset - begun

    def _send_part(self, file: Any, at: int, size: int) -> int:
        return os.sendfile(self.fileno(), file.fileno(), at, size)

    def linger(self) -> None:
        """Close it, once the client has closed its end or had time to take what was sent: else the rest is lost."""
        with suppress(OSError):
            if not self.left:
                self.shutdown(socket.SHUT_WR)
            began = time.monotonic()
            while (left_s := LINGER_S + began - time.monotonic()) > 0 and self._poll(select.POLLIN, left_s):
                if not super().recv(4096, socket.MSG_DONTWAIT):
                    break
        self.close()

    def leave(self) -> None:
        """Wait for this client no more; its thread goes on as if the client had gone."""
        self.left = True
        with suppress(OSError):  # it has gone
            self.shutdown(socket.SHUT_RDWR)

    def _sent(self, send: Callable[[], int]) -> int:
        sent = self._moving(send, select.POLLOUT)
        if sent is None:
            self.leave()
            raise BrokenPipeError(32, "The client takes nothing.")
        self._moved += sent
        return sent

    def _moving(self, move: Callable[[], T], event: int) -> T | None:
        """Move bytes once it is possible; None where that takes too long."""
        while True:
            try:
                return move()
            except BlockingIOError:
                if not self._waited(event):
                    return None

    def _waited(self, event: int) -> bool:
        if self._works:
            self._crowd.places.release()
        try:
            return self._poll(event, min(SILENCE_S, START_S + self._moved / LEAST_BYTES_PER_S - self._waited_s))
        finally:
            if self._works:
                self._crowd.places.acquire()

    def _poll(self, event: int, patience_s: float) -> bool:
        poll = select.poll()
        poll.register(self.fileno(), event)
        self.waits_since = began = time.monotonic()
        self._crowd.waiting.add(self)
        try:
            return bool(poll.poll(max(0.0, patience_s) * 1000))
        finally:
            self._crowd.waiting.discard(self)
            self.waits_since = None
            self._waited_s += time.monotonic() - began


class Crowd:
    """The clients that threads wait for, and the places of those threads that work."""

    def __init__(self, places: int) -> None:
        self.places = BoundedSemaphore(places)
        self.waiting: set[PatientSocket] = set()

    def waited_for(self) -> list[PatientSocket]:
        """At this moment, without those whose threads have just been told to wait no more."""
        return [client for client in list(self.waiting) if not client.left]

    def leave_those_before(self, moment: float) -> None:
        """Who has been waited for since then or longer."""
        for client in self.waited_for():
            since = client.waits_since
            if since is not None and since <= moment:
                client.leave()


class _Door:
    """A listener whose clients are patient sockets."""

    def __init__(self, listener: socket.socket, crowd: Crowd) -> None:
        self._listener, self._crowd = listener, crowd

    def accept(self) -> tuple[PatientSocket, Any]:
        accepted, address = self._listener.accept()
        return PatientSocket(accepted, self._crowd, network_of(address[0]) if address else ""), address

    def getsockname(self) -> Any:
        return self._listener.getsockname()


class PatientWorker(ThreadWorker):  # type: ignore[misc]
    """Connections wait in the event loop for their first byte, then in a thread; `threads` of them work at once."""

    worker_connections: int
    pending_conns: deque[TConn]

    def __init__(self, *given: Any, **named: Any) -> None:
        super().__init__(*given, **named)
        self._crowd = Crowd(self.cfg.threads)

    def init_process(self) -> None:
        """Let this process have as many files open as it has connections, which systems seldom allow unasked."""
        soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
        wanted = self.worker_connections + _FILES_BESIDE
        if soft < wanted:
            soft = wanted if hard == resource.RLIM_INFINITY else min(wanted, hard)
            resource.setrlimit(resource.RLIMIT_NOFILE, (soft, hard))
        self.worker_connections = min(self.worker_connections, max(self.cfg.threads + 1, soft - _FILES_BESIDE))
        super().init_process()

    def load_wsgi(self) -> None:
        """A site that cannot start says why in its sentence: gunicorn prints no trace of an AppImportError."""
        try:
            super().load_wsgi()
        except RollcallError as wrong:
            raise AppImportError(f"rollcall: {wrong.sentence}") from wrong

    def get_thread_pool(self) -> ThreadPoolExecutor:
        """A thread is made when a connection needs one, and used again."""
        return ThreadPoolExecutor(max_workers=self.worker_connections)

    def accept(self, listener: socket.socket) -> None:
        """Where it becomes full, those have to go who have been waited for longest, of whom most wait."""
        if self.nr_conns >= self.worker_connections * 9 // 10:
            self._make_room()
        super().accept(_Door(listener, self._crowd))

    def enqueue_req(self, conn: TConn) -> None:
        """A new connection that is silent needs no thread."""
        if conn.initialized or conn.data_ready:
            super().enqueue_req(conn)
            return
        conn.sock.setblocking(False)
        conn.timeout = time.monotonic() + FIRST_BYTE_S
        self.pending_conns.append(conn)
        self.poller.register(conn.sock, EVENT_READ, partial(self.on_pending_socket_readable, conn))

    def wait_for_and_dispatch_events(self, timeout: float) -> None:
        """The worker's loop does this again and again, also while it stops."""
        super().wait_for_and_dispatch_events(timeout if self.alive else min(timeout, STOPPING_S / 2))
        if not self.alive:
            self._crowd.leave_those_before(time.monotonic() - STOPPING_S)
            for conn in self.pending_conns:
                conn.timeout = 0.0

    def handle(self, conn: TConn) -> Any:
        """In a thread of its own."""
        if isinstance(conn.sock, PatientSocket):
            conn.sock.begin()
        keeps = super().handle(conn)
        if keeps is False:
            self._close(conn)
        return keeps

    def finish_request(self, conn: TConn, done: Any) -> None:
        """In the loop again: its connection waits for the next request, or is gone."""
        if conn.sock.fileno() < 0:
            self.nr_conns -= 1
        else:
            super().finish_request(conn, done)

    def handle_request(self, request: Any, conn: TConn) -> Any:
        """The request's head is here: the site's own work begins."""
        if not isinstance(conn.sock, PatientSocket):  # encrypted by gunicorn itself
            return super().handle_request(request, conn)
        _await_small_body(request)
        with conn.sock.working():
            return super().handle_request(request, conn)

    @staticmethod
    def _close(conn: TConn) -> None:
        """In the thread, because it waits for the client: gunicorn's own worker does that in its loop."""
        if isinstance(conn.sock, PatientSocket):
            conn.sock.linger()
        else:
            conn.close(graceful=True)

    def _make_room(self) -> None:
        """A tenth at once, because to look who waits takes time; each time it is the most crowded network's turn."""
        silent = list(self.pending_conns)
        waiting = sorted(self._crowd.waited_for(), key=lambda client: client.waits_since or 0.0)
        networks = Counter([*(conn.sock.network for conn in silent), *(client.network for client in waiting)])
        for _ in range(min(networks.total(), self.worker_connections // 10)):
            ((network, _number),) = networks.most_common(1)
            networks[network] -= 1
            _end_first(network, silent, waiting)
        # The loop closes these once it has gone through what select told it, which may be of them.
        self.pending_conns = deque(sorted(self.pending_conns, key=lambda conn: conn.timeout))


def _end_first(network: str, silent: list[TConn], waiting: list[PatientSocket]) -> None:
    """Whose request has not begun goes before those that wait in the middle of one."""
    for conn in silent:
        if conn.sock.network == network:
            conn.timeout = 0.0
            silent.remove(conn)
            return
    for client in waiting:
        if client.network == network:
            client.leave()
            waiting.remove(client)
            return


def _await_small_body(request: Any) -> None:
    """So that the site begins no work for the many who never send the rest. Raises NoMoreData."""
    reader = request.body.reader
    if not isinstance(reader, LengthReader) or reader.length > SMALL_BODY:
        return
    if any(name == "EXPECT" for name, _ in request.headers):
        return  # the client waits to be asked for it, which gunicorn does where the site reads
    body = reader.unreader.read(reader.length)
    if len(body) < reader.length:
        raise NoMoreData
    reader.unreader.unread(body)
