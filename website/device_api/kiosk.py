"""What a kiosk asks: how it is set up, attempts to check in and out, PINs, and taking back."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import Any

from flask import Response, request, url_for
from flask_babel import force_locale

from attendance.device_errors import NotOfThisKind
from attendance.errors import NotFound
from attendance.media_keys import media_type
from attendance.model import Device, KioskSpeech, Student
from attendance.use_cases.kiosks.attempts import (
    MOST_FRAME_BYTES,
    MOST_FRAMES,
    Answered,
    SentAttempt,
    answered,
    attempt_by_pin,
    own_attempt,
    receive_attempt,
    settle_by_pin,
)
from attendance.use_cases.kiosks.places import courses_at, students_at
from attendance.use_cases.kiosks.undoing import UNDO_S, can_be_undone_until, take_back
from attendance.use_cases.site.reading import site
from website.current import current_services
from website.device_api.blueprint import blueprint
from website.device_api.keys import current_device
from website.device_api.kiosk_arguments import (
    MOST_ATTEMPT_CHARACTERS,
    AttemptAnswer,
    AttemptForm,
    AttemptWithFrames,
    KioskAnswer,
    PinAloneSchema,
    PinSchema,
    attempt_id,
    attempt_in,
    attempt_of,
)
from website.device_api.kiosk_words import said_of
from website.security import takes_up_to

_MOST_BYTES = MOST_FRAMES * (MOST_FRAME_BYTES + 2000) + 4 * MOST_ATTEMPT_CHARACTERS
_MOST_WORDS = 20_000
_PHOTO_WITHIN = timedelta(minutes=2)
"""So long after the answer a kiosk is shown the photo of whom it named."""


@blueprint.route("/kiosk", methods=["GET"])
@blueprint.doc(**blueprint.needs)
@blueprint.response(200, KioskAnswer)
@blueprint.refuses(401, 422)
def kiosk_settings() -> dict[str, Any]:
    """How I am set up, and which courses meet where I stand."""
    services, device = current_services(), _kiosk()
    chosen, field = device.kiosk_settings, device.kiosk_settings.sensor_field
    names = sorted({one.name for one in students_at(services, device).values()})
    return {
        "name": device.name,
        "room": device.room,
        "language": chosen.language,
        "min_face_px": chosen.min_face_px,
        "liveness": chosen.liveness.value,
        "speech": chosen.speech.value,
        "volume": chosen.volume,
        "quiet_from": chosen.quiet_from or None,
        "quiet_until": chosen.quiet_until or None,
        "temperature": chosen.takes_temperature,
        "temperature_offset_c": device.calibration_offset_c,
        "sensor_field": {"x": field.x, "y": field.y, "width": field.width, "height": field.height},
        "undo_s": UNDO_S,
        "sections": [
            {"course_id": one.id, "title": one.name, "section": one.section or one.code}
            for one in courses_at(services, device)
        ],
        "phrases": names if chosen.speech is KioskSpeech.LOCAL else [],
    }


@blueprint.route("/kiosk/attempts", methods=["POST"])
@takes_up_to(lambda settings: _MOST_BYTES, forms_of_devices=True)
@blueprint.doc(**blueprint.needs, requestBody={"content": {"multipart/form-data": {"schema": AttemptWithFrames}}})
@blueprint.arguments(AttemptForm, location="form", content_type="multipart/form-data")
@blueprint.response(200, AttemptAnswer)
@blueprint.refuses(401, 413, 422)
def attempt(form: dict[str, str]) -> dict[str, Any]:
    """Somebody stands here and wants to check in, check out or be registered.

    The same id again gets the same answer, so an attempt whose answer was lost is simply sent again.
    """
    frames = [file.read(MOST_FRAME_BYTES + 1) for file in request.files.getlist("frames")[: MOST_FRAMES + 1]]
    sent: SentAttempt = replace(attempt_in(form), frames=frames)
    return _told(receive_attempt(current_services(), _kiosk(), sent))


@blueprint.route("/kiosk/attempts/<attempt_name>/pin", methods=["POST"])
@takes_up_to(lambda settings: _MOST_WORDS)
@blueprint.doc(**blueprint.needs)
@blueprint.arguments(PinSchema)
@blueprint.response(200, AttemptAnswer)
@blueprint.refuses(401, 404, 422)
def attempt_pin(said: dict[str, Any], attempt_name: str) -> dict[str, Any]:
    """Whom an unsure face shows, by the PIN."""
    return _told(
        settle_by_pin(current_services(), _kiosk(), attempt_id(attempt_name), ref=said["ref"], pin=said["pin"])
    )


@blueprint.route("/kiosk/pin", methods=["POST"])
@takes_up_to(lambda settings: _MOST_WORDS)
@blueprint.doc(**blueprint.needs)
@blueprint.arguments(PinAloneSchema)
@blueprint.response(200, AttemptAnswer)
@blueprint.refuses(401, 422)
def pin_alone(said: dict[str, Any]) -> dict[str, Any]:
    """The equal way without a camera: by the student id and the PIN."""
    number, pin = said.pop("number"), said.pop("pin")
    return _told(attempt_by_pin(current_services(), _kiosk(), attempt_of(said), number=number, pin=pin))


@blueprint.route("/kiosk/attempts/<attempt_name>/undo", methods=["POST"])
@takes_up_to(lambda settings: _MOST_WORDS)
@blueprint.doc(**blueprint.needs)
@blueprint.response(204)
@blueprint.refuses(401, 404, 409)
def undo_attempt(attempt_name: str) -> None:
    """Not me: it is taken back, within a few seconds."""
    take_back(current_services(), _kiosk(), attempt_id(attempt_name))


@blueprint.route("/kiosk/attempts/<attempt_name>/photo", methods=["GET"])
@blueprint.doc(**blueprint.needs)
@blueprint.response(200, {"type": "string", "format": "binary"}, content_type="image/jpeg")
@blueprint.refuses(401, 404)
def attempt_photo(attempt_name: str) -> Response:
    """The enrolled photo of whom the answer names, small; for two minutes after it."""
    services = current_services()
    found = own_attempt(services, _kiosk(), attempt_id(attempt_name))
    named = answered(services, found).student
    key = _photo_key(named) if named is not None else None
    if key is None or services.now() - found.answered_at > _PHOTO_WITHIN:
        raise NotFound("There is no such photo.")
    # Never a link to where it is stored: the kiosk asks with its key, which that place must not be sent.
    return Response(services.media.read(key), mimetype=media_type(key), headers={"Cache-Control": "no-store"})


def _kiosk() -> Device:
    """Raises NotOfThisKind."""
    device = current_device()
    if not device.is_kiosk:
        raise NotOfThisKind("Only kiosks ask this.")
    return device


def _told(done: Answered) -> dict[str, Any]:
    found = done.attempt
    with force_locale(found.language):
        said = said_of(done, site(current_services()).timezone)
    return {
        "id": found.id,
        "outcome": found.outcome,
        "sentence": said.sentence,
        "speak": said.speak,
        "student": _named(done),
        "at": found.at,
        "temperature_c": found.temperature_c,
        "temperature_high": found.temperature_high,
        "undo_until": can_be_undone_until(found) if found.undone_at is None else None,
        "choices": [{"ref": ref, "name": one.name} for ref, one in done.choices],
        "needs_pin": done.needs_pin,
    }


def _named(done: Answered) -> dict[str, Any] | None:
    if done.student is None:
        return None
    has_photo = _photo_key(done.student) is not None
    photo = url_for("device_api.attempt_photo", attempt_name=done.attempt.id) if has_photo else None
    return {"name": done.student.name, "photo": photo}


def _photo_key(student: Student) -> str | None:
    return next((face.thumbnail_key for face in current_services().store.faces([student.id])), None)
