"""Files that a command is given."""

from __future__ import annotations

from pathlib import Path

from attendance.errors import InvalidInput
from website.commands.text_table import printable


def read_file(path: Path, most_bytes: int) -> bytes:
    """At most one byte more than is allowed, which the use case then refuses with its reason. Raises InvalidInput."""
    try:
        with path.open("rb") as file:
            return file.read(most_bytes + 1)
    except OSError as wrong:
        raise InvalidInput(
            "%(path)s cannot be read: %(reason)s.", path=printable(str(path)), reason=wrong.strerror
        ) from wrong
