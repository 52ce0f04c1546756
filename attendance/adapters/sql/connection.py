"""How the database is reached: engine, reading and writing transactions, and its errors as ours."""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import contextmanager, nullcontext
from threading import Lock, local
from typing import Any

from sqlalchemy import Connection, Engine, create_engine, event
from sqlalchemy.engine import URL, make_url
from sqlalchemy.exc import (
    ArgumentError,
    DataError,
    DBAPIError,
    IntegrityError,
    ProgrammingError,
    SQLAlchemyError,
    StatementError,
)
from sqlalchemy.exc import TimeoutError as PoolTimeoutError

from attendance.adapters.sql.refusals import refusal
from attendance.errors import (
    AlreadyExists,
    InvalidInput,
    RollcallError,
    ServiceUnavailable,
    SettingsError,
)

BUSY_TIMEOUT_S = 30
_DRIVERS = {"postgresql": "psycopg", "mysql": "pymysql", "mariadb": "pymysql"}
PURGE_DUE = 0
"""SQLite's `user_version` where something was removed since the last purge, and in a file that never had one."""

_KEPT_OPEN = 16
"""Connections of one process to a SQLite file, which cost next to nothing: one for each of its threads."""


def make_engine(address: str) -> Engine:
    """An engine for a database URL. Connects to nothing yet. Raises SettingsError, without the password in it."""
    try:
        url = _with_driver(make_url(_known(address)))
        if url.get_backend_name() == "sqlite":
            return _sqlite_engine(url)
        # Rows that another transaction committed while this one waited for a lock must be seen after the wait.
        return create_engine(url, pool_pre_ping=True, pool_recycle=1800, isolation_level="READ COMMITTED")
    except ModuleNotFoundError as missing:
        raise SettingsError(
            "ROLLCALL_STORE needs the Python package %(package)s; please install it.",
            package=missing.name,
        ) from missing
    except (ArgumentError, ValueError):  # its words may hold parts of the password
        raise SettingsError("ROLLCALL_STORE is not a database URL, such as sqlite:////srv/rollcall.db.") from None


def _known(address: str) -> str:
    """Other programs call PostgreSQL so, and SQLAlchemy does not."""
    return re.sub(r"^postgres(?=\+|:)", "postgresql", address)


def _with_driver(url: URL) -> URL:
    """A URL that names no driver gets the one that we try, which SQLAlchemy's own choice is not."""
    driver = _DRIVERS.get(url.drivername)
    return url if driver is None else url.set(drivername=f"{url.drivername}+{driver}")


def _sqlite_engine(url: URL) -> Engine:
    if url.database in {None, "", ":memory:"}:
        raise SettingsError("ROLLCALL_STORE must name a file, such as sqlite:////srv/rollcall.db.")
    engine = create_engine(url, connect_args={"timeout": BUSY_TIMEOUT_S}, pool_size=_KEPT_OPEN)
    event.listen(engine, "connect", _set_up_sqlite)
    event.listen(engine, "begin", _begin_sqlite)
    return engine


def _set_up_sqlite(connection: Any, _record: Any) -> None:
    connection.isolation_level = None  # sqlite3 would begin transactions late, and never for reading
    connection.execute("PRAGMA foreign_keys = ON")
    connection.execute("PRAGMA secure_delete = ON")  # how SQLite was built decides otherwise


def _begin_sqlite(connection: Connection) -> None:
    """A writer takes its turn at once: one that reads first and writes later is refused, not made to wait."""
    begin = connection.get_execution_options().get("begin", "BEGIN")
    if begin:
        connection.exec_driver_sql(begin)


class _WriterLock:
    """One writer of this process at a time.

    SQLite lets one write and has the others look again, up to 100 ms apart: many that wait so keep the threads of a
    site busy that pages need. A lock wakes the next one at once; writers of other processes still look again.
    """

    def __init__(self) -> None:
        self._lock = Lock()

    def __enter__(self) -> None:
        """Raises ServiceUnavailable."""
        if not self._lock.acquire(timeout=BUSY_TIMEOUT_S):
            raise _no_answer()

    def __exit__(self, *raised: object) -> None:
        self._lock.release()


class Database:
    """What all parts of the SQL store share: transactions over one engine."""

    def __init__(self, engine: Engine) -> None:
        self.engine = engine
        self._writers = engine.execution_options(begin="BEGIN IMMEDIATE")
        self._lookers = engine.execution_options(begin="")
        self._commits = local()
        self._writer_lock = _WriterLock() if engine.dialect.name == "sqlite" else nullcontext()

    @contextmanager
    def _looking(self) -> Iterator[Connection]:
        """For one statement. On SQLite that needs no transaction around it, which is two thirds of its cost."""
        with errors_as_ours(self.engine.url), self._lookers.begin() as connection:
            yield connection

    @contextmanager
    def _reading(self) -> Iterator[Connection]:
        """For several statements; on SQLite they all see the same moment."""
        with errors_as_ours(self.engine.url), self.engine.begin() as connection:
            yield connection

    @contextmanager
    def _writing(self, taken: RollcallError | None = None) -> Iterator[Connection]:
        """All or nothing; inside `_together` a part of it. `taken` is raised where something is not unique."""
        whole = getattr(self._commits, "connection", None)
        if whole is not None:
            with errors_as_ours(self.engine.url, taken):
                yield whole
            return
        with errors_as_ours(self.engine.url, taken), self._writer_lock, self._writers.begin() as connection:
            yield connection

    @contextmanager
    def _together(self) -> Iterator[None]:
        """All that this thread writes inside is one transaction."""
        with self._writing() as connection:
            self._commits.connection = connection
            try:
                yield
            finally:
                self._commits.connection = None

    @contextmanager
    def _removing(self) -> Iterator[Connection]:
        """The same, and `purge` finds out that something was removed: see preparing.py."""
        with self._writing() as connection:
            if self.engine.dialect.name == "sqlite":
                connection.exec_driver_sql(f"PRAGMA user_version = {PURGE_DUE}")
            yield connection

    def close(self) -> None:
        """Let go of all connections."""
        self.engine.dispose()


@contextmanager
def errors_as_ours(url: URL, taken: RollcallError | None = None) -> Iterator[None]:
    """Errors of the database leave as ours, with theirs as the cause; mistakes in our SQL leave as they are."""
    try:
        yield
    except (DBAPIError, PoolTimeoutError) as error:
        refused = refusal(error, url) if isinstance(error, DBAPIError) else None
        if refused is not None:
            raise refused from error
        if isinstance(error, ProgrammingError):
            raise
        raise _ours(error, taken) from error
    except StatementError as error:
        if isinstance(error.orig, ValueError):  # a column type refused it, such as a moment without a time zone
            raise error.orig from None
        raise
    except UnicodeEncodeError as error:
        raise InvalidInput("This text holds signs that cannot be stored.") from error


def _ours(error: SQLAlchemyError, taken: RollcallError | None) -> RollcallError:
    if isinstance(error, IntegrityError):
        return taken or AlreadyExists("This already exists.")
    if isinstance(error, DataError):
        return InvalidInput("Something here is too long or too large to be stored.")
    return _no_answer()


def _no_answer() -> ServiceUnavailable:
    return ServiceUnavailable("The database does not answer; please try again in a moment.")
