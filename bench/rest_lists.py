"""How long a list of 50 takes by the REST API, with 100,000 marks in SQLite, asked one after the other.

`python -m bench.rest_lists` starts a site of its own in a folder of its own, as `run.py` serves it, and ends with
status 1 where the 95th percentile of a list is above 100 ms.
"""

from __future__ import annotations

import argparse
import math
import statistics
import sys
import tempfile
import time
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path

import requests
from sqlalchemy import insert

from attendance.adapters.sql import SqlStore
from attendance.adapters.sql.mark_counts import count_all
from attendance.adapters.sql.rows import mark_values, values
from attendance.adapters.sql.tables import courses, lectures, marks, rosters, students
from attendance.bootstrap import bootstrap
from attendance.model import Course, Lecture, Mark, Role, Status, Student
from attendance.rules.scopes import SCOPES
from attendance.settings import load_settings
from attendance.use_cases.people.accounts import add_user
from attendance.use_cases.people.tokens import make_token
from bench.device_site import PASSWORD, own_environment, served

MOST_MS = 100.0
_LISTS = (
    "log?size=50",
    "log?size=50&page=1000",
    "log?size=50&status=absent",
    "log?size=50&course=course-3",
    "log?size=50&sort=student",
    "lectures?size=50",
    "students?size=50",
    "courses?size=50",
    "courses/course-3/students?size=50",
    "lectures/lecture-3-7/marks?size=50",
    "users?size=50",
    "devices?size=50",
    "notices?size=50",
    "alarms?size=50",
    "audit?size=50",
)
_BEGINS = datetime(2026, 3, 2, tzinfo=UTC)
_STATUSES = (Status.PRESENT, Status.PRESENT, Status.PRESENT, Status.LATE, Status.ABSENT)


def main(arguments: Sequence[str] | None = None) -> int:
    """0, or 1 where a list is slow or was refused."""
    options = _parser().parse_args(arguments)
    with tempfile.TemporaryDirectory() as folder:
        data = Path(folder, "data")
        secret, count = _fill(data, options.courses, options.lectures, options.students)
        with served(data) as address:
            return _measure(f"{address}/api/v1", secret, options.rounds, count)


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m bench.rest_lists", description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--courses", type=int, default=25)
    parser.add_argument("--lectures", type=int, default=40, help="of each course")
    parser.add_argument("--students", type=int, default=100, help="of each course")
    parser.add_argument("--rounds", type=int, default=40, help="how often each list is asked")
    return parser


def _fill(data: Path, of_courses: int, of_lectures: int, of_students: int) -> tuple[str, int]:
    """A school whose marks are all decided; the token of its admin, and how many marks."""
    services = bootstrap(load_settings(own_environment(data)))
    admin = add_user(
        services, email="bench@example.org", name="Bench", role=Role.ADMIN, password=PASSWORD, by=None
    ).user
    secret = make_token(services, admin.id, name="bench", scopes=SCOPES, days=1).secret
    store = services.store
    assert isinstance(store, SqlStore)
    marked = 0
    for course in range(of_courses):
        people = [_student(course, number) for number in range(of_students)]
        held = [_lecture(course, number) for number in range(of_lectures)]
        rows = [mark_values(_mark(one, person, at)) for at, one in enumerate(held) for person in people]
        added = Course(f"course-{course}", f"C{course:03}", f"Course {course}", "", "UTC", _BEGINS)
        roster = [{"course_id": added.id, "student_id": person.id} for person in people]
        with store.engine.begin() as connection:
            connection.execute(insert(courses), values(added, courses))
            connection.execute(insert(students), [values(person, students) for person in people])
            connection.execute(insert(rosters), roster)
            connection.execute(insert(lectures), [values(one, lectures) for one in held])
            connection.execute(insert(marks), rows)
        marked += len(rows)
    with store.engine.begin() as connection:
        count_all(connection)
    store.close()
    return secret, marked


def _student(course: int, number: int) -> Student:
    school_id = f"{course:03}{number:04}"
    return Student(school_id, f"key-{school_id}", f"Student {course} {number}", _BEGINS)


def _lecture(course: int, number: int) -> Lecture:
    starts = _BEGINS + timedelta(days=number, hours=course % 10)
    return Lecture(f"lecture-{course}-{number}", f"course-{course}", starts, starts + timedelta(hours=1), _BEGINS)


def _mark(lecture: Lecture, student: Student, at: int) -> Mark:
    status = _STATUSES[(at + int(student.id)) % len(_STATUSES)]
    return Mark(lecture.id, student.id, status, status, _BEGINS)


def _measure(address: str, secret: str, rounds: int, count: int) -> int:
    print(f"{count:,} marks; milliseconds of {rounds} requests each\n{'list':44} {'median':>8} {'p95':>8} {'most':>8}")
    is_fine = True
    with requests.Session() as session:
        session.headers["Authorization"] = f"Bearer {secret}"
        for name in _LISTS:
            taken = sorted(_ms(session, f"{address}/{name}") for _ in range(rounds))
            p95 = taken[math.ceil(0.95 * len(taken)) - 1]
            is_fine = is_fine and p95 <= MOST_MS
            print(f"{name:44} {statistics.median(taken):8.1f} {p95:8.1f} {taken[-1]:8.1f}")
    return 0 if is_fine else 1


def _ms(session: requests.Session, url: str) -> float:
    begun = time.perf_counter()
    answer = session.get(url, timeout=60)
    taken = 1000 * (time.perf_counter() - begun)
    if answer.status_code != 200:
        sys.exit(f"{url} answered {answer.status_code}: {answer.text[:200]}")
    return taken


if __name__ == "__main__":
    sys.exit(main())
