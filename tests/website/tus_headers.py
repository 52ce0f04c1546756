"""Headers of tus, as clients say them."""

from __future__ import annotations

import base64

BYTES = "application/offset+octet-stream"


def metadata(**words: str) -> str:
    """The header Upload-Metadata."""
    return ",".join(f"{name} {base64.b64encode(text.encode()).decode()}" for name, text in words.items())
