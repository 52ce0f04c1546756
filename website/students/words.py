"""What a photo shows, in the reader's words and as the page's script reads it."""

from __future__ import annotations

from typing import Any

from flask import url_for
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l

from attendance.model import GivenBy, Manner, Purpose
from attendance.ports import FoundFace
from attendance.rules.lectures import rounded_down
from attendance.use_cases.students.checking import PhotoReport, Resembling
from website.sentences import in_words

PURPOSE_WORDS = {
    Purpose.FACE: _l("Photos and face recognition"),
    Purpose.EVIDENCE: _l("Pictures as evidence"),
    Purpose.UNKNOWN: _l("Recognising faces that have no name yet"),
    Purpose.WEBCAM: _l("Presence by webcam"),
    Purpose.VISITS: _l("Visits at doors"),
}
GIVER_WORDS = {GivenBy.STUDENT: _l("The student"), GivenBy.GUARDIAN: _l("A guardian")}
MANNER_WORDS = {Manner.PAPER: _l("On paper"), Manner.ONLINE: _l("Online"), Manner.SPOKEN: _l("Spoken")}


_CONSENT_WORDS: dict[Any, Any] = {**PURPOSE_WORDS, **GIVER_WORDS, **MANNER_WORDS}


def consent_word(word: Purpose | GivenBy | Manner) -> str:
    """A word of a consent as the reader says it."""
    return str(_CONSENT_WORDS[word])


PROBLEM_WORDS = {
    "no_face": _l("No face was found. Turn the photo upright if it lies on its side."),
    "several_faces": _l("There are several faces."),
    "too_small": _l("The face is small; come nearer to the camera."),
    "blurred": _l("The face is blurred; hold the camera still."),
    "turned": _l("The face is turned; look straight at the camera."),
    "too_dark": _l("The face is dark; find more light."),
    "too_bright": _l("The face is too bright; avoid strong light."),
    "unlike_others": _l("The face does not look like this student's other photos."),
}


def report_json(report: PhotoReport) -> dict[str, Any]:
    """Boxes in pixels of the photo as it is seen; findings as sentences, the first face being the one that counts."""
    usable = bool(report.found.faces) and report.refusal is None
    return {
        "width": report.found.width,
        "height": report.found.height,
        "faces": [_face(face) for face in report.found.faces],
        "problems": [_problem(code) for code in report.problems if code in PROBLEM_WORDS],
        "look_alikes": [_look_alike(other) for other in report.look_alikes],
        "refusal": in_words(report.refusal) if report.refusal else None,
        "usable": usable,
    }


def _face(face: FoundFace) -> dict[str, Any]:
    return {"box": list(face.box), "quality": round(face.quality, 3)}


def _problem(code: str) -> dict[str, str]:
    return {"code": code, "sentence": str(PROBLEM_WORDS[code])}


def _look_alike(other: Resembling) -> dict[str, Any]:
    student, similarity = other.student, int(rounded_down(other.similarity))
    if other.may_be_same:
        sentence = _(
            "Looks like %(name)s (%(id)s), similarity %(similarity)s of 100: perhaps one person, registered twice.",
            name=student.name,
            id=student.id,
            similarity=similarity,
        )
    else:
        sentence = _(
            "Looks like %(name)s (%(id)s), similarity %(similarity)s of 100: their marks may wait for a look.",
            name=student.name,
            id=student.id,
            similarity=similarity,
        )
    return {
        "id": student.id,
        "name": student.name,
        "similarity": similarity,
        "may_be_same": other.may_be_same,
        "url": url_for("students.show", student_key=student.key),
        "picture": url_for("media.photo", face_id=other.face_id) if other.face_id else None,
        "picture_alt": _("Photo of %(name)s", name=student.name),
        "sentence": sentence,
    }
