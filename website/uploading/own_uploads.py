"""The uploads of whoever asks, whichever way their bytes come."""

from __future__ import annotations

from abc import ABC, abstractmethod

from flask import Response, url_for

from attendance.errors import AlreadyExists, Conflict, NotFound
from attendance.model import Recording, Sender
from attendance.ports import AppendedUploads, DirectUploads, Upload
from attendance.use_cases.recordings.finishing import finish_upload, recording_of
from website.current import current_services

_PATIENCE_S = 20.0  # the worker that sweeps up may be finishing the same upload


class OwnUploads(ABC):
    """What one kind of sender says of itself, and what is the same for all.

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

    def said_beside(self, begun: Upload | Recording) -> dict[str, str | None]:
        """What these senders are told of a direct upload beyond what all are told."""
        return {}

    @abstractmethod
    def refused(self, begun: Upload, sentence: str) -> Response:
        """The answer to who completes an upload that was refused before."""

    def appended(self) -> AppendedUploads:
        """For a site that receives the bytes itself. Raises NotFound, which names the address where others do."""
        uploads = current_services().uploads
        if isinstance(uploads, AppendedUploads):
            return uploads
        raise NotFound(
            "Recordings go straight to this site's bucket; begin at %(address)s.", address=url_for(self.direct_endpoint)
        )

    def direct(self) -> DirectUploads:
        """For a site whose bucket receives the bytes. Raises NotFound, which names the address where others do."""
        uploads = current_services().uploads
        if isinstance(uploads, DirectUploads):
            return uploads
        raise NotFound(
            "This site receives recordings itself, by tus; begin at %(address)s.", address=url_for(self.tus_endpoint)
        )

    def upload(self, upload_id: str) -> Upload:
        """Another's upload is as if it were not there. Raises NotFound."""
        begun = current_services().uploads.upload(upload_id)
        if begun.sender != self.sender():
            raise NotFound("There is no upload by this name.")
        return begun

    def recording(self, upload_id: str) -> Recording | None:
        """What an upload of the asker became."""
        return recording_of(current_services(), upload_id, self.sender())

    def finished(self, begun: Upload) -> Recording:
        """The recording of an upload whose every byte is here; another process may be finishing it just now."""
        try:
            return finish_upload(current_services(), begun.id, patience_s=_PATIENCE_S)
        except (AlreadyExists, Conflict, NotFound):
            recording = self.recording(begun.id)
            if recording is None:
                raise
            return recording
