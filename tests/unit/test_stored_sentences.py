"""Sentences are stored with their values, and what was stored before as filled text is read as it is."""

from __future__ import annotations

import json
from datetime import date
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as some

from attendance.errors import BadPhoto, InvalidInput, NotFound, Personal, Phrase, RollcallError, Sentence
from attendance.model import Student
from attendance.rules.outbox import reason_of
from attendance.rules.stored_sentences import NOBODY, from_text, in_english, texts_in, to_text
from attendance.sentences import no_consent, no_student, student_taken
from tests.contract.samples import NOW

NAMES = ["one", "two", "template", "self"]
VALUES = some.text() | some.integers() | some.booleans() | some.text().map(Phrase)


def parts(sentence: Sentence) -> tuple[str, dict[str, Any]]:
    """What two sentences that are the same have in common."""
    return sentence.template, {
        name: parts(value) if isinstance(value, Sentence) else (isinstance(value, Phrase), value)
        for name, value in sentence.values.items()
    }


def of_values(values: dict[str, Any]) -> Sentence:
    return Sentence(" ".join(f"%({name})s" for name in values), **values)


SENTENCES = some.recursive(
    some.text().map(Sentence),
    lambda inner: some.dictionaries(some.sampled_from(NAMES), VALUES | inner, min_size=1).map(of_values),
)


@given(SENTENCES)
def test_what_is_stored_is_read_again(sentence: Sentence):
    again = from_text(to_text(sentence))
    assert parts(again) == parts(sentence)
    assert again.sentence == sentence.sentence


def test_an_error_is_stored_as_template_and_values():
    error = InvalidInput("The clip has %(pixels)s pixels.", pixels=12, field="file")
    assert json.loads(to_text(error)) == {"template": "The clip has %(pixels)s pixels.", "values": {"pixels": 12}}


def test_errors_and_phrases_inside_it_are_stored_apart():
    inner = BadPhoto("%(what)s is small.", what=Phrase("The face"))
    again = from_text(to_text(BadPhoto("Photo %(number)s: %(reason)s", number=2, reason=inner)))
    assert again.sentence == "Photo 2: The face is small."
    assert isinstance(again.values["reason"].values["what"], Phrase)


def test_a_sentence_without_values_is_stored_as_it_is():
    assert to_text(NotFound("100% (of it) is gone.")) == "100% (of it) is gone."


def test_a_value_of_another_kind_is_stored_as_a_text():
    assert from_text(to_text(RollcallError("On %(day)s.", day=date(2026, 3, 2)))).sentence == "On 2026-03-02."


@pytest.mark.parametrize(
    "text",
    [
        "The video has 12 pixels, and 50% of %(it)s is gone.",
        '{"template": ',
        '{"template": "It", "values": []}',
        '{"template": "%(one)s", "values": {}',
        '{"template": "%(one)s", "values": {"two": 2}}',
        '{"template": "%(one)d %", "values": {"one": "x"}}',
        '{"template": 5, "values": {}}',
        '{"template": "It", "values": {"one": {}}}',
        '{"template": ' + '{"template": ' * 100_000,
    ],
)
def test_any_other_text_is_a_sentence_as_it_is(text: str):
    assert parts(from_text(text)) == (text, {})


def test_logs_and_commands_say_it_in_english():
    assert in_english(to_text(NotFound("There is no %(what)s.", what="clip"))) == "There is no clip."
    assert in_english("There is no clip.") == "There is no clip."
    assert (in_english(None), in_english("")) == (None, "")


ADA = Student("21", "key", "Ada Example", NOW)


@pytest.mark.parametrize("error", [no_student("21"), no_consent(ADA), student_taken(ADA)])
def test_nobody_is_named_in_what_outlives_a_removal(error: RollcallError):
    assert ("21" in error.sentence) or ("Ada Example" in error.sentence)
    for text in (reason_of(error), to_text(BadPhoto("%(name)s: %(why)s", name="x", why=error))):
        assert "21" not in text
        assert "Ada" not in text
        assert NOBODY in from_text(text).sentence


def test_names_are_stored_where_a_removal_finds_them():
    text = to_text(BadPhoto("Photo: %(why)s", why=no_student("21")), with_people=True)
    assert list(texts_in(from_text(text))) == ["21"]
    assert isinstance(no_student("21").values["id"], Personal)
