"""Leaves nothing of removed rows in the files of SQLite: neither in free room, nor in its write-ahead log.

`secure_delete` overwrites the rows that are deleted, but not every copy that stayed on an index page when it was
divided or joined: two names in a thousand were found afterwards. So the file is written anew after a removal (VACUUM),
and the log is emptied. Other databases keep their files elsewhere and clear up by themselves.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from attendance.adapters.store_sql.connection import BUSY_TIMEOUT_S, PURGE_DUE, Database, errors_as_ours
from attendance.errors import OutOfSpace, ServiceUnavailable

_PURGED, _PURGING = 1, 2  # a purge that is killed leaves _PURGING, which is not _PURGED either
_WAIT_FOR_READERS_MS = 500  # writers wait with it


class SqlPurging(Database):
    """`purge` of the Store."""

    def purge(self) -> bool:
        """Whether nothing is left. Raises OutOfSpace, ServiceUnavailable."""
        path = self.engine.url.database
        if self.engine.dialect.name != "sqlite" or path is None:
            return True
        with self._turns, self._raw() as connection:
            if _state(connection) != _PURGED:
                _write_anew(connection)
            return _log_is_empty(path) or _emptied_log(connection)

    @contextmanager
    def _raw(self) -> Iterator[sqlite3.Connection]:
        """Outside of any transaction, where alone these statements work."""
        with errors_as_ours(self.engine.url), self.engine.connect() as connection:
            raw = connection.connection.driver_connection
            assert isinstance(raw, sqlite3.Connection)
            try:
                yield raw
            except sqlite3.OperationalError as error:
                if error.sqlite_errorname == "SQLITE_FULL":
                    raise OutOfSpace(
                        "The disk has no room to write the database anew, which removals need; what was removed is "
                        "still in its free parts."
                    ) from error
                raise ServiceUnavailable("The database does not answer; please try again in a moment.") from error


def _state(connection: sqlite3.Connection) -> int:
    (state,) = connection.execute("PRAGMA user_version").fetchone()
    return int(state)


def _write_anew(connection: sqlite3.Connection) -> None:
    """What is removed during or after it is for the next purge."""
    connection.execute(f"PRAGMA user_version = {_PURGING}")
    connection.execute("VACUUM")
    connection.execute("BEGIN IMMEDIATE")
    try:
        if _state(connection) == _PURGING:
            connection.execute(f"PRAGMA user_version = {_PURGED}")
    finally:
        connection.execute("COMMIT")


def _log_is_empty(path: str) -> bool:
    try:
        return Path(f"{path}-wal").stat().st_size == 0
    except FileNotFoundError:
        return True


def _emptied_log(connection: sqlite3.Connection) -> bool:
    """False where somebody still reads from it."""
    connection.execute(f"PRAGMA busy_timeout = {_WAIT_FOR_READERS_MS}")
    try:
        busy, _pages, _moved = connection.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchone()
    finally:
        connection.execute(f"PRAGMA busy_timeout = {BUSY_TIMEOUT_S * 1000}")
    return not busy


assert PURGE_DUE not in (_PURGED, _PURGING)
