"""Student ids in Rekognition's alphabet."""

from __future__ import annotations

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from attendance.adapters.rekognition.calls import external_image_id, student_id_of
from attendance.errors import InvalidInput


@given(st.text(st.characters(exclude_categories=["Cs"]), min_size=1, max_size=20))
def test_every_id_is_written_in_the_alphabet_and_read_back(student_id):
    written = external_image_id(student_id)
    assert re.fullmatch(r"[a-zA-Z0-9_.\-:]{1,255}", written)
    assert student_id_of(written) == student_id


def test_a_plain_id_stays_as_it_is():
    assert external_image_id("2026-0021_b.x") == "2026-0021_b.x"


@given(st.text(min_size=1, max_size=12), st.text(min_size=1, max_size=12))
def test_two_ids_are_never_written_alike(one, other):
    if one.isascii() and other.isascii() and one != other:
        assert external_image_id(one) != external_image_id(other)


@pytest.mark.parametrize("student_id", ["x" * 256, "홍" * 29, ""])
def test_an_id_that_would_be_too_long_is_refused_in_a_sentence(student_id):
    with pytest.raises(InvalidInput, match="too long for Rekognition"):
        external_image_id(student_id)


@pytest.mark.parametrize("foreign", [":FF", ":zz", "a:b", ":"])
def test_what_others_wrote_is_given_back_as_it_is(foreign):
    assert student_id_of(foreign) == foreign
