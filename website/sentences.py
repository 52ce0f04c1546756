"""Says errors, and sentences that were stored, in the reader's language."""

from __future__ import annotations

from flask import Flask

from attendance import languages
from attendance.errors import Sentence
from attendance.model import Method
from attendance.rules.check_ins import WAYS
from attendance.rules.stored_sentences import from_text
from attendance.use_cases.lectures.marks import REASONS
from website.language import page_language


def init_app(app: Flask) -> None:
    """Make the filters `in_words`, `stored_in_words` and `reason_in_words` known to templates."""
    app.jinja_env.filters |= {one.__name__: one for one in (in_words, stored_in_words, reason_in_words)}
    app.jinja_env.globals["way_in_words"] = way_in_words


def in_words(sentence: Sentence) -> str:
    """The sentence, also of an error, in the reader's language."""
    return languages.in_words(sentence, page_language())


def stored_in_words(text: str | None) -> str | None:
    """A sentence that was stored, translated; what was stored with its values filled in is shown as it is."""
    return in_words(from_text(text)) if text else text


def reason_in_words(reason: str) -> str:
    """Why a mark was set: a person's own words, or ours where a button set it."""
    return translated(reason) if reason in REASONS else reason


def way_in_words(method: Method) -> str:
    """How a mark came to be."""
    return translated(WAYS[method])


def translated(words: str) -> str:
    """Words without values."""
    return languages.translated(words, page_language())
