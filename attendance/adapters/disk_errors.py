"""Turns what a disk refuses into errors with a sentence for a person."""

from __future__ import annotations

import errno
from collections.abc import Iterator
from contextlib import contextmanager

from attendance.errors import OutOfSpace, ServiceUnavailable

_FULL = {errno.ENOSPC, errno.EDQUOT, errno.EFBIG}


@contextmanager
def plain_disk_errors(place: str) -> Iterator[None]:
    """Raises OutOfSpace or ServiceUnavailable for any OSError within; `place` is what people call the folder."""
    try:
        yield
    except OSError as error:
        if error.errno in _FULL:
            raise OutOfSpace(f"There is no room left in {place}.") from error
        raise ServiceUnavailable(f"{place.capitalize()} cannot be used: {error.strerror or error}.") from error
