"""How the tables are made and moved from version to version."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from multiprocessing import get_context
from pathlib import Path
from threading import Thread

import pytest
from alembic import command
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from sqlalchemy import inspect

from attendance.adapters.sql import SqlStore, open_store
from attendance.adapters.sql.preparing import alembic_config, newest_version
from attendance.adapters.sql.tables import metadata
from attendance.changes import AddUser, SaveConsents
from attendance.errors import ServiceUnavailable
from attendance.model import Consent, Purpose
from attendance.settings import load_settings
from tests.contract.samples import a_user


def _open(path: Path) -> SqlStore:
    return open_store(f"sqlite:///{path}", load_settings({}))


@pytest.fixture
def store(tmp_path: Path) -> Iterator[SqlStore]:
    opened = _open(tmp_path / "rollcall.db")
    yield opened
    opened.close()


def test_the_migrations_make_the_tables_that_the_code_describes(store: SqlStore) -> None:
    store.prepare()
    with store.engine.connect() as connection:
        context = MigrationContext.configure(connection, opts={"compare_type": True})
        assert compare_metadata(context, metadata) == []


def test_preparing_again_keeps_what_is_there(store: SqlStore) -> None:
    store.prepare()
    store.commit(AddUser(a_user("u1")))
    store.prepare()
    store.check()
    assert store.user("u1") == a_user("u1")


def test_an_unprepared_database_does_not_pass_the_check(store: SqlStore) -> None:
    with pytest.raises(ServiceUnavailable, match="another version"):
        store.check()


def test_a_database_of_a_newer_program_is_left_alone(store: SqlStore) -> None:
    store.prepare()
    with store.engine.begin() as connection:
        connection.exec_driver_sql("UPDATE alembic_version SET version_num = '9999'")
    with pytest.raises(ServiceUnavailable, match="newer version"):
        store.prepare()
    with pytest.raises(ServiceUnavailable, match="another version"):
        store.check()


def test_a_migration_that_breaks_off_leaves_nothing_behind(store: SqlStore, monkeypatch: pytest.MonkeyPatch) -> None:
    def upgrade_then_break(*given: object) -> None:
        real_upgrade(*given)
        raise KeyboardInterrupt

    real_upgrade = command.upgrade
    monkeypatch.setattr(command, "upgrade", upgrade_then_break)
    with pytest.raises(KeyboardInterrupt):
        store.prepare()
    assert inspect(store.engine).get_table_names() == []
    monkeypatch.undo()
    store.prepare()
    store.check()


def test_the_tables_can_be_taken_down_again(store: SqlStore) -> None:
    store.prepare()
    with store._writing() as connection:
        command.downgrade(alembic_config(connection), "base")
    assert inspect(store.engine).get_table_names() == ["alembic_version"]


def test_migrating_prints_nothing(store: SqlStore, capfd: pytest.CaptureFixture[str]) -> None:
    store.prepare()
    assert capfd.readouterr() == ("", "")


def test_threads_may_prepare_at_once(tmp_path: Path) -> None:
    stores = [_open(tmp_path / "rollcall.db") for _ in range(4)]
    threads = [Thread(target=store.prepare) for store in stores]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    for store in stores:
        store.check()
        store.close()


def _prepare_and_check(path: Path) -> str | None:
    store = _open(path)
    store.prepare()
    store.check()
    store.close()
    return newest_version()


def test_processes_may_prepare_at_once(tmp_path: Path) -> None:
    with get_context("spawn").Pool(4) as pool:
        versions = pool.map(_prepare_and_check, [tmp_path / "rollcall.db"] * 4, chunksize=1)
        pool.close()
        pool.join()
    assert versions == [newest_version()] * 4


def test_faces_of_the_first_version_stay_as_they_are(store: SqlStore) -> None:
    with store._writing() as connection:
        command.upgrade(alembic_config(connection), "0001")
        connection.exec_driver_sql(
            "INSERT INTO students VALUES ('21', '21', 'key', 'Student 21', 'student 21', '2025-03-03 00:00:00', NULL)"
        )
        connection.exec_driver_sql(
            "INSERT INTO faces VALUES ('f1', '21', 'local-1', 'photo', 'small', 0.5, '2025-03-03 00:00:00', NULL, 'x')"
        )
    store.prepare()
    (face,) = store.faces()
    assert (face.id, face.engine, face.external_id, face.passed_over_by) == ("f1", "local-1", "x", None)
    with store._writing() as connection:
        command.downgrade(alembic_config(connection), "0001")
        assert connection.exec_driver_sql("SELECT external_id FROM faces").scalar_one() == "x"


def test_who_was_there_before_is_found_without_marks(store: SqlStore) -> None:
    with store._writing() as connection:
        command.upgrade(alembic_config(connection), "0005")
        connection.exec_driver_sql(
            "INSERT INTO students (id, id_folded, key, name, name_folded, created_at) "
            "VALUES ('A-1', 'a-1', 'key', 'İpek Işık', 'i̇pek işık', '2025-03-03 00:00:00')"
        )
        connection.exec_driver_sql(
            "INSERT INTO users (id, email, email_folded, name, name_folded, role, password_hash, created_at, "
            "session_key) VALUES ('u1', 'Zoë@example.org', 'zoë@example.org', 'Zoë', 'zoë', 'admin', 'x', "
            "'2025-03-03 00:00:00', 's')"
        )
        connection.exec_driver_sql(
            "INSERT INTO faces (id, student_id, engine, photo_key, thumbnail_key, quality, created_at) "
            "VALUES ('f1', 'A-1', 'local-1', 'photo', 'small', 0.5, '2025-03-03 00:00:00')"
        )
    store.prepare()
    assert [store.students(text=text).total for text in ("ipek isik", "a-1", "IŞIK", "nobody")] == [1, 1, 1, 0]
    assert [store.users(text=text).total for text in ("zoe@", "ZOE", "nobody")] == [1, 1, 0]
    assert [face.id for face in store.faces()] == ["f1"]
    with store._writing() as connection:
        command.downgrade(alembic_config(connection), "0005")
        assert connection.exec_driver_sql("SELECT id_folded FROM students").scalar_one() == "a-1"
        assert connection.exec_driver_sql("SELECT name_folded FROM users").scalar_one() == "zoë"


def test_the_day_of_consent_becomes_the_first_records(store: SqlStore) -> None:
    with store._writing() as connection:
        command.upgrade(alembic_config(connection), "0010")
        for student_id, day in (("21", "'2026-03-01'"), ("22", "NULL")):
            connection.exec_driver_sql(
                "INSERT INTO students (id, key, name, name_folded, found_by, created_at, consent_on) VALUES "
                f"('{student_id}', 'key-{student_id}', 'Student', 'student', 'student', '2025-03-03 00:00:00', {day})"
            )
        connection.exec_driver_sql(
            "INSERT INTO faces (id, student_id, engine, photo_key, thumbnail_key, quality, created_at) "
            "VALUES ('f1', '21', 'local-1', 'photo', 'small', 0.5, '2025-03-03 00:00:00')"
        )
    store.prepare()
    day = date(2026, 3, 1)
    assert store.student("21").consents == (Consent(Purpose.FACE, day), Consent(Purpose.EVIDENCE, day))
    assert store.student("22").consents == ()
    assert [face.id for face in store.faces()] == ["f1"]
    later = Consent(Purpose.FACE, date(2026, 4, 1), text_version="2")
    store.commit(SaveConsents("21", store.student("21").consents, (*store.student("21").consents, later)))
    with store._writing() as connection:
        command.downgrade(alembic_config(connection), "0010")
        days = connection.exec_driver_sql("SELECT consent_on FROM students ORDER BY id").scalars().all()
        assert days == ["2026-04-01", None]
