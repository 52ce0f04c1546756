"""JSON and queries of devices, checked by their schemas; what is wrong with them is told in one sentence."""

from __future__ import annotations

import base64
from datetime import UTC, datetime
from typing import Any

import marshmallow as ma

from attendance.errors import InvalidInput
from attendance.use_cases.devices.readings import SentReading
from attendance.use_cases.doors.receiving import SentPicture, SentStay
from website.openapi.blueprint import PlainParser
from website.openapi.schemas import LenientSchema
from website.uploading.schemas import DirectUploadAnswer, DirectUploadSchema

_MADE_BY_DEVICE = "Made by the device, the same for ever: 32 hexadecimal digits."
_SHOWN = datetime(1900, 1, 1, tzinfo=UTC), datetime(2200, 1, 1, tzinfo=UTC)
_ID = ma.validate.Regexp(r"\A[0-9a-f]{32}\Z", error="Must be 32 hexadecimal digits.")


class NotUnderstood(InvalidInput):
    """A request that lacks something, or holds something of another kind."""

    status = 422
    code = "not_understood"


class DeviceParser(PlainParser):
    """Raises NotUnderstood, whose code tells a program that it is wrong itself."""

    DEFAULT_VALIDATION_STATUS = NotUnderstood.status
    not_understood = NotUnderstood

    def wrong_field(self, place: str, problem: str) -> InvalidInput:
        """With that code."""
        return NotUnderstood(
            "What was sent cannot be used: %(place)s: %(problem)s", place=place or "JSON", problem=problem
        )


class Temperatures(ma.fields.Field[tuple[float, ...]]):
    """A list of numbers, looked at all at once: a batch holds 64,000 of them. Not-a-numbers are left to the rules."""

    def _deserialize(self, value: Any, attr: str | None, data: Any, **more: Any) -> tuple[float, ...]:
        if not isinstance(value, list) or not all(type(number) in (int, float) for number in value):
            raise ma.ValidationError("Must be a list of numbers.")
        try:
            return tuple(map(float, value))
        except OverflowError:
            raise ma.ValidationError("Must be a list of numbers of this world.") from None


class Words(ma.fields.String):
    """Text for a page. JSON may hold halves of signs, which no page can be made of; a question mark stands for each."""

    def _deserialize(self, value: Any, attr: str | None, data: Any, **more: Any) -> str:
        return super()._deserialize(value, attr, data, **more).encode(errors="replace").decode()


class ReadingSchema(LenientSchema):
    """One look of the sensor."""

    id = ma.fields.String(required=True, metadata={"description": _MADE_BY_DEVICE})
    at = ma.fields.AwareDateTime(required=True, metadata={"description": "When it was measured."})
    pixels_c = Temperatures(
        required=True,
        metadata={"type": "array", "items": {"type": "number"}, "description": "64 temperatures, row by row."},
    )
    thermistor_c = ma.fields.Float(required=True, allow_nan=True)

    @ma.post_load
    def make(self, data: dict[str, Any], **more: Any) -> SentReading:
        """As the use case takes it."""
        return SentReading(**data)


class ReadingsSchema(LenientSchema):
    """A batch."""

    readings = ma.fields.List(
        ma.fields.Nested(ReadingSchema), required=True, metadata={"description": "1 to 1000 of them."}
    )


class ReadingsAnswer(ma.Schema):
    """What became of a batch."""

    stored = ma.fields.Integer(metadata={"description": "How many are new."})
    known = ma.fields.Integer(metadata={"description": "How many were here already."})
    server_time = ma.fields.AwareDateTime()


class Base64(ma.fields.Field[bytes]):
    """Bytes as JSON has them."""

    def _deserialize(self, value: Any, attr: str | None, data: Any, **more: Any) -> bytes:
        try:
            return base64.b64decode(value, validate=True)
        except (TypeError, ValueError):
            raise ma.ValidationError("Must be base64.") from None


class PictureSchema(LenientSchema):
    """One picture of a stay."""

    jpeg = Base64(required=True, metadata={"type": "string", "format": "byte", "description": "At most 2 MB."})
    sha256 = ma.fields.String(required=True, metadata={"description": "Of the JPEG's bytes, 64 hexadecimal digits."})

    @ma.post_load
    def make(self, data: dict[str, Any], **more: Any) -> SentPicture:
        """As the use case takes it."""
        return SentPicture(**data)


class WarmthSchema(LenientSchema):
    """What the sensor saw."""

    pixels_c = Temperatures(
        required=True,
        metadata={"type": "array", "items": {"type": "number"}, "description": "64 temperatures, row by row."},
    )
    thermistor_c = ma.fields.Float(required=True, allow_nan=True)


class StaySchema(LenientSchema):
    """One stay at a door."""

    id = ma.fields.String(required=True, metadata={"description": _MADE_BY_DEVICE})
    at = ma.fields.AwareDateTime(required=True, metadata={"description": "When it began."})
    until = ma.fields.AwareDateTime(required=True, metadata={"description": "When it ended."})
    pictures = ma.fields.List(
        ma.fields.Nested(PictureSchema), required=True, metadata={"description": "1 to 3, the sharpest first."}
    )
    reading = ma.fields.Nested(WarmthSchema, load_default=None, allow_none=True)

    @ma.post_load
    def make(self, data: dict[str, Any], **more: Any) -> SentStay:
        """As the use case takes it."""
        reading = data.pop("reading") or {}
        return SentStay(**data, **reading)


class _VisitOfDoor(ma.Schema):
    id = ma.fields.String()
    verdict = ma.fields.String(metadata={"description": "known, unsure or unknown."})
    name = ma.fields.String(
        allow_none=True, metadata={"description": "Of whom is known, where an admin lets this door be told names."}
    )


class StayAnswer(ma.Schema):
    """What a stay became: a visit a person, and none where nobody is in the pictures."""

    visits = ma.fields.List(ma.fields.Nested(_VisitOfDoor))
    server_time = ma.fields.AwareDateTime()


class PairSchema(LenientSchema):
    """The code that somebody reads from the site's page."""

    code = ma.fields.String(
        required=True,
        validate=ma.validate.Length(max=100),
        metadata={"description": "Eight signs, in any case and with any gaps."},
    )


class PairAnswer(ma.Schema):
    """The key is said once."""

    device_id = ma.fields.String()
    name = ma.fields.String()
    room = ma.fields.String()
    key = ma.fields.String()
    server_time = ma.fields.AwareDateTime()


class MeAnswer(ma.Schema):
    """What the site knows of the device, and what it takes."""

    id = ma.fields.String()
    name = ma.fields.String()
    room = ma.fields.String()
    kind = ma.fields.String(metadata={"description": "classroom, or door: which sends visits and no recordings."})
    records_visits = ma.fields.Boolean(metadata={"description": "Whether an admin lets this door record visits."})
    server_time = ma.fields.AwareDateTime()
    uploads = ma.fields.String(metadata={"description": "tus or direct: how clips and snapshots are sent."})
    most_upload_bytes = ma.fields.Integer()
    most_readings = ma.fields.Integer()


def _count(*, required: bool = True) -> ma.fields.Integer:
    """Devices of before leave out what is not required: they counted nothing there."""
    default: dict[str, Any] = {} if required else {"load_default": 0}
    return ma.fields.Integer(
        required=required, strict=True, validate=ma.validate.Range(min=0, max=2**63 - 1), **default
    )


def _words(most: int) -> Words:
    return Words(required=True, validate=ma.validate.Length(max=most))


class DroppedSchema(LenientSchema):
    """What an outbox without room gave up since it was made."""

    readings = _count()
    clips = _count()
    snapshots = _count()


class DamagedSchema(DroppedSchema):
    """What the disk of the device has spoilt since its outbox was made."""


class SpoolSchema(LenientSchema):
    """The device's outbox."""

    items = _count()
    bytes = _count()
    refused = _count()
    dropped = ma.fields.Nested(DroppedSchema, required=True)
    damaged = ma.fields.Nested(DamagedSchema, load_default=None)
    cut_clips = _count(required=False)


class HeartbeatSchema(LenientSchema):
    """What a device says of itself. Its clock may be wrong, but not so much that no other zone can show the time."""

    at = ma.fields.AwareDateTime(required=True, validate=ma.validate.Range(*_SHOWN))
    version = _words(100)
    boot_id = _words(100)
    clock_offset_s = ma.fields.Float(required=True)
    spool = ma.fields.Nested(SpoolSchema, required=True)
    disk_free_bytes = _count()
    cpu_temperature_c = ma.fields.Float(
        required=True, allow_none=True, validate=ma.validate.Range(min=-273.15, max=1000)
    )
    camera = _words(300)
    sensor = _words(300)


class TimeAnswer(ma.Schema):
    """The site's clock, by which devices set theirs."""

    server_time = ma.fields.AwareDateTime()


class ItemsQuery(ma.Schema):
    """Which things are asked for."""

    class Meta:
        """Of marshmallow."""

        unknown = ma.EXCLUDE

    ids = ma.fields.String(required=True, metadata={"description": "At most 100 ids, with commas between them."})


class ItemsAnswer(ma.Schema):
    """What became of things that were sent."""

    whole = ma.fields.List(ma.fields.String(), metadata={"description": "They are stored: recordings and readings."})
    refused = ma.fields.Dict(
        keys=ma.fields.String(),
        values=ma.fields.String(),
        metadata={"description": "They are not stored, and why; remembered for a week."},
    )


class ItemUploadSchema(DirectUploadSchema):
    """A clip or snapshot that is about to be sent to the site's bucket."""

    item_id = ma.fields.String(required=True, validate=_ID, metadata={"description": _MADE_BY_DEVICE})
    kind = ma.fields.String(required=True, metadata={"description": "clip or snapshot."})
    started_at = ma.fields.AwareDateTime(required=True, metadata={"description": "When its first picture was taken."})
    duration_s = ma.fields.Float(load_default=0.0, metadata={"description": "Of a clip, in seconds."})
    sha256 = ma.fields.String(required=True, metadata={"description": "Of the file, as 64 hexadecimal digits."})
    filename = ma.fields.String(load_default="", validate=ma.validate.Length(max=1000))
    reading_id = ma.fields.String(
        load_default="", allow_none=True, metadata={"description": "The reading that it was taken with."}
    )
    boxes = ma.fields.List(
        ma.fields.List(ma.fields.Float(), validate=ma.validate.Length(equal=4)),
        load_default=None,
        allow_none=True,
        validate=ma.validate.Length(max=1000),
        metadata={"description": "Faces, each as x1, y1, x2, y2 in pixels."},
    )


class KeptAnswer(ma.Schema):
    """The recording that an upload became."""

    id = ma.fields.String()


class ItemUploadAnswer(DirectUploadAnswer):
    """How far an upload is, and the code of a refusal."""

    code = ma.fields.String(allow_none=True)
    recording = ma.fields.Nested(KeptAnswer, allow_none=True)
