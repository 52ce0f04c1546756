"""The uploads of the person who is signed in."""

from __future__ import annotations

from flask import url_for

from attendance.model import Recording, Sender
from website.current import signed_in_user
from website.uploading.own_uploads import OwnUploads


class UploadsOfUser(OwnUploads):
    """People may see the lecture that a recording belongs to."""

    tus_endpoint = "api.uploads.uploads"
    tus_upload_endpoint = "api.uploads.upload"
    direct_endpoint = "api.direct_uploads.begin"
    direct_upload_endpoint = "api.direct_uploads.show"

    def sender(self) -> Sender:
        """Who is signed in."""
        return Sender(user_id=signed_in_user().id)

    def names_of(self, recording: Recording) -> dict[str, str]:
        """With the page where its marks will be."""
        return {"id": recording.id, "location": url_for("lectures.show", lecture_id=recording.lecture_id)}
