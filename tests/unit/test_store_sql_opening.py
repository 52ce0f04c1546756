"""How the SQL store is opened, and how errors of the database leave it."""

from __future__ import annotations

import json
import sqlite3
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy import select
from sqlalchemy.exc import ProgrammingError

from attendance.adapters.sql import SqlStore, open_store
from attendance.adapters.sql.columns import StatusText
from attendance.adapters.sql.connection import make_engine
from attendance.changes import AddCourse, AddUser
from attendance.errors import InvalidInput, OutOfSpace, ServiceUnavailable, SettingsError
from attendance.settings import load_settings
from tests.contract.device_samples import a_status
from tests.contract.samples import a_course, a_user


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "50% of records.db"


@pytest.fixture
def store(path: Path) -> Iterator[SqlStore]:
    opened = open_store(f"sqlite:///{path}", load_settings({}))
    opened.prepare()
    yield opened
    opened.close()


def test_the_file_is_in_wal_mode(store: SqlStore, path: Path) -> None:
    other = sqlite3.connect(path)
    assert other.execute("PRAGMA journal_mode").fetchone() == ("wal",)
    other.close()


def test_foreign_keys_are_kept(store: SqlStore) -> None:
    with store.engine.connect() as connection:
        assert connection.exec_driver_sql("PRAGMA foreign_keys").scalar() == 1


def test_a_new_connection_waits_half_a_minute_for_others(store: SqlStore) -> None:
    with store.engine.connect() as connection:
        assert connection.exec_driver_sql("PRAGMA busy_timeout").scalar() == 30_000


@pytest.mark.parametrize("url", ["sqlite://", "sqlite:///:memory:"])
def test_a_database_that_would_be_forgotten_is_refused(url: str) -> None:
    with pytest.raises(SettingsError, match="must name a file"):
        make_engine(url)


@pytest.mark.parametrize("url", ["", "rollcall.db", "nothing://here", "postgresql://a:secret@host:port/x"])
def test_a_wrong_url_is_refused_without_telling_a_password(url: str) -> None:
    with pytest.raises(SettingsError, match="not a database URL") as refused:
        make_engine(url)
    assert "secret" not in refused.value.sentence


def test_a_driver_that_is_not_installed_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(__import__("sys").modules, "pymysql", None)
    with pytest.raises(SettingsError, match="pymysql"):
        make_engine("mysql+pymysql://user@host/rollcall")


def test_a_folder_that_is_not_there_is_one_plain_sentence(tmp_path: Path) -> None:
    opened = open_store(f"sqlite:///{tmp_path}/missing/rollcall.db", load_settings({}))
    for work in (opened.prepare, opened.check, opened.users):
        with pytest.raises(ServiceUnavailable):
            work()


def test_a_file_that_is_no_database_is_one_plain_sentence(tmp_path: Path) -> None:
    (tmp_path / "rollcall.db").write_bytes(b"This is a letter, not a database." * 100)
    opened = open_store(f"sqlite:///{tmp_path}/rollcall.db", load_settings({}))
    for work in (opened.prepare, opened.check, opened.users):
        with pytest.raises(ServiceUnavailable):
            work()


def test_a_full_disk_is_told_and_nothing_is_half_stored(store: SqlStore) -> None:
    with store.engine.connect() as connection:
        pages = connection.exec_driver_sql("PRAGMA page_count").scalar()
        connection.exec_driver_sql(f"PRAGMA max_page_count = {pages}")
    with pytest.raises(OutOfSpace):
        store.commit(AddUser(a_user("u1", password_hash="x" * 100_000)))
    assert store.users().total == 0


def test_signs_that_no_text_can_hold_are_refused(store: SqlStore) -> None:
    with pytest.raises(InvalidInput):
        store.commit(AddCourse(a_course("c1", name="half a sign \ud83d")))
    with pytest.raises(InvalidInput):
        store.find_course("\ud83d")
    assert store.courses() == []


def test_a_mistake_in_our_own_sql_is_not_called_an_outage(store: SqlStore) -> None:
    with pytest.raises(ProgrammingError), store._reading() as connection:
        connection.exec_driver_sql("SELECT ?", (1, 2))


def test_a_failed_transaction_leaves_the_connection_usable(store: SqlStore) -> None:
    with pytest.raises(RuntimeError), store._writing() as connection:
        connection.execute(select(1))
        raise RuntimeError
    store.commit(AddUser(a_user("u1")))
    assert store.users().total == 1


def test_a_second_store_of_the_process_leaves_the_locks_of_the_first(store: SqlStore, path: Path) -> None:
    """Without them another process that ends takes away the log that the first still reads, and it reads rubbish."""
    store.commit(AddUser(a_user("u1")))
    second = open_store(f"sqlite:///{path}", load_settings({}))
    second.prepare()
    second.close()
    code = (
        "import sqlite3, sys; c = sqlite3.connect(sys.argv[1]); c.execute('SELECT * FROM users').fetchall(); c.close()"
    )
    subprocess.run([sys.executable, "-c", code, str(path)], check=True)
    assert path.with_name(f"{path.name}-wal").exists()
    assert store.users().total == 1


def test_what_a_device_said_before_it_counted_damage_is_still_read() -> None:
    said = StatusText().process_bind_param(a_status(), None)
    words = {name: value for name, value in json.loads(said).items() if not name.startswith(("damaged_", "cut_"))}
    status = StatusText().process_result_value(json.dumps(words), None)
    assert (status.spool_items, status.damaged_readings, status.cut_clips) == (3, 0, 0)
