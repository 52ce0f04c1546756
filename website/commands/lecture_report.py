"""A lecture's attendance for the terminal and for programs."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import pytz

from attendance.model import Mark, Recording, Sighting, Status
from attendance.rules.lectures import rounded_down
from attendance.services import Services
from attendance.use_cases.lectures.lectures import Attendee, LectureBoard, lecture_board
from website.commands.text_table import text_table
from website.formatting import seconds as clock

_HEADINGS = ("Student", "Id", "Status", "Similarity", "First seen", "Last seen", "Frames")
_NUMBERS = (3, 4, 5, 6)


def strangers_of(board: LectureBoard, recording: Recording) -> list[Sighting]:
    """The unknown people of one recording, in the order of their coming."""
    own = [sighting for sighting in board.strangers if sighting.recording_id == recording.id]
    return sorted(own, key=lambda sighting: sighting.number)


def report_as_json(services: Services, recording: Recording) -> dict[str, Any]:
    """Marks of the whole lecture, and the unknown people of this recording; seconds count from its first frame."""
    board = lecture_board(services, recording.lecture_id)
    zone = pytz.timezone(board.course.timezone)
    return {
        "lecture": {
            "id": board.lecture.id,
            "course": board.course.code,
            "section": board.course.section,
            "starts_at": board.lecture.starts_at.astimezone(zone).isoformat(),
            "ends_at": board.lecture.ends_at.astimezone(zone).isoformat(),
            "timezone": board.course.timezone,
            "recording_id": recording.id,
        },
        "marks": [_mark_as_json(one, one.mark) for one in board.attendees if one.mark is not None],
        "unknown": [_times(one.first_s, one.last_s, one.frames) for one in strangers_of(board, recording)],
    }


def report_in_words(services: Services, recording: Recording) -> str:
    """A table of the marks, their counts, and the unknown people."""
    board = lecture_board(services, recording.lecture_id)
    zone = pytz.timezone(board.course.timezone)
    starts, ends = board.lecture.starts_at.astimezone(zone), board.lecture.ends_at.astimezone(zone)
    title = f"{board.course.label}, {starts:%Y-%m-%d %H:%M} to {ends:%H:%M} ({board.course.timezone})"
    table = [text_table(_HEADINGS, [_row(one) for one in board.attendees], numbers=_NUMBERS), ""]
    strangers = _strangers(strangers_of(board, recording))
    return "\n".join([title, "", *(table if board.attendees else ()), _counts(board), *strangers])


def _mark_as_json(attendee: Attendee, mark: Mark) -> dict[str, Any]:
    seen = mark.evidence
    return {
        "student_id": attendee.student.id,
        "name": attendee.student.name,
        "status": mark.status.value,
        "needs_another_way": mark.needs_another_way,
        "similarity": rounded_down(seen.likeness, 1) if seen and seen.likeness is not None else None,
        **(_times(seen.first_s, seen.last_s, seen.frames) if seen else _times(None, None, 0)),
    }


def _times(first_s: float | None, last_s: float | None, frames: int) -> dict[str, Any]:
    return {
        "first_seen_s": None if first_s is None else round(first_s, 2),
        "last_seen_s": None if last_s is None else round(last_s, 2),
        "frames": frames,
    }


def _row(attendee: Attendee) -> list[str]:
    name, student_id, mark = attendee.student.name, attendee.student.id, attendee.mark
    if mark is None:
        return [name, student_id, "not searched", "", "", "", ""]
    remark = ", left early" if mark.left_early else ", needs another way" if mark.needs_another_way else ""
    status = f"{mark.status.value}{remark}"
    seen = mark.evidence
    if seen is None:
        return [name, student_id, status, "", "", "", ""]
    return [
        name,
        student_id,
        status,
        "named" if seen.likeness is None else f"{rounded_down(seen.likeness):.0f}",
        clock(seen.first_s),
        clock(seen.last_s),
        str(seen.frames),
    ]


def _counts(board: LectureBoard) -> str:
    if not board.attendees:
        return "Nobody is on the roster of this course."
    counts = ", ".join(f"{board.counts[status]} {status.value}" for status in Status if board.counts[status])
    waits = board.unsure or board.needing_another_way
    waiting = " The unsure ones wait for a person, on the lecture's page." if waits else ""
    return f"{counts}.{waiting}"


def _strangers(strangers: Sequence[Sighting]) -> list[str]:
    return [
        f"Stranger {one.number}, who is on no roster: "
        f"from {clock(one.first_s)} to {clock(one.last_s)}, {_frames(one.frames)}."
        for one in strangers
    ]


def _frames(count: int) -> str:
    return "1 frame" if count == 1 else f"{count} frames"
