"""Personal access tokens for programs, and requests of programs that may be sent twice."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime


@dataclass(frozen=True, slots=True)
class AccessToken:
    """What a program acts with for a user: with the role that the user has then, narrowed to `scopes`.

    Only the hash of the secret is stored.
    """

    id: str
    user_id: str
    name: str
    secret_hash: str
    scopes: frozenset[str]
    created_at: datetime
    expires_at: datetime
    used_at: datetime | None = None
    revoked_at: datetime | None = None

    def is_alive(self, now: datetime) -> bool:
        """Whether it is still good for anything."""
        return self.revoked_at is None and now < self.expires_at


@dataclass(frozen=True, slots=True)
class RepeatableRequest:
    """A request that a program named with a key of its own, so that the same sent again is done once.

    Of its answer only status and place are stored: nothing personal, and no secret that was told once. Without a
    status it is still being done. `id` is made of the key, `content_hash` of the address and what was sent.
    """

    id: str
    user_id: str
    content_hash: str
    at: datetime
    status: int | None = None
    location: str = ""
