"""Whether a webhook comes from Zoom: HMAC-SHA256 over version, time and body, within five minutes of now."""

from __future__ import annotations

import hashlib
import hmac
from collections.abc import Mapping
from datetime import datetime

SIGNATURE, TIMESTAMP = "x-zm-signature", "x-zm-request-timestamp"
MOST_AGE_S = 300


def signature(secret: str, timestamp: str, body: bytes) -> str:
    """As Zoom writes it into the header."""
    return "v0=" + _digest(secret, b"v0:" + timestamp.encode() + b":" + body)


def is_signed(secret: str, body: bytes, headers: Mapping[str, str], now: datetime) -> bool:
    """Nothing is where there is no secret; header names count without case."""
    said = {name.lower(): value for name, value in headers.items()}
    timestamp, given = said.get(TIMESTAMP, ""), said.get(SIGNATURE, "")
    if not secret or not (timestamp.isascii() and timestamp.isdigit()) or len(timestamp) > 12:
        return False
    if abs(now.timestamp() - int(timestamp)) > MOST_AGE_S:
        return False
    return hmac.compare_digest(signature(secret, timestamp, body).encode(), given.encode())


def proof(secret: str, challenge: str) -> str:
    """What Zoom wants to hear before it uses an address."""
    return _digest(secret, challenge.encode())


def _digest(secret: str, text: bytes) -> str:
    return hmac.new(secret.encode(), text, hashlib.sha256).hexdigest()
