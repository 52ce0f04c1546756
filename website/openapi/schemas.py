"""Schemas that are the same for all who ask: errors, and fields that say in a sentence what is wrong with them."""

from __future__ import annotations

from typing import Any

import marshmallow as ma

from attendance.errors import Phrase


class LenientSchema(ma.Schema):
    """Passes over what it does not know: newer programs may say more."""

    class Meta:
        """Of marshmallow."""

        unknown = ma.EXCLUDE


class Text(ma.fields.String):
    """A text, and nothing that could be made one."""

    default_error_messages = dict.fromkeys(("invalid", "null", "required"), Phrase("must be a text."))


class WholeNumber(ma.fields.Integer):
    """A whole number, which true and false are not."""

    default_error_messages = dict.fromkeys(
        ("invalid", "null", "required", "too_large"), Phrase("must be a whole number.")
    )

    def __init__(self, **more: Any) -> None:
        super().__init__(strict=True, **more)

    def _deserialize(self, value: Any, attr: str | None, data: Any, **more: Any) -> int:
        if isinstance(value, bool):
            raise self.make_error("invalid")
        return super()._deserialize(value, attr, data, **more)


class _PlainError(ma.Schema):
    status = ma.fields.Integer(required=True)
    message = ma.fields.String(required=True, metadata={"description": "One plain sentence."})


class _Error(_PlainError):
    code = ma.fields.String(required=True, metadata={"description": "A short word for programs."})
    ids = ma.fields.List(
        ma.fields.String(), metadata={"description": "With too_old: which readings of the batch; send the others."}
    )


class PlainErrorSchema(ma.Schema):
    """How an error looks to people's programs."""

    error = ma.fields.Nested(_PlainError, required=True)


class ErrorSchema(ma.Schema):
    """How an error looks to devices."""

    error = ma.fields.Nested(_Error, required=True)
