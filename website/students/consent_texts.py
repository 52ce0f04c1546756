"""What a consent to each purpose says, to read out or to hand out, in every language of the site.

A school that has another text gives it a version of its own (`ROLLCALL_CONSENT_TEXT_VERSION`).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from flask_babel import get_locale

from attendance.languages import LANGUAGES, SOURCE
from attendance.model import Purpose
from attendance.settings import Settings
from attendance.words import Words


@dataclass(frozen=True, slots=True)
class ConsentText:
    """One text; `language` is its code, `called` as its readers call it."""

    language: str
    called: str
    words: str


def consent_texts(settings: Settings) -> Mapping[str, list[ConsentText]]:
    """By the purpose's word: the reader's language first, then the others."""
    reads = str(get_locale() or SOURCE)
    languages = sorted(LANGUAGES, key=lambda language: language != reads)
    found: dict[str, list[ConsentText]] = {}
    for language in languages:
        for purpose, words in _texts(Words(language, settings.timezone), settings.visit_days).items():
            found.setdefault(purpose.value, []).append(ConsentText(language, LANGUAGES[language], words))
    return found


def _texts(_: Words, visit_days: int) -> Mapping[Purpose, str]:
    return {
        Purpose.FACE: _(
            "The school takes attendance from recordings of lessons. For this it keeps one to three photos of you and "
            "what a program computes from them (face vectors), so that it finds you in a recording. Teachers of your "
            "courses and the office see the photos, nobody sees the vectors, and nothing is given to others. You may "
            "say no, and take your consent back at any time: photos and vectors are erased then, and a teacher marks "
            "you by hand, without any disadvantage. For students whom the law takes for too young (in Korea, under 14) "
            "a guardian decides."
        ),
        Purpose.EVIDENCE: _(
            "The school keeps the picture of your face that proves a mark beside the mark. Teachers of your courses "
            "and the office see it. You may say no, and take your consent back at any time: the pictures are erased "
            "then, and your marks stay without them, without any disadvantage. For students whom the law takes for too "
            "young (in Korea, under 14) a guardian decides."
        ),
        Purpose.VISITS: _visits(_, visit_days),
    }


def _visits(_: Words, visit_days: int) -> str:
    stored = _.count(
        "At the doors that are marked, the school stores who comes and when, with a picture of the face and an "
        "estimate of its temperature, for %(num)s day.",
        "At the doors that are marked, the school stores who comes and when, with a picture of the face and an "
        "estimate of its temperature, for %(num)s days.",
        visit_days,
    )
    return f"{stored} " + _(
        "Your photos are compared for this with whoever is before the door. Admins and the staff of the door see it, "
        "and nobody else. You may say no, and take your consent back at any time: all your visits are erased then, and "
        "you are stored as an unknown from then on, like everybody who has not agreed. There is another entrance, or "
        "another way, for who does not want that. For students whom the law takes for too young (in Korea, under 14) a "
        "guardian decides."
    )
