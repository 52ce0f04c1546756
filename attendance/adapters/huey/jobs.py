"""Hands searches to a worker through huey: a SQLite file on one machine, Redis between several."""

from __future__ import annotations

import json
import logging
import sqlite3
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import cached_property
from importlib import import_module
from importlib.util import find_spec
from pathlib import Path
from typing import Any

from huey import Huey, RedisHuey
from huey.consumer import Worker
from huey.registry import Message
from huey.serializer import Serializer
from huey.storage import SqliteStorage

from attendance.adapters.job_log import run_logged
from attendance.disk.private_files import keep_database_private
from attendance.errors import ServiceUnavailable, SettingsError
from attendance.redis_refusals import is_refusal
from attendance.settings import Settings
from attendance.settings.service_url import ServiceUrl, without_secrets

log = logging.getLogger("rollcall.jobs")

SWEEP_EVERY_S = 15.0
MOST_WAIT_S = 1.0
"""An idle worker looks into the queue at least this often."""

STOP_WITHIN_S = 20.0
"""So long a running search has to stop; its lease runs out where it does not, and it is searched again."""

_BUSY_TIMEOUT_S = 30


def open_jobs(value: str, settings: Settings) -> HueyJobs:
    """The queue of `huey+sqlite:PATH` or `huey+redis://HOST`. Raises SettingsError.

    Nothing is opened before the first job, so that each process has a connection of its own.
    """
    where = value.removeprefix("huey+")
    if where.startswith("sqlite:") and where != "sqlite:":
        path = settings.data / where.removeprefix("sqlite:").removeprefix("//")
        return HueyJobs(lambda: _sqlite(path))
    if where.startswith(("redis://", "rediss://", "unix://")):
        _check_redis()
        _check_redis_url(where)
        return HueyJobs(lambda: _redis(where), where)
    raise SettingsError(
        "ROLLCALL_JOBS is %(value)s, but must be huey+sqlite:PATH or huey+redis://HOST.", value=repr(ServiceUrl(value))
    )


class HueyJobs:
    """A WorkedQueue. `run_worker` is the other end: the website enqueues, a worker process runs.

    The queue holds ids only, as JSON: who can write into it cannot make the worker run anything else.
    """

    def __init__(self, connect: Callable[[], Any], url: str = "") -> None:
        self._connect = connect
        self._url = url  # what its client says may hold parts of it
        self._connecting = threading.Lock()
        self._search: Callable[[str], object] | None = None
        self._sweep: Callable[[], object] | None = None
        self._sweep_asked = threading.Event()

    def bind(self, search: Callable[[str], object], sweep: Callable[[], object]) -> None:
        self._search = search
        self._sweep = sweep

    def enqueue_search(self, recording_id: str) -> None:
        with _plain_queue_errors(self._url):
            self._search_task(recording_id)

    def enqueue_sweep(self) -> None:
        with _plain_queue_errors(self._url):
            self._sweep_task()

    def run_worker(
        self, stop: threading.Event, *, sweep_every_s: float = SWEEP_EVERY_S, stop_within_s: float = STOP_WITHIN_S
    ) -> None:
        """Sweep now and every few seconds, and run one job after the other, until `stop` is set.

        Sets no signal handlers. A search that runs when `stop` is set has to be stopped by its progress callback;
        it is waited for `stop_within_s`. Raises ServiceUnavailable where the queue cannot be opened.
        """
        with _plain_queue_errors(self._url):
            self._huey.pending_count()
        # Jobs run in a thread of their own, so that one that does not heed `stop` cannot keep the process.
        working = threading.Thread(target=self._work, args=(stop, sweep_every_s), name="jobs", daemon=True)
        working.start()
        while working.is_alive() and not stop.wait(0.2):
            pass
        working.join(stop_within_s)
        if working.is_alive():
            log.warning("A job did not stop within %g s; its recording is searched again later.", stop_within_s)

    def _work(self, stop: threading.Event, sweep_every_s: float) -> None:
        worker = Worker(self._huey, stop, default_delay=0.1, max_delay=MOST_WAIT_S, backoff=1.15)
        next_sweep = time.monotonic()
        while not stop.is_set():
            if time.monotonic() >= next_sweep or self._sweep_asked.is_set():
                self._sweep_asked.clear()  # many who ask at once are served by one
                self._sweep_once()
                next_sweep = time.monotonic() + sweep_every_s
            else:
                worker.loop()  # one job, or a short wait; logs what goes wrong with the queue

    def _run_search(self, recording_id: str) -> None:
        if self._search is None:
            raise RuntimeError("bind the jobs before the worker runs")
        search = self._search
        run_logged(f"The search of recording {recording_id}", lambda: search(recording_id))

    def _sweep_once(self) -> None:
        if self._sweep is None:
            raise RuntimeError("bind the jobs before the worker runs")
        run_logged("The sweep", self._sweep)

    @property
    def _huey(self) -> Any:
        return self._opened[0]

    @property
    def _search_task(self) -> Any:
        return self._opened[1]

    @property
    def _sweep_task(self) -> Any:
        return self._opened[2]

    @property
    def _opened(self) -> tuple[Any, Any, Any]:
        with self._connecting:
            return self._open_once

    @cached_property
    def _open_once(self) -> tuple[Any, Any, Any]:
        huey = self._connect()
        sweep = huey.task(name="sweep")(self._sweep_asked.set)
        return huey, huey.task(name="search")(self._run_search), sweep


class _JsonSerializer(Serializer):  # type: ignore[misc]
    """Messages as JSON; huey's own are pickles, which run code when they are read."""

    def _serialize(self, data: Any) -> bytes:
        return json.dumps(data).encode()

    def _deserialize(self, data: bytes) -> Any:
        return Message(*json.loads(data))


class _ForgetfulStorage(SqliteStorage):  # type: ignore[misc]
    """Jobs that are done are overwritten in the file, however SQLite was built."""

    def _create_connection(self) -> Any:
        connection = super()._create_connection()
        connection.execute("PRAGMA secure_delete = ON")
        return connection


def _sqlite(path: Path) -> Any:
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    keep_database_private(path)
    return Huey(
        "rollcall",
        storage_class=_ForgetfulStorage,
        filename=str(path),
        timeout=_BUSY_TIMEOUT_S,
        fsync=True,
        results=False,
        serializer=_JsonSerializer(),
    )


def _redis(url: str) -> Any:
    return RedisHuey("rollcall", url=url, results=False, serializer=_JsonSerializer())


def _check_redis() -> None:
    if find_spec("redis") is None:
        raise SettingsError("ROLLCALL_JOBS names Redis, but its client is missing: pip install redis.")


def _check_redis_url(url: str) -> None:
    """What its client would say at the first job, in words that may hold parts of the password."""
    try:
        import_module("redis").ConnectionPool.from_url(url).make_connection()  # connects to nothing
    except Exception:
        raise SettingsError("ROLLCALL_JOBS is not the address of a Redis, such as huey+redis://HOST:6379/0.") from None


def _queue_errors() -> tuple[type[Exception], ...]:
    """What the two kinds of queue raise when they do not answer; Redis' own are known only where it is installed."""
    if find_spec("redis") is None:
        return sqlite3.Error, OSError
    return sqlite3.Error, OSError, import_module("redis.exceptions").RedisError


@contextmanager
def _plain_queue_errors(url: str) -> Iterator[None]:
    try:
        yield
    except _queue_errors() as error:
        if is_refusal(error):
            raise ServiceUnavailable(
                "Redis refuses the user, the password or the number of the database: correct ROLLCALL_JOBS."
            ) from None
        words = without_secrets(str(error), url)
        raise ServiceUnavailable("The queue of searches does not answer: %(error)s.", error=words) from (
            error if words == str(error) else None
        )
