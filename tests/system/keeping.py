"""All that a data folder holds, so that a test can say that nothing was left behind."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from pathlib import Path

_PROGRAMS_OWN = ("rollcall.db", "jobs.db", "secret-key", "setup-token")


def kept_in(data: Path) -> tuple[list[str], dict[str, int]]:
    """Names of its files and folders but for the databases, and how many rows each table has."""
    names = [path.relative_to(data).as_posix() for path in data.rglob("*")]
    return sorted(name for name in names if not name.startswith(_PROGRAMS_OWN)), _rows(data / "rollcall.db")


def _rows(path: Path) -> dict[str, int]:
    with closing(sqlite3.connect(path)) as database:
        tables = [name for (name,) in database.execute("select name from sqlite_master where type = 'table'")]
        return {table: database.execute(f'select count(*) from "{table}"').fetchone()[0] for table in tables}
