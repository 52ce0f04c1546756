"""Ids and names that a spreadsheet changed when it saved the list: refused, or pointed out, row by row."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence

from attendance.errors import InvalidInput

_SHORTENED = re.compile(r"[+-]?\d+([.,]\d+)?[eE]\+\d+")
_WITH_DECIMALS = re.compile(r"\d+[.,]0+")
_GROUPED = re.compile(r"\d{1,3}(,\d{3})+|\d{1,3}(['’\u00a0\u202f]\d{3})+")
_LAST_DIGITS_LOST = re.compile(r"[1-9]\d{14}0+")
_MONTH = "(Jan|Feb|Mar|Apr|May|Jun|Jul|Aug|Sep|Oct|Nov|Dec)"
_DATE = re.compile(rf"\d{{1,2}}-{_MONTH}(-\d\d)?|{_MONTH}-\d\d|\d{{1,2}}월 *\d{{1,2}}일|\d{{4}}-\d\d-\d\d 00:00:00")
_ERROR = re.compile(r"#(N/A|REF!|NAME\?|VALUE!|DIV/0!|NULL!|NUM!|#+)", re.IGNORECASE)
_LOST_LETTERS = re.compile(r"\ufffd|\?{2,}|\?(?=\w)|(?<=\w)\?(?=\w)")
_LEAST_DIGITS, _LEAST_IDS = 4, 3


def refuse_spoilt_id(student_id: str) -> None:
    """Raises InvalidInput with what to do."""
    if _SHORTENED.fullmatch(student_id) or _LAST_DIGITS_LOST.fullmatch(student_id):
        raise InvalidInput(
            "The spreadsheet shortened the id to %(id)s; format its column as text, enter the id again and save.",
            id=student_id,
            field="student_id",
        )
    if _WITH_DECIMALS.fullmatch(student_id) or _GROUPED.fullmatch(student_id):
        raise InvalidInput(
            "The spreadsheet wrote the id as the number %(id)s; format its column as text and save again.",
            id=student_id,
            field="student_id",
        )
    if _DATE.fullmatch(student_id):
        raise InvalidInput(
            "The spreadsheet made the date %(id)s of the id; format its column as text, enter the id again and save.",
            id=student_id,
            field="student_id",
        )
    if _ERROR.fullmatch(student_id):
        raise InvalidInput(
            "The spreadsheet wrote %(id)s in place of the id; mend the cell and save again.",
            id=student_id,
            field="student_id",
        )


def refuse_spoilt_name(name: str) -> None:
    """Raises InvalidInput where letters were lost when the list was saved in a code page without them."""
    if _LOST_LETTERS.search(name) or _ERROR.fullmatch(name):
        raise InvalidInput(
            "The name %(name)s lost letters when the list was saved; save it as CSV UTF-8 or as .xlsx.",
            name=name[:60],
            field="name",
        )


def usual_length(ids: Sequence[str]) -> int | None:
    """How many digits all ids have but for some that are shorter; None where they differ or where a zero leads none.

    Small numbers of one to three digits are as long as they are.
    """
    lengths = Counter(len(one) for one in set(ids) if one.isascii() and one.isdigit())
    if not lengths:
        return None
    longest = max(lengths)
    is_usual = lengths[longest] >= max(_LEAST_IDS, 2 * sum(lengths.values()) // 3)
    return longest if longest >= _LEAST_DIGITS and is_usual else None


def padded(student_id: str, length: int | None) -> str | None:
    """What a shorter id was where a spreadsheet dropped its zeros."""
    if length is None or not (student_id.isascii() and student_id.isdigit()) or len(student_id) >= length:
        return None
    return student_id.zfill(length)
