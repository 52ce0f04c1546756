"""The uploads of whoever asks, whichever way their bytes come."""

from __future__ import annotations

from abc import ABC, abstractmethod

from flask import url_for

from attendance.errors import NotFound
from attendance.model import Recording, Sender
from website.current import current_services


class OwnUploads(ABC):
    """What one kind of sender says of itself.

    The endpoints are those where an upload begins and where one upload is, by tus and straight to the bucket.
    """

    tus_endpoint: str
    tus_upload_endpoint: str
    direct_endpoint: str
    direct_upload_endpoint: str

    @abstractmethod
    def sender(self) -> Sender:
        """Who asks."""

    @abstractmethod
    def names_of(self, recording: Recording) -> dict[str, str]:
        """Its id, and for those who may see it the location of the page where its marks will be."""

    def check_appended(self) -> None:
        """Raises NotFound, which names the other address, on a site whose bucket receives the bytes."""
        if current_services().uploads.appended is None:
            address = url_for(self.direct_endpoint)
            raise NotFound("Recordings go straight to this site's bucket; begin at %(address)s.", address=address)

    def check_direct(self) -> None:
        """Raises NotFound, which names the other address, on a site that receives the bytes itself."""
        if current_services().uploads.direct is None:
            address = url_for(self.tus_endpoint)
            raise NotFound("This site receives recordings itself, by tus; begin at %(address)s.", address=address)
