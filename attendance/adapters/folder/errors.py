"""Turns what a disk refuses into errors with a sentence for a person."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

from attendance.disk.files import FULL
from attendance.errors import OutOfSpace, Phrase, ServiceUnavailable


@dataclass(frozen=True, slots=True)
class Place:
    """What people call a folder, at the start of a sentence and inside one."""

    first: Phrase
    inside: Phrase


@contextmanager
def plain_disk_errors(place: Place) -> Iterator[None]:
    """Raises OutOfSpace or ServiceUnavailable for any OSError within."""
    try:
        yield
    except OSError as error:
        if error.errno in FULL:
            raise OutOfSpace("There is no room left in %(place)s.", place=place.inside) from error
        reason = error.strerror or str(error)
        raise ServiceUnavailable("%(place)s cannot be used: %(reason)s.", place=place.first, reason=reason) from error
