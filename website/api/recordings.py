"""How far the search of a recording is, for the page that waits for it."""

from flask import Blueprint, jsonify
from flask.typing import ResponseReturnValue

from attendance.model import Recording, Role
from website.access import lecture_or_404, roles_required
from website.current import current_services
from website.sentences import kept_in_words

blueprint = Blueprint("recordings", __name__, url_prefix="/recordings")


@blueprint.get("/<recording_id>")
@roles_required(Role.ADMIN, Role.TEACHER)
def show(recording_id: str) -> ResponseReturnValue:
    """Status and progress (0 to 1) of one recording."""
    recording = current_services().store.recording(recording_id)
    lecture_or_404(recording.lecture_id)
    return jsonify(as_json(recording))


def as_json(recording: Recording) -> dict[str, object]:
    """What a program may know of a recording."""
    return {
        "id": recording.id,
        "lecture_id": recording.lecture_id,
        "status": recording.status.value,
        "progress": round(recording.progress, 3),
        "error": kept_in_words(recording.error),
        "searched_at": recording.searched_at.isoformat() if recording.searched_at else None,
    }
