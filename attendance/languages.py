"""The languages in which people may read us, and the words of each.

A catalogue is a text, `translations/LANGUAGE/LC_MESSAGES/messages.po`, and is compiled in memory when its language is
first asked for: so there is no file that could be older than the text or be missing from a package. It lies here, not
beside the pages, because mails are written where there are none.
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from io import BytesIO
from pathlib import Path
from typing import Any

from babel.support import NullTranslations, Translations

from attendance.errors import Phrase, Sentence
from attendance.rules.texts import isolated

SOURCE = "en"
LANGUAGES: Mapping[str, str] = {SOURCE: "English", "ko": "한국어"}
"""Each by its code of BCP 47, as its readers call it."""

_FOLDER = Path(__file__).parent / "translations"


@cache
def catalogue(language: str) -> NullTranslations:
    """The words of a language; the source's own, which is English, where there are none. Fuzzy ones are left out."""
    path = catalogue_path(language)
    if language == SOURCE or not path.exists():
        return NullTranslations()
    from babel.messages.mofile import write_mo  # noqa: PLC0415 - only who reads another language waits for these
    from babel.messages.pofile import read_po  # noqa: PLC0415

    compiled = BytesIO()
    with path.open("rb") as text:
        write_mo(compiled, read_po(text, locale=language))
    compiled.seek(0)
    return Translations(compiled)


def catalogue_path(language: str) -> Path:
    """Where the words of this language lie."""
    return _FOLDER / language / "LC_MESSAGES" / "messages.po"


def in_words(sentence: Sentence, language: str) -> str:
    """The sentence, also of an error, in this language with its values in place."""
    words = translated(sentence.template, language)
    if not sentence.values:
        return words
    return words % {name: _value(value, language) for name, value in sentence.values.items()}


def translated(words: str, language: str) -> str:
    """Words without values."""
    return catalogue(language).gettext(words) if words else words  # of an empty text a catalogue says its header


def _value(value: Any, language: str) -> Any:
    if isinstance(value, Sentence):
        return in_words(value, language)
    if isinstance(value, Phrase):
        return translated(value, language)
    return isolated(value) if isinstance(value, str) else value
