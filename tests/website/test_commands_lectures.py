"""Taking attendance on the command line: at once, once, and without a trace where it fails."""

from __future__ import annotations

import json
import os
import signal
import threading
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from flask import Flask as App

from attendance.errors import BadRecording
from attendance.model import Course, Recording, SearchStatus, Status
from attendance.services import Services
from attendance.use_cases.finish_upload import finish_upload
from attendance.use_cases.receive_recording import receive_recording
from attendance.use_cases.review_mark import set_mark
from tests.website.commanding import Flask, refused
from tests.website.lecturing import add_student, enrol
from website.commands import analysing

LECTURE = b"video 3000|21 0 2990|52 900 2990|900 10 20"
STARTS = datetime(2026, 3, 2, 1, 0, tzinfo=UTC)  # 10:00 in Seoul


@pytest.fixture(autouse=True)
def _class(services: Services, course: Course) -> None:
    """Student 21 comes at once, 52 late, 53 not at all; somebody unknown looks in."""
    enrol(services, "21", 21)
    add_student(services, course.id, "52", 52)
    add_student(services, course.id, "53", 53)


@pytest.fixture
def video(tmp_path: Path) -> Path:
    path = tmp_path / "강의 1.mp4"
    path.write_bytes(LECTURE)
    return path


@pytest.fixture
def analyse(app: App, video: Path) -> Callable[..., Any]:
    runner = app.test_cli_runner()

    def run(*options: str, path: Path = video, starts_at: str = "2026-03-02T10:00") -> Any:
        words = ["lectures", "analyse", str(path), "--course", "CS101", "--starts-at", starts_at, *options]
        return runner.invoke(args=words)

    return run


@pytest.fixture
def flask(app: App) -> Flask:
    runner = app.test_cli_runner()
    return lambda *arguments, **options: runner.invoke(args=[str(word) for word in arguments], **options)


def everything(services: Services) -> dict[str, object]:
    """All that a recording could leave behind."""
    lectures = services.store.lectures().items
    return {
        "lectures": [lecture.id for lecture in lectures],
        "recordings": [one.id for lecture in lectures for one in services.store.recordings(lecture.id)],
        "marks": [mark for lecture in lectures for mark in services.store.marks(lecture.id)],
        "media": [key for key in services.media.keys("") if not key.startswith("photos/")],
        "uploads": [path.name for path in (services.settings.data / "uploads").iterdir()],
    }


def recordings(services: Services) -> list[Recording]:
    return [one for lecture in services.store.lectures().items for one in services.store.recordings(lecture.id)]


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
                "similarity": 100.0,
                "first_seen_s": 0.0,
                "last_seen_s": 2990.0,
                "frames": 2991,
            },
            {
                "student_id": "52",
                "name": "Student 52",
                "status": "late",
                "similarity": 100.0,
                "first_seen_s": 900.0,
                "last_seen_s": 2990.0,
                "frames": 2091,
            },
            {
                "student_id": "53",
                "name": "Student 53",
                "status": "absent",
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


class TestBadRecordings:
    @pytest.mark.parametrize("content", [b"", b"this is text"])
    def test_what_is_no_recording_leaves_nothing(self, analyse, services: Services, video: Path, content: bytes):
        before = everything(services), services.store.audit().total
        video.write_bytes(content)
        refused(analyse("--json"))
        assert (everything(services), services.store.audit().total) == before

    def test_what_is_no_recording_is_refused_before_it_is_copied(
        self, analyse, services: Services, video: Path, monkeypatch: pytest.MonkeyPatch
    ):
        video.write_bytes(b"this is text")
        monkeypatch.setattr(services.uploads, "begin", _raise(AssertionError("copied")))
        assert "not a video" in refused(analyse())

    def test_what_is_not_there_is_named(self, analyse, tmp_path: Path):
        for path in (tmp_path / "gone.mp4", tmp_path):
            assert refused(analyse(path=path)).startswith(f"{path} cannot be read: ")

    def test_a_recording_that_fails_its_search_leaves_nothing(
        self, analyse, services: Services, monkeypatch: pytest.MonkeyPatch
    ):
        before = everything(services)
        monkeypatch.setattr(services.faces, "search", _raise(BadRecording("There is no picture in it.")))
        assert refused(analyse()) == "There is no picture in it."
        assert everything(services) == before

    def test_a_fault_in_the_search_leaves_nothing_and_shows_no_traceback(
        self, analyse, services: Services, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
    ):
        before = everything(services)
        monkeypatch.setattr(services.faces, "search", _raise(ZeroDivisionError()))
        assert "fault in the program" in refused(analyse())
        assert everything(services) == before
        assert caplog.records

    def test_it_leaves_the_lecture_that_was_there(
        self, analyse, services: Services, video: Path, monkeypatch: pytest.MonkeyPatch
    ):
        analyse()
        before = everything(services)
        video.write_bytes(b"video 60|52 0 50")
        monkeypatch.setattr(services.faces, "search", _raise(BadRecording("It is cut short.")))
        assert refused(analyse()) == "It is cut short."
        after = everything(services)
        assert {name: after[name] for name in ("lectures", "recordings", "media", "uploads")} == {
            name: before[name] for name in ("lectures", "recordings", "media", "uploads")
        }
        assert [mark.status for mark in after["marks"]] == [mark.status for mark in before["marks"]]

    def test_a_known_recording_that_fails_now_is_kept_as_failed(
        self, analyse, services: Services, monkeypatch: pytest.MonkeyPatch
    ):
        analyse()
        monkeypatch.setattr(services.faces, "search", _raise(BadRecording("The disk is ill.")))
        assert refused(analyse()) == "The disk is ill."
        (recording,) = recordings(services)
        assert recording.status is SearchStatus.FAILED


class TestCtrlC:
    @pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
    def test_a_stopped_search_leaves_nothing(
        self, analyse, services: Services, monkeypatch: pytest.MonkeyPatch, number: signal.Signals
    ):
        before = everything(services), signal.getsignal(number)
        monkeypatch.setattr(services.faces, "search", _interrupted(services, number))
        assert refused(analyse(), 130) == "The search was stopped; nothing of the recording was kept."
        assert (everything(services), signal.getsignal(number)) == before

    def test_a_known_recording_waits_to_be_searched_again(
        self, analyse, services: Services, monkeypatch: pytest.MonkeyPatch
    ):
        analyse()
        monkeypatch.setattr(services.faces, "search", _interrupted(services, signal.SIGINT))
        assert refused(analyse(), 130) == "The search was stopped; it goes on later."
        (recording,) = recordings(services)
        assert (recording.status, recording.claimed_by) == (SearchStatus.QUEUED, None)

    def test_a_copy_that_is_broken_off_leaves_nothing(
        self, analyse, services: Services, monkeypatch: pytest.MonkeyPatch
    ):
        before = everything(services)
        monkeypatch.setattr(analysing._Watched, "read", _raise(KeyboardInterrupt()))
        assert analyse().exit_code == 1
        assert everything(services) == before


class TestAnotherWorker:
    """Somebody else holds the recording's lease."""

    @pytest.fixture
    def received(self, services: Services, course: Course, tmp_path: Path) -> Recording:
        path = tmp_path / "uploaded"
        path.write_bytes(LECTURE)
        return receive_recording(
            services, path=path, original_name="x.mp4", course_id=course.id, starts_at=STARTS, enqueue=False
        )

    def test_its_search_is_waited_for(
        self, analyse, services: Services, received: Recording, monkeypatch: pytest.MonkeyPatch
    ):
        now = services.now()
        assert services.store.claim_search(received.id, "other", now, now + timedelta(seconds=5))
        monkeypatch.setattr(analysing, "_LOOK_EVERY_S", 0.05)
        monkeypatch.setattr(services.faces, "search", _raise(AssertionError("searched twice at once")))
        ends = threading.Timer(0.3, services.store.finish_search, (received.id, "other"))
        ends.start()
        assert analyse().exit_code == 0
        ends.join()
        assert [one.id for one in recordings(services)] == [received.id]

    def test_its_failure_is_told(self, analyse, services: Services, received: Recording):
        now = services.now()
        assert services.store.claim_search(received.id, "other", now, now + timedelta(seconds=5))
        fails = threading.Timer(0.2, services.store.fail_search, (received.id, "other", "It is cut short."))
        fails.start()
        assert refused(analyse()) == "It is cut short."
        fails.join()

    def test_where_it_died_the_command_searches(self, analyse, services: Services, received: Recording):
        long_ago = services.now() - timedelta(minutes=5)
        assert services.store.claim_search(received.id, "dead", long_ago, long_ago + timedelta(seconds=30))
        assert "1 present" in analyse().stdout

    def test_a_worker_that_swept_the_copy_up_first_is_no_error(
        self, analyse, services: Services, monkeypatch: pytest.MonkeyPatch
    ):
        append = services.uploads.append

        def swept_up(upload_id: str, *rest: Any) -> None:
            append(upload_id, *rest)
            finish_upload(services, upload_id)

        monkeypatch.setattr(services.uploads, "append", swept_up)
        assert analyse().exit_code == 0
        assert len(recordings(services)) == 1
        assert not everything(services)["uploads"]


class TestExport:
    @pytest.fixture(autouse=True)
    def _searched(self, analyse) -> None:
        assert analyse().exit_code == 0

    def test_csv_goes_to_stdout(self, flask: Flask):
        result = flask("attendance", "export", "--course", "CS101")
        assert result.stdout_bytes.startswith(b"\xef\xbb\xbfCourse,Section")
        lines = result.stdout_bytes.decode("utf-8-sig").splitlines()
        assert [line.split(",")[6:9] for line in lines[1:]] == [
            ["21", "Student 21", "present"],
            ["52", "Student 52", "late"],
            ["53", "Student 53", "absent"],
        ]
        assert "10:00:00" in lines[1]

    def test_excel_goes_to_stdout_whole(self, flask: Flask):
        content = flask("attendance", "export", "--format", "xlsx").stdout_bytes
        assert content.startswith(b"PK\x03\x04")

    def test_json_goes_to_a_file(self, flask: Flask, tmp_path: Path):
        path = tmp_path / "out" / "log.json"
        path.parent.mkdir()
        result = flask("attendance", "export", "--course", "CS101", "--format", "json", "--output", path)
        assert (result.exit_code, result.output) == (0, "")
        assert [row["status"] for row in json.loads(path.read_bytes())["rows"]] == ["present", "late", "absent"]
        assert [one.name for one in path.parent.iterdir()] == ["log.json"]
        assert path.stat().st_mode & 0o777 == 0o600

    def test_only_some_marks_and_days_may_be_wanted(self, flask: Flask):
        def rows(*options: str) -> int:
            result = flask("attendance", "export", "--format", "json", *options)
            return len(json.loads(result.stdout)["rows"])

        assert rows("--status", "late", "--status", "absent") == 2
        assert rows("--from", "2026-03-02", "--to", "2026-03-02", "--timezone", "Asia/Seoul") == 3
        assert rows("--from", "2026-03-03") == 0
        assert rows("--to", "2026-03-01") == 0

    def test_times_of_one_course_are_in_its_zone(self, flask: Flask, services: Services):
        course = services.store.find_course("CS101", "1")
        services.store.save_course(replace(course, timezone="Europe/Berlin"))
        result = flask("attendance", "export", "--course", "CS101", "--format", "json")
        assert json.loads(result.stdout)["timezone"] == "Europe/Berlin"

    def test_times_are_in_the_zone_that_is_asked_for(self, flask: Flask):
        result = flask("attendance", "export", "--format", "json", "--timezone", "America/New_York")
        assert json.loads(result.stdout)["rows"][0]["starts"] == "2026-03-01T20:00:00-05:00"

    @pytest.mark.parametrize(
        "options",
        [
            ["--course", "CS999"],
            ["--timezone", "Mars"],
            ["--timezone", "Mars", "--from", "2026-03-02"],
            ["--from", "0001-01-01"],
            ["--to", "9999-12-31"],
        ],
    )
    def test_what_cannot_be_exported_is_said(self, flask: Flask, options: list[str]):
        refused(flask("attendance", "export", *options))

    def test_a_file_that_cannot_be_written_is_named(self, flask: Flask, tmp_path: Path):
        path = tmp_path / "nowhere" / "log.csv"
        assert refused(flask("attendance", "export", "--output", path)).startswith(f"{path} cannot be written: ")

    def test_a_date_that_is_none_is_wrong_usage(self, flask: Flask):
        assert flask("attendance", "export", "--from", "yesterday").exit_code == 2


def _raise(error: BaseException) -> Callable[..., Any]:
    def fail(*args: object, **kwargs: object) -> Any:
        raise error

    return fail


def _interrupted(services: Services, number: signal.Signals) -> Callable[..., Any]:
    """A search during which somebody presses Ctrl-C."""
    search = services.faces.search

    def interrupted(*args: Any, **kwargs: Any) -> Any:
        os.kill(os.getpid(), number)
        return search(*args, **kwargs)

    return interrupted
