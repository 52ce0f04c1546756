"""Taking attendance on the command line leaves no trace where it fails, and never searches twice at once."""

from __future__ import annotations

import os
import signal
import threading
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from attendance.changes import FinishSearch
from attendance.disk.files import DiskFile
from attendance.errors import BadRecording
from attendance.model import Course, Recording, SearchStatus
from attendance.ports import Upload
from attendance.services import Services
from attendance.use_cases.recordings import copying
from attendance.use_cases.recordings.finishing import finish_upload
from attendance.use_cases.recordings.receiving import receive_recording
from tests.website.commands.commanding import LECTURE, everything, recordings, refused
from website.commands import analysing

STARTS = datetime(2026, 3, 2, 1, 0, tzinfo=UTC)  # 10:00 in Seoul


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
        assert refused(analyse(), 130) == "The search was stopped; nothing of the recording was stored."
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
        monkeypatch.setattr(copying._Watched, "read", _raise(KeyboardInterrupt()))
        assert analyse().exit_code == 1
        assert everything(services) == before


class TestAnotherWorker:
    """Somebody else holds the recording's lease."""

    @pytest.fixture
    def received(self, services: Services, course: Course, tmp_path: Path) -> Recording:
        path = tmp_path / "uploaded"
        path.write_bytes(LECTURE)
        return receive_recording(
            services, file=DiskFile(path), original_name="x.mp4", course_id=course.id, starts_at=STARTS, enqueue=False
        )

    def test_its_search_is_waited_for(
        self, analyse, services: Services, received: Recording, monkeypatch: pytest.MonkeyPatch
    ):
        now = services.now()
        assert services.store.claim_search(received.id, "other", now, now + timedelta(hours=1))
        monkeypatch.setattr(analysing, "_LOOK_EVERY_S", 0.05)
        monkeypatch.setattr(services.faces, "search", _raise(AssertionError("searched twice at once")))
        ends = threading.Timer(0.3, services.store.commit, [FinishSearch(received.id, "other")])
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

        def swept_up(upload_id: str, *rest: Any) -> Upload:
            sent = append(upload_id, *rest)
            finish_upload(services, upload_id)
            return sent

        monkeypatch.setattr(services.uploads, "append", swept_up)
        assert analyse().exit_code == 0
        assert len(recordings(services)) == 1
        assert not everything(services)["uploads"]


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
