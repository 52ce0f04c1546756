"""The views for those who read attendance by SQL, with the columns that the first kiosk's database had."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import text

from attendance.adapters.sql import SqlStore, open_store
from attendance.changes import CheckInStep, SaveCheckIns
from attendance.settings import load_settings
from tests.contract.samples import NOW, a_class
from tests.contract.test_store_check_ins import HOUR, a_check_in, out

DAY = timedelta(days=1)


@pytest.fixture
def store(tmp_path: Path) -> Iterator[SqlStore]:
    opened = open_store(f"sqlite:///{tmp_path}/rollcall.db", load_settings({}))
    opened.prepare()
    yield opened
    opened.close()


def rows(store: SqlStore, query: str) -> list[dict[str, Any]]:
    with store.engine.connect() as connection:
        return [dict(row._mapping) for row in connection.execute(text(query))]


def fill(store: SqlStore) -> None:
    """Student 21 comes twice on a day and forgets to check out on the next; one of 22 was somebody else."""
    a_class(store, "21", "22")
    warm = {"out_temperature_c": 36.9}
    first = out(a_check_in("i1", in_temperature_c=36.2), NOW + HOUR)
    again = out(a_check_in("i2", in_temperature_c=36.5, checked_in_at=NOW + 2 * HOUR), NOW + 3 * HOUR, **warm)
    left = a_check_in("i3", checked_in_at=NOW + DAY, in_temperature_c=None)
    left = replace(left, checked_out_at=NOW + DAY + HOUR, closed_by_rule=True)
    not_me = a_check_in("i4", student_id="22", taken_back_at=NOW)
    for one in (first, again, left, not_me):
        store.commit(SaveCheckIns([CheckInStep(None, one)]))


def check_views(store: SqlStore, quote: str = '"') -> None:
    """Of a store that was filled."""
    found = rows(store, "SELECT * FROM student ORDER BY 1")
    assert [list(one) for one in found] == [["ID", "Name", "FaceID", "Class"]] * 2
    assert [(one["ID"], one["FaceID"], one["Class"]) for one in found] == [("21", None, "C1"), ("22", None, "C1")]
    came = rows(store, f"SELECT * FROM {quote}Check_in_out{quote} ORDER BY {quote}CheckInTime{quote}")
    columns = ["Date", "CheckInTime", "CheckInTemp", "CheckOutTime", "CheckOutTemp", "studentID"]
    assert [list(one) for one in came] == [columns] * 2
    seoul = [(NOW + later + 9 * HOUR).replace(tzinfo=None, microsecond=0) for later in (0 * HOUR, 3 * HOUR, DAY)]
    assert [_moment(one["CheckInTime"]) for one in came] == [seoul[0], seoul[2]]
    assert [_moment(one["CheckOutTime"]) for one in came] == [seoul[1], None]  # nobody checked out on the second
    assert [(one["CheckInTemp"], one["CheckOutTemp"]) for one in came] == [(36.2, 36.9), (None, None)]
    assert {one["studentID"] for one in came} == {"21"}


def _moment(value: object) -> datetime | None:
    """SQLite gives moments of a view as text."""
    return datetime.fromisoformat(value) if isinstance(value, str) else value  # type: ignore[return-value]


def test_first_in_and_last_out_of_a_day_are_read_by_sql(store: SqlStore):
    fill(store)
    check_views(store)


def test_views_are_there_after_each_migration_and_once(store: SqlStore):
    store.prepare()
    with store.engine.connect() as connection:
        found = connection.exec_driver_sql("SELECT name FROM sqlite_master WHERE type = 'view' ORDER BY name").all()
    assert [name for (name,) in found] == ["Check_in_out", "student"]
