"""What devices are told when what they send cannot be used: a sentence for a person, and `code` for the program.

RollcallError
├── KeyRefused          the key is wrong or was revoked                            (401)
├── CodeRefused         the pairing code is wrong, was used, or is too old         (401)
└── InvalidInput
    ├── BadReading      a batch of readings that no sensor can have measured       (422)
    ├── BadItem         what a device says of a clip or snapshot makes no sense    (422)
    ├── TooOld          made before the device was paired, or longer ago than an outbox lasts  (422)
    ├── NoLecture       the timetable has no lecture in that room at that time     (422)
    └── BadRecording
        └── WrongSha256 the bytes that arrived are not those that were announced   (422)
"""

from collections.abc import Sequence

from attendance.errors import BadRecording, InvalidInput, RollcallError


class KeyRefused(RollcallError):
    """The key is wrong or was revoked."""

    status = 401
    code = "key_refused"


class CodeRefused(RollcallError):
    """The pairing code is wrong, was used, or is too old."""

    status = 401
    code = "code_refused"


class BadReading(InvalidInput):
    """A batch of readings that no sensor can have measured."""

    status = 422
    code = "bad_reading"


class BadItem(InvalidInput):
    """What a device says of a clip or snapshot makes no sense."""

    status = 422
    code = "bad_item"


class TooOld(InvalidInput):
    """Made before the device was paired, while its key was revoked, or longer ago than an outbox lasts.

    `ids` are those of a batch that are so; the others of it can be sent.
    """

    status = 422
    code = "too_old"
    ids: Sequence[str] = ()


class NoLecture(InvalidInput):
    """The timetable has no lecture in that room at that time."""

    status = 422
    code = "no_lecture"


class WrongSha256(BadRecording):
    """The bytes that arrived are not those that were announced; nothing is kept, and they can be sent anew."""

    code = "wrong_sha256"
