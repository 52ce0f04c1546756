"""The PlatformServices: what a learning platform signs, and what it is asked and told by its services."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Protocol

from attendance.model import Platform, PlatformMember, Score


class PlatformServices(Protocol):
    """LTI 1.3 with its services for rosters (NRPS 2.0) and grades (AGS 2.0).

    All but the keys raise ServiceUnavailable, after which the same is tried again. `key` is our own key pair, which
    `new_key` made. Addresses that platforms say are asked only where an admin could have typed them.
    """

    def new_key(self) -> str:
        """A key pair, as text that must stay secret."""

    def public_keys(self, key: str) -> Mapping[str, Any]:
        """What platforms may know of it: a JSON Web Key Set."""

    def seal(self, key: str, secret: bytes) -> str:
        """The key as it is stored; `secret` are 32 bytes."""

    def unseal(self, sealed: str, secret: bytes) -> str:
        """Raises SettingsError where it was sealed with another secret."""

    def claims(self, platform: Platform, id_token: str) -> Mapping[str, Any]:
        """What the platform says, once its signature is checked; nothing else is. Raises LaunchRefused."""

    def members(self, platform: Platform, key: str, roster_url: str) -> Sequence[PlatformMember]:
        """Everybody on a roster. Raises PlatformRefused where the platform does not allow it."""

    def line_item(self, platform: Platform, key: str, line_items_url: str, label: str) -> str:
        """The address of the attendance's column in the grade book, which is made where there is none.

        Raises PlatformRefused.
        """

    def send_scores(self, platform: Platform, key: str, line_item_url: str, scores: Sequence[Score]) -> bool:
        """False where the column is gone. Raises PlatformRefused. The same again changes nothing there."""
