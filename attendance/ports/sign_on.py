"""SignOn: the school's sign-on, as OpenID Connect has it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Protocol


@dataclass(frozen=True, slots=True)
class Said:
    """What the sign-on says of somebody: the claims of the ID token, whose signature is right, and all that it says."""

    id_token: Mapping[str, Any]
    all_claims: Mapping[str, Any]


class SignOn(Protocol):
    """The authorization code flow with PKCE. Its methods raise ServiceUnavailable where it does not answer."""

    def address(self, *, back_to: str, state: str, nonce: str, verifier: str) -> str:
        """Where the browser goes on. Raises SignInRefused where the sign-on is not the one that the settings name."""

    def said(self, *, code: str, back_to: str, verifier: str) -> Said:
        """What it says of whom it sent with this code. Raises SignInRefused: code or signature is not good."""
