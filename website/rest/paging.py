"""Lists a page at a time: numbers, the total, and links to the pages beside it."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, TypeVar

import marshmallow as ma
from flask import request, url_for

from attendance.errors import Phrase
from attendance.model import Page
from website.openapi.schemas import LenientSchema

T = TypeVar("T")
MOST = 200
_LAST_PAGE = 1_000_000


class QueryNumber(ma.fields.Integer):
    """A whole number as an address holds it."""

    default_error_messages = dict.fromkeys(
        ("invalid", "null", "required", "too_large"), Phrase("must be a whole number.")
    )


class PageQuery(LenientSchema):
    """Which page of a list."""

    page = QueryNumber(
        load_default=1,
        validate=ma.validate.Range(1, _LAST_PAGE, error=Phrase("must be a number from 1.")),
        metadata={"description": "Counts from 1."},
    )
    size = QueryNumber(
        load_default=50,
        validate=ma.validate.Range(1, MOST, error=Phrase("must be a number from 1 to 200.")),
        metadata={"description": "How many a page holds."},
    )


class PageAnswer(ma.Schema):
    """A part of a list; the header Link names the first, previous, next and last."""

    page = ma.fields.Integer()
    size = ma.fields.Integer()
    total = ma.fields.Integer(metadata={"description": "Of the whole list."})


def page_of(found: Page[T], items: Sequence[Any]) -> tuple[dict[str, Any], int, dict[str, str]]:
    """The answer with its links."""
    body = {"items": items, "page": found.number, "size": found.size, "total": found.total}
    return body, 200, {"Link": _links(found)}


def cut(everything: Sequence[T], asked: dict[str, Any]) -> Page[T]:
    """A page of what was read as a whole."""
    number, size = asked["page"], asked["size"]
    return Page(everything[(number - 1) * size : number * size], number, size, len(everything))


def _links(found: Page[T]) -> str:
    others = {"first": 1, "last": found.pages}
    if found.number > 1:
        others["prev"] = min(found.number - 1, found.pages)
    if found.number < found.pages:
        others["next"] = found.number + 1
    return ", ".join(f'<{_address(number)}>; rel="{rel}"' for rel, number in others.items())


def _address(number: int) -> str:
    where = request.view_args or {}
    asked = {name: words for name, words in request.args.lists() if name not in where and not name.startswith("_")}
    return url_for(request.endpoint or "", **where, **asked | {"page": [str(number)]})  # type: ignore[arg-type]
