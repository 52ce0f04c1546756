"""Who uploads: people with their browsers, and devices. Each kind has addresses of its own, which work alike."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from flask import url_for

from attendance.errors import NotFound
from attendance.model import Recording, Sender
from website.current import current_services
from website.openapi.blueprint import ApiBlueprint


@dataclass(frozen=True, slots=True)
class Senders:
    """One kind: the blueprint and the beginning of its addresses, who asks, and the page of a recording, if any."""

    blueprint: ApiBlueprint
    prefix: str
    current: Callable[[], Sender]
    page_of: Callable[[Recording], str | None]

    def check_appended(self) -> None:
        """Raises NotFound, which names the other address, on a site whose bucket receives the bytes."""
        if current_services().uploads.appended is None:
            address = url_for(".begin_direct_upload")
            raise NotFound("Recordings go straight to this site's bucket; begin at %(address)s.", address=address)

    def check_direct(self) -> None:
        """Raises NotFound, which names the other address, on a site that receives the bytes itself."""
        if current_services().uploads.direct is None:
            address = url_for(".uploads")
            raise NotFound("This site receives recordings itself, by tus; begin at %(address)s.", address=address)
