"""While a lecture is not over its marks wait, and are decided by whoever comes when it is."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path

import pytest

from attendance.model import Recording, Status
from attendance.searching.searches import search_recording
from attendance.use_cases.courses.book import read_term
from attendance.use_cases.lectures.lectures import lecture_board, remove_lecture, search_again
from attendance.use_cases.outbox import drain
from tests.unit.in_memory import MemoryServices, a_course, a_student, services_in_memory
from tests.unit.receiving import START, a_file, receive, statuses

PRESENT, LATE, ABSENT, EXCUSED, UNSURE = Status
MINUTE = timedelta(minutes=1)


class Clock:
    """A clock that tests set."""

    def __init__(self, at: datetime) -> None:
        self.at = at

    def __call__(self) -> datetime:
        return self.at


@pytest.fixture
def clock() -> Clock:
    return Clock(START + 30 * MINUTE)


@pytest.fixture
def services(tmp_path: Path, clock: Clock) -> MemoryServices:
    made = replace(services_in_memory(tmp_path), now=clock)
    course = a_course(made)
    for student_id in ("21", "22"):
        a_student(made, student_id, f"face:{student_id}".encode(), course_ids=[course.id])
    return made


def received(services: MemoryServices, tmp_path: Path, film: str = "video 1500|21 0 200", **more: object) -> Recording:
    return receive(services, a_file(tmp_path, film), ends_at=START + 60 * MINUTE, **more)


def test_while_a_lecture_runs_nobody_is_absent_or_has_left(services, tmp_path):
    recording = received(services, tmp_path, "video 2400|21 0 200")
    search_recording(services, recording.id)
    assert statuses(services, recording) == {"21": PRESENT}
    assert not services.store.marks(recording.lecture_id)[0].left_early
    board = lecture_board(services, recording.lecture_id)
    assert (board.is_over, board.counts, board.needing_another_way) == (False, {}, [])


def test_its_marks_are_decided_by_the_clock_once_it_is_over(services, tmp_path, clock):
    recording = received(services, tmp_path, "video 2400|21 0 200")
    search_recording(services, recording.id)
    clock.at = START + 59 * MINUTE
    drain(services)
    assert statuses(services, recording) == {"21": PRESENT}
    clock.at = START + 60 * MINUTE
    drain(services)
    assert statuses(services, recording) == {"21": PRESENT, "22": ABSENT}
    assert services.store.marks(recording.lecture_id)[0].left_early
    before = services.store.mark_history(recording.lecture_id, "22")
    drain(services)
    assert services.store.mark_history(recording.lecture_id, "22") == before
    assert services.store.outbox("marks") == []


def test_many_recordings_of_a_lecture_that_runs_make_one_line_of_work(services, tmp_path):
    for number in range(3):
        recording = received(services, tmp_path, recorded_at=START + number * MINUTE)
        search_recording(services, recording.id)
    assert len(services.store.outbox("marks")) == 1


def test_while_another_recording_waits_nobody_is_absent_and_the_last_search_decides(services, tmp_path, clock):
    clock.at = START + 90 * MINUTE
    first = received(services, tmp_path)
    second = received(services, tmp_path, recorded_at=START + 25 * MINUTE)
    search_recording(services, first.id)
    assert statuses(services, first) == {"21": PRESENT}
    search_recording(services, second.id)
    assert statuses(services, first) == {"21": PRESENT, "22": ABSENT}


def test_when_the_last_search_fails_the_clock_decides(services, tmp_path, clock):
    clock.at = START + 90 * MINUTE
    first = received(services, tmp_path, "video 2400|21 0 200")
    second = received(services, tmp_path, recorded_at=START + 25 * MINUTE)
    search_recording(services, first.id)
    services.media.delete([second.media_key])
    assert not search_recording(services, second.id)
    clock.at += MINUTE
    drain(services)
    assert statuses(services, first) == {"21": PRESENT, "22": ABSENT}


def test_a_lecture_that_is_gone_is_decided_by_nobody(services, tmp_path, clock):
    recording = received(services, tmp_path)
    search_recording(services, recording.id)
    remove_lecture(services, recording.lecture_id, by=None)
    clock.at = START + 90 * MINUTE
    drain(services)
    assert services.store.outbox("marks") == []


def test_a_lecture_that_is_searched_again_counts_nowhere_until_that_is_done(services, tmp_path, clock):
    clock.at = START + 90 * MINUTE
    recording = received(services, tmp_path, "video 2400|21 0 200")
    search_recording(services, recording.id)
    course, student = services.store.courses()[0], services.store.student("22")
    assert read_term(services, course.id, student).figures.absences == 1
    search_again(services, recording.id, by=None)
    assert read_term(services, course.id, student).figures.absences == 0
    search_recording(services, recording.id)
    assert read_term(services, course.id, student).figures.absences == 1
