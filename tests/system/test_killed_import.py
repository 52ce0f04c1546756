"""The import of a large school, whole and killed in its middle, by the command that people type."""

from __future__ import annotations

import json
import signal
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from attendance.adapters.sql import SqlStore, open_store
from attendance.settings import load_settings
from tests.system.processes import REPOSITORY, wait_for
from tests.unit.school_files import a_school, oneroster
from tests.website.commands.commanding import environment

pytestmark = pytest.mark.slow


def _process(data: Path, file: Path) -> subprocess.Popen[bytes]:
    command = [sys.executable, "-m", "flask", "--app", "website", "import", str(file), "--yes", "--json", "--accounts"]
    out = subprocess.PIPE
    return subprocess.Popen(command, cwd=REPOSITORY, env=environment(data, {}), stdout=out, stderr=out)


def _import(data: Path, file: Path) -> tuple[dict[str, int], str]:
    """The counts, and what the terminal showed meanwhile."""
    said, shown = _process(data, file).communicate(timeout=600)
    answer: dict[str, Any] = json.loads(said)
    return answer["counts"], shown.decode()


def _store(data: Path) -> SqlStore:
    return open_store(f"sqlite:///{data}/rollcall.db", load_settings({}))


def _file(folder: Path, **size: int) -> Path:
    path = folder / "school.zip"
    path.write_bytes(oneroster(a_school(**size)))
    return path


def test_5000_students_come_in_with_courses_accounts_and_rosters_and_the_same_file_changes_nothing(
    tmp_path: Path,
) -> None:
    file = _file(tmp_path, students=5000, classes=200, teachers=100, per_student=6)
    data = tmp_path / "data"
    counts, shown = _import(data, file)
    added = 200 + 100 + 5000 + 200 + 30_000
    assert counts == {"added": added, "changed": 0, "removed": 0, "unchanged": 200, "refused": 0}
    assert shown.count("importing ") >= 10
    store = _store(data)
    assert (store.students().total, store.users().total, len(store.courses())) == (5000, 5100, 200)
    assert sum(len(store.roster(course.id)) for course in store.courses()) == 30_000
    trail = store.audit().total
    assert trail == 1
    again, _shown = _import(data, file)
    assert again == {"added": 0, "changed": 0, "removed": 0, "unchanged": added + 200, "refused": 0}
    assert store.audit().total == trail
    store.close()


def test_one_that_is_killed_and_begun_again_ends_right_and_doubles_nothing(tmp_path: Path) -> None:
    file, data = _file(tmp_path, students=1500, classes=50, teachers=10, per_student=4), tmp_path / "data"
    begun = _process(data, file)
    store = _store(data)
    wait_for(lambda: (data / "rollcall.db").exists() and _students(store) > 300, "the first batches")
    begun.send_signal(signal.SIGKILL)
    begun.communicate()
    before = _students(store)
    counts, _shown = _import(data, file)
    assert 300 < before <= 1500
    assert counts["refused"] == 0 and counts["unchanged"] >= before
    assert (store.students().total, store.users().total, len(store.courses())) == (1500, 1510, 50)
    assert sum(len(store.roster(course.id)) for course in store.courses()) == 6000
    assert len(store.external_ids("sis")) == 50 + 1510 + 50 + 6000
    store.close()


def _students(store: SqlStore) -> int:
    try:
        return store.students(size=1).total
    except Exception:  # the tables are being made
        return 0
