"""What people look for is compared without case and marks, in one form on every store."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from attendance.rules.texts import contains, searchable


@pytest.mark.parametrize(
    ("typed", "name"),
    [
        ("ipek", "İpek"), ("IŞIK", "Işık"), ("isik", "IŞIK"), ("ışık", "Isik"), ("zoe", "Zoë"), ("ZOË", "zoe\u0308"),
        ("strasse", "Straße"), ("STRAẞE", "strasse"), ("김하나", "\u1100\u1175\u11b7\u1112\u1161\u1102\u1161"),
        ("２０２６", "2026"), ("ab", "ＡＢ"), ("ﾊﾅｺ", "ハナコ"), ("ガ", "ｶﾞ"), ("soren", "Søren"), ("lukasz", "Łukasz"),
        ("dang", "Đặng"), ("aerosk", "Ærøsk"), ("εισ", "Εἴς"), ("александр", "АЛЕКСАНДР"), ("محمد", "مُحَمَّد"),
        ("שלום", "שָׁלוֹם"), ("احمد", "أحمد"), ("o'neil", "O’Neil"), ("ana ruiz", "Ana\u00a0 Ruiz"), ("fi", "ﬁ"),
        ("anna", "An\u200bna"), ("ab", "a\u2068b\u2069"), ("5", "⑤"), ("km", "㎞"),
    ],
)  # fmt: skip
def test_two_spellings_are_one(typed: str, name: str) -> None:
    assert searchable(typed) == searchable(name)


@pytest.mark.parametrize(
    ("one", "other"), [("か", "が"), ("กา", "กี"), ("가", "각"), ("김", "긴"), ("%", "_"), ("a", "b"), ("कि", "का")]
)
def test_other_letters_stay_others(one: str, other: str) -> None:
    assert searchable(one) not in searchable(other)


@given(st.text(max_size=20))
def test_it_is_short_and_never_turns_something_into_nothing(text: str) -> None:
    plain = searchable(text)
    assert len(plain) <= 3 * len(text)
    assert bool(plain) or not text.strip()


def test_a_text_is_found_in_any_of_the_words_but_not_across_them() -> None:
    assert contains("KIM", "21", "하나 Kím")
    assert contains("  ", "21")
    assert not contains("1k", "21", "Kim")
