"""Keys under which media are stored. People's words never become part of one."""

import re
from pathlib import PurePosixPath

from attendance.errors import InvalidInput
from attendance.model import new_id

_KEY = re.compile(
    r"(photos|recordings|evidence|visits|appeals|site|kiosk)/[0-9a-f]{32}/[0-9a-f]{32}(-small)?\.[a-z0-9]{2,4}"
)

COPY = "copy:"
"""So begins, in the list of what is still to be erased, what is no file: a copy of a face that a service holds."""

# Only these are ever served; anything else would be a download of unknown bytes.
_TYPES = {
    ".jpg": "image/jpeg",
    ".png": "image/png",
    ".pdf": "application/pdf",
    ".mp4": "video/mp4",
    ".mov": "video/quicktime",
    ".mkv": "video/x-matroska",
    ".webm": "video/webm",
    ".avi": "video/x-msvideo",
}


def photo_keys(student_key: str) -> tuple[str, str]:
    """New keys for a student's photo and its thumbnail."""
    name = new_id()
    return f"photos/{student_key}/{name}.jpg", f"photos/{student_key}/{name}-small.jpg"


def recording_key(lecture_id: str, extension: str) -> str:
    """A new key for a recording; `extension` comes from probing it, never from its name.

    No key is used twice: one that waits to be erased must not meet a new file.
    """
    return f"recordings/{lecture_id}/{new_id()}{extension}"


def evidence_key(recording_id: str) -> str:
    """A new key for a picture that proves a sighting."""
    return f"evidence/{recording_id}/{new_id()}.jpg"


def visit_key(device_id: str) -> str:
    """A new key for a picture of somebody at a door."""
    return f"visits/{device_id}/{new_id()}.jpg"


def kiosk_key(device_id: str) -> str:
    """A new key for a picture that a kiosk took: of a check-in, or of somebody who asks to be registered."""
    return f"kiosk/{device_id}/{new_id()}.jpg"


def logo_key() -> str:
    """A new key for the school's logo."""
    return f"site/{new_id()}/{new_id()}.png"


def appeal_key(student_key: str, extension: str) -> str:
    """A new key for what a student sends with an objection or excuse; `extension` comes from its first bytes."""
    return f"appeals/{student_key}/{new_id()}{extension}"


def is_key(text: str) -> bool:
    """Whether it is one of ours."""
    return _KEY.fullmatch(text) is not None


def check_key(key: str) -> str:
    """The key itself. Raises InvalidInput where it is none of ours."""
    if not is_key(key):
        raise InvalidInput("This is not the name of a stored file.")
    return key


def media_type(key: str) -> str:
    """The type of a stored file, by the extension that probing gave it."""
    return _TYPES.get(PurePosixPath(key).suffix, "application/octet-stream")
