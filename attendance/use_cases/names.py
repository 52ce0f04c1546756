"""What people may call students and courses: any script, any sign, but nothing that cannot be seen."""

from __future__ import annotations

import unicodedata

from attendance.errors import InvalidInput, Phrase

MOST_ID_CHARACTERS = 64
MOST_NAME_CHARACTERS = 200
MOST_CODE_CHARACTERS = 64

# They reorder what stands beside them, so that one name can be made to look like another.
_TURN_TEXT_ROUND = frozenset("\u061c\u200e\u200f\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069")
_BREAKS_TEXT = frozenset({"Cc", "Cs", "Zl", "Zp"})  # controls, halves of surrogate pairs, line and paragraph ends
_INVISIBLE = frozenset({"Zs", "Cf", "Mn", "Me"})
_NAME = Phrase("The name")
_AROUND = " \t\r\n\u00a0\u3000\u200b\ufeff"


def clean_student_id(text: str) -> str:
    """The id in NFC without blanks around it. Raises InvalidInput."""
    return _clean(text, Phrase("The student id"), MOST_ID_CHARACTERS, "student_id")


def clean_name(text: str, what: Phrase = _NAME) -> str:
    """The name in NFC without blanks around it. Raises InvalidInput."""
    return _clean(text, what, MOST_NAME_CHARACTERS, "name")


def clean_course_code(text: str) -> str:
    """The code of a course in NFC without blanks around it. Raises InvalidInput."""
    return _clean(text, Phrase("The course code"), MOST_CODE_CHARACTERS, "code")


def clean_section(text: str) -> str:
    """The section in NFC, which may be empty. Raises InvalidInput."""
    return clean_remark(text, Phrase("The section"), MOST_CODE_CHARACTERS, "section")


def clean_remark(text: str, what: Phrase, most: int, field: str) -> str:
    """A few words of a person in NFC without blanks around them, which may be none. Raises InvalidInput."""
    return _clean(text, what, most, field) if text.strip(_AROUND) else ""


def same_text(text: str) -> str:
    """A form in which two spellings of one text are equal: NFC, without case."""
    return unicodedata.normalize("NFC", unicodedata.normalize("NFC", text).casefold())


def _clean(text: str, what: Phrase, most: int, field: str) -> str:
    text = unicodedata.normalize("NFC", text).strip(_AROUND)
    if not any(unicodedata.category(character) not in _INVISIBLE | _BREAKS_TEXT for character in text):
        raise InvalidInput("%(what)s is missing.", what=what, field=field)
    if len(text) > most:
        raise InvalidInput("%(what)s is longer than %(most)s characters.", what=what, most=most, field=field)
    if any(unicodedata.category(character) in _BREAKS_TEXT or character in _TURN_TEXT_ROUND for character in text):
        raise InvalidInput(
            "%(what)s contains a character that cannot be seen, such as a line break.", what=what, field=field
        )
    return text
