"""How long the book of a large course takes: read from SQLite, and added up.

`python -m bench.book`: 300 students and 60 lectures, the median of five.
"""

from __future__ import annotations

import argparse
import random
import statistics
import tempfile
import time
from collections.abc import Callable, Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path

from attendance.bootstrap import bootstrap
from attendance.changes import AddCourse, AddLecture, AddStudent, SaveMarks
from attendance.model import Course, Lecture, Mark, Status, Student, new_id
from attendance.rules.merging import machine_steps
from attendance.services import Services
from attendance.settings import load_settings
from attendance.use_cases.courses.book import read_book

_TIMES = 5


def main(arguments: Sequence[str] | None = None) -> None:
    """Print the figures."""
    parser = argparse.ArgumentParser(prog="python -m bench.book", description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--students", type=int, default=300)
    parser.add_argument("--lectures", type=int, default=60)
    options = parser.parse_args(arguments)
    with tempfile.TemporaryDirectory() as folder:
        services = bootstrap(load_settings({"ROLLCALL_DATA": str(Path(folder, "data"))}))
        services.store.prepare()
        course_id = _fill(services, options.students, options.lectures)
        read_ms = _median_ms(lambda: read_book(services, course_id))
    print(f"{options.students} students, {options.lectures} lectures: read and added up in {read_ms:.0f} ms")


def _fill(services: Services, students: int, lectures: int) -> str:
    now, dice = datetime.now(UTC), random.Random(1)  # noqa: S311 - the same marks each time
    course = Course(new_id(), "CS101", "Computing", "1", "Asia/Seoul", now)
    services.store.commit(AddCourse(course))
    people = [Student(f"{number:06}", new_id(), f"Student {number}", now) for number in range(students)]
    for one in people:
        services.store.commit(AddStudent(one, course_ids=[course.id]))
    for number in range(lectures):
        starts = now - timedelta(days=2 * (lectures - number))
        lecture = Lecture(new_id(), course.id, starts, starts + timedelta(hours=1), now)
        services.store.commit(AddLecture(lecture))
        statuses = dice.choices(list(Status), (80, 8, 8, 3, 1), k=students)
        marks = [Mark(lecture.id, one.id, said, said, now) for one, said in zip(people, statuses, strict=True)]
        services.store.commit(SaveMarks(lecture.id, machine_steps({}, marks)))
    return course.id


def _median_ms(work: Callable[[], object]) -> float:
    taken = []
    for _ in range(_TIMES):
        began = time.perf_counter()
        work()
        taken.append(1000 * (time.perf_counter() - began))
    return statistics.median(taken)


if __name__ == "__main__":
    main()
