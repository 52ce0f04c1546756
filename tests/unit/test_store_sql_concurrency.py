"""Several processes and threads on one SQLite file: writers wait for each other, and nobody reads a locked database."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from dataclasses import replace
from multiprocessing import get_context
from pathlib import Path
from threading import Event, Thread

import pytest

from attendance.adapters.sql import SqlStore, connection, open_store
from attendance.changes import AddStudent, AddUser
from attendance.errors import AlreadyExists, ServiceUnavailable
from attendance.model import Status
from attendance.settings import load_settings
from tests.committing import save_machine_marks, set_mark
from tests.contract.samples import MINUTE, NOW, a_class, a_mark, a_student, a_user

pytestmark = pytest.mark.slow

STUDENTS = [f"{number:02}" for number in range(20)]


def _open(path: Path) -> SqlStore:
    return open_store(f"sqlite:///{path}", load_settings({}))


@pytest.fixture(scope="module")
def empty(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("store") / "empty.db"
    opened = _open(path)
    opened.prepare()
    opened.close()
    return path


@pytest.fixture
def path(empty: Path, tmp_path: Path) -> Path:
    return Path(shutil.copy(empty, tmp_path / "rollcall.db"))


@pytest.fixture
def store(path: Path) -> Iterator[SqlStore]:
    opened = _open(path)
    yield opened
    opened.close()


def test_a_writer_waits_for_another(store: SqlStore) -> None:
    second = Thread(target=store.commit, args=[AddUser(a_user("second"))])
    with store._writing():
        second.start()
        second.join(0.3)
        assert second.is_alive()
    second.join()
    assert store.user("second")


def test_writers_of_one_process_wait_without_a_connection(store: SqlStore) -> None:
    waiting = [Thread(target=store.commit, args=[AddUser(a_user(f"u{number}"))]) for number in range(20)]
    with store._writing():
        for thread in waiting:
            thread.start()
        waiting[0].join(0.3)
        assert all(thread.is_alive() for thread in waiting)
        assert store.engine.pool.checkedout() == 1
    for thread in waiting:
        thread.join()
    assert store.users().total == 20


def test_a_writer_that_waits_too_long_is_told_so(store: SqlStore, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(connection, "BUSY_TIMEOUT_S", 0.01)
    with store._writing(), pytest.raises(ServiceUnavailable):
        store.commit(AddUser(a_user("u1")))
    store.commit(AddUser(a_user("u1")))
    assert store.users().total == 1


def test_a_reader_does_not_wait_for_a_writer_and_sees_no_half_of_it(store: SqlStore) -> None:
    seen: list[int] = []
    with store._writing() as connection:
        connection.exec_driver_sql("DELETE FROM users")
        reader = Thread(target=lambda: seen.append(store.users().total))
        reader.start()
        reader.join(10)
        assert seen == [0]


def test_a_list_and_its_total_are_of_one_moment(store: SqlStore) -> None:
    with store._reading() as connection:
        assert connection.exec_driver_sql("SELECT count(*) FROM users").scalar() == 0
        store.commit(AddUser(a_user("u1")))
        assert connection.exec_driver_sql("SELECT count(*) FROM users").scalar() == 0
    assert store.users().total == 1


def test_one_of_eight_registers_an_id(store: SqlStore) -> None:
    outcomes: list[str] = []
    start = Event()

    def register(number: int) -> None:
        start.wait()
        try:
            store.commit(AddStudent(replace(a_student("21"), key=f"key {number}")))
            outcomes.append("registered")
        except AlreadyExists as refused:
            outcomes.append(refused.sentence)

    threads = [Thread(target=register, args=[number]) for number in range(8)]
    for thread in threads:
        thread.start()
    start.set()
    for thread in threads:
        thread.join()
    assert sorted(outcomes) == ["The student id 21 is already registered."] * 7 + ["registered"]


def _write_marks(path: Path, worker: int) -> int:
    store = _open(path)
    statuses = [Status.PRESENT, Status.ABSENT]
    for turn in range(12):
        at = NOW + turn * MINUTE
        status = statuses[(turn + worker) % 2]
        save_machine_marks(store, "l1", [a_mark(student_id, status, updated_at=at) for student_id in STUDENTS])
        set_mark(store, replace(a_mark(STUDENTS[worker], Status.EXCUSED), set_by="u1", updated_at=at))
    store.close()
    return worker


def test_four_processes_write_marks_at_once(store: SqlStore, path: Path) -> None:
    a_class(store, *STUDENTS)
    with get_context("spawn").Pool(4) as pool:
        assert pool.starmap(_write_marks, [(path, worker) for worker in range(4)], chunksize=1) == [0, 1, 2, 3]
        pool.close()
        pool.join()
    decided = [mark.student_id for mark in store.marks("l1") if mark.set_by]
    assert decided == STUDENTS[:4]
    assert len(store.marks("l1")) == len(STUDENTS)
    for student_id in STUDENTS:
        _assert_unbroken(store, student_id)


def _assert_unbroken(store: SqlStore, student_id: str) -> None:
    """Every change begins where one before it ended, and the last is the mark: no update was lost."""
    with store._reading() as connection:
        query = "SELECT from_status, to_status FROM mark_changes WHERE student_id = ? ORDER BY id"
        changes = connection.exec_driver_sql(query, (student_id,)).all()
    assert [change[0] for change in changes] == [None, *(change[1] for change in changes[:-1])]
    mark = next(mark for mark in store.marks("l1") if mark.student_id == student_id)
    assert changes[-1][1] == mark.status


def _claim(path: Path, worker: int) -> bool:
    store = _open(path)
    claimed = store.claim_search("r1", f"worker {worker}", NOW, NOW + MINUTE) is not None
    store.close()
    return claimed


def test_one_of_four_processes_gets_the_lease(store: SqlStore, path: Path) -> None:
    a_class(store)
    with get_context("spawn").Pool(4) as pool:
        claims = pool.starmap(_claim, [(path, worker) for worker in range(8)], chunksize=1)
        pool.close()
        pool.join()
    assert claims.count(True) == 1
