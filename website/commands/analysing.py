"""Takes in a recording and searches it at once, in this process; what fails is taken back."""

from __future__ import annotations

import signal
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from datetime import datetime
from pathlib import Path
from types import FrameType
from typing import BinaryIO

from attendance.disk.files import DiskFile
from attendance.errors import BadRecording, Conflict, NotFound, SearchStopped
from attendance.model import LectureRecording, Recording, SearchStatus
from attendance.ports import RemoteFaceSearch
from attendance.rules.stored_sentences import from_text
from attendance.searching.advancing import advance
from attendance.services import Services
from attendance.use_cases.lectures.lectures import remove_lecture, remove_recording, search_again
from attendance.use_cases.lectures.marks import students_to_mark
from attendance.use_cases.recordings.copying import copy_in
from attendance.use_cases.recordings.receiving import check_lecture_times
from attendance.use_cases.students.reindexing import comparable_faces
from website.commands.progress import progress_bar
from website.commands.text_table import printable

_LOOK_EVERY_S, _ASK_A_SERVICE_EVERY_S = 0.5, 5.0
_CHUNK_BYTES = 1 << 20


def analyse(
    services: Services, *, path: Path, course_id: str, starts_at: datetime, ends_at: datetime | None = None
) -> Recording:
    """The recording, searched. The same file of the same lecture and start is searched again, not added.

    Raises InvalidInput, BadRecording, FacesOutdated, NotFound (course), OutOfSpace, ServiceUnavailable, and
    SearchStopped after Ctrl-C; what this call added is then gone again.
    """
    check_lecture_times(services, starts_at, ends_at)
    _check_file(path)
    services.faces.probe(DiskFile(path))  # before gigabytes are copied
    comparable_faces(services, [student.id for student in services.store.roster(course_id)])
    known = _known(services, path, course_id, starts_at)
    if known is not None:
        _queue(services, known)
        return _searched(services, known.id, SearchStopped("The search was stopped; it goes on later."))
    is_new_lecture = services.store.find_lecture(course_id, starts_at) is None
    filename = path.name.encode(errors="replace").decode()
    purpose = LectureRecording(filename=filename, course_id=course_id, starts_at=starts_at, ends_at=ends_at)
    with progress_bar("copying") as show:
        recording = copy_in(services, path, purpose, show)
    try:
        stopped = SearchStopped("The search was stopped; nothing of the recording was stored.")
        return _searched(services, recording.id, stopped)
    except BaseException:
        _take_back(services, recording, is_new_lecture)
        raise


def _check_file(path: Path) -> None:
    name = printable(str(path))
    try:
        with path.open("rb") as file:
            if not file.read(1):
                raise BadRecording("%(name)s is empty.", name=name)
    except OSError as wrong:
        raise BadRecording("%(name)s cannot be read: %(reason)s.", name=name, reason=wrong.strerror) from wrong


def _known(services: Services, path: Path, course_id: str, starts_at: datetime) -> Recording | None:
    """The recording that this file already is."""
    lecture = services.store.find_lecture(course_id, starts_at)
    size = path.stat().st_size
    for recording in services.store.recordings(lecture.id) if lecture else ():
        if recording.started_at == starts_at and recording.size_bytes == size:
            with suppress(NotFound), services.media.open(recording.media_key) as stored, path.open("rb") as given:
                if _are_same(stored, given):
                    return recording
    return None


def _are_same(one: BinaryIO, other: BinaryIO) -> bool:
    while chunk := one.read(_CHUNK_BYTES):
        if other.read(len(chunk)) != chunk:
            return False
    return not other.read(1)


def _queue(services: Services, recording: Recording) -> None:
    """One that waits already, or is searched at this moment, needs nothing."""
    if recording.status in (SearchStatus.DONE, SearchStatus.FAILED):
        with suppress(Conflict):
            search_again(services, recording.id, by=None)


def _searched(services: Services, recording_id: str, stopped: SearchStopped) -> Recording:
    """Search it, or wait for whoever holds its lease. Raises BadRecording where it cannot be searched."""
    with _stop_signals() as stop, progress_bar("searching") as show:
        while not advance(services, recording_id, progress=show, stopping=stop.is_set):
            recording = services.store.recording(recording_id)
            if recording.status is SearchStatus.DONE:
                break
            comparable_faces(services, students_to_mark(services, recording.lecture_id))  # else it would wait for ever
            if recording.status is SearchStatus.FAILED:
                reason = from_text(recording.error or "The search failed.")
                raise BadRecording(reason.template, **reason.values)
            show(recording.progress)
            if stop.wait(_look_every_s(services)):
                raise stopped
    return services.store.recording(recording_id)


def _look_every_s(services: Services) -> float:
    return _ASK_A_SERVICE_EVERY_S if isinstance(services.faces, RemoteFaceSearch) else _LOOK_EVERY_S


def _take_back(services: Services, recording: Recording, is_new_lecture: bool) -> None:
    with suppress(NotFound):
        others = [one for one in services.store.recordings(recording.lecture_id) if one.id != recording.id]
        if is_new_lecture and not others:
            remove_lecture(services, recording.lecture_id, by=None)
        else:
            remove_recording(services, recording.id, by=None)


@contextmanager
def _stop_signals() -> Iterator[threading.Event]:
    """Set by Ctrl-C or SIGTERM, so that a search ends in order; a second one ends at once."""
    stop = threading.Event()
    before: dict[int, Callable[[int, FrameType | None], object] | int | None] = {}

    def handle(number: int, frame: FrameType | None) -> None:
        stop.set()
        signal.signal(number, before[number])

    for number in (signal.SIGINT, signal.SIGTERM):
        before[number] = signal.signal(number, handle)
    try:
        yield stop
    finally:
        for told, handler in before.items():
            signal.signal(told, handler)
