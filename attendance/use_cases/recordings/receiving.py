"""Take in a recording: probe it, find or make its lecture, store the file, and ask for its search."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from datetime import datetime, timedelta

from attendance.changes import AddLecture, AddRecording, RemoveEmptyLecture, RemoveRecording
from attendance.errors import AlreadyExists, InvalidInput, NotFound
from attendance.media_keys import recording_key
from attendance.model import COMMAND_LINE, AuditEntry, Lecture, Recording, RecordingKind, Sender, new_id
from attendance.ports import MediaFile, RecordingInfo
from attendance.services import Services

_LONGEST_LECTURE = timedelta(hours=24)
_FURTHEST_AHEAD = timedelta(days=1)  # clocks and time zones differ; a lecture of next week has no recording yet
_PICTURES = {".jpg", ".png"}


def check_lecture_times(services: Services, starts_at: datetime, ends_at: datetime | None) -> None:
    """Raises InvalidInput where a recording cannot be of such a lecture."""
    if starts_at.year < 2000 or starts_at > services.now() + _FURTHEST_AHEAD:
        raise InvalidInput("The lecture must have begun already; check its date.", field="starts_at")
    if ends_at is not None and ends_at <= starts_at:
        raise InvalidInput("The lecture must end after it starts.", field="ends_at")
    if ends_at is not None and ends_at - starts_at > _LONGEST_LECTURE:
        raise InvalidInput("A lecture can last 24 hours at most; check its end.", field="ends_at")


def receive_recording(
    services: Services,
    *,
    file: MediaFile,
    original_name: str,
    course_id: str,
    starts_at: datetime,
    ends_at: datetime | None = None,
    recorded_at: datetime | None = None,
    sender: Sender = COMMAND_LINE,
    recording_id: str | None = None,
    enqueue: bool = True,
    with_row: Callable[[Recording], None] | None = None,
) -> Recording:
    """Move the file in and queue its search. The same `recording_id` again finishes what was begun.

    `starts_at` inside a lecture of the course adds to that lecture, and so does a recording of which most is of one
    that begins soon; else a new one is made, which ends with the recording where `ends_at` is not given. `recorded_at`
    is when the recording itself began, where that is not `starts_at`. Raises BadRecording, InvalidInput, NotFound,
    OutOfSpace; then nothing is stored and the file stays where it is. One process at a time may do this with one
    `recording_id`. `with_row` is called once the row is there and before the file moves, so that who repeats it after a
    crash does that again too.
    """
    recording_id = recording_id or new_id()
    recording = _known(services, recording_id)
    is_new = recording is None
    if recording is None:
        check_lecture_times(services, starts_at, ends_at)
        services.store.course(course_id)
        info = services.faces.probe(file)
        lecture = _lecture(services, course_id, starts_at, ends_at, info.duration_s)
        started_at = recorded_at or starts_at
        recording = _recording(services, recording_id, lecture, started_at, file, original_name, info, sender)
        with _no_empty_lecture(services, lecture.id):
            services.store.commit(AddRecording(recording), *_uploaded(services, recording, lecture, sender))
    with _no_empty_lecture(services, recording.lecture_id), _no_row_without_file(services, recording, file):
        # The row is there before the file, so that a crash between leaves a recording that can be finished.
        if with_row is not None:
            with_row(recording)
        if is_new or file.exists():
            services.media.put_file(recording.media_key, file)
    if enqueue:
        services.jobs.enqueue_search(recording_id)
    return services.store.recording(recording_id)


def _uploaded(services: Services, recording: Recording, lecture: Lecture, sender: Sender) -> list[AuditEntry]:
    """What a person did; devices send each hour."""
    if sender.device_id is not None:
        return []
    course = services.store.course(lecture.course_id)
    where = f"{course.label} {lecture.starts_at:%Y-%m-%d %H:%M} UTC"
    return [AuditEntry(services.now(), sender.user_id, "recording.uploaded", where, recording.original_name)]


def _known(services: Services, recording_id: str) -> Recording | None:
    try:
        return services.store.recording(recording_id)
    except NotFound:
        return None


def _lecture(
    services: Services, course_id: str, starts_at: datetime, ends_at: datetime | None, duration_s: float
) -> Lecture:
    lecture = services.store.find_lecture(course_id, starts_at)
    if lecture is not None:
        return lecture
    if ends_at is None:
        ends_at = starts_at + timedelta(minutes=max(1, math.ceil(duration_s / 60)))
    # Whoever pressed the button some minutes early has recorded the lecture that was planned, and not another one.
    lecture = services.store.find_lecture(course_id, starts_at + (ends_at - starts_at) / 2)
    if lecture is not None:
        return lecture
    lecture = Lecture(new_id(), course_id, starts_at, ends_at, services.now())
    try:
        services.store.commit(AddLecture(lecture))
    except AlreadyExists:  # another upload of the same lecture was quicker
        return services.store.find_lecture(course_id, starts_at) or lecture
    return lecture


def _recording(
    services: Services,
    recording_id: str,
    lecture: Lecture,
    started_at: datetime,
    file: MediaFile,
    original_name: str,
    info: RecordingInfo,
    sender: Sender,
) -> Recording:
    return Recording(
        id=recording_id,
        lecture_id=lecture.id,
        kind=RecordingKind.SNAPSHOT if info.extension in _PICTURES else RecordingKind.VIDEO,
        media_key=recording_key(lecture.id, info.extension),
        original_name=original_name[:200],
        started_at=started_at,
        duration_s=info.duration_s,
        size_bytes=file.size(),
        created_at=services.now(),
        width=info.width,
        height=info.height,
        codec=info.codec,
        created_by=sender.stored,
    )


@contextmanager
def _no_row_without_file(services: Services, recording: Recording, file: MediaFile) -> Iterator[None]:
    """Where the file cannot be stored, the row goes again; not where it was moved and only the answer was lost."""
    try:
        yield
    except Exception:
        if file.exists() or not _is_stored(services, recording.media_key):
            with suppress(NotFound):
                services.store.commit(RemoveRecording(recording.id))
        raise


def _is_stored(services: Services, media_key: str) -> bool:
    try:
        services.media.size(media_key)
    except NotFound:
        return False
    return True


@contextmanager
def _no_empty_lecture(services: Services, lecture_id: str) -> Iterator[None]:
    """Where a step fails, the lecture goes that holds nothing and was never marked."""
    try:
        yield
    except Exception:
        services.store.commit(RemoveEmptyLecture(lecture_id))
        raise
