"""What a student may ask about marks, and what an accepted excuse makes of one. Pure."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, timedelta

from attendance.errors import Conflict, InvalidInput, TooLarge
from attendance.model import Appeal, AppealKind, Mark
from attendance.rules.statuses import ATTENDED

LONGEST_WORDS = 1000
MOST_OPEN = 20
"""Of one student: a person answers each."""
LONGEST_EXCUSE = timedelta(days=62)
MOST_FILE_BYTES = 5_000_000
_BEGINNINGS = {b"%PDF-": ".pdf", b"\xff\xd8\xff": ".jpg", b"\x89PNG\r\n\x1a\n": ".png"}


def checked_words(text: str, missing: InvalidInput, field: str = "words") -> str:
    """Without blanks around. Raises `missing`, InvalidInput (too long)."""
    words = text.strip()
    if not words:
        raise missing
    if len(words) > LONGEST_WORDS:
        raise InvalidInput("The text can have %(most)s characters at most.", most=LONGEST_WORDS, field=field)
    return words


def extension_of(content: bytes) -> str:
    """By how a file begins, whatever it is called. Raises TooLarge, InvalidInput (another kind of file)."""
    if len(content) > MOST_FILE_BYTES:
        raise TooLarge("The file can have %(most)s MB at most.", most=MOST_FILE_BYTES // 1_000_000)
    for beginning, extension in _BEGINNINGS.items():
        if content.startswith(beginning):
            return extension
    raise InvalidInput("The file must be a PDF, or a picture as JPEG or PNG.", field="file")


def check_may_ask(open_ones: Iterable[Appeal], lecture_id: str | None) -> None:
    """Raises Conflict where too many wait, or one to the same mark does."""
    waiting = list(open_ones)
    if len(waiting) >= MOST_OPEN:
        raise Conflict("You have %(most)s that wait for an answer. Wait until some are answered.", most=MOST_OPEN)
    objections = {one.lecture_id for one in waiting if one.kind is AppealKind.OBJECTION}
    if lecture_id is not None and lecture_id in objections:
        raise Conflict("Your objection to this mark already waits for an answer.")


def check_days(first: date | None, last: date | None) -> tuple[date, date]:
    """Raises InvalidInput."""
    if first is None or last is None:
        raise InvalidInput("Choose the first and the last day.", field="first_day")
    if last < first:
        raise InvalidInput("The last day comes before the first.", field="last_day")
    if last - first > LONGEST_EXCUSE:
        raise InvalidInput(
            "An excuse can be for %(most)s days at most.", most=LONGEST_EXCUSE.days + 1, field="last_day"
        )
    return first, last


def is_excused_by(mark: Mark | None) -> bool:
    """Whether an accepted excuse changes this mark: not one that a person set, nor of somebody who attended."""
    return mark is None or (mark.set_by is None and mark.status not in ATTENDED)
