"""After a removal and a purge SQLite's files hold nothing of what was removed, in used room, free room or log."""

from __future__ import annotations

import random
import sqlite3
from collections.abc import Iterator
from pathlib import Path

import pytest

from attendance.adapters.sql import SqlStore, open_store
from attendance.changes import AddStudent, RemoveFace, RemoveStudent
from attendance.settings import load_settings
from tests.contract.samples import a_face, a_student

PIECE_BYTES = 64


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "rollcall.db"


@pytest.fixture
def store(path: Path) -> Iterator[SqlStore]:
    opened = open_store(f"sqlite:///{path}", load_settings({}))
    opened.prepare()
    yield opened
    opened.close()


def register(store: SqlStore, numbers: range, chance: random.Random) -> None:
    """Vectors of 64 numbers; in a file that grows, their pages are divided again and again."""
    for number in numbers:
        vector = tuple(chance.random() for _ in range(64))
        face = a_face(chance.randbytes(16).hex(), f"D-{number:04}", vector=vector)
        store.commit(AddStudent(a_student(f"D-{number:04}", name=f"Person {number:04}"), [face]))


def traces(path: Path) -> dict[str, list[bytes]]:
    """By student: the id, the name, and pieces of the vector as they lie in the file."""
    with sqlite3.connect(path) as reading:
        rows = reading.execute("SELECT s.id, s.name, f.vector FROM students s JOIN faces f ON f.student_id = s.id")
        found = {id_: [id_.encode(), name.encode(), *_pieces(vector)] for id_, name, vector in rows}
    reading.close()
    return found


def _pieces(vector: bytes) -> list[bytes]:
    data = vector if isinstance(vector, bytes) else str(vector).encode()
    return [data[at : at + PIECE_BYTES] for at in range(0, len(data) - PIECE_BYTES + 1, PIECE_BYTES)]


def files(path: Path) -> bytes:
    return b"".join(file.read_bytes() for file in path.parent.iterdir())


def test_nothing_of_removed_students_is_left(store: SqlStore, path: Path) -> None:
    chance = random.Random(1)
    known: dict[str, list[bytes]] = {}
    there: list[str] = []
    gone: list[str] = []
    for start in range(0, 120, 3):  # they come and go, so that pages are divided while others are emptied
        register(store, range(start, start + 3), chance)
        there += [f"D-{number:04}" for number in range(start, start + 3)]
        known |= traces(path)
        gone.append(there.pop(chance.randrange(len(there))))
        store.commit(RemoveStudent(gone[-1]))
    assert store.purge()
    left = files(path)
    assert [one for one in gone if any(trace in left for trace in known[one])] == []
    assert all(known[one][1] in left for one in there)


def test_free_room_of_a_file_from_before_is_purged(path: Path) -> None:
    with sqlite3.connect(path) as old:
        old.execute("PRAGMA secure_delete = OFF")
        old.execute("CREATE TABLE old (name TEXT)")
        old.executemany("INSERT INTO old VALUES (?)", [(f"Person {number:04} of before",) for number in range(500)])
        old.execute("DELETE FROM old")
    old.close()
    assert b"Person 0042 of before" in files(path)
    store = open_store(f"sqlite:///{path}", load_settings({}))
    store.prepare()
    assert store.purge()
    assert b"of before" not in files(path)
    store.close()


def test_a_reader_makes_the_purge_wait_and_the_next_one_ends_it(store: SqlStore, path: Path) -> None:
    register(store, range(5), random.Random(2))
    known = traces(path)
    reader = sqlite3.connect(path, isolation_level=None)
    reader.execute("BEGIN")
    reader.execute("SELECT count(*) FROM students").fetchone()
    store.commit(RemoveStudent("D-0003"))
    assert not store.purge()
    reader.execute("COMMIT")
    reader.close()
    assert store.purge()
    assert not any(trace in files(path) for trace in known["D-0003"])


def test_the_file_is_written_anew_only_after_removals(store: SqlStore, path: Path) -> None:
    register(store, range(3), random.Random(3))
    assert store.purge()
    statements: list[str] = []
    with store.engine.connect() as connection:
        connection.connection.driver_connection.set_trace_callback(statements.append)
        assert store.purge()
        assert "VACUUM" not in statements
    store.commit(RemoveFace(store.faces()[0].id))
    with sqlite3.connect(path) as reading:
        assert reading.execute("PRAGMA user_version").fetchone() == (0,)
    reading.close()
    assert store.purge()


def test_every_connection_overwrites_what_it_deletes(store: SqlStore) -> None:
    with store.engine.connect() as one, store.engine.connect() as other:
        for connection in (one, other):
            assert connection.exec_driver_sql("PRAGMA secure_delete").scalar() == 1
