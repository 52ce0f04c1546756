"""How far the search of a recording is, for the page that waits for it."""

from __future__ import annotations

import marshmallow as ma

from attendance.model import Recording
from website.access import lecture_or_404
from website.api.blueprint import blueprint
from website.current import current_services
from website.sentences import stored_in_words


class RecordingAnswer(ma.Schema):
    """What a program may know of a recording."""

    id = ma.fields.String()
    lecture_id = ma.fields.String()
    kind = ma.fields.String(metadata={"description": "video or snapshot."})
    name = ma.fields.String(metadata={"description": "Of the file that was sent."})
    started_at = ma.fields.AwareDateTime()
    duration_s = ma.fields.Float()
    size_bytes = ma.fields.Integer()
    status = ma.fields.String(metadata={"description": "queued, searching, done or failed."})
    progress = ma.fields.Float(metadata={"description": "From 0 to 1."})
    error = ma.fields.String(allow_none=True, metadata={"description": "Why the search failed."})
    searched_at = ma.fields.AwareDateTime(allow_none=True)


@blueprint.route("/recordings/<recording_id>", methods=["GET"])
@blueprint.doc(**blueprint.needs)
@blueprint.response(200, RecordingAnswer)
@blueprint.refuses(404)
def recording(recording_id: str) -> dict[str, object]:
    """A recording, and how far its search is."""
    found = current_services().store.recording(recording_id)
    lecture_or_404(found.lecture_id)
    return shown_recording(found)


def shown_recording(found: Recording) -> dict[str, object]:
    """What a program may know of it."""
    return {
        "id": found.id,
        "lecture_id": found.lecture_id,
        "kind": found.kind.value,
        "name": found.original_name,
        "started_at": found.started_at,
        "duration_s": found.duration_s,
        "size_bytes": found.size_bytes,
        "status": found.status.value,
        "progress": round(found.progress, 3),
        "error": stored_in_words(found.error),
        "searched_at": found.searched_at,
    }
