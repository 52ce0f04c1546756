"""Counts attempts in a file, which all web processes of one machine share."""

from __future__ import annotations

import sqlite3
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from limits.storage import Storage
from limits.storage.base import MovingWindowSupport

from attendance.disk.private_files import keep_database_private

_BUSY_TIMEOUT_S = 5.0
_TABLE = (
    "CREATE TABLE IF NOT EXISTS hits (key TEXT NOT NULL, at REAL NOT NULL, until REAL NOT NULL)",
    "CREATE INDEX IF NOT EXISTS hits_of_key ON hits (key, at)",
    "CREATE INDEX IF NOT EXISTS hits_until ON hits (until)",
)


class FileCounts(Storage, MovingWindowSupport):
    """A row for each hit, in SQLite. The file may be removed while the site stands still: then nothing was tried yet.

    Windows move: a fixed window, which the library offers too, is one that begins with its first hit.
    """

    def __init__(self, path: Path) -> None:
        super().__init__(wrap_exceptions=True)
        self._path = path
        self._turn = threading.Lock()
        self._opened: sqlite3.Connection | None = None

    @property
    def base_exceptions(self) -> tuple[type[Exception], ...]:
        """What leaves as limits' own StorageError."""
        return sqlite3.Error, OSError

    def acquire_entry(self, key: str, limit: int, expiry: int, amount: int = 1) -> bool:
        """Count `amount` hits, unless that would be more than `limit` in `expiry` seconds."""
        with self._writing() as connection:
            now = time.time()
            connection.execute("DELETE FROM hits WHERE until < ?", (now,))
            if _since(connection, key, now - expiry)[1] + amount > limit:
                return False
            _add(connection, key, now, expiry, amount)
            return True

    def get_moving_window(self, key: str, limit: int, expiry: int) -> tuple[float, int]:
        """The oldest hit of the last `expiry` seconds (now, where there is none), and how many there were."""
        with self._writing() as connection:
            now = time.time()
            oldest, number = _since(connection, key, now - expiry)
            return (now if oldest is None else oldest), number

    def incr(self, key: str, expiry: int, amount: int = 1) -> int:
        """How many hits there are now."""
        with self._writing() as connection:
            now = time.time()
            _add(connection, key, now, expiry, amount)
            return _alive(connection, key, now)[1]

    def get(self, key: str) -> int:
        """How many hits there are."""
        with self._writing() as connection:
            return _alive(connection, key, time.time())[1]

    def get_expiry(self, key: str) -> float:
        """When the first of the hits no longer counts, in seconds since 1970; now, where there is none."""
        with self._writing() as connection:
            now = time.time()
            until = _alive(connection, key, now)[0]
            return now if until is None else until

    def check(self) -> bool:
        """Whether the file answers."""
        with self._writing() as connection:
            return bool(connection.execute("SELECT 1").fetchone() == (1,))

    def clear(self, key: str) -> None:
        """Forget the hits."""
        with self._writing() as connection:
            connection.execute("DELETE FROM hits WHERE key = ?", (key,))

    def reset(self) -> int | None:
        """Forget all hits, and say how many there were."""
        with self._writing() as connection:
            return connection.execute("DELETE FROM hits").rowcount

    @contextmanager
    def _writing(self) -> Iterator[sqlite3.Connection]:
        """Looking is writing too: two who look and then count would both count."""
        with self._turn:
            if self._opened is None:
                self._opened = _opened(self._path)
            connection = self._opened
            connection.execute("BEGIN IMMEDIATE")
            try:
                yield connection
                connection.execute("COMMIT")
            except BaseException:
                if connection.in_transaction:
                    connection.execute("ROLLBACK")
                raise


def _opened(path: Path) -> sqlite3.Connection:
    path.touch(mode=0o600)  # it holds addresses of people
    keep_database_private(path)
    connection = sqlite3.connect(path, timeout=_BUSY_TIMEOUT_S, isolation_level=None, check_same_thread=False)
    connection.execute("PRAGMA secure_delete = ON")  # how SQLite was built decides otherwise
    for statement in _TABLE:
        connection.execute(statement)
    return connection


def _add(connection: sqlite3.Connection, key: str, now: float, expiry: int, amount: int) -> None:
    connection.executemany("INSERT INTO hits VALUES (?, ?, ?)", [(key, now, now + expiry)] * amount)


def _since(connection: sqlite3.Connection, key: str, at: float) -> tuple[float | None, int]:
    """The oldest hit, and how many there were."""
    oldest, number = connection.execute(
        "SELECT min(at), count(*) FROM hits WHERE key = ? AND at >= ?", (key, at)
    ).fetchone()
    return oldest, number


def _alive(connection: sqlite3.Connection, key: str, now: float) -> tuple[float | None, int]:
    """When the first of them ends, and how many there are."""
    until, number = connection.execute(
        "SELECT min(until), count(*) FROM hits WHERE key = ? AND until >= ?", (key, now)
    ).fetchone()
    return until, number
