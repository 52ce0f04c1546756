"""Makes and reads NextToken: where the next page begins, of which list, signed, and for a while only."""

from __future__ import annotations

import base64
import hashlib
import hmac
import secrets
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from rekognition_local.errors import bad_token

_SIGNATURE_BYTES = 12


@dataclass(frozen=True)
class Tokens:
    """Tokens of one running server; those of the one before are stale, as the service's are after a time.

    Parameters
    ----------
    last_s
        Seconds until a token has expired.
    """

    last_s: float = 3600.0
    _secret: bytes = field(default_factory=lambda: secrets.token_bytes(32), repr=False)

    def make(self, of: Sequence[Any], place: int) -> str:
        """A token for the page of the list `of` that begins at this place."""
        text = f"{place}:{int(time.time() * 1000)}".encode()
        return base64.urlsafe_b64encode(self._signature(of, text) + text).decode()

    def start(self, of: Sequence[Any], asked: Mapping[str, Any]) -> int:
        """Where the asked page begins; as in the service, an empty token is none. Raises ServiceError."""
        return self.place(of, asked["NextToken"]) if asked.get("NextToken") else 0

    def place(self, of: Sequence[Any], token: str) -> int:
        """Where the page begins. Raises ServiceError where the token is not of this list, or is too old."""
        try:
            content = base64.urlsafe_b64decode(token.encode("ascii"))
        except ValueError:
            raise bad_token() from None
        signature, text = content[:_SIGNATURE_BYTES], content[_SIGNATURE_BYTES:]
        if not hmac.compare_digest(signature, self._signature(of, text)):
            raise bad_token()
        place, made_ms = text.split(b":")
        if time.time() - int(made_ms) / 1000 > self.last_s:
            raise bad_token()
        return int(place)

    def _signature(self, of: Sequence[Any], text: bytes) -> bytes:
        message = repr(tuple(of)).encode() + b"\n" + text
        return hmac.new(self._secret, message, hashlib.sha256).digest()[:_SIGNATURE_BYTES]
