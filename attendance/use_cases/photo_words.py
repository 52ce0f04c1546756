"""What is poor about a photo in plain English, for reports and the command line; pages have their own words."""

from __future__ import annotations

from collections.abc import Sequence

from attendance.bidi import isolated
from attendance.rules import rounded_down
from attendance.services import Services
from attendance.use_cases.enrol_photos import UNLIKE_OTHERS, AddedPhoto, nearest_alike
from attendance.use_cases.look_over_photo import Resembling, resembling

PROBLEM_SENTENCES = {
    "too_small": "The face is small in the photo.",
    "blurred": "The face is blurred.",
    "turned": "The face is turned away from the camera.",
    "too_dark": "The face is dark.",
    "too_bright": "The face is too bright.",
    UNLIKE_OTHERS: "The face does not look like the student's other photos.",
}


def photo_in_words(services: Services, added: Sequence[AddedPhoto]) -> list[str]:
    """Each thing that is poor once, and whom the photos look like."""
    problems = dict.fromkeys(problem for one in added for problem in one.problems)
    sentences = [PROBLEM_SENTENCES[problem] for problem in problems if problem in PROBLEM_SENTENCES]
    return [*sentences, *map(_look_alike, resembling(services, nearest_alike(added)))]


def _look_alike(other: Resembling) -> str:
    twice = "; perhaps the same person is registered twice" if other.may_be_same else ""
    points = rounded_down(other.similarity)
    name, student_id = isolated(other.student.name), isolated(other.student.id)
    return f"Looks like {name} ({student_id}), similarity {points:.0f} of 100{twice}."
