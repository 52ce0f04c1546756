"""What kiosks send and are answered, checked by schemas."""

from __future__ import annotations

import json
from typing import Any

import marshmallow as ma

from attendance.model import KioskCommand, KioskOutcome, Turn
from attendance.use_cases.kiosks.attempts import LANGUAGES, SentAttempt
from attendance.use_cases.kiosks.registering import SentRegistration
from website.device_api.arguments import NotUnderstood, WarmthSchema, Words
from website.openapi.blueprint import first_problem
from website.openapi.schemas import LenientSchema

MOST_ATTEMPT_CHARACTERS = 20_000
_ID = "Made by the kiosk, a UUID: the same id again gets the same answer, and changes nothing."


def _id() -> ma.fields.String:
    return ma.fields.String(required=True, validate=ma.validate.Length(max=64), metadata={"description": _ID})


def _language() -> ma.fields.String:
    return ma.fields.String(load_default="ko", validate=ma.validate.OneOf(LANGUAGES))


class RegisterSchema(LenientSchema):
    """Who asks to be registered."""

    course_id = ma.fields.String(
        load_default=None,
        allow_none=True,
        validate=ma.validate.Length(max=64),
        metadata={"description": "One of the kiosk's sections; left out where it has one only."},
    )
    name = Words(required=True, validate=ma.validate.Length(max=200))

    @ma.post_load
    def make(self, data: dict[str, Any], **more: Any) -> SentRegistration:
        """As the use case takes it."""
        return SentRegistration(**data)


class AskedSchema(LenientSchema):
    """What every command has."""

    id = _id()
    at = ma.fields.AwareDateTime(required=True, metadata={"description": "When somebody stood there."})
    language = _language()
    reading = ma.fields.Nested(WarmthSchema, load_default=None, allow_none=True)
    offline = ma.fields.Boolean(
        load_default=False, metadata={"description": "It was made without a network: its time is that of the kiosk."}
    )


class AttemptSchema(AskedSchema):
    """An attempt with pictures."""

    command = ma.fields.Enum(KioskCommand, by_value=True, required=True)
    turn = ma.fields.Enum(
        Turn, by_value=True, load_default=None, allow_none=True, metadata={"description": "Whereto it was asked."}
    )
    register = ma.fields.Nested(RegisterSchema, load_default=None, allow_none=True)

    @ma.post_load
    def make(self, data: dict[str, Any], **more: Any) -> SentAttempt:
        """As the use case takes it, still without its pictures."""
        return attempt_of(data)


class PinAloneSchema(AskedSchema):
    """An attempt without a camera, by the student id and the PIN."""

    command = ma.fields.Enum(KioskCommand, by_value=True, required=True)
    number = Words(required=True, validate=ma.validate.Length(max=100), metadata={"description": "The student id."})
    pin = ma.fields.String(required=True, validate=ma.validate.Length(max=32))


class PinSchema(LenientSchema):
    """The PIN of whom an unsure face shows."""

    ref = ma.fields.String(
        load_default=None,
        allow_none=True,
        validate=ma.validate.Length(max=8),
        metadata={"description": "One of the choices'; null where the answer names a student."},
    )
    pin = ma.fields.String(required=True, validate=ma.validate.Length(max=32))


class AttemptForm(ma.Schema):
    """The words of an attempt beside its pictures."""

    class Meta:
        """Of marshmallow."""

        unknown = ma.EXCLUDE

    attempt = ma.fields.String(
        required=True,
        validate=ma.validate.Length(max=MOST_ATTEMPT_CHARACTERS),
        metadata={"description": "JSON: id, command, at, language, turn, reading, register, offline."},
    )


class AttemptWithFrames(AttemptForm):
    """An attempt as a form."""

    frames = ma.fields.List(
        ma.fields.Raw(metadata={"type": "string", "format": "binary"}),
        metadata={"description": "1 to 12 JPEGs in order of time, at most 400 kB each; the first looks ahead."},
    )


class _Named(ma.Schema):
    name = ma.fields.String()
    photo = ma.fields.String(allow_none=True, metadata={"description": "Its address; null where there is none."})


class _Choice(ma.Schema):
    ref = ma.fields.String()
    name = ma.fields.String()


class AttemptAnswer(ma.Schema):
    """What became of an attempt."""

    id = ma.fields.String()
    outcome = ma.fields.Enum(KioskOutcome, by_value=True)
    sentence = ma.fields.String(metadata={"description": "For the screen, in the language that was asked for."})
    speak = ma.fields.String(metadata={"description": "The same to be said."})
    student = ma.fields.Nested(_Named, allow_none=True)
    at = ma.fields.AwareDateTime()
    temperature_c = ma.fields.Float(allow_none=True)
    temperature_high = ma.fields.Boolean()
    undo_until = ma.fields.AwareDateTime(allow_none=True)
    choices = ma.fields.List(ma.fields.Nested(_Choice))
    needs_pin = ma.fields.Boolean()


class _Field(ma.Schema):
    x = ma.fields.Float()
    y = ma.fields.Float()
    width = ma.fields.Float()
    height = ma.fields.Float()


class _Section(ma.Schema):
    course_id = ma.fields.String()
    title = ma.fields.String()
    section = ma.fields.String()


class KioskAnswer(ma.Schema):
    """How the kiosk is set up, and which courses meet where it stands."""

    name = ma.fields.String()
    room = ma.fields.String()
    language = ma.fields.String()
    min_face_px = ma.fields.Integer(metadata={"description": "Of a picture that is 1280 pixels wide."})
    liveness = ma.fields.String(metadata={"description": "off, turn or turn_and_pin."})
    speech = ma.fields.String(metadata={"description": "buttons, local, aws or browser."})
    volume = ma.fields.Float()
    quiet_from = ma.fields.String(allow_none=True)
    quiet_until = ma.fields.String(allow_none=True)
    temperature = ma.fields.Boolean()
    temperature_offset_c = ma.fields.Float()
    sensor_field = ma.fields.Nested(_Field)
    undo_s = ma.fields.Integer()
    sections = ma.fields.List(ma.fields.Nested(_Section))
    phrases = ma.fields.List(
        ma.fields.String(), metadata={"description": "Names to be heard; only where speech is recognised locally."}
    )


def attempt_of(data: dict[str, Any]) -> SentAttempt:
    """With the id without dashes, as ids are here."""
    reading = data.pop("reading") or {}
    return SentAttempt(**{**data, "id": attempt_id(data["id"])}, **reading)


def attempt_id(text: str) -> str:
    """A UUID as ids are here: 32 hexadecimal digits."""
    return text.replace("-", "").lower()


def attempt_in(form: dict[str, str]) -> SentAttempt:
    """The attempt that a form says. Raises NotUnderstood."""
    try:
        said = json.loads(form["attempt"])
    except (ValueError, RecursionError) as wrong:
        raise NotUnderstood("What was sent is not JSON, or not all of it arrived.") from wrong
    try:
        made: SentAttempt = AttemptSchema().load(said)
    except ma.ValidationError as wrong:
        place, problem = first_problem(wrong.messages)
        raise NotUnderstood(
            "What was sent cannot be used: %(place)s: %(problem)s", place=place or "JSON", problem=problem
        ) from wrong
    return made
