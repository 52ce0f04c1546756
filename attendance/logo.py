"""The school's logo: whatever picture an admin gives, checked and drawn anew, so that nothing else is in the file."""

from __future__ import annotations

import io
import warnings

from PIL import Image

from attendance.errors import InvalidInput

MOST_BYTES = 5_000_000
_MOST_PIXELS = 25_000_000
_WIDTH_PX, _HEIGHT_PX = 640, 240
_LEAST_SIDE_PX = 16
_FORMATS = ("PNG", "JPEG", "WEBP", "GIF")


def logo_png(content: bytes) -> bytes:
    """A PNG that is no larger than a page needs it, without metadata. Raises InvalidInput."""
    if len(content) > MOST_BYTES:
        raise InvalidInput("The logo may be %(most)s MB large at most.", most=MOST_BYTES // 1_000_000, field="logo")
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("error", Image.DecompressionBombWarning)
            with Image.open(io.BytesIO(content), formats=_FORMATS) as picture:
                if picture.width * picture.height > _MOST_PIXELS or min(picture.size) < _LEAST_SIDE_PX:
                    raise _not_a_logo()
                drawn = picture.convert("RGBA")
    except InvalidInput:
        raise
    except Exception as wrong:  # Pillow raises whatever a broken file makes its decoders raise
        raise _not_a_logo() from wrong
    drawn.thumbnail((_WIDTH_PX, _HEIGHT_PX))
    written = io.BytesIO()
    drawn.save(written, "PNG", optimize=True)
    return written.getvalue()


def _not_a_logo() -> InvalidInput:
    return InvalidInput("The logo must be a PNG, JPEG, WebP or GIF picture of at least 16 pixels.", field="logo")
