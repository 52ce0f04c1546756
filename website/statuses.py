"""Which status of HTTP an error of ours is."""

from __future__ import annotations

from attendance.device_errors import (
    BadItem,
    BadReading,
    CodeRefused,
    KeyRefused,
    NoLecture,
    NotOfThisKind,
    TooOld,
    VisitsOff,
)
from attendance.errors import (
    AlreadyExists,
    BadPhoto,
    BadRecording,
    Conflict,
    ConsentMissing,
    InvalidInput,
    Locked,
    NotAllowed,
    NotFound,
    OutOfSpace,
    PlatformRefused,
    RollcallError,
    SearchStopped,
    ServiceUnavailable,
    TooLarge,
)

_STATUSES: dict[type[RollcallError], int] = {
    InvalidInput: 400,
    KeyRefused: 401,
    CodeRefused: 401,
    NotAllowed: 403,
    NotFound: 404,
    AlreadyExists: 409,
    Conflict: 409,
    TooLarge: 413,
    Locked: 423,
    BadPhoto: 422,
    BadRecording: 422,
    ConsentMissing: 422,
    BadReading: 422,
    BadItem: 422,
    TooOld: 422,
    NoLecture: 422,
    NotOfThisKind: 422,
    VisitsOff: 422,
    PlatformRefused: 502,
    SearchStopped: 503,
    ServiceUnavailable: 503,
    OutOfSpace: 507,
}


def status_of(error: RollcallError) -> int:
    """That of its class, or of the nearest one above that has one; 500 where none has."""
    own = getattr(error, "status", None)  # errors of the website's own protocols say theirs
    if own is not None:
        return int(own)
    return next((_STATUSES[kind] for kind in type(error).__mro__ if kind in _STATUSES), 500)
