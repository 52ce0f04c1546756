"""What leaves as CSV begins no formula, whatever separates the cells where it is opened."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from attendance.use_cases.lectures.log import as_csv, inert, looks_like_formula, without_guard

SEPARATORS = (",", ";", "\t", "|")
FORMULA_SIGNS = "=+-@＝＋－＠﹦−⁼"
ALPHABET = st.sampled_from([*"a1 ;,|\t\r\n\"'.", *FORMULA_SIGNS, "\u00a0", "\u3000", "\u2028", "\u061b"])


def opened(content: bytes) -> Iterator[str]:
    """The cells of a file as programs with other separators, and with none or strict quotes, take them apart."""
    text = content.decode("utf-8-sig")
    for separator in SEPARATORS:
        for quoting in (csv.QUOTE_MINIMAL, csv.QUOTE_NONE):
            for doubled in (True, False):
                lines = io.StringIO(text, newline="")
                rows = csv.reader(lines, delimiter=separator, quoting=quoting, doublequote=doubled)  # type: ignore[arg-type]
                yield from (cell for row in rows for cell in row)


def runs(cell: str) -> bool:
    return cell.lstrip(' \t\r\n"\u00a0\u3000\u2028')[:1] in tuple(FORMULA_SIGNS)


@pytest.mark.parametrize(
    "text",
    [
        "ok;=1+1", "ok; =1+1", "ok\t@SUM(A1)", "ok|-2+3", "ok,+1", 'x;"=1+1"', 'x,"";"=1+1', "a\n=1+1", "a\r\n+1",
        "a\r-1", "=1;=1", "1;＝1", "ok;\u00a0=1", '"=1', ";=1", "\t=1", "a;;=1", "a;\t =cmd|' /C calc'!A0", "a\u2028=1",
    ],
)  # fmt: skip
def test_a_cell_begins_no_formula_in_any_locale(text: str) -> None:
    for row in ([text, "b"], ["a", text], [text, text]):
        assert not [cell for cell in opened(as_csv(["x", "y"], [row])) if runs(cell)]


@given(st.lists(st.lists(st.text(ALPHABET, max_size=12), min_size=3, max_size=3), max_size=3))
@example([["ok;=1+1", 'a";=1', "\n=1"]])
def test_no_file_begins_a_formula_in_any_locale(rows: list[list[str]]) -> None:
    assert not [cell for cell in opened(as_csv(["Student id", "Name", "Reason"], rows)) if runs(cell)]


@given(st.text(ALPHABET, max_size=20))
def test_what_was_guarded_comes_back_as_it_was(text: str) -> None:
    assert without_guard(inert(text)) == text or "'" in text


@pytest.mark.parametrize(
    "text",
    [
        "Student 21", "21", "a=b", "김-하나", "'quoted", "", "O'Neil-Smith", "010-1234-5678", "2026-03-02", "a;b",
        "1,5", "x | y", "a@b.example", "late; 5 minutes", "7-0042", "C++", "A+", "50%",
    ],
)  # fmt: skip
def test_honest_text_stays_as_it_is(text: str) -> None:
    assert inert(text) == text
    assert not looks_like_formula(text)


@pytest.mark.parametrize("number", [-5, -0.5, 87.6, 0])
def test_numbers_of_ours_stay_numbers(number: float) -> None:
    assert as_csv(["n"], [[number]]).decode("utf-8-sig").splitlines()[1] == str(number)


@pytest.mark.parametrize(("text", "guarded"), [("+82 10 1234", "'+82 10 1234"), ("-5", "'-5"), ("was; -5", "was; '-5")])
def test_a_text_that_begins_like_a_formula_gets_one_apostrophe(text: str, guarded: str) -> None:
    assert inert(text) == guarded
