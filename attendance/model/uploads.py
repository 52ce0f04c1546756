"""Who sends a recording, and what it is one of: settled when its upload begins."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

_DEVICE = "device:"
_OLD_COMMAND_LINE = "command-line"  # as uploads of commands were stored before


@dataclass(frozen=True, slots=True)
class Sender:
    """A user or a device, by id; neither is whoever types commands, and may record in every course."""

    user_id: str | None = None
    device_id: str | None = None

    @property
    def stored(self) -> str | None:
        """As rows and files name it: a user by the id alone, a device with a word before it."""
        return self.user_id if self.device_id is None else _DEVICE + self.device_id

    @classmethod
    def from_stored(cls, text: str | None) -> Sender:
        """The sender that is stored so."""
        if text is None or text == _OLD_COMMAND_LINE:
            return cls()
        return cls(device_id=text.removeprefix(_DEVICE)) if text.startswith(_DEVICE) else cls(user_id=text)


COMMAND_LINE = Sender()


@dataclass(frozen=True, slots=True, kw_only=True)
class LectureRecording:
    """A recording of a lecture of a course, as people send it. Without `ends_at` the lecture ends with it."""

    filename: str
    course_id: str
    starts_at: datetime
    ends_at: datetime | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class DeviceRecording(LectureRecording):
    """A clip or snapshot of a device, and the meeting of the timetable that it is of.

    `room` is where the device stood when it began, None in uploads from before this was noted; `sha256` is of the
    file, in 64 hexadecimal digits; `reading_id` is the reading that it was taken with, if any.
    """

    ends_at: datetime
    room: str | None = None
    kind: str
    started_at: datetime
    duration_s: float
    sha256: str
    reading_id: str = ""
