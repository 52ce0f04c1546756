"""What a student may ask, which files come with it, and which marks an accepted excuse changes."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime

import pytest

from attendance.errors import Conflict, InvalidInput, TooLarge
from attendance.model import Appeal, AppealKind, Mark, Status
from attendance.rules.appeals import (
    MOST_FILE_BYTES,
    MOST_OPEN,
    check_days,
    check_may_ask,
    checked_words,
    extension_of,
    is_excused_by,
)

NOW = datetime(2026, 3, 2, 9, tzinfo=UTC)
EXCUSE = Appeal("a", AppealKind.EXCUSE, "c", "21", "u", NOW, "Ill.", None, date(2026, 3, 2), date(2026, 3, 3))
OBJECTION = Appeal("b", AppealKind.OBJECTION, "c", "21", "u", NOW, "I was there.", "l1")


@pytest.mark.parametrize(
    ("content", "extension"), [(b"%PDF-1.7", ".pdf"), (b"\xff\xd8\xff\xe0", ".jpg"), (b"\x89PNG\r\n\x1a\n.", ".png")]
)
def test_a_file_is_what_its_first_bytes_say(content: bytes, extension: str) -> None:
    assert extension_of(content) == extension


@pytest.mark.parametrize("content", [b"MZ", b"<html>", b"PK\x03\x04", b" %PDF-1.7", b""])
def test_other_files_are_refused(content: bytes) -> None:
    with pytest.raises(InvalidInput, match="PDF"):
        extension_of(content)


def test_a_file_has_a_most_size() -> None:
    assert extension_of(b"%PDF-" + bytes(MOST_FILE_BYTES - 5)) == ".pdf"
    with pytest.raises(TooLarge, match="5 MB"):
        extension_of(b"%PDF-" + bytes(MOST_FILE_BYTES - 4))


def test_words_are_needed_and_have_an_end() -> None:
    missing = InvalidInput("Say why.")
    assert checked_words("  a b\nc ", missing) == "a b\nc"
    for text in ("", " \n", "x" * 1001):
        with pytest.raises(InvalidInput):
            checked_words(text, missing)


def test_one_objection_to_a_mark_waits_at_a_time_and_so_many_in_all() -> None:
    check_may_ask([EXCUSE], "l1")
    check_may_ask([OBJECTION], "l2")
    check_may_ask([OBJECTION], None)
    with pytest.raises(Conflict):
        check_may_ask([OBJECTION], "l1")
    with pytest.raises(Conflict):
        check_may_ask([EXCUSE] * MOST_OPEN, None)


@pytest.mark.parametrize(
    ("first", "last"), [(None, date(2026, 3, 2)), (date(2026, 3, 3), date(2026, 3, 2)), (date.min, date(2026, 3, 2))]
)
def test_days_are_in_order_and_not_too_many(first: date | None, last: date | None) -> None:
    with pytest.raises(InvalidInput):
        check_days(first, last)


def test_an_excuse_covers_its_days_alone() -> None:
    covered = [day for day in range(1, 6) if EXCUSE.covers(date(2026, 3, day))]
    assert covered == [2, 3]
    assert not OBJECTION.covers(date(2026, 3, 2))


def test_an_excuse_changes_no_mark_of_a_person_or_of_somebody_who_came() -> None:
    absent = Mark("l1", "21", Status.ABSENT, Status.ABSENT, NOW)
    assert is_excused_by(None)
    assert is_excused_by(absent)
    assert is_excused_by(replace(absent, status=Status.UNSURE))
    assert not is_excused_by(replace(absent, set_by="u1"))
    assert not is_excused_by(replace(absent, status=Status.LATE))
