"""Making and migrating the tables, safely from several processes at once."""

from __future__ import annotations

import os
import sqlite3
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from alembic import command
from alembic.config import Config
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Connection, text

from attendance.adapters.sql.connection import BUSY_TIMEOUT_S, PURGE_DUE, Database, errors_as_ours
from attendance.adapters.sql.refusals import file_refusal
from attendance.adapters.sql.views import drop_views, make_views
from attendance.disk.private_files import keep_database_private
from attendance.errors import OutOfSpace, ServiceUnavailable

MIGRATIONS = Path(__file__).parent / "migrations"
_LOCK_NAME = "rollcall_schema"
_LOCK_NUMBER = 0x526F6C6C  # any number that nobody else uses
_ONE_THREAD = threading.Lock()  # Alembic holds the migration that runs in a global


class SqlPreparation(Database):
    """`prepare` and `check` of the Store."""

    def prepare(self) -> None:
        """Make or migrate the tables. Raises ServiceUnavailable, also where they are of a newer Rollcall."""
        self._make_private_file()
        self._use_wal()
        if self._version() == newest_version():
            return
        with _ONE_THREAD, self._writing() as connection, _one_process(connection):
            _refuse_newer(_version(connection))
            drop_views(connection)
            command.upgrade(alembic_config(connection), "head")
            make_views(connection)

    def check(self) -> None:
        """Raises ServiceUnavailable where it does not answer or is of another version."""
        if self._version() != newest_version():
            raise ServiceUnavailable("The database is of another version than this program; please restart it.")

    def _version(self) -> str | None:
        with self._reading() as connection:
            return _version(connection)

    def _make_private_file(self) -> None:
        """The file is for its own user only, as are then those that SQLite puts beside it.

        One that is there is not opened: closing it would take away the locks of all its connections in this process,
        and another process would then clear up the log that they still read.
        """
        path = self.engine.url.database
        if self.engine.dialect.name == "sqlite" and path is not None:
            with suppress(OSError):  # why it cannot be made is said by whoever opens it next
                os.close(os.open(path, os.O_RDWR | os.O_CREAT | os.O_EXCL, 0o600))
            keep_database_private(Path(path))

    def _use_wal(self) -> None:
        """Readers and a writer do not wait for each other. Stored in the file; switching needs it for oneself once."""
        if self.engine.dialect.name != "sqlite":
            return
        until = time.monotonic() + BUSY_TIMEOUT_S
        while not self._switched_to_wal():
            if time.monotonic() > until:
                raise ServiceUnavailable("The database is held by another program; please try again in a moment.")
            time.sleep(0.05)

    def _switched_to_wal(self) -> bool:
        with errors_as_ours(self.engine.url), self.engine.connect() as connection:
            raw = connection.connection.driver_connection  # the switch is refused inside a transaction
            assert isinstance(raw, sqlite3.Connection)
            try:
                return bool(raw.execute("PRAGMA journal_mode = WAL").fetchone() == ("wal",))
            except sqlite3.DatabaseError as error:
                if error.sqlite_errorname.startswith("SQLITE_BUSY"):
                    return False
                refused = file_refusal(error, self.engine.url)
                raise refused or ServiceUnavailable("The database file cannot be opened.") from error


def newest_version() -> str | None:
    """The last migration that this program knows."""
    return ScriptDirectory.from_config(alembic_config()).get_current_head()


def alembic_config(connection: Connection | None = None) -> Config:
    """What Alembic is told: where the migrations are, and the connection that they run on."""
    config = Config()
    config.set_main_option("script_location", str(MIGRATIONS).replace("%", "%%"))
    config.set_main_option("path_separator", "os")
    config.attributes["connection"] = connection
    return config


def _version(connection: Connection) -> str | None:
    return MigrationContext.configure(connection).get_current_revision()


def _refuse_newer(version: str | None) -> None:
    known = {script.revision for script in ScriptDirectory.from_config(alembic_config()).walk_revisions()}
    if version is not None and version not in known:
        raise ServiceUnavailable("The database is of a newer version than this program; please update the program.")


@contextmanager
def _one_process(connection: Connection) -> Iterator[None]:
    """Others wait here until the tables are made. SQLite's writing transaction does that by itself."""
    name = connection.dialect.name
    if name == "postgresql":
        connection.execute(text("SELECT pg_advisory_xact_lock(:number)"), {"number": _LOCK_NUMBER})
    elif name in {"mysql", "mariadb"}:
        connection.execute(text("SELECT GET_LOCK(:name, 60)"), {"name": _LOCK_NAME})
    yield
    if name in {"mysql", "mariadb"}:
        connection.execute(text("SELECT RELEASE_LOCK(:name)"), {"name": _LOCK_NAME})


_PURGED, _PURGING = 1, 2  # a purge that is killed leaves _PURGING, which is not _PURGED either
_WAIT_FOR_READERS_MS = 500  # writers wait with it


class SqlPurging(Database):
    """`purge` of the Store."""

    def purge(self) -> bool:
        """Whether nothing is left. Raises OutOfSpace, ServiceUnavailable."""
        path = self.engine.url.database
        if self.engine.dialect.name != "sqlite" or path is None:
            return True
        with self._writer_lock, self._raw() as connection:
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
