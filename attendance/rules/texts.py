"""How texts are compared, sorted, found and shown."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Collection
from dataclasses import replace

from attendance.model import FORGOTTEN, AuditEntry

_ALIKE = str.maketrans(
    dict(zip("ıȷøłđðħŧ’‘ʼʻ`‐‑‒–—−", "ijolddht'''''------", strict=True)) | {"æ": "ae", "œ": "oe", "þ": "th"}
)
_PARTED = 3  # casefolding makes at most three letters of one, and columns have room for no more


def searchable(text: str) -> str:
    """Without case, marks, invisible signs and doubled blanks; at most three times as long as the text.

    Marks are those that stand on letters of Latin, Greek, Cyrillic, Hebrew and Arabic (by their combining class).
    What makes another letter stays: voicing of kana, vowels of Thai and of Indian scripts. Hangul is composed again,
    so that a syllable is found as a whole.
    """
    plain = text
    for _ in range(2):  # some compatibility forms have a case of their own
        plain = unicodedata.normalize("NFKD", plain).casefold()
    plain = "".join(character for character in unicodedata.normalize("NFKD", plain) if not _is_passed_over(character))
    plain = " ".join(unicodedata.normalize("NFC", plain.translate(_ALIKE)).split())
    return plain[: _PARTED * len(text)] or unicodedata.normalize("NFC", text.casefold().strip())


def _is_passed_over(character: str) -> bool:
    place = unicodedata.combining(character)
    return place == 1 or 10 <= place <= 36 or place >= 200 or unicodedata.category(character) == "Cf"


def contains(text: str, *words: str) -> bool:
    """Whether the text is part of one of these, compared without case and marks; blanks are part of all."""
    wanted = searchable(text)
    return any(wanted in searchable(one) for one in words)


def folded(words: str) -> str:
    """Without case, and composed."""
    return unicodedata.normalize("NFC", unicodedata.normalize("NFC", words).casefold())


FIRST_STRONG_ISOLATE, POP_ISOLATE = "\u2068", "\u2069"
# Letters and digits of Hebrew, Arabic, Syriac, Thaana, N'Ko and the like, and the signs that turn texts.
_RIGHT_TO_LEFT = re.compile(
    "[\u0590-\u08ff\u200f\u202a-\u202e\u2067\ufb1d-\ufdff\ufe70-\ufefc\U00010800-\U00010fff\U0001e800-\U0001efff]"
)


def turns_round(text: str) -> bool:
    """Whether the text can turn round what stands beside it in a line from left to right."""
    return _RIGHT_TO_LEFT.search(text) is not None


def isolated(text: str) -> str:
    """The text for a sentence or an attribute, between signs that are not seen where it needs them."""
    if not turns_round(text) or text.startswith(FIRST_STRONG_ISOLATE):
        return text
    return f"{FIRST_STRONG_ISOLATE}{text}{POP_ISOLATE}"


# Their subject may be an id or an email address.
_ABOUT_PEOPLE = ("student.", "user.", "token.", "mark.", "evidence.", "signin.", "visit.")
_LISTS_OF_PEOPLE = ("course.student_added", "course.student_removed", "course.teachers_set")


def without_names(entry: AuditEntry, names: Collection[str]) -> AuditEntry:
    """The entry as it is once nobody of these ids and email addresses may be named any more."""
    subject, detail = entry.subject, entry.detail
    if entry.action.startswith(_ABOUT_PEOPLE):
        subject = FORGOTTEN if subject in names else subject
        for name in names:
            detail = re.sub(rf"(looks like ){re.escape(name)}(?= \()", rf"\1{FORGOTTEN}", detail)
    if entry.action in _LISTS_OF_PEOPLE:
        for name in names:
            detail = re.sub(rf"(^|, ){re.escape(name)}(?=$|, )", rf"\1{FORGOTTEN}", detail)
    return replace(entry, subject=subject, detail=detail)
