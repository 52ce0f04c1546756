"""Writes student ids in the alphabet of Rekognition's ExternalImageId, and reads them back."""

from __future__ import annotations

import re

from attendance.errors import InvalidInput

LONGEST = 255
"""Of an ExternalImageId, in characters."""

_PLAIN = re.compile(rb"[^A-Za-z0-9_.-]")
_ESCAPED = re.compile(rb":([0-9A-F]{2})")


def external_image_id(student_id: str) -> str:
    """The id with every byte of its UTF-8 outside `[A-Za-z0-9_.-]` as `:XX`. Raises InvalidInput (too long)."""
    written = _PLAIN.sub(lambda byte: b":%02X" % byte[0][0], student_id.encode()).decode("ascii")
    if not 0 < len(written) <= LONGEST:
        raise InvalidInput(
            "The student id %(id)s is too long for Rekognition: written in its alphabet it has %(length)s of at most "
            "%(most)s characters.",
            id=student_id,
            length=len(written),
            most=LONGEST,
        )
    return written


def student_id_of(external: str) -> str:
    """The student id that was written so; what others wrote into the collection is given back as it is."""
    raw = _ESCAPED.sub(lambda code: bytes([int(code[1], 16)]), external.encode())
    try:
        return raw.decode()
    except UnicodeDecodeError:
        return external
