"""Schemas that are the same for all who ask: errors, and fields that say in a sentence what is wrong with them."""

from __future__ import annotations

from collections.abc import Sequence
from enum import StrEnum
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


class YesOrNo(ma.fields.Boolean):
    """True or false, and nothing that could be made one."""

    default_error_messages = dict.fromkeys(("invalid", "null", "required"), Phrase("must be true or false."))

    def _deserialize(self, value: Any, attr: str | None, data: Any, **more: Any) -> bool:
        if not isinstance(value, bool):
            raise self.make_error("invalid", input=value)
        return value


class Choice(Text):
    """One of some words."""

    def __init__(self, kind: type[StrEnum] | Sequence[str], **more: Any) -> None:
        self._words = list(kind)
        one_of = Phrase("is none of the words that can be chosen.")
        super().__init__(validate=ma.validate.OneOf(self._words, error=one_of), **more)


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


class ProblemSchema(ma.Schema):
    """How an error looks where people's programs ask with access tokens, as RFC 9457 has it."""

    type = ma.fields.String(required=True)
    title = ma.fields.String(required=True, metadata={"description": "The status in words."})
    status = ma.fields.Integer(required=True)
    detail = ma.fields.String(required=True, metadata={"description": "One plain sentence."})
    field = ma.fields.String(metadata={"description": "What of the request it is about."})


class ErrorSchema(ma.Schema):
    """How an error looks to devices."""

    error = ma.fields.Nested(_Error, required=True)
