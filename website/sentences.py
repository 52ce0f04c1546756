"""Says errors, and sentences that were stored, in the reader's language."""

from __future__ import annotations

from typing import Any

from flask import Flask
from flask_babel import gettext

from attendance.errors import Phrase, Sentence
from attendance.rules.stored_sentences import from_text
from attendance.rules.texts import isolated
from attendance.use_cases.lectures.marks import REASONS


def init_app(app: Flask) -> None:
    """Make the filters `stored_in_words` and `reason_in_words` known to templates."""
    app.jinja_env.filters |= {one.__name__: one for one in (stored_in_words, reason_in_words)}


def in_words(sentence: Sentence) -> str:
    """The sentence, also of an error, translated, with its values in place."""
    words = translated(sentence.template)
    return words % {name: _value(value) for name, value in sentence.values.items()} if sentence.values else words


def stored_in_words(text: str | None) -> str | None:
    """A sentence that was stored, translated; what was stored with its values filled in is shown as it is."""
    return in_words(from_text(text)) if text else text


def reason_in_words(reason: str) -> str:
    """Why a mark was set: a person's own words, or ours where a button set it."""
    return gettext(reason) if reason in REASONS else reason


def translated(words: str) -> str:
    """Words without values."""
    return gettext(words) if words else words  # gettext answers an empty text with the catalogue's header


def _value(value: Any) -> Any:
    if isinstance(value, Sentence):
        return in_words(value)
    if isinstance(value, Phrase):
        return gettext(value)
    return isolated(value) if isinstance(value, str) else value
