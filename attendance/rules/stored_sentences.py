"""Sentences as texts in stores and files: template and values, so that each reader gets them in the own language.

A sentence without values is stored as itself, as all were once: what was stored in English, with its values filled in,
is read as such a one. Any other is JSON: `{"template": ..., "values": {...}}`, where a value that is translated by
itself is such an object too, or `{"phrase": ...}`.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

from attendance.errors import Personal, Phrase, Sentence

NOBODY = "…"
"""Stands in place of what names a person."""


def to_text(sentence: Sentence, *, with_people: bool = False) -> str:
    """What is stored of a sentence. `with_people` is for what a removal goes through: elsewhere nobody is named."""
    if not sentence.values and not _is_ours(sentence.template):
        return sentence.template
    return json.dumps(_said(sentence, with_people), ensure_ascii=False, default=str)


def from_text(text: str) -> Sentence:
    """The sentence that was stored so; any other text is a sentence as it is."""
    if _is_ours(text):
        try:
            return _sentence(json.loads(text))
        except (ValueError, LookupError, TypeError, AttributeError, RecursionError):
            pass  # only looks like one
    return Sentence(text)


def in_english(text: str | None) -> str | None:
    """As the logs, commands and files say what was stored."""
    return from_text(text).sentence if text else text


def texts_in(sentence: Sentence) -> Iterator[str]:
    """Every text that a sentence is filled with, at any depth."""
    for value in sentence.values.values():
        if isinstance(value, Sentence):
            yield from texts_in(value)
        elif isinstance(value, str):
            yield value


def _is_ours(text: str) -> bool:
    return text.startswith('{"template": ')


def _said(value: Any, with_people: bool) -> Any:
    if isinstance(value, Sentence):
        values = {name: _said(one, with_people) for name, one in value.values.items()}
        return {"template": value.template, "values": values}
    if isinstance(value, Phrase):
        return {"phrase": str(value)}
    return NOBODY if isinstance(value, Personal) and not with_people else value


def _sentence(said: dict[str, Any]) -> Sentence:
    if not isinstance(said["template"], str):
        raise TypeError
    return Sentence(said["template"], **{name: _value(one) for name, one in said["values"].items()})


def _value(said: Any) -> Any:
    if not isinstance(said, dict):
        return said
    return Phrase(said["phrase"]) if "phrase" in said else _sentence(said)
