"""What devices are told when what they send cannot be used: a sentence for a person, and `code` for the program.

RollcallError
├── KeyRefused          the key is wrong or was revoked
├── CodeRefused         the pairing code is wrong, was used, or is too old
└── InvalidInput
    ├── BadReading      a batch of readings that no sensor can have measured
    ├── BadItem         what a device says of a clip or snapshot makes no sense
    ├── TooOld          made before the device was paired, or longer ago than an outbox lasts
    ├── NoLecture       the timetable has no lecture in that room at that time
    ├── NotOfThisKind   a door sends visits, and no other device does
    ├── VisitsOff       no admin lets this door record visits
    └── BadRecording
        └── WrongSha256 the bytes that arrived are not those that were announced
"""

from collections.abc import Sequence

from attendance.errors import BadRecording, InvalidInput, RollcallError


class KeyRefused(RollcallError):
    """The key is wrong or was revoked."""

    code = "key_refused"


class CodeRefused(RollcallError):
    """The pairing code is wrong, was used, or is too old."""

    code = "code_refused"


class BadReading(InvalidInput):
    """A batch of readings that no sensor can have measured."""

    code = "bad_reading"


class BadItem(InvalidInput):
    """What a device says of a clip or snapshot makes no sense."""

    code = "bad_item"


class TooOld(InvalidInput):
    """Made before the device was paired, while its key was revoked, or longer ago than an outbox lasts.

    `ids` are those of a batch that are so; the others of it can be sent.
    """

    code = "too_old"
    ids: Sequence[str] = ()


class NoLecture(InvalidInput):
    """The timetable has no lecture in that room at that time."""

    code = "no_lecture"


class NotOfThisKind(InvalidInput):
    """A door sends visits and nothing else that a camera took; no other device sends visits."""

    code = "not_of_this_kind"


class VisitsOff(InvalidInput):
    """No admin lets this door record visits, or none did then; nothing is kept."""

    code = "visits_off"


class WrongSha256(BadRecording):
    """The bytes that arrived are not those that were announced; nothing is stored, and they can be sent anew."""

    code = "wrong_sha256"
