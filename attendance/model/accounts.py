"""Links with which people set their own password: invitations, and mails to who forgot theirs."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum


class LinkPurpose(StrEnum):
    """What a link is for; a user has at most one of each."""

    INVITATION = "invitation"
    PASSWORD = "password"  # noqa: S105 - the purpose, no secret


@dataclass(frozen=True, slots=True)
class AccountLink:
    """A link by which a user sets a password, once. Only the hash of what the link holds is stored.

    `by` is who invited. `by_mail` says how it reached them: by mail, or on a sheet of paper.
    """

    id: str
    user_id: str
    purpose: LinkPurpose
    secret_hash: str
    created_at: datetime
    expires_at: datetime
    by: str | None = None
    by_mail: bool = True
    used_at: datetime | None = None

    def is_alive(self, now: datetime) -> bool:
        """Whether it can still be followed."""
        return self.used_at is None and now < self.expires_at
