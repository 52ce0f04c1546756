"""How long the first page takes in a large school: `python -m bench.dashboard --marks 100000`.

It fills an EMPTY database with a term (12 weeks) of courses, students and marks, and asks for the page as an admin, a
teacher and a student, each many times; the database's own statistics are made new first, as databases do by themselves.
"""

from __future__ import annotations

import argparse
import json
import random
import re
import statistics
import sys
import tempfile
import time
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import requests
from sqlalchemy import create_engine, insert, text

from attendance.adapters.sql import open_store
from attendance.adapters.sql.mark_counts import count_all
from attendance.adapters.sql.rows import values
from attendance.adapters.sql.tables import (
    at_risk,
    course_teachers,
    courses,
    lectures,
    marks,
    rosters,
    students,
    users,
)
from attendance.model import Course, Lecture, Role, Student, User
from attendance.passwords import hash_password
from attendance.settings import load_settings
from bench.device_site import PASSWORD, Site, free_port, own_environment, serving, wait_for

_WEEKS = 12
_STATUSES = ("present",) * 85 + ("late",) * 6 + ("absent",) * 6 + ("unsure",) * 2 + ("excused",)
_PART = 20_000


def main() -> None:
    """Print one row of JSON."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument(
        "--store", default="", help="A database without tables; without it SQLite in a folder of its own."
    )
    parser.add_argument("--courses", type=int, default=200)
    parser.add_argument("--students", type=int, default=10_000)
    parser.add_argument("--marks", type=int, default=100_000)
    parser.add_argument("--requests", type=int, default=15)
    args = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        print(json.dumps(measure(args, Path(folder))))


def measure(args: argparse.Namespace, folder: Path) -> dict[str, Any]:
    """Milliseconds as a browser waits: the median of the requests, and the least, which a busy machine hides less."""
    url = args.store or f"sqlite:///{folder / 'rollcall.db'}"
    environment = own_environment(folder) | {"ROLLCALL_STORE": url, "ROLLCALL_TIMEZONE": "Asia/Seoul"}
    open_store(url, load_settings({"ROLLCALL_DATA": str(folder)})).prepare()
    fill(url, args)
    row: dict[str, Any] = {"store": url.partition(":")[0], "courses": args.courses, "students": args.students}
    row["marks"] = args.courses * (args.students // args.courses) * _lectures_of(args)
    row["sql_ms"] = _sums_ms(url, folder, args.requests)
    site = Site(f"http://127.0.0.1:{free_port()}", ())
    command = [sys.executable, "-m", "gunicorn", "website:create_app()", "--bind", site.address.removeprefix("http://")]
    with serving([*command, "--threads", "4", "--timeout", "120", "--log-level", "warning"], environment):
        wait_for(site)
        for name in ("admin", "teacher0", "student0"):
            row[name.rstrip("0")] = _times(site, f"{name}@school.example", args.requests)
    return row


def _sums_ms(url: str, folder: Path, number: int) -> float:
    """What the database takes for the sums of all courses, the median."""
    store, now = open_store(url, load_settings({"ROLLCALL_DATA": str(folder)})), datetime.now(UTC)
    bounds = [now - timedelta(weeks=ago) for ago in range(_WEEKS, -1, -1)]
    times = []
    for _ in range(number):
        begun = time.perf_counter()
        store.mark_totals(bounds)
        times.append(1000 * (time.perf_counter() - begun))
    store.close()
    return round(statistics.median(times), 1)


def _times(site: Site, email: str, number: int) -> dict[str, int]:
    with requests.Session() as browser:
        page = browser.get(f"{site.address}/login", timeout=60).text
        token = re.search(r'name="csrf-token" content="([^"]+)"', page)
        assert token
        typed = {"csrf_token": token[1], "email": email, "password": PASSWORD}
        browser.post(f"{site.address}/login", data=typed, timeout=60).raise_for_status()
        times = []
        for _ in range(number):
            begun = time.perf_counter()
            answer = browser.get(f"{site.address}/", timeout=300)
            times.append(1000 * (time.perf_counter() - begun))
            answer.raise_for_status()
    size_kb = round(len(answer.content) / 1000)
    return {"median_ms": round(statistics.median(times)), "least_ms": round(min(times)), "kB": size_kb}


def fill(url: str, args: argparse.Namespace) -> None:
    """Rows as the site would have written them, by the tables themselves: a million use cases would take hours."""
    rng, now = random.Random(17), datetime.now(UTC).replace(minute=0, second=0, microsecond=0)  # noqa: S311
    engine = create_engine(url)
    with engine.begin() as connection:
        for table, rows in (
            (students, _students(args, now)),
            (users, _users(args, now)),
            (courses, _courses(args, now)),
            (course_teachers, ({"course_id": f"c{n}", "user_id": f"t{n // 5}"} for n in range(args.courses))),
            (rosters, _rosters(args)),
            (lectures, _lectures(args, now)),
            (marks, _marks(args, now, rng)),
            (at_risk, _risks(args, now)),
        ):
            _insert(connection, table, rows)
        count_all(connection)
    with engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        connection.execute(text("ANALYZE"))
    engine.dispose()


def _insert(connection: Any, table: Any, rows: Iterator[dict[str, Any]]) -> None:
    part: list[dict[str, Any]] = []
    for row in rows:
        part.append(row)
        if len(part) == _PART:
            connection.execute(insert(table), part)
            part = []
    if part:
        connection.execute(insert(table), part)


def _lectures_of(args: argparse.Namespace) -> int:
    return max(1, int(args.marks) // int(args.students))


def _stored(item: Any, table: Any, **more: Any) -> dict[str, Any]:
    return values(item, table) | more


def _students(args: argparse.Namespace, now: datetime) -> Iterator[dict[str, Any]]:
    return (_stored(Student(f"s{n}", f"key{n}", f"Student {n}", now), students) for n in range(args.students))


def _users(args: argparse.Namespace, now: datetime) -> Iterator[dict[str, Any]]:
    secret = hash_password(PASSWORD)
    yield _stored(User("admin", "admin@school.example", "Ada", Role.ADMIN, secret, now), users)
    for n in range(-(-args.courses // 5)):
        yield _stored(User(f"t{n}", f"teacher{n}@school.example", f"Teacher {n}", Role.TEACHER, secret, now), users)
    yield _stored(User("student", "student0@school.example", "S", Role.STUDENT, secret, now, student_id="s0"), users)


def _courses(args: argparse.Namespace, now: datetime) -> Iterator[dict[str, Any]]:
    return (
        _stored(Course(f"c{n}", f"CS{n}", "Computing", "1", "Asia/Seoul", now), courses) for n in range(args.courses)
    )


def _rosters(args: argparse.Namespace) -> Iterator[dict[str, Any]]:
    of_course = args.students // args.courses
    for n in range(args.courses * of_course):
        yield {"course_id": f"c{n // of_course}", "student_id": f"s{n}"}


def _lectures(args: argparse.Namespace, now: datetime) -> Iterator[dict[str, Any]]:
    count = _lectures_of(args)
    for course in range(args.courses):
        for number in range(count):
            starts = now - timedelta(hours=2) - timedelta(weeks=_WEEKS - 1) * number / max(1, count - 1)
            lecture = Lecture(f"l{course}-{number}", f"c{course}", starts, starts + timedelta(hours=1), now)
            yield _stored(lecture, lectures)


def _marks(args: argparse.Namespace, now: datetime, rng: random.Random) -> Iterator[dict[str, Any]]:
    of_course = args.students // args.courses
    for course in range(args.courses):
        for number in range(_lectures_of(args)):
            for student in range(course * of_course, (course + 1) * of_course):
                status = rng.choice(_STATUSES)
                yield {
                    "lecture_id": f"l{course}-{number}",
                    "student_id": f"s{student}",
                    "status": status,
                    "machine_status": status,
                    "updated_at": now,
                    "left_early": False,
                    "reason": "",
                    "little_video": False,
                }


def _risks(args: argparse.Namespace, now: datetime) -> Iterator[dict[str, Any]]:
    of_course = args.students // args.courses
    for student in range(0, args.courses * of_course, 20):
        yield {
            "course_id": f"c{student // of_course}",
            "student_id": f"s{student}",
            "since": now - timedelta(minutes=student),
            "findings": "[]",
            "told": "",
            "is_open": True,
        }


if __name__ == "__main__":
    main()
