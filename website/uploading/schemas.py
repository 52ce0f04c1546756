"""What is asked and answered of uploads straight to the bucket."""

from __future__ import annotations

import marshmallow as ma

from attendance.errors import Phrase
from website.openapi.schemas import LenientSchema, WholeNumber

MOST_LINKS = 100
_SOME_NUMBERS = Phrase("must be a list of 1 to 100 numbers of parts.")


class DirectUploadSchema(LenientSchema):
    """A recording that is about to be sent to the site's bucket."""

    size = WholeNumber(required=True, validate=ma.validate.Range(max=2**63 - 1), metadata={"description": "In bytes."})


class PartNumbersSchema(LenientSchema):
    """Which parts are about to be sent."""

    numbers = ma.fields.List(
        WholeNumber(),
        required=True,
        validate=ma.validate.Length(min=1, max=MOST_LINKS, error=_SOME_NUMBERS),
        error_messages=dict.fromkeys(("required", "null", "invalid"), _SOME_NUMBERS),
    )


class PartAnswer(ma.Schema):
    """A part that is there."""

    number = ma.fields.Integer()
    size = ma.fields.Integer()


class DirectUploadAnswer(ma.Schema):
    """How far an upload is."""

    id = ma.fields.String()
    location = ma.fields.String()
    status = ma.fields.String(metadata={"description": "sending, whole, refused or done."})
    size = ma.fields.Integer()
    part_size = ma.fields.Integer(allow_none=True, metadata={"description": "Of every part but the last, in bytes."})
    parts = ma.fields.List(ma.fields.Nested(PartAnswer))
    error = ma.fields.String(allow_none=True, metadata={"description": "Why it is refused."})


class PartLinksAnswer(ma.Schema):
    """A link by number; each is good for that many seconds."""

    links = ma.fields.Dict(keys=ma.fields.String(), values=ma.fields.String())
    seconds = ma.fields.Integer()
