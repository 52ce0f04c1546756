"""Recordings that people upload, by tus or straight to the site's bucket."""

from __future__ import annotations

from typing import Any

import marshmallow as ma
from flask import request, url_for

from attendance.model import Recording, Sender
from attendance.ports import Upload
from attendance.use_cases.recordings.uploads import begin_upload, told_recording
from website.access import course_or_404
from website.api.blueprint import blueprint
from website.current import current_services, signed_in_user
from website.openapi.schemas import Text
from website.uploading.direct import add_direct
from website.uploading.schemas import DirectUploadAnswer, DirectUploadSchema
from website.uploading.senders import Senders
from website.uploading.tus import add_tus


class LectureUploadSchema(DirectUploadSchema):
    """A recording of a lecture of a course."""

    filename = Text(load_default="")
    course_id = Text(load_default="")
    starts_at = Text(load_default="", metadata={"description": "As the course's clock shows it: 2026-03-02T09:00."})
    ends_at = Text(load_default="", metadata={"description": "The same; without it the lecture ends with the file."})


class _RecordingOfPage(ma.Schema):
    id = ma.fields.String()
    location = ma.fields.String(metadata={"description": "The page where its marks will be."})


class LectureUploadAnswer(DirectUploadAnswer):
    """How far an upload is, and where its marks will be."""

    recording = ma.fields.Nested(_RecordingOfPage, allow_none=True)


def current_sender() -> Sender:
    """Who is signed in."""
    return Sender(user_id=signed_in_user().id)


def _page_of(recording: Recording) -> str:
    return url_for("lectures.show", lecture_id=recording.lecture_id)


def _begin(words: dict[str, Any], size: int, metadata: str = "") -> Upload:
    course = course_or_404(words.get("course_id", ""))
    told = (words.get(name, "") for name in ("filename", "starts_at", "ends_at"))
    return begin_upload(current_services(), current_sender(), told_recording(course, *told), size, metadata=metadata)


_SENDERS = Senders(blueprint, "", current_sender, _page_of)


@blueprint.before_request
def check_way() -> None:
    """Before what is sent is read: where it is for another address, nothing else is told."""
    if "direct_upload" in (request.endpoint or ""):
        _SENDERS.check_direct()


add_tus(
    _SENDERS,
    _begin,
    "Names with values in base64, as tus has them: filename, course_id and starts_at, and perhaps ends_at; each means"
    " what it means for direct uploads.",
)
add_direct(_SENDERS, LectureUploadSchema, LectureUploadAnswer, lambda words: _begin(words, words["size"]))
