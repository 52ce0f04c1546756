"""Which minutes of a lecture its recordings show, and whether they are enough to say that somebody was absent."""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from attendance.model import Course, Lecture, Recording, RecordingKind

_MINUTE = timedelta(minutes=1)
SNAPSHOT_REACH = timedelta(minutes=30)
"""A snapshot stands for so much before and after it, as devices take one an hour."""


@dataclass(frozen=True, slots=True)
class Coverage:
    """The spans of a lecture, in minutes from its start, that some recording shows; they do not touch each other."""

    minutes: int
    spans: Sequence[tuple[int, int]]

    @property
    def watched(self) -> int:
        """Minutes of which something is recorded."""
        return sum(end - start for start, end in self.spans)

    @property
    def percent(self) -> float:
        """Of the lecture, 0 to 100."""
        return 100 * self.watched / self.minutes


def coverage(lecture: Lecture, recordings: Iterable[Recording]) -> Coverage:
    """A minute counts whole where any second of it is recorded, and so do minutes that begin the lecture."""
    length = max(1, math.ceil((lecture.ends_at - lecture.starts_at) / _MINUTE))
    seen = sorted(span for one in recordings if (span := _minutes(lecture, one, length)) is not None)
    spans: list[tuple[int, int]] = []
    for start, end in seen:
        if spans and start <= spans[-1][1]:
            spans[-1] = spans[-1][0], max(spans[-1][1], end)
        else:
            spans.append((start, end))
    return Coverage(length, spans)


def is_little_video(lecture: Lecture, course: Course, recordings: Iterable[Recording]) -> bool:
    """Whether whoever was not seen may have been there all the same."""
    return coverage(lecture, recordings).percent < course.least_video_percent


def _minutes(lecture: Lecture, recording: Recording, length: int) -> tuple[int, int] | None:
    began, ended = _reach(recording)
    start = max(0, math.floor((began - lecture.starts_at) / _MINUTE))
    end = min(length, max(math.ceil((ended - lecture.starts_at) / _MINUTE), start + 1))
    return (start, end) if start < end and ended > lecture.starts_at else None


def _reach(recording: Recording) -> tuple[datetime, datetime]:
    if recording.kind is RecordingKind.SNAPSHOT:
        return recording.started_at - SNAPSHOT_REACH, recording.started_at + SNAPSHOT_REACH
    return recording.started_at, recording.ended_at
