"""Taking attendance on the command line: what it answers, of which time, and once."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from attendance.model import Course, SearchStatus, Status
from attendance.services import Services
from attendance.use_cases.lectures.marks import set_mark
from tests.website.commands.commanding import LECTURE, Flask, everything, recordings, refused
from tests.website.lecturing import add_student

STARTS = datetime(2026, 3, 2, 1, 0, tzinfo=UTC)  # 10:00 in Seoul


class TestTheAnswer:
    def test_json_has_the_lecture_its_marks_and_the_unknown(self, analyse, course: Course):
        answer = json.loads(analyse("--json").stdout)
        assert (answer["lecture"]["course"], answer["lecture"]["section"]) == ("CS101", "1")
        assert answer["lecture"]["starts_at"] == "2026-03-02T10:00:00+09:00"
        assert answer["lecture"]["ends_at"] == "2026-03-02T10:50:00+09:00"
        assert answer["marks"] == [
            {
                "student_id": "21",
                "name": "Student 21",
                "status": "present",
                "needs_another_way": False,
                "similarity": 100.0,
                "first_seen_s": 0.0,
                "last_seen_s": 2990.0,
                "frames": 2991,
            },
            {
                "student_id": "52",
                "name": "Student 52",
                "status": "late",
                "needs_another_way": False,
                "similarity": 100.0,
                "first_seen_s": 900.0,
                "last_seen_s": 2990.0,
                "frames": 2091,
            },
            {
                "student_id": "53",
                "name": "Student 53",
                "status": "absent",
                "needs_another_way": False,
                "similarity": None,
                "first_seen_s": None,
                "last_seen_s": None,
                "frames": 0,
            },
        ]
        assert answer["unknown"] == [{"first_seen_s": 10.0, "last_seen_s": 20.0, "frames": 11}]

    def test_words_have_a_table_the_counts_and_the_strangers(self, analyse):
        result = analyse()
        assert (result.exit_code, result.stderr) == (0, "")
        lines = result.stdout.splitlines()
        assert lines[0] == "CS101 (1), 2026-03-02 10:00 to 10:50 (Asia/Seoul)"
        assert [line.split()[:4] for line in lines[4:7]] == [
            ["Student", "21", "21", "present"],
            ["Student", "52", "52", "late"],
            ["Student", "53", "53", "absent"],
        ]
        assert lines[8] == "1 present, 1 late, 1 absent."
        assert lines[9] == "Stranger 1, who is on no roster: from 00:10 to 00:20, 11 frames."

    def test_who_left_early_and_who_is_unsure_is_said(self, analyse, video: Path):
        video.write_bytes(b"video 3000|21 0 600|52.35 900 2990")
        words = analyse().stdout
        assert "present, left early" in words
        assert "1 unsure. The unsure ones wait for a person" in words

    def test_without_a_roster_there_is_no_table(self, flask: Flask, video: Path):
        flask("courses", "add", "CS102", "--name", "Networks", "--timezone", "Asia/Seoul")
        result = flask("lectures", "analyse", video, "--course", "CS102", "--starts-at", "2026-03-02T10:00")
        lines = result.stdout.splitlines()
        assert lines[:3] == [
            "CS102, 2026-03-02 10:00 to 10:50 (Asia/Seoul)",
            "",
            "Nobody is on the roster of this course.",
        ]
        assert len(lines) == 6  # three strangers

    def test_the_users_file_stays_as_it_is(self, analyse, video: Path):
        video.chmod(0o644)
        analyse()
        assert video.read_bytes() == LECTURE
        assert video.stat().st_mode & 0o777 == 0o644

    def test_the_recording_is_kept_with_its_name(self, analyse, services: Services):
        analyse()
        (recording,) = recordings(services)
        assert (recording.original_name, recording.status) == ("강의 1.mp4", SearchStatus.DONE)
        assert services.media.read(recording.media_key) == LECTURE
        assert not everything(services)["uploads"]


class TestTimes:
    @pytest.mark.parametrize(
        "text", ["2026-03-02T10:00", "2026-03-02 10:00:00", "2026-03-02T01:00Z", "2026-03-02T02:00+01:00"]
    )
    def test_a_time_without_an_offset_is_the_courses(self, analyse, services: Services, text: str):
        assert analyse(starts_at=text).exit_code == 0
        (lecture,) = services.store.lectures().items
        assert lecture.starts_at == STARTS

    def test_the_end_of_the_lecture_may_be_given(self, analyse, services: Services):
        analyse("--ends-at", "2026-03-02T11:15")
        (lecture,) = services.store.lectures().items
        assert lecture.ends_at == STARTS + timedelta(minutes=75)

    @pytest.mark.parametrize(
        ("starts_at", "options", "sentence"),
        [
            ("2026-03-02", [], "--starts-at needs a date and a time, such as 2026-03-02T10:00."),
            ("at ten", [], "--starts-at needs a date and a time, such as 2026-03-02T10:00."),
            ("2999-01-01T10:00", [], "The lecture must have begun already; check its date."),
            ("0001-01-01T00:00+14:00", [], "--starts-at is no time that a lecture can have."),
            ("2026-03-02T10:00", ["--ends-at", "2026-03-02T09:00"], "The lecture must end after it starts."),
            ("2026-03-02T10:00", ["--ends-at", "soon"], "--ends-at needs a date and a time, such as 2026-03-02T10:00."),
        ],
    )
    def test_times_that_cannot_be_are_refused(
        self, analyse, services: Services, starts_at: str, options: list[str], sentence: str
    ):
        before = everything(services)
        assert refused(analyse(*options, starts_at=starts_at)) == sentence
        assert everything(services) == before


class TestAgain:
    def test_the_same_file_is_searched_again_and_not_added(self, analyse, services: Services):
        analyse()
        first = everything(services)
        assert analyse().exit_code == 0
        second = everything(services)
        assert second["recordings"] == first["recordings"]
        assert len(second["media"]) == len(first["media"])

    def test_a_student_who_was_enrolled_since_is_found(self, analyse, services: Services, course: Course, video: Path):
        video.write_bytes(b"video 3000|77 0 2990")
        assert json.loads(analyse("--json").stdout)["unknown"]
        add_student(services, course.id, "77", 77)
        again = json.loads(analyse("--json").stdout)
        assert not again["unknown"]
        assert {mark["student_id"]: mark["status"] for mark in again["marks"]}["77"] == "present"

    def test_another_file_of_the_same_size_is_another_recording(self, analyse, services: Services, video: Path):
        analyse()
        video.write_bytes(LECTURE.replace(b"900 10 20", b"901 10 20"))
        analyse()
        assert len(recordings(services)) == 2
        assert services.store.lectures().total == 1

    def test_the_same_file_within_the_lecture_but_later_is_another_recording(self, analyse, services: Services):
        analyse()
        answer = json.loads(analyse("--json", starts_at="2026-03-02T10:20").stdout)
        assert len(recordings(services)) == 2
        assert len(answer["unknown"]) == 1  # of this recording alone

    def test_what_a_person_decided_stays(self, analyse, services: Services, teacher):
        analyse()
        (lecture,) = services.store.lectures().items
        set_mark(services, lecture.id, "53", Status.EXCUSED, "a note", by=teacher.id)
        marks = json.loads(analyse("--json").stdout)["marks"]
        assert {mark["student_id"]: mark["status"] for mark in marks}["53"] == "excused"
