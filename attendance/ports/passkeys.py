"""Passkeys: what a browser is asked with, and whether what it answers is signed (WebAuthn level 3)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

from attendance.model import Passkey, User


@dataclass(frozen=True, slots=True)
class PasskeySite:
    """For whom a passkey is: `id` is the name of the machine, `origin` the address without a path."""

    id: str
    origin: str
    name: str


@dataclass(frozen=True, slots=True)
class MadeKey:
    """What an authenticator made. Ids and keys are base64url."""

    credential_id: str
    public_key: str
    sign_count: int


@dataclass(frozen=True, slots=True)
class Claimed:
    """Whose passkey somebody says to sign with; nothing of it is checked yet. Empty where the answer is nonsense."""

    credential_id: str
    user_id: str


class Passkeys(Protocol):
    """Options and answers are JSON as browsers write it; a challenge is base64url."""

    def new_challenge(self) -> str:
        """64 random bytes."""

    def options_to_make(self, site: PasskeySite, user: User, challenge: str, there: Sequence[Passkey]) -> str:
        """For a passkey that an authenticator finds by itself, and makes only for who has shown who they are to it."""

    def made(self, answer: str, site: PasskeySite, challenge: str) -> MadeKey:
        """Raises SignInRefused."""

    def options_to_sign(self, site: PasskeySite, challenge: str) -> str:
        """For any passkey of the site."""

    def claimed(self, answer: str) -> Claimed:
        """Before it is checked."""

    def signed(self, answer: str, passkey: Passkey, site: PasskeySite, challenge: str) -> int:
        """The sign counter now. Raises SignInRefused: another key, site or challenge, or a counter that went back."""
