"""Says errors in the reader's language."""

from __future__ import annotations

from typing import Any

from flask import Flask
from flask_babel import gettext

from attendance.errors import Phrase, RollcallError
from attendance.rules.texts import isolated


def init_app(app: Flask) -> None:
    """Make the filter `kept_in_words` known to templates."""
    app.jinja_env.filters["kept_in_words"] = kept_in_words


def in_words(error: RollcallError) -> str:
    """The error's sentence, translated, with its values in place."""
    sentence = gettext(error.template)
    return sentence % {name: _value(value) for name, value in error.values.items()} if error.values else sentence


def kept_in_words(sentence: str | None) -> str | None:
    """A sentence that was stored in English: translated where nothing was filled in, else as it is."""
    return gettext(sentence) if sentence else sentence  # gettext answers an empty text with the catalogue's header


def _value(value: Any) -> Any:
    if isinstance(value, RollcallError):
        return in_words(value)
    if isinstance(value, Phrase):
        return gettext(value)
    return isolated(value) if isinstance(value, str) else value
