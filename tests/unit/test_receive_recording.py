"""A recording comes in whole or not at all, also when the program dies between two steps."""

from datetime import timedelta
from pathlib import Path

import pytest

from attendance.changes import AddRecording, Part, RemoveCourse
from attendance.errors import (
    AlreadyExists,
    BadRecording,
    Conflict,
    InvalidInput,
    NotFound,
    OutOfSpace,
    ServiceUnavailable,
)
from attendance.model import SearchStatus, new_id
from attendance.ports import MediaFile, Upload
from attendance.searching.searches import search_recording
from attendance.use_cases.recordings.finishing import finish_upload
from attendance.use_cases.upkeep import sweep
from tests.sending import A_LECTURE, TEACHER
from tests.unit.in_memory import NOW, MemoryServices, a_course, services_in_memory
from tests.unit.receiving import START, a_file, begin_upload, nothing_is_kept, receive


@pytest.fixture
def services(tmp_path: Path) -> MemoryServices:
    made = services_in_memory(tmp_path)
    a_course(made)
    return made


@pytest.fixture
def video(tmp_path: Path) -> Path:
    return a_file(tmp_path)


def test_a_lecture_without_an_end_ends_with_its_recording(services, video):
    recording = receive(services, video)
    lecture = services.store.lecture(recording.lecture_id)
    assert (lecture.starts_at, lecture.ends_at) == (START, START + timedelta(minutes=2))
    assert recording.status is SearchStatus.QUEUED
    assert services.jobs.waiting == [recording.id]
    assert not video.exists()


def test_a_second_recording_at_the_same_time_is_of_the_same_lecture(services, video, tmp_path):
    first = receive(services, video)
    again = tmp_path / "other.mp4"
    again.write_bytes(b"video 60|22 0 50")
    assert receive(services, again).lecture_id == first.lecture_id


@pytest.mark.parametrize(
    ("starts_at", "ends_at"),
    [
        (NOW + timedelta(days=3), None),
        (START.replace(year=1970), None),
        (START, START),
        (START, START - timedelta(hours=1)),
        (START, START + timedelta(hours=25)),
    ],
)
def test_impossible_times_are_refused_and_nothing_is_kept(services, video, starts_at, ends_at):
    with pytest.raises(InvalidInput):
        receive(services, video, starts_at=starts_at, ends_at=ends_at)
    assert nothing_is_kept(services)
    assert video.exists()


def test_a_file_that_is_no_recording_is_refused_and_nothing_is_kept(services, tmp_path):
    junk = tmp_path / "junk.mp4"
    junk.write_bytes(b"not a video")
    with pytest.raises(BadRecording):
        receive(services, junk)
    assert nothing_is_kept(services)


def test_an_unknown_course_is_refused(services, video):
    with pytest.raises(NotFound):
        receive(services, video, course_id="none")
    assert nothing_is_kept(services)


def test_a_full_disk_leaves_nothing_and_the_file_stays(services, video, monkeypatch):
    def full(key: str, path: Path) -> None:
        raise OutOfSpace("The disk is full.")

    monkeypatch.setattr(services.media, "put_file", full)
    with pytest.raises(OutOfSpace):
        receive(services, video)
    assert nothing_is_kept(services)
    assert video.exists()


def test_a_whole_upload_becomes_the_recording_of_its_id(services):
    upload_id = begin_upload(services)
    recording = finish_upload(services, upload_id)
    assert (recording.id, recording.created_by, recording.original_name) == (upload_id, "teacher", "lecture.mp4")
    with pytest.raises(NotFound):
        services.uploads.upload(upload_id)


def test_half_an_upload_becomes_nothing(services):
    upload_id = new_id()
    services.uploads.begin(Upload(upload_id, TEACHER, 100, NOW, A_LECTURE))
    with pytest.raises(Conflict):
        finish_upload(services, upload_id)
    assert services.uploads.upload(upload_id).size == 100


def test_an_upload_that_is_no_recording_is_removed(services):
    upload_id = begin_upload(services, b"not a video")
    with pytest.raises(BadRecording):
        finish_upload(services, upload_id)
    with pytest.raises(NotFound):
        services.uploads.upload(upload_id)
    assert nothing_is_kept(services)


def test_an_upload_to_a_course_that_was_removed_is_removed_too(services):
    upload_id = begin_upload(services)
    services.store.commit(RemoveCourse(services.store.courses()[0].id))
    with pytest.raises(InvalidInput, match="course of this recording was removed"):
        finish_upload(services, upload_id)
    assert services.uploads.whole() == []


class Killed(BaseException):
    """As kill -9 does it, no except clause of the program is asked."""


@pytest.mark.parametrize(
    "step", ["store.commit:AddRecording", "media.put_file", "jobs.enqueue_search", "uploads.remove"]
)
@pytest.mark.parametrize("when", ["before", "after"])
def test_a_kill_at_any_step_loses_no_upload_and_doubles_none(services, monkeypatch, step, when):
    upload_id = begin_upload(services)
    port, name = step.split(".")
    name, _, change = name.partition(":")
    real = getattr(getattr(services, port), name)

    def killed(*given: object) -> None:
        if change and change not in [type(one).__name__ for one in given]:
            real(*given)
            return
        if when == "after":
            real(*given)
        raise Killed

    with monkeypatch.context() as patched:
        patched.setattr(getattr(services, port), name, killed)
        with pytest.raises(Killed):
            finish_upload(services, upload_id)
    sweep(services)
    recording = services.store.recording(upload_id)
    assert services.media.read(recording.media_key) == b"video 90|21 0 50"
    assert upload_id in services.jobs.waiting
    assert services.store.lectures().total == 1
    assert search_recording(services, upload_id)


def test_a_worker_that_was_quicker_than_the_file_does_not_end_the_recording(services, monkeypatch):
    upload_id = begin_upload(services)

    def killed(key: str, path: Path) -> None:
        raise Killed

    with monkeypatch.context() as patched:
        patched.setattr(services.media, "put_file", killed)
        with pytest.raises(Killed):
            finish_upload(services, upload_id)
    assert not search_recording(services, upload_id)
    waiting = services.store.recording(upload_id)
    assert (waiting.status, waiting.attempts) == (SearchStatus.QUEUED, 0)
    sweep(services)
    assert search_recording(services, upload_id)


def test_an_upload_that_another_process_finishes_is_left_to_it(services):
    upload_id = begin_upload(services)
    with services.uploads.finishing(upload_id):
        sweep(services)
        assert services.store.lectures().total == 0
        with pytest.raises(Conflict):
            finish_upload(services, upload_id)
    assert finish_upload(services, upload_id).id == upload_id


def test_a_recording_that_exists_already_is_not_removed_by_whoever_is_too_late(services, video, monkeypatch):
    recording = receive(services, video)
    late = video.with_name("late.mp4")
    late.write_bytes(b"video 90|21 0 50")
    real, asked = services.store.recording, []

    def not_there_yet(recording_id: str) -> object:
        asked.append(recording_id)
        if len(asked) == 1:
            raise NotFound("There is no such recording.")
        return real(recording_id)

    monkeypatch.setattr(services.store, "recording", not_there_yet)
    with pytest.raises(AlreadyExists):
        receive(services, late, recording_id=recording.id)
    assert real(recording.id) == recording


def test_a_move_whose_answer_is_lost_loses_no_recording(services, monkeypatch):
    upload_id, move = begin_upload(services), services.media.put_file

    def moved_in_silence(key: str, file: MediaFile) -> None:
        move(key, file)
        raise ServiceUnavailable("The media store does not answer; try again later.")

    with monkeypatch.context() as patched:
        patched.setattr(services.media, "put_file", moved_in_silence)
        with pytest.raises(ServiceUnavailable):
            finish_upload(services, upload_id)
    sweep(services)
    assert services.media.read(services.store.recording(upload_id).media_key) == b"video 90|21 0 50"
    assert search_recording(services, upload_id)


def test_an_upload_that_is_given_up_while_it_is_finished_leaves_nothing(services, monkeypatch):
    upload_id, add = begin_upload(services), services.store.commit

    def given_up(*parts: Part) -> None:
        if isinstance(parts[0], AddRecording):
            services.uploads.remove(upload_id)
        add(*parts)

    monkeypatch.setattr(services.store, "commit", given_up)
    with pytest.raises(NotFound):
        finish_upload(services, upload_id)
    assert nothing_is_kept(services)
