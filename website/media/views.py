"""The addresses of photos, evidence pictures and recordings."""

from __future__ import annotations

from flask import Blueprint, request
from flask.typing import ResponseReturnValue

from attendance.errors import NotFound
from attendance.model import Role, Sighting
from attendance.rules.statuses import ATTENDED
from attendance.use_cases.doors.reading import one_visit
from attendance.use_cases.kiosks.reading import one_check_in
from website.access import lecture_or_404, may_see_student, roles_required
from website.audited import picture_seen, recording_seen, visit_seen
from website.current import current_services, current_site, signed_in_user
from website.media.serving import serve

blueprint = Blueprint("media", __name__, url_prefix="/media")

_WATCHED_S = 6 * 3600  # players fetch the rest of a video where its beginning was, also after a long pause


@blueprint.get("/photos/<face_id>")
@roles_required()
def photo(face_id: str) -> ResponseReturnValue:
    """An enrolled face: `size` is small (the face, 160 px) or full."""
    face = current_services().store.face(face_id)
    if not may_see_student(face.student_id):
        raise NotFound("There is no such photo.")
    return serve(face.photo_key if request.args.get("size") == "full" else face.thumbnail_key)


@blueprint.get("/evidence/<sighting_id>")
@roles_required()
def evidence(sighting_id: str) -> ResponseReturnValue:
    """The picture that proves a sighting."""
    sighting = current_services().store.sighting(sighting_id)
    _check_may_see(sighting)
    if sighting.picture_key is None:
        raise NotFound("There is no picture of this.")
    picture_seen(sighting)
    return serve(sighting.picture_key)


@blueprint.get("/visits/<visit_id>")
@roles_required(Role.ADMIN, Role.TEACHER)
def visit(visit_id: str) -> ResponseReturnValue:
    """The picture of somebody at a door."""
    shown = one_visit(current_services(), signed_in_user(), visit_id)
    if shown.visit.picture_key is None:
        raise NotFound("There is no picture of this.")
    visit_seen(shown.visit.student_id, shown.door.name)
    return serve(shown.visit.picture_key)


@blueprint.get("/check-ins/<check_in_id>/<which>")
@roles_required(Role.ADMIN, Role.TEACHER)
def check_in(check_in_id: str, which: str) -> ResponseReturnValue:
    """The picture that a check-in (`in`) or a check-out (`out`) at a kiosk rests on."""
    shown = one_check_in(current_services(), signed_in_user(), check_in_id)
    keys = {"in": shown.check_in.picture_key, "out": shown.check_in.out_picture_key}
    key = keys.get(which)
    if key is None:
        raise NotFound("There is no picture of this.")
    visit_seen(shown.student.id, shown.check_in.room)
    return serve(key)


@blueprint.get("/recordings/<recording_id>")
@roles_required(Role.ADMIN, Role.TEACHER)
def recording(recording_id: str) -> ResponseReturnValue:
    """A recording, in ranges where the browser asks for them."""
    found = current_services().store.recording(recording_id)
    recording_seen(*lecture_or_404(found.lecture_id))
    return serve(found.media_key, link_lasts_s=_WATCHED_S)


@blueprint.get("/logo")
def logo() -> ResponseReturnValue:
    """The school's, which stands on the sign-in page too."""
    key = current_site().logo_key
    if not key:
        raise NotFound("This site has no logo.")
    return serve(key)


def _check_may_see(sighting: Sighting) -> None:
    """A student sees the picture that the own mark rests on, once it is sure: an unsure one may show somebody else."""
    store, user = current_services().store, signed_in_user()
    lecture_id = store.recording(sighting.recording_id).lecture_id
    if user.role is not Role.STUDENT:
        lecture_or_404(lecture_id)
        return
    own = [mark for mark in store.marks(lecture_id) if mark.student_id == user.student_id]
    counted = [mark for mark in own if mark.status in ATTENDED and mark.evidence is not None]
    if sighting.id not in [mark.evidence.sighting_id for mark in counted if mark.evidence]:
        raise NotFound("There is no picture of this.")
