"""A student and a look-alike on another roster: neither is guessed, and the other is never named."""

from dataclasses import replace
from pathlib import Path

import pytest

from attendance.model import Recording, Status
from attendance.searching.searches import search_recording
from tests.unit.in_memory import MemoryServices, a_course, a_student, services_in_memory
from tests.unit.receiving import a_file, receive, statuses


@pytest.fixture
def services(tmp_path: Path) -> MemoryServices:
    """Student 21 is in the course; 52, who looks much like 21, and 60 are registered only."""
    made = services_in_memory(tmp_path)
    course = a_course(made)
    a_student(made, "21", b"face:21", course_ids=[course.id])
    a_student(made, "22", b"face:22", course_ids=[course.id])
    a_student(made, "52", b"face:21.05")
    a_student(made, "60", b"face:60")
    return made


def searched(services: MemoryServices, tmp_path: Path, seen: str) -> Recording:
    recording = receive(services, a_file(tmp_path, f"video 3600|{seen}"))
    assert search_recording(services, recording.id)
    return recording


def test_a_student_whose_look_alike_is_on_another_roster_waits_for_a_person(services, tmp_path):
    recording = searched(services, tmp_path, "21 0 3000|22 0 3000")
    assert statuses(services, recording) == {"21": Status.UNSURE, "22": Status.PRESENT}


def test_a_look_alike_from_elsewhere_is_seen_as_an_unknown_without_a_name(services, tmp_path):
    recording = searched(services, tmp_path, "21.05 0 3000|60 0 3000")
    assert statuses(services, recording) == {"21": Status.ABSENT, "22": Status.ABSENT}
    sightings = services.store.sightings(recording.lecture_id)
    assert [(one.student_id, one.similarity, one.margin) for one in sightings] == [(None, None, None)] * 2


def test_whoever_may_be_a_student_is_not_shown_as_an_unknown_as_well(services, tmp_path, monkeypatch):
    search = services.faces.search

    def either(path, kind, faces, progress=None, **_):
        """As the engine does it where a face may be either of two: one entry each, with one picture."""
        (one,) = search(path, kind, faces, progress)
        other = "52" if one.student_id == "21" else "21"
        return [one, replace(one, student_id=other, margin=-1.0)]

    monkeypatch.setattr(services.faces, "search", either)
    recording = searched(services, tmp_path, "21 0 3000")
    assert [one.student_id for one in services.store.sightings(recording.lecture_id)] == ["21"]


def test_faces_of_another_engine_are_no_look_alikes(services, tmp_path):
    everybody = services.store.faces
    services.store.faces = lambda ids=None: [
        replace(face, engine="another") if face.student_id == "52" else face
        for face in (everybody() if ids is None else everybody(ids))
    ]
    assert statuses(services, searched(services, tmp_path, "21 0 3000"))["21"] is Status.PRESENT
