"""Errors are sentences with named values, so that they can be said in other languages."""

import pickle

import pytest

from attendance.errors import BadPhoto, InvalidInput, NotFound, Phrase, RollcallError
from face_engine.errors import BadVideo, FaceEngineError

ROOTS = [RollcallError, FaceEngineError]


@pytest.mark.parametrize("kind", ROOTS)
def test_the_sentence_is_the_template_filled_in(kind):
    error = kind("The id %(id)s is on line %(line)s.", id="21", line=4)
    assert str(error) == "The id 21 is on line 4."
    assert error.template == "The id %(id)s is on line %(line)s."
    assert error.values == {"id": "21", "line": 4}


@pytest.mark.parametrize("kind", ROOTS)
def test_a_sentence_without_values_keeps_its_percent_signs(kind):
    error = kind("100 %(of) it is done, 50%.")
    assert str(error) == error.template == "100 %(of) it is done, 50%."


@pytest.mark.parametrize("kind", ROOTS)
def test_percent_signs_in_values_are_only_signs(kind):
    assert str(kind("There is no photo %(name)s.", name="100%(name)s.jpg")) == "There is no photo 100%(name)s.jpg."


def test_the_sentence_is_kept_for_people():
    assert NotFound("There is no student %(id)s.", id="21").sentence == "There is no student 21."


def test_the_field_is_not_a_value_of_the_sentence():
    error = InvalidInput("%(what)s is missing.", what=Phrase("The name"), field="name")
    assert (error.sentence, error.field, error.values) == ("The name is missing.", "name", {"what": "The name"})


def test_an_error_may_be_a_value_of_another():
    inner = BadPhoto("There are %(count)s faces.", count=2)
    outer = BadPhoto("Photo %(number)s: %(problem)s", number=3, problem=inner)
    assert outer.sentence == "Photo 3: There are 2 faces."
    assert outer.values["problem"] is inner


@pytest.mark.parametrize("kind", [NotFound, BadPhoto, BadVideo])
def test_errors_cross_the_border_of_a_process(kind):
    error = pickle.loads(pickle.dumps(kind("There is no %(name)s.", name="21%")))
    assert (str(error), error.template, error.values) == ("There is no 21%.", "There is no %(name)s.", {"name": "21%"})
