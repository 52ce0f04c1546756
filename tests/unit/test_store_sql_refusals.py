"""A wrong password, a missing database or right, and a file that is none are told as what they are.

The errors are those that psycopg 3, PyMySQL and sqlite3 raised before PostgreSQL 15, MariaDB 10.11 and SQLite.
"""

from __future__ import annotations

import os
import sqlite3
from pathlib import Path

import pytest
from sqlalchemy.engine import URL, make_url
from sqlalchemy.exc import DBAPIError, OperationalError, ProgrammingError

from attendance import bootstrap
from attendance.adapters.sql import open_store
from attendance.adapters.sql.connection import errors_as_ours, make_engine
from attendance.errors import ServiceUnavailable, SettingsError
from attendance.settings import load_settings

POSTGRES = make_url("postgresql+psycopg://ada:secret@db.example.org/rollcall")
MARIADB = make_url("mariadb+pymysql://ada:secret@db.example.org/rollcall")
PASSWORD = "The database refuses the user ada or the password: correct ROLLCALL_STORE."
DATABASE = "There is no database rollcall on the server: make it, or correct ROLLCALL_STORE."
HIDDEN = (
    "There is no database rollcall on the server, or the user ada has no rights to it: make it, and give that user all "
    "rights to it."
)
RIGHT = "The user ada may not make tables in the database rollcall: give that user all rights to it."
NO_ANSWER = "The database does not answer; please try again in a moment."
AT = 'connection failed: connection to server at "10.0.0.1", port 5432 failed: '


class Recorded(Exception):
    """What a driver raised."""

    def __init__(self, *args: object, sqlstate: str | None = None) -> None:
        super().__init__(*args)
        self.sqlstate = sqlstate


def said(url: URL, original: Exception, kind: type[DBAPIError] = OperationalError) -> str:
    with pytest.raises(ServiceUnavailable) as refused, errors_as_ours(url):
        raise kind("CONNECT", {}, original)
    assert "secret" not in refused.value.sentence
    return refused.value.sentence


@pytest.mark.parametrize(
    ("url", "original", "sentence"),
    [
        (POSTGRES, Recorded(f'{AT}FATAL:  password authentication failed for user "ada"'), PASSWORD),
        (POSTGRES, Recorded(f"{AT}fe_sendauth: no password supplied"), PASSWORD),
        (POSTGRES, Recorded(f'{AT}FATAL:  role "ada" does not exist'), PASSWORD),
        (POSTGRES, Recorded(f'{AT}FATAL:  no pg_hba.conf entry for host "10.0.0.2", user "ada"'), PASSWORD),
        (POSTGRES, Recorded("anything", sqlstate="28P01"), PASSWORD),
        (POSTGRES, Recorded(f'{AT}FATAL:  database "rollcall" does not exist'), DATABASE),
        (POSTGRES, Recorded("irgendwas", sqlstate="3D000"), DATABASE),
        (POSTGRES, Recorded(f"{AT}Connection refused"), NO_ANSWER),
        (POSTGRES, Recorded("failed to resolve host 'db.example.org': Name or service not known"), NO_ANSWER),
        (POSTGRES, Recorded("the connection is closed"), NO_ANSWER),
        (MARIADB, Recorded(1045, "Access denied for user 'ada'@'10.0.0.2' (using password: YES)"), PASSWORD),
        (MARIADB, Recorded(1698, "Access denied for user 'ada'@'localhost'"), PASSWORD),
        (MARIADB, Recorded(1049, "Unknown database 'rollcall'"), DATABASE),
        (MARIADB, Recorded(1044, "Access denied for user 'ada'@'10.0.0.2' to database 'rollcall'"), HIDDEN),
        (MARIADB, Recorded(1142, "CREATE command denied to user 'ada'@'10.0.0.2' for table 'users'"), RIGHT),
        (MARIADB, Recorded(2003, "Can't connect to MySQL server on 'db.example.org' (Connection refused)"), NO_ANSWER),
        (MARIADB, Recorded(1213, "Deadlock found when trying to get lock"), NO_ANSWER),
        (MARIADB, Recorded(), NO_ANSWER),
    ],
)
def test_each_refusal_is_told_with_its_remedy(url: URL, original: Exception, sentence: str) -> None:
    assert said(url, original) == sentence


def test_a_user_who_may_make_no_tables_is_told_so() -> None:
    denied = Recorded("permission denied for schema public", sqlstate="42501")
    assert said(POSTGRES, denied, ProgrammingError) == RIGHT


def test_a_mistake_in_our_own_sql_is_no_refusal() -> None:
    with pytest.raises(ProgrammingError), errors_as_ours(POSTGRES):
        raise ProgrammingError("SELECT", {}, Recorded('relation "x" does not exist', sqlstate="42P01"))


def test_a_folder_that_is_missing_and_a_file_that_is_none_are_told_by_name(tmp_path: Path) -> None:
    (tmp_path / "letter.db").write_bytes(b"This is a letter, not a database." * 100)
    sentences = {
        tmp_path / "missing" / "rollcall.db": "cannot be opened: its folder must be there",
        tmp_path / "letter.db": "is not a SQLite database: correct ROLLCALL_STORE.",
    }
    for path, words in sentences.items():
        store = open_store(f"sqlite:///{path}", load_settings({}))
        for work in (store.prepare, store.check, store.users):
            with pytest.raises(ServiceUnavailable) as refused:
                work()
            assert str(path) in refused.value.sentence
            assert words in refused.value.sentence


@pytest.mark.skipif(os.geteuid() == 0, reason="root may write everywhere")
def test_a_file_that_may_not_be_written_is_told(tmp_path: Path) -> None:
    path = tmp_path / "rollcall.db"
    store = open_store(f"sqlite:///{path}", load_settings({}))
    store.prepare()
    store.close()
    path.chmod(0o400)
    with pytest.raises(ServiceUnavailable, match="cannot be written"):
        open_store(f"sqlite:///{path}", load_settings({})).prepare()


@pytest.mark.parametrize(
    ("name", "words"),
    [
        ("SQLITE_READONLY_DIRECTORY", "cannot be written"),
        ("SQLITE_CORRUPT", "is damaged"),
        ("SQLITE_NOTADB", "is not a"),
    ],
)
def test_what_sqlite_refuses_is_told(name: str, words: str) -> None:
    error = sqlite3.DatabaseError("refused")
    error.sqlite_errorname = name
    assert words in said(make_url("sqlite:////srv/rollcall.db"), error)


@pytest.mark.parametrize(
    ("address", "driver"),
    [
        ("postgres://u@h/d", "postgresql+psycopg"),
        ("postgresql://u@h/d", "postgresql+psycopg"),
        ("postgres+psycopg://u@h/d", "postgresql+psycopg"),
        ("postgresql+psycopg://u@h/d", "postgresql+psycopg"),
        ("mysql://u@h/d", "mysql+pymysql"),
        ("mariadb://u@h/d", "mariadb+pymysql"),
        ("mysql+pymysql://u@h/d", "mysql+pymysql"),
        ("mariadb+pymysql://u@h/d", "mariadb+pymysql"),
    ],
)
def test_every_way_to_name_a_server_is_taken(monkeypatch: pytest.MonkeyPatch, address: str, driver: str) -> None:
    made: list[URL] = []
    monkeypatch.setattr("attendance.adapters.sql.connection.create_engine", lambda url, **_: made.append(url))
    make_engine(address)
    assert made[0].drivername == driver
    assert bootstrap.STORES[address.partition(":")[0].partition("+")[0]] == "attendance.adapters.sql:open_store"


@pytest.mark.parametrize("address", ["postgres://u@h/d", "mariadb://u@h/d"])
def test_the_driver_that_is_missing_is_named(monkeypatch: pytest.MonkeyPatch, address: str) -> None:
    for name in ("psycopg", "pymysql"):
        monkeypatch.setitem(__import__("sys").modules, name, None)
    with pytest.raises(SettingsError, match=r"needs the Python package (psycopg|pymysql)"):
        make_engine(address)
