"""What a database says that does not let us in, as one plain sentence with the remedy; trying again would not help."""

from __future__ import annotations

import re
import sqlite3
from pathlib import Path

from sqlalchemy.engine import URL
from sqlalchemy.exc import DBAPIError

from attendance.disk.files import is_full
from attendance.errors import OutOfSpace, RollcallError, ServiceUnavailable

# PostgreSQL's states, of drivers that tell them; while connecting most tell only words.
_STATES = {"28P01": "password", "28000": "password", "3D000": "database", "42501": "right"}
_POSTGRES_WORDS = (
    (re.compile(r"password authentication failed|no password supplied|role \".*\" does not exist"), "password"),
    (re.compile(r"no pg_hba\.conf entry|[Pp]eer authentication failed|Ident authentication failed"), "password"),
    (re.compile(r"database \".*\" does not exist"), "database"),
    (re.compile(r"permission denied for (?!schema pg_)"), "right"),
)
# MySQL's and MariaDB's numbers.
_NUMBERS = {1045: "password", 1698: "password", 2059: "password", 1049: "database", 1044: "hidden", 1142: "right"}
_SQLITE = {
    "SQLITE_NOTADB": "no database",
    "SQLITE_CORRUPT": "damaged",
    "SQLITE_CANTOPEN": "closed",
    "SQLITE_READONLY": "read-only",
    "SQLITE_PERM": "closed",
    "SQLITE_AUTH": "closed",
}


def refusal(error: DBAPIError, url: URL) -> RollcallError | None:
    """None where the database refuses nothing: it does not answer, or something else is wrong."""
    original = error.orig
    if isinstance(original, sqlite3.Error):
        return file_refusal(original, url)
    reason = _reason(original, url)
    if reason == "password":
        return ServiceUnavailable(
            "The database refuses the user %(user)s or the password: correct ROLLCALL_STORE.", user=url.username or ""
        )
    if reason == "database":
        return ServiceUnavailable(
            "There is no database %(database)s on the server: make it, or correct ROLLCALL_STORE.",
            database=url.database or "",
        )
    if reason == "hidden":  # whether it is there is not told to whoever has no right to it
        return ServiceUnavailable(
            "There is no database %(database)s on the server, or the user %(user)s has no rights to it: make it, and "
            "give that user all rights to it.",
            database=url.database or "",
            user=url.username or "",
        )
    if reason == "right":
        return ServiceUnavailable(
            "The user %(user)s may not make tables in the database %(database)s: give that user all rights to it.",
            user=url.username or "",
            database=url.database or "",
        )
    return None


def file_refusal(error: sqlite3.Error, url: URL) -> RollcallError | None:
    """The same for a file of SQLite. On a full disk that is OutOfSpace, whatever SQLite calls it."""
    name = getattr(error, "sqlite_errorname", "")
    reason = next((reason for code, reason in _SQLITE.items() if name == code or name.startswith(f"{code}_")), None)
    file = url.database or ""
    if name == "SQLITE_FULL" or (name.startswith(("SQLITE_IOERR", "SQLITE_CANTOPEN")) and is_full(Path(file).parent)):
        return OutOfSpace("The disk is full: there is no room left for the database %(file)s.", file=file)
    if reason == "no database":
        return ServiceUnavailable("%(file)s is not a SQLite database: correct ROLLCALL_STORE.", file=file)
    if reason == "damaged":
        return ServiceUnavailable("The database file %(file)s is damaged: put a backup in its place.", file=file)
    if reason == "read-only":
        return ServiceUnavailable(
            "The database file %(file)s cannot be written: give this program's user the right to it.", file=file
        )
    if reason == "closed":
        return ServiceUnavailable(
            "The database file %(file)s cannot be opened: its folder must be there, and this program's user may write "
            "in it.",
            file=file,
        )
    return None


def _reason(original: BaseException | None, url: URL) -> str | None:
    if original is None:
        return None
    if url.get_backend_name() == "postgresql":
        state = getattr(original, "sqlstate", None) or getattr(original, "pgcode", None)
        words = str(original)
        said = (reason for pattern, reason in _POSTGRES_WORDS if pattern.search(words))
        return _STATES.get(str(state)) or next(said, None)
    number = getattr(original, "errno", None) or next(iter(original.args), None)
    return _NUMBERS.get(number) if isinstance(number, int) else None
