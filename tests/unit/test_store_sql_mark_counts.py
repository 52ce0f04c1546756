"""What lectures count of their marks: it is read in place of the marks, and was made for those of before."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from alembic import command
from sqlalchemy import event, func, select

from attendance.adapters.sql import SqlStore, open_store
from attendance.adapters.sql.preparing import alembic_config
from attendance.adapters.sql.tables import mark_counts
from attendance.changes import RemoveCourse
from attendance.model import LogFilter, MarkTotal, Status
from attendance.settings import load_settings
from tests.committing import save_machine_marks
from tests.contract.samples import NOW, a_class, a_mark

WEEK = timedelta(days=7)


@pytest.fixture
def store(tmp_path: Path) -> Iterator[SqlStore]:
    opened = open_store(f"sqlite:///{tmp_path}/rollcall.db", load_settings({}))
    opened.prepare()
    yield opened
    opened.close()


def test_sums_are_read_without_the_marks(store: SqlStore) -> None:
    a_class(store, "21")
    save_machine_marks(store, "l1", [a_mark("21")])
    asked: list[str] = []

    def note(connection: Any, cursor: Any, statement: str, *rest: Any) -> None:
        asked.append(statement)

    event.listen(store.engine, "before_cursor_execute", note)
    assert store.mark_totals([NOW, NOW + WEEK]) == [MarkTotal("c1", 0, Status.PRESENT, None, 1)]
    assert asked and not [one for one in asked if "FROM marks" in one or "JOIN marks" in one]


def test_a_page_of_the_log_and_its_totals_count_no_marks(store: SqlStore) -> None:
    a_class(store, "21", "22")
    save_machine_marks(store, "l1", [a_mark("21"), a_mark("22", Status.LATE)])
    asked: list[str] = []

    def note(connection: Any, cursor: Any, statement: str, *rest: Any) -> None:
        asked.append(statement)

    event.listen(store.engine, "before_cursor_execute", note)
    wanted = LogFilter(course_ids=["c1"], statuses=[Status.LATE], from_at=NOW)
    assert [row.student_id for row in store.log(wanted).items] == ["22"]
    assert store.log_totals(wanted) == Counter({Status.LATE: 1})
    assert not [one for one in asked if "count(" in one and "marks" in one.replace("mark_counts", "")]


def test_marks_of_before_are_counted(store: SqlStore) -> None:
    a_class(store, "21", "22")
    save_machine_marks(store, "l1", [a_mark("21"), a_mark("22")])
    with store._writing() as connection:
        command.downgrade(alembic_config(connection), "0024")
    store.prepare()
    assert store.mark_totals([NOW, NOW + WEEK]) == [MarkTotal("c1", 0, Status.PRESENT, None, 2)]


def test_counts_go_with_their_course(store: SqlStore) -> None:
    a_class(store, "21")
    save_machine_marks(store, "l1", [a_mark("21")])
    store.commit(RemoveCourse("c1"))
    with store._looking() as connection:
        assert connection.scalar(select(func.count()).select_from(mark_counts)) == 0
